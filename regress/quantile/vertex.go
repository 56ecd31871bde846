package quantile

import (
	"math"

	"mainstay/internal/num"
	"mainstay/regress"

	"gonum.org/v1/gonum/mat"
)

// refinements of the solution; each takes as many digits off the error as the rows have left.
const refinements = 4

// vertex solves xᵢ·β = yᵢ for the rows of the basis, in the units of the design, by LU and iterative refinement with
// residuals of twice the precision (Golub & Van Loan 2013, §3.5.3); β is 0 for dropped columns.
func vertex(d *regress.Design, y []float64, p *problem, basis []int) []float64 {
	k := p.k
	b := mat.NewDense(k, k, nil) // columns scaled
	for r, i := range basis {
		for a, j := range p.cols {
			b.Set(r, a, d.Row(i)[j]/p.size(a))
		}
	}
	var lu mat.LU
	lu.Factorize(b)
	beta := make([]float64, len(d.Names))
	rest, step := mat.NewVecDense(k, nil), mat.NewVecDense(k, nil)
	for range refinements {
		for r, i := range basis {
			var e num.Adder
			e.Add(y[i])
			for _, j := range p.cols {
				e.AddProduct(-d.Row(i)[j], beta[j])
			}
			rest.SetVec(r, e.Sum())
		}
		_ = lu.SolveVecTo(step, false, rest) // an ill-conditioned basis still gives a step
		for a, j := range p.cols {
			if v := step.AtVec(a) / p.size(a); !math.IsNaN(v) && !math.IsInf(v, 0) {
				beta[j] += v
			}
		}
	}
	return beta
}

// size is about how large the values of a column are.
func (p *problem) size(a int) float64 { return math.Hypot(p.mean[a], p.scale[a]) }
