package segment

import (
	"math"
	"math/rand/v2"
	"testing"

	"mainstay/internal/num"
)

// The interval of the rate of all is of the rate to come: over books of 50 customers whose rate drifts from horizon to horizon it holds nine in ten.
func TestPooledIntervalCoversTheNextRate(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for _, c := range []struct{ mean, sd float64 }{{0.15, 0.04}, {0.3, 0.02}, {0.25, 0.06}} {
		size := c.mean*(1-c.mean)/(c.sd*c.sd) - 1 // of the beta distribution of rates
		rate := func() float64 { return beta(r, c.mean*size, (1-c.mean)*size) }
		inside, books := 0, 600
		for range books {
			var train []*panel
			for range maxTraining {
				p, now := &panel{Subjects: make([]subject, 50), width: 1}, rate()
				for i := range p.Subjects {
					p.Subjects[i] = subject{id: int32(i), atRisk: true, churned: r.Float64() < now}
				}
				train = append(train, p)
			}
			m, _ := newPooled(train, churned, 0.9)
			p, low, high := m.chance(nil, 0, 0.9)
			next := rate()
			if inside += int(num.Indicator(low <= next && next <= high)); !(low < p && p < high) {
				t.Fatalf("%v [%v, %v]", p, low, high)
			}
		}
		share := float64(inside) / float64(books)
		t.Logf("rates of %v ± %v: %.1f %% within", c.mean, c.sd, 100*share)
		if share < 0.85 || share > 0.975 {
			t.Errorf("rates of %v ± %v: %.1f %% of the rates to come lie within their 90 %% interval", c.mean, c.sd, 100*share)
		}
	}
}

// beta draws from Beta(a, b) by two gamma variables (Marsaglia & Tsang 2000).
func beta(r *rand.Rand, a, b float64) float64 {
	gamma := func(a float64) float64 {
		d := a - 1.0/3
		for {
			x := r.NormFloat64()
			v := math.Pow(1+x/math.Sqrt(9*d), 3)
			if v > 0 && math.Log(1-r.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
				return d * v
			}
		}
	}
	x, y := gamma(a), gamma(b)
	return x / (x + y)
}

// DerSimonian & Laird's variance between days, by hand: two days of 10 and 40 events among 100.
func TestVarianceBetweenDays(t *testing.T) {
	days := []tally{{10, 100}, {40, 100}}
	x, v := num.Logit(10.5/101), 1/10.5+1/90.5
	y, w := num.Logit(40.5/101), 1/40.5+1/60.5
	// Of two days τ² = (x − y)²/2 − (v + w)/2.
	if got, want := betweenDays(days), (x-y)*(x-y)/2-(v+w)/2; !close9(got, want) {
		t.Errorf("τ² = %v, want %v", got, want)
	}
	if got := betweenDays([]tally{{10, 100}, {10, 100}}); got != 0 {
		t.Errorf("of equal rates τ² = %v", got)
	}
}

// Fifty accounts of which a few leave: a regression that has a maximum even where a column separates them, and says how little it knows.
func TestFirthCoversTheTruthInSmallBooks(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 1))
	c := &columns{All: []feature{features[fIntercept], features[fRecency], features[fTrend]}, Fixed: 3}
	slopes := []float64{-2.6, 0.8, -0.5}
	inside, n, certified := 0.0, 0.0, 0
	for range 200 {
		train := make([]*panel, 2)
		var truth []float64
		for k := range train {
			p := &panel{Subjects: make([]subject, 50), width: 3}
			for i := range p.Subjects {
				x := []float64{1, r.NormFloat64(), r.NormFloat64()}
				eta := slopes[0] + slopes[1]*x[1] + slopes[2]*x[2]
				p.X = append(p.X, x...)
				p.Subjects[i] = subject{id: int32(i), x: int32(i), atRisk: true, churned: r.Float64() < num.Expit(eta)}
				if k == 0 {
					truth = append(truth, num.Expit(eta))
				}
			}
			train[k] = p
		}
		fit := firthOn(c, stackRows(train, c, churned), firthName, 1)
		if !fit.OK {
			continue // under five events
		}
		certified++
		for i, want := range truth {
			_, low, high := fit.Model.chance(train[0], i, 0.9)
			inside += num.Indicator(low <= want && want <= high)
			n++
		}
	}
	t.Logf("%d certified, %.1f %% of the probabilities within", certified, 100*inside/n)
	if certified < 150 || inside/n < 0.85 {
		t.Errorf("%d of 200 fits certified; %.1f %% of the probabilities lie within their 90 %% interval", certified, 100*inside/n)
	}
}

// A column that separates the four who left costs nothing but width.
func TestFirthIsNotLostToSeparation(t *testing.T) {
	c := &columns{All: []feature{features[fIntercept], features[fRecency]}, Fixed: 2}
	p := &panel{Subjects: make([]subject, 50), width: 2}
	for i := range p.Subjects {
		p.Subjects[i] = subject{id: int32(i), x: int32(i), atRisk: true, churned: i < 5}
		p.X = append(p.X, 1, num.Indicator(i < 5))
	}
	fit := firthOn(c, stackRows([]*panel{p}, c, churned), firthName, 1)
	if !fit.OK {
		t.Fatal(fit.Note)
	}
	gone, low, high := fit.Model.chance(p, 0, 0.9)
	stays, _, _ := fit.Model.chance(p, 10, 0.9)
	if !(gone > 0.5 && gone < mostChance && high-low > 0.3 && stays < 0.1) {
		t.Errorf("leaves with %v [%v, %v], stays with %v", gone, low, high, stays)
	}
	if total := 5*gone + 45*stays; math.Abs(total-5) > 1e-6 {
		t.Errorf("%v expected to leave, 5 left", total)
	}
}

// Whatever scores, every probability has an interval that holds it.
func TestEveryPredictionHasAnInterval(t *testing.T) {
	slow(t)
	for _, customers := range []int{60, 600} {
		sim := manyBuyers()
		sim.customers = customers
		a := explained(t, sim.ledger(1300), func(*Config) {})
		today := a.newPanel(a.Clock.AsOf, a.Profiles)
		for k := range a.churn.trials {
			if m := withIntervals(a.churn, k, 0.9); m != nil {
				bare := withIntervals(a.churn, k, 0.9).(*banded)
				bare.Model = mute{bare.Model}
				for _, model := range []chanceModel{m, bare} {
					for i := range today.Subjects {
						if !today.Subjects[i].atRisk {
							continue
						}
						if p, low, high := model.chance(today, i, 0.9); !(0 <= low && low <= p && p <= high && high <= 1) {
							t.Fatalf("%s: %v [%v, %v]", a.churn.trials[k].name, p, low, high)
						}
					}
				}
			}
		}
	}
}

// mute is a model without intervals.
type mute struct{ chanceModel }

func (m mute) chance(p *panel, i int, level float64) (prob, low, high float64) {
	prob, _, _ = m.chanceModel.chance(p, i, level)
	return prob, math.NaN(), math.NaN()
}

// Bands hold the observed rate of their predictions, however wrong these are, and are nothing where nobody was predicted.
func TestChanceBandsHoldTheObservedRate(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	var actual, pred []float64
	var ids []int32
	for i := range 4000 {
		p := 0.05 + 0.5*r.Float64()
		pred, ids = append(pred, p), append(ids, int32(i))
		actual = append(actual, num.Indicator(r.Float64() < p*p))
	}
	v := newChanceBands(actual, pred, ids, 0.9)
	if len(v.UpTo) != maxBands {
		t.Fatalf("%d bands", len(v.UpTo))
	}
	inside := 0
	for k := range 100 {
		p := 0.05 + 0.005*float64(k)
		low, high := v.around(p)
		if !(low <= p && p <= high) {
			t.Fatalf("%v [%v, %v]", p, low, high)
		}
		inside += int(num.Indicator(low <= p*p && p*p <= high))
	}
	if inside < 80 {
		t.Errorf("%d of 100 intervals hold the true rate", inside)
	}
	if low, high := newChanceBands(nil, nil, nil, 0.9).around(0.3); low != 0 || high != 1 {
		t.Errorf("of nothing [%v, %v]", low, high)
	}
}
