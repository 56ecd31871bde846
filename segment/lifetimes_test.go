package segment

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"mainstay/ingest"
	"mainstay/ingest/table"
	"mainstay/regress/survival"
)

// Day by day: a customer is lost on the first day that ends one horizon without a purchase, all of it after the landmark, without a contract in force.
func TestRemainingAgainstBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		asOf := ingest.Day(18000 + rapid.IntRange(100, 700).Draw(t, "as of"))
		horizon := rapid.IntRange(1, 120).Draw(t, "horizon")
		var rows []sale
		var contracts []string
		for c := range rapid.IntRange(1, 5).Draw(t, "customers") {
			for range rapid.IntRange(1, 6).Draw(t, "purchases") {
				rows = append(rows, sale{key: fmt.Sprint(c), day: 18000 + ingest.Day(rapid.IntRange(0, 700).Draw(t, "day")), amount: rapid.SampledFrom([]int64{100, -50}).Draw(t, "amount")})
			}
			for range rapid.IntRange(0, 2).Draw(t, "contracts") {
				start := 18000 + ingest.Day(rapid.IntRange(0, 600).Draw(t, "start"))
				end := "-"
				if rapid.Bool().Draw(t, "ends") {
					end = (start + ingest.Day(rapid.IntRange(0, 300).Draw(t, "days"))).String()
				}
				contracts = append(contracts, fmt.Sprintf("%d %s %s - 1", c, start, end))
			}
		}
		rows = append(rows, sale{key: "0", day: 18000, amount: 100})
		l := handmade(asOf, nil, rows...)
		in := &table.Inputs{}
		if len(contracts) > 0 {
			in.Contracts = mustContracts(asOf, contracts...)
		}
		b, err := newBook(l, in, Clock{AsOf: asOf, First: 18000, Period: Month, Horizon: horizon, MedianGap: 20}, nil, DefaultConfig(), 1)
		if err != nil {
			t.Fatal(err)
		}
		st := newStudy(b)
		day := asOf - ingest.Day(rapid.IntRange(0, 300).Draw(t, "back"))
		profiles := b.profilesOn(day, ingest.Shards)
		for i := range profiles.Len() {
			if !profiles.AtRisk(i, day, horizon) {
				continue
			}
			pr := profiles.At(i)
			sh := l.Shard(int(pr.Shard))
			lo, hi := sh.Cells(int(pr.Row))
			want := life(asOf - day)
			for at := day + ingest.Day(horizon); at <= asOf && want >= 0; at++ {
				silent := !b.held.open(pr.Shard, pr.Row, at)
				for j := lo; j < hi; j++ {
					silent = silent && !(l.Purchase(sh, j) && sh.Day[j] > day && sh.Day[j] <= at && sh.Day[j] > at-ingest.Day(horizon))
				}
				if silent {
					want = ^life(at - day)
				}
			}
			got := st.remaining(sh, &pr, day)
			if got != want {
				t.Fatalf("%d, want %d", got, want)
			}
			for _, watched := range []int{0, 1, 50, int(asOf - day)} {
				days, lost := got.watched(watched)
				if n, gone := got.end(); days != float64(min(n, watched)) || lost != (gone && n <= watched) {
					t.Fatalf("life %d watched for %d: %v, %v", got, watched, days, lost)
				}
			}
		}
	})
}

// The table says what the integral says, to a ten-thousandth of the horizon.
func TestExpectedDays(t *testing.T) {
	sim := manyBuyers()
	sim.customers, sim.days = 900, 1301
	a := competed(t, sim.ledger(1300), nil, sim.start, func(*Config) {})
	train, err := a.training(t.Context(), a.churnPlan.Final)
	if err != nil {
		t.Fatal(err)
	}
	m, fitted := fitLife(a.study, &origin{day: a.Clock.AsOf, train: train})
	if m == nil {
		t.Fatal(fitted.Note)
	}
	for _, w := range []survival.Worth{{Horizon: 90}, {Horizon: yearDays}, {Horizon: math.Inf(1), Rate: .1}} {
		e, err := m.expected(w.Horizon, w.Rate)
		if err != nil {
			t.Fatal(err)
		}
		w.Margin, w.Year = 1, yearDays
		for k := range 100 {
			eta := m.Low + (m.High-m.Low)*(float64(k)+.37)/100
			if got, want := e.days(eta), survival.WorthAt(survival.Weibull, eta, m.Scale, w); math.Abs(got-want) > 1e-4*min(w.Horizon, 10*yearDays) {
				t.Errorf("%+v at %v: %v days, want %v", w, eta, got, want)
			}
		}
	}
	// Half of the lives are over by the median.
	eta := m.predictor(m.Columns.row(train[0], firstAtRisk(train[0])))
	if s := math.Exp(-math.Pow(m.median(eta)*math.Exp(-eta), 1/m.Scale)); math.Abs(s-.5) > 1e-9 {
		t.Errorf("%v stay beyond the median", s)
	}
}

func firstAtRisk(p *panel) int {
	for i := range p.Subjects {
		if p.Subjects[i].atRisk {
			return i
		}
	}
	return -1
}

// A life of the law: what is expected of the days after a landmark is what comes, in total and among those who stay long and short; values in total too.
func TestSurvivalValueIsCalibrated(t *testing.T) {
	slow(t)
	sim := manyBuyers()
	sim.customers, sim.days = 3000, 1501
	a := competed(t, sim.ledger(1500), nil, sim.start, func(c *Config) { c.ValueBasis = Revenue })
	k := trialOf(a.value.trials, survivalName)
	tr := a.value.trials[k]
	if !tr.ok {
		t.Fatal(tr.note)
	}
	var predicted, came float64
	for f := range tr.pred {
		for i, v := range tr.pred[f] {
			predicted += v
			came += a.value.arena.actual[f][i]
		}
	}
	if ratio := predicted / came; ratio < .93 || ratio > 1.07 {
		t.Errorf("predicted ÷ came %.3f", ratio)
	}
	m := a.value.final[k].Model.(*survivalValue)
	p := a.today
	for i := range p.Subjects {
		if !p.Subjects[i].atRisk {
			continue
		}
		o := m.outlook(p, i)
		if times := m.multiplier(p, i); !(o.year <= o.stayed+1e-9 && o.year >= 0 && times > .9 && finite(times)) {
			t.Fatalf("%+v, all the future × %v", o, times)
		}
	}
}

// trialOf is the place of a candidate among those that were offered, −1 where it was not.
func trialOf(trials []trial, name string) int {
	return slices.IndexFunc(trials, func(t trial) bool { return t.name == name })
}
