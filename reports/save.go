package reports

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"mainstay/ingest"
)

// writers are the file formats of a single table, by extension.
var writers = map[string]func(io.Writer, *Table) error{
	".csv": WriteCSV, ".parquet": WriteParquet, ".arrow": WriteArrow, ".json": WriteJSON,
}

// CheckExtension says, before any work is done, whether Save can write path.
func CheckExtension(path string) error {
	if writers[strings.ToLower(filepath.Ext(path))] == nil {
		return &ingest.ConfigError{Msg: fmt.Sprintf("%s: expected a name that ends in .csv, .parquet, .arrow or .json", path)}
	}
	return nil
}

// Save writes t to path in the format of its extension: complete or not there, by a temporary file beside
// it and a rename.
func Save(path string, t *Table) error {
	if err := CheckExtension(path); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), partialPrefix+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // after the rename there is nothing left to remove
	err = writers[strings.ToLower(filepath.Ext(path))](f, t)
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Chmod(f.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	return nil
}
