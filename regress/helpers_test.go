package regress

import (
	"math"
	"testing"
)

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
