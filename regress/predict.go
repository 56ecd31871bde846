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
	cov := f.Covariance()
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

// Covariance is that of the coefficients: the robust one where there is one, else the model-based one. It is the fit's own.
func (f *Fit) Covariance() *mat.SymDense {
	if f.Robust != nil {
		return f.Robust
	}
	return f.Cov
}

// Prediction is a mean with its standard error and interval. NaN where undefined.
type Prediction struct{ Value, SE, Low, High float64 }

// Predict is the mean of a response with the columns x and an offset, by the delta method on the scale of the link, η = x·β + offset,
//
//	μ = g⁻¹(η),   SE = |dμ/dη|·se(η),   low, high = g⁻¹(η ∓ width·se(η)),
//
// so that the interval stays where means can lie: the interval of the mean, not of a response. width is a quantile of the normal distribution, or of Student's
// where the dispersion is estimated. Of least squares the link is the identity, of Firth's regression the logit. NaN where Linear is, for a mean that
// the link does not know (inverse), and for a width that is not above 0.
//
// Source: McCullagh & Nelder 1989, §2.5; R's predict.glm(se.fit = TRUE); Hosmer, Lemeshow & Sturdivant 2013, §2.6.
func (f *Fit) Predict(x []float64, offset, width float64) Prediction {
	nan := math.NaN()
	eta, se := f.Linear(x)
	if eta += offset; math.IsNaN(eta) || math.IsInf(eta, 0) || !(width > 0) {
		return Prediction{nan, nan, nan, nan}
	}
	mean := func(eta float64) (mu, slope float64) { return eta, 1 }
	switch {
	case f.Model != nil:
		mean = f.Model.meanSlope
	case f.line == nil: // Firth's
		mean = Model{Distribution: Binomial}.meanSlope
	}
	mu, slope := mean(eta)
	low, _ := mean(eta - width*se)
	high, _ := mean(eta + width*se)
	if low > high {
		low, high = high, low
	}
	if math.IsNaN(low) || math.IsNaN(high) || math.IsInf(high, 0) { // an interval that crosses where the link ends has no end there
		low, high = nan, nan
	}
	return Prediction{mu, math.Abs(slope) * se, low, high}
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
