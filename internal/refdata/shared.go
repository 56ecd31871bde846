// Package refdata is what tests measure against: files of the shared folder beside the project, and
// the figures of docs/accuracy.md. Nothing but tests imports it.
package refdata

import (
	"os"
	"path/filepath"
	"testing"
)

// Shared is the path of a file or folder of ../shared beside the project; the test is skipped without it.
func Shared(t testing.TB, elements ...string) string {
	t.Helper()
	path := filepath.Join(root(t), "..", "shared", filepath.Join(elements...))
	if _, err := os.Stat(path); err != nil {
		t.Skipf("SKIPPED: reference data are not at %s", path)
	}
	return path
}

// root is the project's folder, that of go.mod.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
}
