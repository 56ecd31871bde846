package reports

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWriteFileChoosesTheFormat(t *testing.T) {
	folder := t.TempDir()
	for _, ext := range []string{".parquet", ".csv", ".arrow", ".json", ".CSV"} {
		path := filepath.Join(folder, "zoo"+ext)
		begin, err := writerFor(path)
		if err != nil {
			t.Fatal(err)
		}
		write := func(w io.Writer, t *Table) error {
			tw, err := begin(w, t)
			if err != nil {
				return err
			}
			return writeWhole(tw, t)
		}
		if err := WriteFile(path, zoo()); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, encoded(t, write, zoo())) {
			t.Errorf("%s: %v", ext, err)
		}
	}
	if err := WriteFile(filepath.Join(folder, "zoo.xlsx"), zoo()); err == nil || !strings.Contains(err.Error(), ".parquet") {
		t.Errorf("unknown format: %v", err)
	}
	bad := zoo()
	bad.Rows++
	if err := WriteFile(filepath.Join(folder, "zoo.csv"), bad); err == nil {
		t.Error("a broken table is written")
	}
	if got, _ := os.ReadFile(filepath.Join(folder, "zoo.csv")); string(got) != zooCSV {
		t.Error("a failed write changed the file")
	}
	if entries, _ := filepath.Glob(filepath.Join(folder, ".partial-*")); len(entries) > 0 {
		t.Errorf("left behind: %v", entries)
	}
}
