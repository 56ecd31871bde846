package survival

import (
	"fmt"
	"math"
	"strings"

	"mainstay/internal/num"
	"mainstay/regress"

	"gonum.org/v1/gonum/mat"
)

// gramCollinearity is the share of its spread within the sets at risk that a column must keep once earlier columns are taken out, and the share
// of its spread over all rows that must lie within them. Product matrices hold squares, which rounding leaves to about 1e-15.
const gramCollinearity = 1e-6

// telling is the size a term of a combination must have, against the largest, for its column to be named.
const telling = 1e-6

// chooseColumns leaves out the columns that do not vary within any set at risk, and those that earlier ones determine there, and
// returns the null point of the others.
func (f *CoxFit) chooseColumns(d *regress.Design) point {
	w := f.w
	for j, s := range w.scale {
		if s == 0 {
			drop(&f.Fit, d.Names[j], "does not vary")
		}
	}
	null := w.evaluate(make([]float64, w.k))
	kept := independent(&f.Fit, w.columns, null.info, w.eventWeight(), "does not vary among those at risk together")
	if len(kept) == w.k {
		return null
	}
	w.only(kept)
	return w.evaluate(make([]float64, w.k))
}

// drop records a column that is left out.
func drop(f *regress.Fit, name, why string) {
	f.Dropped = append(f.Dropped, name)
	f.Certificate.Warn(num.WarnCollinear, fmt.Sprintf("column %q %s: it was dropped, its coefficient is 0; leave it out", name, why))
}

// independent factorises a product matrix of the columns (numbers in the design), summed over a weight of total, in their order, and lists the positions of
// those that are kept. flat says why a column without a square is not.
func independent(f *regress.Fit, columns []int, products *mat.SymDense, total float64, flat string) (kept []int) {
	var upper [][]float64 // by kept column, its column of the Cholesky factor
	for c, j := range columns {
		length := products.At(c, c)
		if !(length > gramCollinearity*gramCollinearity*total) {
			drop(f, f.Names[j], flat)
			continue
		}
		r, rest := make([]float64, len(kept)+1), length
		for p, other := range kept {
			v := products.At(other, c)
			for q := range p {
				v -= upper[p][q] * r[q]
			}
			r[p] = v / upper[p][p]
			rest -= r[p] * r[p]
		}
		if !(rest > gramCollinearity*gramCollinearity*length) {
			var names []string
			for _, a := range causes(upper, r) {
				names = append(names, fmt.Sprintf("%q", f.Names[columns[kept[a]]]))
			}
			drop(f, f.Names[j], "is determined by "+strings.Join(names, ", "))
			continue
		}
		r[len(kept)] = math.Sqrt(rest)
		upper, kept = append(upper, r), append(kept, c)
	}
	return kept
}

// causes lists the kept columns of which r is a combination.
func causes(upper [][]float64, r []float64) (at []int) {
	share, most := append([]float64(nil), r[:len(upper)]...), 0.0
	for a := len(share) - 1; a >= 0; a-- {
		for b := a + 1; b < len(share); b++ {
			share[a] -= upper[b][a] * share[b]
		}
		share[a] /= upper[a][a]
		most = max(most, math.Abs(share[a]))
	}
	for a, s := range share {
		if math.Abs(s) > telling*most {
			at = append(at, a)
		}
	}
	return at
}
