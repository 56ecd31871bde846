package reports

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"mainstay/ingest"
)

// WriteFile writes t to a file of the format that its extension names (.parquet, .csv, .arrow,
// .json), complete or not at all.
func WriteFile(path string, t *Table) error {
	write, err := writerFor(path)
	if err != nil {
		return err
	}
	return WriteWhole(path, func(w io.Writer) error { return write(w, t) })
}

// WriteWhole writes a file complete or not at all: what write writes goes to a temporary file beside
// path, which takes its name when it is on disk. What was there stays until then.
func WriteWhole(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".partial-*-"+filepath.Base(path))
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	defer os.Remove(f.Name()) // gone after the rename
	b := bufio.NewWriterSize(f, fileBuffer)
	err = write(b)
	if err == nil {
		err = errors.Join(b.Flush(), f.Chmod(0o644), f.Sync())
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	return os.Rename(f.Name(), path)
}

// CheckFile says, before any work is done, whether WriteFile knows the format of path and finds its folder.
// The error is an *ingest.ConfigError.
func CheckFile(path string) error {
	if _, err := writerFor(path); err != nil {
		return err
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
		return &ingest.ConfigError{Msg: fmt.Sprintf("cannot write %s: there is no folder %s; create it first", path, filepath.Dir(path))}
	}
	return nil
}

// writerFor chooses the writer by extension.
func writerFor(path string) (func(io.Writer, *Table) error, error) {
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".parquet":
		return WriteParquet, nil
	case ".csv":
		return WriteCSV, nil
	case ".arrow":
		return WriteArrow, nil
	case ".json":
		return WriteJSON, nil
	default:
		return nil, &ingest.ConfigError{Msg: fmt.Sprintf("%s: unknown format %q; use .parquet, .csv, .arrow or .json", path, ext)}
	}
}
