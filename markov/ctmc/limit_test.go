package ctmc

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// looks are customers of three states, looked at once a unit of time; rates are those of the model at the covariates x.
func looks(r *rand.Rand, m *Model, customers int, draw func() []float64, rates func(x []float64) []float64) *Data {
	d := &Data{}
	for range customers {
		x := draw()
		d.X = append(d.X, x)
		at := r.IntN(2)
		for range 8 {
			from, left := at, 1.0
			for {
				total := 0.0
				out := rates(x)
				for i := range out {
					if m.Rates[i].From != at {
						out[i] = 0
					}
					total += out[i]
				}
				left -= r.ExpFloat64() / total // total 0: for ever
				if !(left > 0) {
					break
				}
				u, i := r.Float64()*total, 0
				for u -= out[0]; u >= 0 && i+1 < len(out); u -= out[i] {
					i++
				}
				at = m.Rates[i].To
			}
			d.Intervals = append(d.Intervals, Interval{From: from, To: at, Time: 1, X: len(d.X) - 1})
			if at == 2 {
				break
			}
		}
	}
	return d
}

func threeStates(covariates ...string) *Model {
	m := &Model{States: []string{"a", "b", "c"}, Rates: []Rate{{0, 1}, {1, 0}, {1, 2}}, Covariates: covariates}
	every(m)
	return m
}

// Moves that happen at one of two values of a covariate only have a coefficient that tends to +∞ or −∞; with a coefficient for each move the
// likelihood falls apart into one of each value, of which that without such moves is fitted without them.
func TestLimits(t *testing.T) {
	for _, never := range []float64{0, 1} {
		r := rand.New(rand.NewPCG(7, uint64(never)))
		m := threeStates("x")
		d := looks(r, m, 300, func() []float64 { return []float64{float64(r.IntN(2))} }, func(x []float64) []float64 {
			q := []float64{.5, .4, .2 + .2*x[0]}
			if x[0] == never {
				q[0] = 0
			}
			return q
		})
		f, err := m.Fit(d, 2)
		if err != nil || !f.Certificate.Certified() {
			t.Fatalf("%+v, %v", f, err)
		}
		want := Limit{Effect: 0, Sign: 1 - 2*int(never), At: 1 - never}
		if len(f.Limits) != 1 || f.Limits[0] != want {
			t.Fatalf("%+v, want %+v", f.Limits, want)
		}
		apart := 0.0
		var ratios [3]float64
		for _, x := range []float64{0, 1} {
			part := &Data{X: [][]float64{{}}}
			for _, v := range d.Intervals {
				if d.X[v.X][0] == x && (x != never || v.From == 1) { // nobody leaves a without that move
					v.X = 0
					part.Intervals = append(part.Intervals, v)
				}
			}
			alone := threeStates()
			if x == never {
				alone.Rates = alone.Rates[1:]
			}
			g, err := alone.Fit(part, 2)
			if err != nil || !g.Certificate.Certified() {
				t.Fatalf("%+v, %v", g, err)
			}
			apart += g.LogLik
			for i, e := range g.Intensities(nil, .95) {
				ratios[i+3-len(alone.Rates)] += (2*x - 1) * math.Log(e.Value)
			}
		}
		close(t, "log L", f.LogLik, apart, 1e-6)
		got := f.HazardRatios(.95)
		for i := 1; i < 3; i++ {
			close(t, "ratio", got[i].Value, math.Exp(ratios[i]), 1e-4*got[i].Value)
		}
		if e := got[0]; never == 0 && !(math.IsInf(e.Value, 1) && e.Low > 1 && math.IsInf(e.High, 1)) || never == 1 && !(e.Value == 0 && e.Low == 0 && e.High < 1 && e.High > 0) {
			t.Errorf("at the limit: %+v", e)
		}
	}
}

// With a covariate of four values moves at the largest alone, and two covariates at their limits at once.
func TestSeveralLimits(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	m := threeStates("size", "old")
	m.Effects = []Effect{{0, []int{0}}, {1, []int{1}}, {0, []int{2}}}
	d := looks(r, m, 500, func() []float64 { return []float64{float64(r.IntN(4)), float64(r.IntN(2))} }, func(x []float64) []float64 {
		q := []float64{0, 0, .1 * math.Exp(.3*x[0])}
		if x[0] == 3 {
			q[0] = .6
		}
		if x[1] == 0 {
			q[1] = .5
		}
		return q
	})
	f, err := m.Fit(d, 2)
	if err != nil || !f.Certificate.Certified() {
		t.Fatalf("%+v, %v", f, err)
	}
	for _, want := range []Limit{{0, 1, 3}, {1, -1, 0}} {
		if !slices.Contains(f.Limits, want) {
			t.Errorf("%+v, want %+v", f.Limits, want)
		}
	}
	got := f.HazardRatios(.95)
	if !(math.IsInf(got[0].Value, 1) && got[0].Low > 1 && got[1].Value == 0 && got[1].High > 0 && got[1].High < 1 && got[2].Low < math.Exp(.3) && got[2].High > math.Exp(.3)) {
		t.Errorf("%+v", got)
	}
}
