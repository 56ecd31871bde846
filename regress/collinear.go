package regress

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"mainstay/internal/num"
)

// dependence says that a column is (numerically) a linear combination of others.
type dependence struct {
	col int
	on  []int // columns of the design; none: the column is zero
}

// telling is the size a coefficient of a linear combination must have, against the largest, for
// its column to be named.
const telling = 1e-6

// depends solves R z = r for the kept columns and names those that matter. r is upper
// triangular by rows: upper(a, b) for a ≤ b < len(kept).
func depends(col int, kept []int, upper func(a, b int) float64, r []float64) dependence {
	z := append([]float64(nil), r[:len(kept)]...)
	size := 0.0
	for a := len(z) - 1; a >= 0; a-- {
		for b := a + 1; b < len(z); b++ {
			z[a] -= upper(a, b) * z[b]
		}
		z[a] /= upper(a, a)
		size = max(size, math.Abs(z[a]))
	}
	out := dependence{col: col}
	for a, j := range kept {
		if math.Abs(z[a]) > telling*size {
			out.on = append(out.on, j)
		}
	}
	return out
}

// flat is the dependence of a column that does not vary.
func (fr *frame) flat(col int) dependence {
	if fr.ones >= 0 && fr.largest[col] > 0 {
		return dependence{col, []int{fr.ones}}
	}
	return dependence{col: col}
}

// warnDropped records dropped columns in the fit, by name.
func (f *Fit) warnDropped(dropped []dependence) {
	for _, d := range dropped {
		name := f.Names[d.col]
		f.Dropped = append(f.Dropped, name)
		why := fmt.Sprintf("column %q is zero in every row", name)
		if len(d.on) > 0 {
			names := make([]string, len(d.on))
			for i, j := range d.on {
				names[i] = f.Names[j]
			}
			why = fmt.Sprintf("column %q is determined by %s", name, quoted(names))
		}
		f.Certificate.Warn(num.WarnCollinear, why+": it was dropped, its coefficient is 0; leave one of these columns out")
	}
}

func quoted(names []string) string {
	q := make([]string, len(names))
	for i, n := range names {
		q[i] = fmt.Sprintf("%q", n)
	}
	return strings.Join(q, ", ")
}

func sortDependences(d []dependence) []dependence {
	sort.Slice(d, func(a, b int) bool { return d[a].col < d[b].col })
	return d
}
