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
			f.drop(d.Names[j], "does not vary")
		}
	}
	null := w.evaluate(make([]float64, w.k))
	kept := f.independent(d, null.info)
	if len(kept) == w.k {
		return null
	}
	w.only(kept)
	return w.evaluate(make([]float64, w.k))
}

func (f *CoxFit) drop(name, why string) {
	f.Dropped = append(f.Dropped, name)
	f.Certificate.Warn(num.WarnCollinear, fmt.Sprintf("column %q %s: it was dropped, its coefficient is 0; leave it out", name, why))
}

// independent factorises the information in the order of the columns and lists those that are kept.
func (f *CoxFit) independent(d *regress.Design, info *mat.SymDense) (kept []int) {
	w, total := f.w, f.w.eventWeight()
	var upper [][]float64 // by kept column, its column of the Cholesky factor
	for c, j := range w.columns {
		length := info.At(c, c)
		if !(length > gramCollinearity*gramCollinearity*total) {
			f.drop(d.Names[j], "does not vary among those at risk together")
			continue
		}
		r, rest := make([]float64, len(kept)+1), length
		for p, other := range kept {
			v := info.At(other, c)
			for q := range p {
				v -= upper[p][q] * r[q]
			}
			r[p] = v / upper[p][p]
			rest -= r[p] * r[p]
		}
		if !(rest > gramCollinearity*gramCollinearity*length) {
			f.drop(d.Names[j], "is determined by "+strings.Join(f.causes(d, kept, upper, r), ", "))
			continue
		}
		r[len(kept)] = math.Sqrt(rest)
		upper, kept = append(upper, r), append(kept, c)
	}
	return kept
}

// causes names the kept columns of which r is a combination.
func (f *CoxFit) causes(d *regress.Design, kept []int, upper [][]float64, r []float64) (names []string) {
	share, most := append([]float64(nil), r[:len(kept)]...), 0.0
	for a := len(share) - 1; a >= 0; a-- {
		for b := a + 1; b < len(share); b++ {
			share[a] -= upper[b][a] * share[b]
		}
		share[a] /= upper[a][a]
		most = max(most, math.Abs(share[a]))
	}
	for a, s := range share {
		if math.Abs(s) > telling*most {
			names = append(names, fmt.Sprintf("%q", d.Names[f.w.columns[kept[a]]]))
		}
	}
	return names
}
