package attrition

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// laws of customers, and one of them.
func someLaw(t *rapid.T) (*Fit, Customer) {
	m := rapid.SampledFrom([]Model{BGNBD, MBGNBD, MBGCNBD, ParetoNBD}).Draw(t, "model")
	p := make([]float64, 4)
	for i := range p {
		p[i] = math.Exp(rapid.Float64Range(-1, 2).Draw(t, "parameter"))
	}
	f := given(m, p...)
	if m == MBGCNBD {
		f.K = rapid.IntRange(1, 5).Draw(t, "k")
		f.law, _ = m.law(f.K)
	}
	c := Customer{T: rapid.Float64Range(1, 60).Draw(t, "T")}
	if c.X = float64(rapid.IntRange(0, 30).Draw(t, "x")); c.X > 0 {
		c.Last = c.T * rapid.Float64Range(0.05, 1).Draw(t, "last")
	}
	return f, c
}

// Silence is the distribution of purchases at 0, its error the derivative's, and more likely than to be gone.
func TestSilent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, c := someLaw(t)
		h := rapid.Float64Range(0.1, 50).Draw(t, "horizon")
		e := f.Silent(c, h, .95)
		if want := f.Distribution(c, h, 0)[0]; math.Abs(e.Value-want) > 1e-9 {
			t.Fatalf("%s %+v: %v, the distribution says %v", f.Model, c, e.Value, want)
		}
		if e.Value == 1 {
			return
		}
		variance := 0.0
		for i := range f.Params {
			const step = 1e-4
			up, down := *f, *f
			up.Params, down.Params = append([]float64(nil), f.Params...), append([]float64(nil), f.Params...)
			up.Params[i] *= math.Exp(step)
			down.Params[i] *= math.Exp(-step)
			slope := (up.Silent(c, h, .95).Value - down.Silent(c, h, .95).Value) / (2 * step)
			variance += 0.01 * slope * slope
		}
		if want := math.Sqrt(variance); math.Abs(e.SE-want) > 1e-6+1e-4*want {
			t.Fatalf("%s %+v: standard error %v, differences say %v", f.Model, c, e.SE, want)
		}
		if !(e.Low <= e.Value && e.Value <= e.High && e.High <= 1) || e.Value < 1-f.Alive(c, .95).Value-1e-12 {
			t.Fatalf("%s %+v: %+v, gone with %v", f.Model, c, e, 1-f.Alive(c, .95).Value)
		}
	})
}

// Where next to nothing can be bought, the way to the logit scale and back rounds by more than the interval is wide.
func TestSilentHoldsItsFigure(t *testing.T) {
	f := given(MBGNBD, math.Exp(1.875), math.Exp(-1), math.Exp(-0.25), math.Exp(0.1875))
	for h := 1e-16; h < 100; h *= 1.1 {
		for _, c := range []Customer{{T: 60}, {X: 3, Last: 1, T: 60}} {
			if e := f.Silent(c, h, .95); e.Value < 1 && !(e.Low <= e.Value && e.Value <= e.High) {
				t.Fatalf("horizon %g, %+v: %+v", h, c, e)
			}
		}
	}
}

// A reader says what the fit says; who stays buys no less than who may leave, and as much as one who hardly ever does.
func TestReader(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, c := someLaw(t)
		gap := float64(f.K) * f.Params[1] / f.Params[0] // no horizon of a run is shorter
		horizon, rate := gap*rapid.Float64Range(1, 20).Draw(t, "horizon"), rapid.Float64Range(0.001, 0.01).Draw(t, "rate")
		r := f.Reader(60, horizon, rate)
		near := func(what string, got, want, tolerance float64) {
			t.Helper()
			if !(math.Abs(got-want) <= tolerance*(1+math.Abs(want))) {
				t.Fatalf("%s-%d %+v: %s %v, of the fit %v", f.Model, f.K, c, what, got, want)
			}
		}
		near("alive", r.Alive(c), f.Alive(c, .95).Value, 1e-12)
		near("silent", r.Silent(c), f.Silent(c, horizon, .95).Value, 1e-9)
		near("expected", r.Alive(c)*r.Given(c), f.Expected(c, horizon, .95).Value, 1e-5)
		near("residual", r.Alive(c)*r.Residual(c), f.Residual(c, rate, .95).Value, 1e-5)
		if r.Stayed(c) < r.Given(c)*(1-1e-5) {
			t.Fatalf("%s-%d %+v: %v of who stays, else %v", f.Model, f.K, c, r.Stayed(c), r.Given(c))
		}
		stays := *f
		stays.Params = append([]float64(nil), f.Params...)
		if f.Model == ParetoNBD {
			stays.Params[parBeta] = 1e7
		} else {
			stays.Params[bgB] = 1e7
		}
		near("who stays", r.Stayed(c), stays.Reader(60, horizon, 0).Given(c), 1e-3)
	})
}

// What is stored of a fit is the fit.
func TestStored(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, c := someLaw(t)
		stored, err := Stored(f.Model, f.K, f.Params, f.LogCov)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := stored.Silent(c, 9, .9), f.Silent(c, 9, .9); got != want && !math.IsNaN(want.SE) {
			t.Fatalf("%+v, was %+v", got, want)
		}
	})
	for _, params := range [][]float64{{1, 2, 3}, {1, 2, 3, -1}, {1, 2, 3, math.NaN()}} {
		if _, err := Stored(MBGNBD, 1, params, given(MBGNBD, 1, 1, 1, 1).LogCov); err == nil {
			t.Errorf("%v pass", params)
		}
	}
}

func BenchmarkReader(b *testing.B) {
	f := given(MBGNBD, 0.5248, 6.1831, 0.8914, 1.6140)
	r := f.Reader(200, 10, 0.002)
	for _, c := range []struct {
		name string
		do   func(c Customer) float64
	}{{"alive", r.Alive}, {"silent", r.Silent}, {"given", r.Given}, {"residual", r.Residual}} {
		b.Run(c.name, func(b *testing.B) {
			for i := range b.N {
				c.do(Customer{X: float64(i % 40), Last: 30, T: 40 + float64(i%70)})
			}
		})
	}
}
