package spend

import (
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mathext"
)

// Conditional is what purchases of a customer are worth on average, given those seen.
type Conditional struct {
	Mean      float64 // expected; NaN where it is infinite
	SE        float64 // of Mean, from the uncertainty of the parameters (delta method)
	Low, High float64 // interval of Mean, on the log scale
	OwnLow    float64 // the customer's own mean lies between these with the probability given:
	OwnHigh   float64 // quantiles of p/ν, parameters taken as known
}

// Conditional is, for a customer with x purchases of mean m,
//
//	E(M | x, m) = p(γ + mx)/(px + q − 1),
//
// a weighted mean of m and the mean of all customers; with x = 0 (m is not looked at) that of all. Since ν given the
// purchases is Gamma with shape px + q and rate γ + mx, the customer's own mean p/ν lies between its quantiles. NaN for a
// refused fit, for arguments the model does not know, and for a level outside (0, 1).
//
// Source: Fader, Hardie & Lee 2005, eq. 11; Fader & Hardie 2013, note 025, eq. 5.
func (f *Fit) Conditional(x, m, level float64) Conditional {
	nan := math.NaN()
	out := Conditional{nan, nan, nan, nan, nan, nan}
	shape, rate := f.posterior(x, m)
	if math.IsNaN(shape) || !(level > 0 && level < 1) {
		return out
	}
	tail := (1 - level) / 2
	out.OwnLow, out.OwnHigh = f.P*rate/mathext.GammaIncRegInv(shape, 1-tail), f.P*rate/mathext.GammaIncRegInv(shape, tail)
	if shape <= 1 {
		return out
	}
	out.Mean = f.P * rate / (shape - 1)
	by := f.slopes(x, rate)
	se := f.deviation(by[:])
	half := num.ZLevel(level) * se
	out.SE, out.Low, out.High = out.Mean*se, out.Mean*math.Exp(-half), out.Mean*math.Exp(half)
	return out
}

// ConditionalMean is the Mean of Conditional alone, for a small part of its price: the customer's own interval needs quantiles.
func (f *Fit) ConditionalMean(x, m float64) float64 {
	shape, rate := f.posterior(x, m)
	if !(shape > 1) {
		return math.NaN()
	}
	return f.P * rate / (shape - 1)
}

// posterior is the shape and rate of the Gamma distribution of ν given the purchases; NaN for a refused fit and for what the model does not know.
func (f *Fit) posterior(x, m float64) (shape, rate float64) {
	if !f.Certificate.Certified() || !(x >= 0) || math.IsInf(x, 0) || x > 0 && !(m > 0 && m <= 1e100) {
		return math.NaN(), math.NaN()
	}
	z := 0.0
	if x > 0 {
		z = m * x
	}
	return f.P*x + f.Q, f.Gamma + z
}

// slopes are the derivatives of the logarithm of Mean by those of p, q and γ; rate is γ + m x.
func (f *Fit) slopes(x, rate float64) [3]float64 {
	below := f.P*x + f.Q - 1
	return [3]float64{1 - f.P*x/below, -f.Q / below, f.Gamma / rate}
}

// SumSE is the standard error of Σ weight × Mean over customers with x purchases of mean m each, from the uncertainty of the parameters, which all share (delta method). Customers whose Mean is NaN are left out; NaN for a
// refused fit.
func (f *Fit) SumSE(x, m, weight []float64) float64 {
	if !f.Certificate.Certified() {
		return math.NaN()
	}
	var sums [3]num.Adder
	for i := range x {
		mean := f.ConditionalMean(x[i], m[i])
		if math.IsNaN(mean) || !(math.Abs(weight[i]) < math.Inf(1)) {
			continue
		}
		_, rate := f.posterior(x[i], m[i])
		for k, by := range f.slopes(x[i], rate) {
			sums[k].AddProduct(weight[i]*mean, by)
		}
	}
	return f.deviation([]float64{sums[0].Sum(), sums[1].Sum(), sums[2].Sum()})
}
