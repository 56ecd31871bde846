package segment

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"mainstay/regress/spend"
)

// spenders are customers whose periods are worth Gamma(p, ν), ν Gamma(q, γ): tilt makes those with many periods spend more.
func spenders(n int, p, q, gamma, tilt float64) []subject {
	r := rand.New(rand.NewPCG(3, 4))
	out := make([]subject, n)
	for i := range out {
		x := 1 + r.IntN(20)
		nu := gammaDraw(r, q) / gamma
		out[i] = subject{id: int32(i), periods: int32(x), spend: gammaDraw(r, p*float64(x)) / nu / float64(x) * math.Exp(tilt*float64(x))}
	}
	return out
}

// gammaDraw is Gamma(shape, 1), by Marsaglia & Tsang 2000, ACM TOMS 26:363–372.
func gammaDraw(r *rand.Rand, shape float64) float64 {
	if shape < 1 {
		return gammaDraw(r, shape+1) * math.Pow(r.Float64(), 1/shape)
	}
	d := shape - 1./3
	for {
		x := r.NormFloat64()
		v := math.Pow(1+x/math.Sqrt(9*d), 3)
		if v > 0 && math.Log(r.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

// The parameters that made the spend are within two standard errors, and a period is worth the model's conditional mean.
func TestGammaSpendFindsWhatMadeIt(t *testing.T) {
	b := &study{Book: &Book{Threads: 2}}
	p := &panel{Subjects: spenders(6000, 4, 3.5, 50, 0)}
	f, err := fitGammaSpend(b, p, (*subject).byPeriod)
	if err != nil || !f.Certificate.Certified() || len(f.Certificate.Warnings) > 0 {
		t.Fatal(err, f)
	}
	for k, truth := range []float64{4, 3.5, 50} {
		if got := []float64{f.P, f.Q, f.Gamma}[k]; math.Abs(got-truth) > 2*f.SE[k] {
			t.Errorf("parameter %d: %v ± %v, want %v", k, got, f.SE[k], truth)
		}
	}
	g := gammaSpend{f.P, f.Q, f.Mean}
	for _, s := range []subject{{periods: 1, spend: 3}, {periods: 12, spend: 80}} {
		if want := f.Conditional(float64(s.periods), s.spend, .9).Mean; !close9(shrunk(g, s.byPeriod()), want) {
			t.Errorf("%+v: %v, want %v", s, shrunk(g, s.byPeriod()), want)
		}
	}
	// Who buys often and spends more breaks the model's assumption.
	p.Subjects = spenders(6000, 4, 3.5, 50, .08)
	if f, err = fitGammaSpend(b, p, (*subject).byPeriod); err != nil || f.Certificate.Warnings[0].Code != spend.WarnDependent {
		t.Error(err, f.Certificate)
	}
	// A large book is learnt from by one of so many customers.
	p.Subjects = spenders(3*mostSpenders, 4, 3.5, 50, 0)
	if f, err = fitGammaSpend(b, p, (*subject).byPeriod); err != nil || math.Abs(float64(f.Customers)-mostSpenders) > .05*mostSpenders {
		t.Error(err, f.Customers)
	}
}

// Where the assumptions fail the candidate says so and takes no part; where they hold it is as good as credibility.
func TestGammaSpendInTheTournament(t *testing.T) {
	sim := manyBuyers()
	for _, c := range []struct {
		change func(rows []sale)
		refuse string
	}{
		{func([]sale) {}, ""},
		{func(rows []sale) { // half of the customers cost more than they bring
			for i := range rows {
				if rows[i].key < "C0300" {
					rows[i].cost = 3 * rows[i].amount
				}
			}
		}, spend.WarnNotPositive},
	} {
		rows := sim.sales()
		c.change(rows)
		a := competition(t, rows, sim.start, sim.start+1400, 0)
		k, chain := trialOf(a.value.trials, gammaSpendName), trialOf(a.value.trials, chainSpendName)
		if tr := a.value.trials[k]; tr.ok != (c.refuse == "") || !strings.HasPrefix(tr.note, c.refuse) {
			t.Errorf("%v %q, want %q", tr.ok, tr.note, c.refuse)
			continue
		}
		if c.refuse != "" {
			continue
		}
		out := a.value.rows(1)
		if d := math.Abs(out[k].Loss - out[chain].Loss); d > out[chain].LossSE {
			t.Errorf("mean squared error %v and %v ± %v", out[k].Loss, out[chain].Loss, out[chain].LossSE)
		}
	}
}
