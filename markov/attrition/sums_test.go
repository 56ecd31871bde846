package attrition

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The error of a sum is √(G′VG) with G the derivatives of the sum by every coordinate: here by differences of refitted sums. One thread or three, the same bytes.
func TestSums(t *testing.T) {
	for _, m := range []Model{MBGNBD, BGNBD, ParetoNBD, NBD} {
		rng := rand.New(rand.NewPCG(8, 2))
		z := make([]float64, 600)
		for i := range z {
			z[i] = float64(i % 3)
		}
		p := [most]float64{.9, 6, .8, 2.5}
		if m == ParetoNBD {
			p = [most]float64{.9, 6, .7, 12}
		}
		d, _, _, _ := simulated(rng, m, 1, len(z), p, nil)
		if m != BGNBD { // without covariates from curves
			if d.Purchase = [][]float64{z}; m != NBD {
				d.Dropout = [][]float64{z}
			}
		}
		f, err := FitModel(m, d, Options{})
		if err != nil || !f.Certificate.Certified() {
			t.Fatal(m, err, f.Certificate)
		}
		money := make([]float64, len(z))
		for i := range money {
			if money[i] = 10 + float64(i%7); i%50 == 0 {
				money[i] = math.NaN()
			}
		}
		q := Questions{Horizon: 26, Rate: .002, Level: .95}
		scores, sums, err := f.Summed(d, q, money)
		if err != nil {
			t.Fatal(err)
		}
		q.Threads = 3
		if _, again, _ := f.Summed(d, q, money); *again != *sums {
			t.Errorf("%s: %+v with three threads, %+v with one", m, again, sums)
		}
		of := func(f *Fit) (out [sumsOf]float64) {
			scores, err := f.Scores(d, q)
			if err != nil {
				t.Fatal(err)
			}
			for i, s := range scores {
				for k, v := range []float64{s.Alive.Value, s.Expected.Value, s.Residual.Value} {
					if out[k] += v; k > 0 && !math.IsNaN(money[i]) {
						out[k+2] += v * money[i]
					}
				}
			}
			return out
		}
		const h = 1e-5
		n := f.LogCov.SymmetricDim()
		by := make([][sumsOf]float64, n)
		for j := range n {
			moved := func(h float64) [sumsOf]float64 {
				g := *f
				g.Params, g.Coefficients = append([]float64{}, f.Params...), append([]float64{}, f.Coefficients...)
				if j < len(f.Params) {
					g.Params[j] *= math.Exp(h)
				} else {
					g.Coefficients[j-len(f.Params)] += h
				}
				return of(&g)
			}
			up, down := moved(h), moved(-h)
			for k := range by[j] {
				by[j][k] = (up[k] - down[k]) / (2 * h)
			}
		}
		value := of(f)
		for k, e := range []Estimate{sums.Alive, sums.Expected, sums.Residual, sums.Value, sums.Worth} {
			variance := 0.0
			for i := range n {
				for j := range n {
					variance += by[i][k] * by[j][k] * f.LogCov.At(i, j)
				}
			}
			if se := math.Sqrt(variance); math.Abs(e.Value/value[k]-1) > 1e-12 || math.Abs(e.SE-se) > 1e-5*se || se > 0 && !(e.Low < e.Value && e.Value < e.High) {
				t.Errorf("%s, sum %d: %+v, want %v ± %v", m, k, e, value[k], se)
			}
		}
		if len(scores) != len(z) {
			t.Error(len(scores))
		}
	}
}
