package regress

import (
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// StandardErrors are those of Coef: robust where present, else model-based; 0 for dropped
// columns and for a refused fit.
func (f *Fit) StandardErrors() []float64 {
	return standardErrors(f.SE, f.Robust)
}

// standardErrors is a copy of the model's, or √diag of the robust covariance where there is one.
func standardErrors(model []float64, robust *mat.SymDense) []float64 {
	se := append([]float64(nil), model...)
	if robust != nil {
		for j := range se {
			se[j] = math.Sqrt(max(robust.At(j, j), 0))
		}
	}
	return se
}

// Linear is η = x·β, to which an offset is yet to be added, and its standard error √(x'Vx), V the robust covariance where present,
// else the model-based one. x has one value per column of the design, the intercept and
// dropped columns included. NaN, NaN when the fit is refused, or x is of another length or
// not finite.
func (f *Fit) Linear(x []float64) (eta, se float64) {
	if !f.Certificate.Certified() || len(x) != len(f.Coef) {
		return math.NaN(), math.NaN()
	}
	cov := f.Cov
	if f.Robust != nil {
		cov = f.Robust
	}
	var sum num.Adder
	for j, v := range x {
		sum.AddProduct(v, f.Coef[j])
	}
	eta = sum.Sum()
	v := mat.NewVecDense(len(x), x)
	variance := mat.Inner(v, cov, v)
	if math.IsNaN(eta) || math.IsInf(eta, 0) || math.IsNaN(variance) || math.IsInf(variance, 0) {
		return math.NaN(), math.NaN()
	}
	return eta, math.Sqrt(max(variance, 0)) // rounding can take a zero variance below 0
}

// Probability is that of the event by a binomial fit (or Firth's) with an interval at level (for example 0.95), by the
// delta method on the scale of the link, which stays inside (0, 1); of the logit link
//
//	p = 1/(1+e^−η),   low, high = 1/(1+e^−(η ∓ z·se)),   z = Φ⁻¹((1+level)/2)
//
// (Hosmer, Lemeshow & Sturdivant 2013, Applied Logistic Regression, §2.6). NaN where Linear
// is, and for a level outside (0, 1).
func (f *Fit) Probability(x []float64, level float64) (p, low, high float64) {
	eta, se := f.Linear(x)
	z := num.ZLevel(level)
	if math.IsNaN(z) {
		return math.NaN(), math.NaN(), math.NaN()
	}
	mean := num.Expit
	if f.Model != nil && f.Model.link() != Logit {
		mean = f.Model.Mean
	}
	return mean(eta), mean(eta - z*se), mean(eta + z*se)
}

// UnitDeviance is that of a response y with mean mu by a certified GLM, with its θ or p:
// 2(log-likelihood at μ = y − at mu) at dispersion 1. +Inf where y cannot come of mu.
func (f *Fit) UnitDeviance(y, mu float64) float64 { return unitDeviance(f.glm.law, y, mu) }

// UnitDeviance is that of a response y with mean mu, as that of a fit; θ or p must be given.
func (m Model) UnitDeviance(y, mu float64) float64 { return unitDeviance(m.law(), y, mu) }

func unitDeviance(l law, y, mu float64) float64 {
	loglik, _, _ := l.row(l.link(mu), y)
	return -2 * loglik
}
