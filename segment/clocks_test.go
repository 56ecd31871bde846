package segment

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"mainstay/ingest"
	"mainstay/internal/num"
)

// closedCohort is sales of customers who are all there from the first day on and leave at their own rate, the textbook's Pareto/NBD:
// purchases at a gamma-distributed rate, exponential lifetimes with a gamma-distributed hazard.
func closedCohort(customers, days int, start ingest.Day) (rows []sale) {
	r := rand.New(rand.NewPCG(3, 9))
	gamma := func(shape float64) float64 { // Marsaglia & Tsang 2000, for shapes of 1 and more
		d := shape - 1.0/3
		for {
			x := r.NormFloat64()
			v := math.Pow(1+x/math.Sqrt(9*d), 3)
			if v > 0 && math.Log(r.Float64()) < 0.5*x*x+d-d*v+d*math.Log(v) {
				return d * v
			}
		}
	}
	for c := range customers {
		gap := 50 / (gamma(1.6) * math.Pow(r.Float64(), 1/0.6)) // shape 0.6: that of 1.6, boosted
		left := r.ExpFloat64() * 2500 / gamma(1.5)
		for at := gap * r.ExpFloat64(); at < left && at < float64(days); at += 1 + gap*r.ExpFloat64() {
			rows = append(rows, sale{key: fmt.Sprintf("C%05d", c), day: start + ingest.Day(at), amount: 10_000, cost: 1})
		}
	}
	return rows
}

// A cohort that ages as one leaves no more or less for it: leavers predicted are leavers seen, fold by fold. With clocks as they are
// the regression predicts an eighth too few.
func TestClocksDoNotExtrapolateAnAgeingCohort(t *testing.T) {
	slow(t)
	start := date("2021-01-01")
	l := handmade(start+1095, nil, closedCohort(7000, 1096, start)...)
	a := competed(t, l, nil, start, func(c *Config) { c.ValueBasis = Revenue })
	var logs []float64
	for _, tr := range a.churn.trials {
		if tr.name != logisticName {
			continue
		}
		for f, pred := range tr.pred {
			logs = append(logs, math.Log(num.Sum(pred)/num.Sum(a.churn.arena.actual[f])))
		}
	}
	if len(logs) < 5 {
		t.Fatalf("%d folds", len(logs))
	}
	if mean := num.Mean(logs); !(math.Abs(mean) < 0.04) {
		t.Errorf("predicted ÷ observed leavers, logarithms by fold: %.3f, mean %.3f", logs, mean)
	}
}

// Whatever the clock says of all alike changes nothing; what it says of one does.
func TestClocksAreRelative(t *testing.T) {
	b := newStudy(mustBook(manyBuyers().ledger(1400), nil, nil))
	train := func(days int) (out []*panel) {
		for k := range days {
			day := b.Clock.AsOf - ingest.Day((k+1)*b.Clock.Horizon)
			out = append(out, b.newPanel(day, b.profilesOn(day, b.sample)))
		}
		return out
	}
	later := func(p *panel, by float64) {
		for i := range p.atRisk() {
			for _, j := range clocks {
				p.X[i*p.width+j] += by
			}
		}
		p.clocks = p.clockMeans()
	}
	for days, invariant := range map[int]bool{clockDays - 1: false, clockDays: true} {
		panels := train(days)
		c := newColumns(b, panels, usualSet)
		if (len(c.clock) > 0) != invariant || c.All[fIntercept].Name != "intercept" {
			t.Fatalf("%d training days: %d clocks", days, len(c.clock))
		}
		p := panels[0]
		i := 0
		for !p.Subjects[i].atRisk {
			i++
		}
		before := append([]float64(nil), c.row(p, i)...)
		later(p, 0.25)
		moved := 0.0
		for j, x := range c.row(p, i) {
			moved = max(moved, math.Abs(x-before[j]))
		}
		if (moved < 1e-12) != invariant {
			t.Errorf("%d training days: a row moved by %g with the clock", days, moved)
		}
	}
}
