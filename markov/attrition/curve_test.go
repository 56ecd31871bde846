package attrition

import (
	"math"
	"math/rand/v2"
	"testing"

	_ "mainstay/internal/seeded"

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
		all  bool // covariates differ
	}{{BGNBD, 1, false, false}, {MBGNBD, 1, true, false}, {MBGCNBD, 3, false, false}, {ParetoNBD, 1, false, false}, {BGBB, 1, false, false},
		{BGNBD, 1, true, true}, {MBGNBD, 1, true, true}, {ParetoNBD, 1, true, true}} {
		const n = 3000
		p := [most]float64{.8, 6, .9, 2.5}
		var z []float64
		if c.with {
			for range n {
				z = append(z, math.Round(2*rng.Float64()))
				if c.all {
					z[len(z)-1] = rng.NormFloat64()
				}
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
		level := 1e-10
		if c.all { // the double sum of each alone is no better (TestResidualByHypergeometric)
			level = 1e-9
		}
		for i, s := range scores {
			if i%7 > 0 {
				continue
			}
			row := d.Row(i)
			for j, pair := range [][2]Estimate{{s.Alive, f.Alive(row, .9)}, {s.Expected, f.Expected(row, 12, .9)}, {s.Residual, f.Residual(row, .004, .9)}} {
				got, want := pair[0], pair[1]
				for k, v := range [][2]float64{{got.Value, want.Value}, {got.SE, want.SE}, {got.Low, want.Low}, {got.High, want.High}} {
					if !(math.Abs(v[0]-v[1]) <= []float64{level, 1e-6, 1e-6, 1e-6}[k]*math.Abs(v[1])) && !(math.IsNaN(v[0]) && math.IsNaN(v[1])) {
						t.Fatalf("%s, customer %d, figure %d: %+v, want %+v", c.m, i, j, got, want)
					}
				}
			}
		}
	}
}

// What is left of customers whose parameters all differ is the double sum that it is of others.
func TestResidualOfEach(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.SampledFrom([]Model{BGNBD, MBGNBD}).Draw(t, "model")
		p, x, _, end := drawn(t, m)
		for _, i := range []int{bgA, bgB} {
			p[i] = math.Exp(rapid.Float64Range(-9, 7).Draw(t, "log of a chance's"))
		}
		if rapid.IntRange(0, 9).Draw(t, "heavy") == 0 {
			x *= 1000
		}
		rate := math.Exp(rapid.Float64Range(-12, 2).Draw(t, "log δ"))
		l := &bg{k: 1, first: m != BGNBD}
		var w, other work
		got, want := l.residualOf(&w, &p, x, end, rate), l.residualFrom(&other, &p, x, 0, end, rate)
		if !(math.Abs(got.v-want.v) <= 1e-9) {
			t.Fatalf("%v, want %v", got.v, want.v)
		}
		for j, g := range want.g {
			if !(math.Abs(got.g[j]-g)*p[j] <= 1e-7*(1+math.Abs(g)*p[j])) {
				t.Fatalf("derivative %d: %v, want %v", j, got.g[j], g)
			}
		}
	})
}

// mpmath 1.3 of 30 digits, the other way round: over log λ, of λ/δ ₂F₁(1, a; a+b+n; −λ/δ).
func TestResidualByHypergeometric(t *testing.T) {
	for _, c := range []struct {
		p            [most]float64
		x, end, rate float64
		first        bool
		log          float64
	}{
		{[most]float64{.8, 6, .9, 2.5}, 3, 40, .004, false, 2.030669628978161},
		{[most]float64{.8, 6, .9, 2.5}, 7, 40, .004, false, 2.682031819089914},
		{[most]float64{.55, 10.5, 2.1, 9}, 7, 40, .002, true, 2.42771870348003},
		{[most]float64{.55, 10.5, .05, 9}, 0, 55, .002, true, 1.404651876168819},
		{[most]float64{.55, 10.5, 8, 9}, 30, 25, .02, true, 1.739770322988921},
		{[most]float64{2, 1, 8, .1}, 0, 25, .02, true, -.217873436062687},
	} {
		var w, v work
		l := &bg{k: 1, first: c.first}
		near(t, "over p", l.residualOf(&w, &c.p, c.x, c.end, c.rate).v, c.log, 1e-13)
		near(t, "over λ and p", l.residualFrom(&v, &c.p, c.x, 0, c.end, c.rate).v, c.log, 1e-11)
	}
}

// Of somebody whose chance of leaving is known the mean is J; of one who leaves by no purchase, or by every one, λ ÷ δ and λ ÷ (δ+λ).
func TestResidualOfEachCorners(t *testing.T) {
	const lambda, delta, r = .3, .002, 1e7
	for _, c := range []struct{ a, b, want float64 }{{1e-13, 1, lambda / delta}, {2, 1e-13, lambda / (delta + lambda)}, {.2e8, .8e8, lambda / (delta + .2*lambda)}, {1e-12, 1e-12, (lambda/delta + lambda/(delta+lambda)) / 2}} {
		var w work
		got := (&bg{k: 1}).residualOf(&w, &[most]float64{r, r / lambda, c.a, c.b}, 0, 0, delta)
		near(t, "residual", math.Exp(got.v)/c.want, 1, 1e-6)
	}
}

// The panels of J are what they interpolate.
func TestTails(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, y := math.Exp(rapid.Float64Range(-5, 14).Draw(t, "log s")), rapid.Float64Range(-30, 60).Draw(t, "y")
		h, byS, byY := new(tails).of(s).at(y)
		var one tail
		z := math.Exp(y)
		one.find(s, z)
		for i, v := range [][2]float64{{h, z * one.value}, {byS, z * one.byS}, {byY, z * (one.value + z*one.byZ)}} {
			if !(math.Abs(v[0]-v[1]) <= 1e-9*h) {
				t.Fatalf("figure %d: %v, want %v", i, v[0], v[1])
			}
		}
	})
}
