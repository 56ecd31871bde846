package regress

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Logistic is GLM for two outcomes with the logit link, P(yᵢ = 1) = 1/(1+e^(−xᵢ·β)). y is 0 or 1; weights are frequencies.
func Logistic(d *Design, y []float64, o Options) (*Fit, error) {
	return GLM(d, y, Model{Distribution: Binomial}, o)
}

// LogisticFrom is Logistic on rows that are never held together: GLMFrom.
func LogisticFrom(s Source, o Options) (*Fit, error) {
	return GLMFrom(s, Model{Distribution: Binomial}, o)
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
