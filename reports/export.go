package reports

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"mainstay/ingest"
	"mainstay/ingest/store"
)

// WriteFile writes t to a file of the format that its extension names (.parquet, .csv, .arrow,
// .json), complete or not at all.
func WriteFile(path string, t *Table) error {
	return writeAs(path, t, func(w tableWriter) error { return writeWhole(w, t) })
}

// WriteStream is WriteFile for a table that is not at hand.
func WriteStream(path string, s *Stream) error {
	return writeAs(path, s.Shape, func(w tableWriter) error { return s.write(w) })
}

func writeAs(path string, shape *Table, write func(tableWriter) error) error {
	begin, err := writerFor(path)
	if err != nil {
		return err
	}
	return WriteWhole(path, func(w io.Writer) error {
		tw, err := begin(w, shape)
		if err != nil {
			return err
		}
		return write(tw)
	})
}

// WriteWhole writes a file complete or not at all: what write writes goes to a temporary file beside
// path, which takes its name when it is on disk. What was there stays until then.
func WriteWhole(path string, write func(io.Writer) error) error {
	if err := CheckLocal(path); err != nil {
		return err
	}
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

// CheckLocal says that only runs are written to object stores, where path is in one. The error is an
// *ingest.ConfigError.
func CheckLocal(path string) error {
	if store.IsRemote(path) {
		return &ingest.ConfigError{Msg: fmt.Sprintf("cannot write %s: only mainstay run writes to an object store; write here, then copy", path)}
	}
	return nil
}

// CheckOut says, before any work is done, whether the object store of an output folder can be asked: that it is known, and
// that there are credentials. Of a folder of this machine it says nothing.
func CheckOut(out string) error {
	if !store.IsRemote(out) {
		return nil
	}
	if _, rest, _ := strings.Cut(out, "://"); rest == "" || rest[0] == '/' {
		return &ingest.ConfigError{Msg: fmt.Sprintf("out: %s names no bucket: expected s3://bucket/folder", out)}
	}
	_, err := store.RemoteOf(out)
	return err
}

// CheckFile says, before any work is done, whether WriteFile knows the format of path and finds its folder.
// The error is an *ingest.ConfigError.
func CheckFile(path string) error {
	if _, err := writerFor(path); err != nil {
		return err
	}
	if err := CheckLocal(path); err != nil {
		return err
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
		return &ingest.ConfigError{Msg: fmt.Sprintf("cannot write %s: there is no folder %s; create it first", path, filepath.Dir(path))}
	}
	return nil
}

// writerFor chooses the writer of tables of one shape by extension.
func writerFor(path string) (func(w io.Writer, shape *Table) (tableWriter, error), error) {
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".parquet":
		return func(w io.Writer, shape *Table) (tableWriter, error) { return newParquetWriter(w, shape), nil }, nil
	case ".csv":
		return func(w io.Writer, shape *Table) (tableWriter, error) { return newCSVWriter(w, shape), nil }, nil
	case ".arrow":
		return func(w io.Writer, shape *Table) (tableWriter, error) {
			return newArrowWriter(w, shape, memory.NewGoAllocator())
		}, nil
	case ".json":
		return func(w io.Writer, _ *Table) (tableWriter, error) { return &jsonWriter{w: w}, nil }, nil
	default:
		return nil, &ingest.ConfigError{Msg: fmt.Sprintf("%s: unknown format %q; use .parquet, .csv, .arrow or .json", path, ext)}
	}
}
