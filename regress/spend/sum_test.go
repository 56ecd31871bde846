package spend

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// The error of a sum is that of its derivatives by the logarithms of p, q and γ, here by differences; who the model says nothing of is left out.
func TestSumSE(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 9))
	n := 400
	x, m, w := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range x {
		x[i], w[i] = float64(i%5), rng.Float64()*3
		if x[i] > 0 {
			m[i] = 30 * math.Exp(rng.NormFloat64()*.5)
		}
	}
	m[1], w[2] = 0, math.NaN()
	f, err := GammaGamma(x, m, Options{Level: .95})
	if err != nil || !f.Certificate.Certified() {
		t.Fatal(err, f.Certificate)
	}
	sum := func(d [3]float64) (out float64) {
		g := *f
		g.P, g.Q, g.Gamma = f.P*math.Exp(d[0]), f.Q*math.Exp(d[1]), f.Gamma*math.Exp(d[2])
		for i := range x {
			if v := w[i] * g.Conditional(x[i], m[i], .95).Mean; !math.IsNaN(v) {
				out += v
			}
		}
		return out
	}
	var by []float64
	for k := range 3 {
		const h = 1e-5
		var up, down [3]float64
		up[k], down[k] = h, -h
		by = append(by, (sum(up)-sum(down))/(2*h))
	}
	if got, want := f.SumSE(x, m, w), f.deviation(by); !(math.Abs(got/want-1) < 1e-6) {
		t.Errorf("%v, want %v", got, want)
	}
	if refused := (&Fit{}); !math.IsNaN(refused.SumSE(x, m, w)) {
		t.Error("a refused fit has an error")
	}
}

// ConditionalMean is Conditional's Mean to the last bit, NaN where that is.
func TestConditionalMeanIsThatOfConditional(t *testing.T) {
	f := &Fit{P: 6.25, Q: .9, Gamma: 15.4, LogCov: mat.NewSymDense(3, nil)}
	f.Certificate.Converged, f.Certificate.InfoPosDef = true, true
	if !f.Certificate.Certified() {
		t.Fatal("not certified")
	}
	for _, x := range []float64{-1, 0, 1, 2, 100, 1e5, math.Inf(1), math.NaN()} {
		for _, m := range []float64{-1, 0, 1e-9, 35, 1e100, 1e101, math.NaN()} {
			got, want := f.ConditionalMean(x, m), f.Conditional(x, m, .95).Mean
			if got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
				t.Errorf("x %v, m %v: %v, want %v", x, m, got, want)
			}
		}
	}
	if !math.IsNaN((&Fit{}).ConditionalMean(1, 35)) {
		t.Error("a refused fit has a mean")
	}
}
