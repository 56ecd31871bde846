package regress

import (
	"math"
	"os"
	"path/filepath"
	"testing"
)

// sharedFile finds ../shared beside the module and skips, loudly, where it is absent.
func sharedFile(t *testing.T, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Skip("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
	path := filepath.Join(filepath.Dir(dir), "shared", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("SKIPPED: %s is absent", path)
	}
	return path
}

func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol) {
		t.Errorf("%s: got %.15g, want %.15g ± %g", what, got, want, tol)
	}
}

// design builds a Design from a constant column and the given columns.
func design(cols ...[]float64) *Design {
	d := &Design{Names: []string{"(intercept)"}}
	for j := range cols {
		d.Names = append(d.Names, string(rune('a'+j)))
	}
	for i := range cols[0] {
		d.X = append(d.X, 1)
		for _, c := range cols {
			d.X = append(d.X, c[i])
		}
	}
	return d
}
