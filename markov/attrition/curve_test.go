package attrition

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// Curves are what they interpolate, to 1e-10, whatever the parameters.
func TestCurves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.SampledFrom([]Model{BGNBD, MBGNBD, MBGCNBD}).Draw(t, "model")
		p, x, _, end := drawn(t, m)
		l := &bg{k: 1, first: m != BGNBD}
		if m == MBGCNBD {
			l.k = rapid.IntRange(2, 4).Draw(t, "k")
		}
		if rapid.IntRange(0, 9).Draw(t, "heavy") == 0 {
			x *= 100
		}
		q := Questions{Horizon: rapid.Float64Range(0.1, 100).Draw(t, "t"), Rate: math.Exp(rapid.Float64Range(-9, 0).Draw(t, "log δ"))}
		v := math.Log(p[bgAlpha] + end)
		c := l.curve(&p, x, panelOf(v), &q)
		if c == nil {
			t.Fatal("no curve")
		}
		values := make([]float64, 2*c.width)
		c.at(v, values)
		var w work
		for s := range l.k {
			for i, want := range []slope{l.expectedFrom(&p, x, s, end, q.Horizon), l.residualFrom(&w, &p, x, s, end, q.Rate)} {
				got := c.slope(values, s, i)
				level, slant := 1e-10, 1e-9
				if i == 0 && (l.bySum(&p) || p[bgA]+p[bgB]+l.occasions(x) < 1.1) { // long sums, with derivatives by differences of them: themselves no better
					level, slant = 1e-8, 1e-4
				}
				if math.Abs(got.v-want.v) > level {
					t.Fatalf("function %d of stage %d: %v, want %v", i, s, got.v, want.v)
				}
				for j := range want.g {
					if math.Abs(got.g[j]-want.g[j])*p[j] > slant*(1+math.Abs(want.g[j])*p[j]) {
						t.Fatalf("function %d of stage %d, derivative %d: %v, want %v", i, s, j, got.g[j], want.g[j])
					}
				}
			}
		}
	})
}

// Scores are what is said of each customer by itself, covariates or not, in any order.
func TestScoresAreThoseOfEach(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 2))
	for _, c := range []struct {
		m    Model
		k    int
		with bool
	}{{BGNBD, 1, false}, {MBGNBD, 1, true}, {MBGCNBD, 3, false}, {ParetoNBD, 1, false}, {BGBB, 1, false}} {
		const n = 3000
		p := [most]float64{.8, 6, .9, 2.5}
		var z []float64
		if c.with {
			for range n {
				z = append(z, math.Round(2*rng.Float64()))
			}
		}
		d, _, _, _ := simulated(rng, c.m, c.k, n, p, z)
		if c.m == BGBB {
			d = periods(n)
		}
		if c.with {
			d.Purchase, d.Dropout = [][]float64{z}, [][]float64{z}
		}
		f := estimate(t, c.m, d, Options{K: c.k})
		q := Questions{Horizon: 12, Rate: .004, Level: .9, Threads: 2}
		scores, err := f.Scores(d, q)
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range scores {
			if i%7 > 0 {
				continue
			}
			row := d.Row(i)
			for j, pair := range [][2]Estimate{{s.Alive, f.Alive(row, .9)}, {s.Expected, f.Expected(row, 12, .9)}, {s.Residual, f.Residual(row, .004, .9)}} {
				got, want := pair[0], pair[1]
				for k, v := range [][2]float64{{got.Value, want.Value}, {got.SE, want.SE}, {got.Low, want.Low}, {got.High, want.High}} {
					if !(math.Abs(v[0]-v[1]) <= []float64{1e-10, 1e-6, 1e-6, 1e-6}[k]*math.Abs(v[1])) && !(math.IsNaN(v[0]) && math.IsNaN(v[1])) {
						t.Fatalf("%s, customer %d, figure %d: %+v, want %+v", c.m, i, j, got, want)
					}
				}
			}
		}
	}
}
