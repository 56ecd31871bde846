package regress

import (
	"testing"

	"pgregory.net/rapid"
)

// Whatever the input, a fit is an error or finite numbers: no panic, no NaN, no infinity.
func TestWildInput(t *testing.T) {
	wild := []float64{0, 0, 1, 1, -1, 2, 3.5, 1e9, 1e9 + 1, -1e9, 1e-9, 1e40, -1e40, 1e-40, 1e99, -1e99, 1e-99, 1e-300, 0.1, 0.3}
	rapid.Check(t, func(t *rapid.T) {
		n, k := rapid.IntRange(1, 12).Draw(t, "n"), rapid.IntRange(1, 5).Draw(t, "k")
		d := &Design{Names: []string{"a", "b", "c", "d", "e"}[:k]}
		var y, w, binary, positive []float64
		var cluster []int32
		for range n {
			for range k {
				d.X = append(d.X, rapid.SampledFrom(wild).Draw(t, "x"))
			}
			y = append(y, rapid.SampledFrom(wild).Draw(t, "y"))
			w = append(w, rapid.SampledFrom([]float64{0, 1, 1, 2, 1e-90, 1e90}).Draw(t, "w"))
			positive = append(positive, rapid.SampledFrom([]float64{0, 1, 1, 2, 7, 1e6, 1e30}).Draw(t, "count"))
			binary = append(binary, float64(rapid.IntRange(0, 1).Draw(t, "event")))
			cluster = append(cluster, rapid.Int32Range(0, 4).Draw(t, "cluster"))
		}
		for _, o := range []Options{{}, {Weights: w}, {Cluster: cluster}, {Weights: w, Cluster: cluster, Threads: 2}, {Offset: y}, {Offset: y, Weights: w, HC: HC3}} {
			line, err := LeastSquares(d, y, o)
			check(t, line, err)
			odds, err := Logistic(d, binary, o)
			check(t, odds, err)
			shrunk, err := Ridge(d, y, 2, o)
			check(t, shrunk, err)
			for _, m := range []Model{{Distribution: Binomial, Link: Probit}, {Distribution: Binomial, Link: Cloglog}, {Distribution: Poisson},
				{Distribution: NegativeBinomial}, {Distribution: Gamma}, {Distribution: Gamma, Link: Log}, {Distribution: Tweedie, Power: 1.5}} {
				response := positive
				if m.Distribution == Binomial {
					response = binary
				}
				f, err := GLM(d, response, m, o)
				check(t, f, err)
			}
		}
	})
}

func check(t *rapid.T, f *Fit, err error) {
	if err != nil {
		return
	}
	if _, e := f.checked(); e != nil {
		t.Fatalf("not finite: %+v", f)
	}
	if !f.Certificate.Certified() && len(f.Certificate.Warnings) == 0 {
		t.Fatalf("refused without a reason: %+v", f.Certificate)
	}
}
