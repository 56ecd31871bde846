package survival

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// addTests fills in the tests that all coefficients are 0: the likelihood ratio 2(ℓ(β̂) − ℓ(0)), Wald's β̂'V⁻¹β̂ and the score test U(0)'I(0)⁻¹U(0).
func (f *CoxFit) addTests(null point) {
	k := f.w.k
	if k == 0 {
		none := chiSquare(math.NaN(), 0)
		f.Ratio, f.Wald, f.Score = none, none, none
		return
	}
	f.Ratio = chiSquare(2*(f.Certificate.LogLik-null.loglik), k)
	step, ok := newton(null)
	score := math.NaN()
	if ok {
		score = mat.Dot(mat.NewVecDense(k, step), mat.NewVecDense(k, null.score))
	}
	f.Score = chiSquare(score, k)
	f.Wald = chiSquare(f.wald(), k)
}

// wald is β'V⁻¹β with the robust covariance where there is one; NaN where that is singular, as with few clusters.
func (f *CoxFit) wald() float64 {
	v := f.Cov
	if f.Robust != nil {
		v = f.Robust
	}
	k := f.w.k
	unit, b := mat.NewSymDense(k, nil), mat.NewVecDense(k, nil)
	for a, i := range f.w.columns { // scaled to a unit diagonal
		si := math.Sqrt(v.At(i, i))
		b.SetVec(a, f.Coef[i]/si)
		for c, j := range f.w.columns[:a+1] {
			unit.SetSym(a, c, v.At(i, j)/(si*math.Sqrt(v.At(j, j))))
		}
	}
	var chol mat.Cholesky
	x := mat.NewVecDense(k, nil)
	const worst = 1e12 // beyond, the covariance is singular but for rounding
	if !chol.Factorize(unit) || chol.Cond() > worst || chol.SolveVecTo(x, b) != nil {
		return math.NaN()
	}
	return mat.Dot(x, b)
}
