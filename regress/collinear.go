package regress

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// dependence says that a column is (numerically) a linear combination of others, in the
// coordinates of the frame: z_col = Σ share_a z_on[a].
type dependence struct {
	col   int
	on    []int // columns of the design; none for a column that does not vary
	share []float64
}

// depends solves R·share = r for the kept columns. R is upper triangular: upper(a, b) for
// a ≤ b < len(kept).
func depends(col int, kept []int, upper func(a, b int) float64, r []float64) dependence {
	z := append([]float64(nil), r[:len(kept)]...)
	for a := len(z) - 1; a >= 0; a-- {
		for b := a + 1; b < len(z); b++ {
			z[a] -= upper(a, b) * z[b]
		}
		z[a] /= upper(a, a)
	}
	return dependence{col, append([]int(nil), kept...), z}
}

func sortDependences(d []dependence) []dependence {
	sort.Slice(d, func(a, b int) bool { return d[a].col < d[b].col })
	return d
}

// telling is the size a term of a linear combination must have, against the largest, for its
// column to be named.
const telling = 1e-6

// causes are the columns that determine d.col, ascending. A constant column is one of them when
// the combination has an offset: mean_col ≠ Σ share_a · scale_col/scale_a · mean_a.
func (fr *frame) causes(d dependence) []int {
	var cols []int
	size := 0.0
	for _, s := range d.share {
		size = max(size, math.Abs(s))
	}
	offset, terms := fr.mean[d.col], math.Abs(fr.mean[d.col])
	for a, j := range d.on {
		if j == fr.ones || !(math.Abs(d.share[a]) > telling*size) {
			continue
		}
		cols = append(cols, j)
		mean := d.share[a] * fr.scale[d.col] / fr.scale[j] * fr.mean[j]
		offset, terms = offset-mean, terms+math.Abs(mean)
	}
	if fr.ones >= 0 && math.Abs(offset) > telling*terms {
		cols = append(cols, fr.ones)
	}
	sort.Ints(cols)
	return cols
}

// warnDropped records dropped columns in the fit, by name.
func (f *Fit) warnDropped(fr *frame, dropped []dependence) {
	for _, d := range dropped {
		name := f.Names[d.col]
		f.Dropped = append(f.Dropped, name)
		why := fmt.Sprintf("column %q is zero in every row", name)
		if on := fr.causes(d); len(on) > 0 {
			names := make([]string, len(on))
			for i, j := range on {
				names[i] = f.Names[j]
			}
			why = fmt.Sprintf("column %q is determined by %s", name, quoted(names))
		}
		f.Certificate.Warn(num.WarnCollinear, why+": it was dropped, its coefficient is 0; leave one of these columns out")
	}
}

// quoted are names in a message, of many only the first.
func quoted(names []string) string {
	const most = 10
	q := make([]string, 0, most+1)
	for i, n := range names {
		if i == most && len(names) > most+1 {
			return strings.Join(q, ", ") + fmt.Sprintf(" and %d more", len(names)-most)
		}
		q = append(q, fmt.Sprintf("%q", n))
	}
	return strings.Join(q, ", ")
}

// chooseColumns sets m.cols (and m.longest) to the columns that are not determined by earlier ones, from an
// in-order Cholesky factorisation of the weighted correlation matrix Z'WZ/Σw.
func (m *glm) chooseColumns() (dropped []dependence) {
	for _, j := range m.fr.order() {
		if m.fr.scale[j] == 0 {
			dropped = append(dropped, dependence{col: j})
		} else {
			m.cols = append(m.cols, j)
		}
	}
	if len(m.cols) == 0 {
		return dropped
	}
	p := m.crossProducts()
	m.longest = p.longest
	kept, more := choleskyInOrder(unpack(p.gram, len(m.cols)), m.total, m.cols)
	m.cols = kept
	return sortDependences(append(dropped, more...))
}

// gramCollinearity is the share of its length that a column must keep, once earlier columns
// are taken out. A cross-product matrix holds squares, so it resolves the root of what
// factorise does: rounding leaves about 1e-15 of the square.
const gramCollinearity = 1e-6

// choleskyInOrder factorises g/total = R'R, setting aside the columns whose remaining square
// falls to gramCollinearity² or below.
func choleskyInOrder(g *mat.SymDense, total float64, ids []int) (kept []int, dropped []dependence) {
	var upper [][]float64 // column p of R
	var where []int       // position in ids
	for c, id := range ids {
		r := make([]float64, len(kept)+1)
		rest := g.At(c, c) / total
		length := rest
		for p := range kept {
			v := g.At(where[p], c) / total
			for q := range p {
				v -= upper[p][q] * r[q]
			}
			r[p] = v / upper[p][p]
			rest -= r[p] * r[p]
		}
		if !(rest > gramCollinearity*gramCollinearity*length) {
			dropped = append(dropped, depends(id, kept, func(a, b int) float64 { return upper[b][a] }, r))
			continue
		}
		r[len(kept)] = math.Sqrt(rest)
		upper, where, kept = append(upper, r), append(where, c), append(kept, id)
	}
	return kept, dropped
}
