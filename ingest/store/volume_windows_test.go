package store

import (
	"path/filepath"
	"testing"
)

// Names below a drive or share keep it.
func TestJoinKeepsVolume(t *testing.T) {
	for _, c := range []struct{ folder, want string }{
		{"C:/", "C:/y=1/a.parquet"},
		{"C:/in", "C:/in/y=1/a.parquet"},
		{"//server/share", "//server/share/y=1/a.parquet"},
		{"//server/share/in", "//server/share/in/y=1/a.parquet"},
	} {
		if got := join(c.folder, "y=1", "a.parquet"); got != c.want {
			t.Errorf("%s: %s, want %s", c.folder, got, c.want)
		}
	}
	if got := filepath.ToSlash(filepath.Clean(`\\server\share\in\..\x.parquet`)); got != "//server/share/x.parquet" {
		t.Errorf("a share became %s", got)
	}
}
