package segment

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"mainstay/ingest"
	"mainstay/ingest/table"
)

// scrambled changes everything after a day, the customers and the last day of the book apart: amounts,
// costs, units, days, returns.
func scrambled(rows []sale, day, asOf ingest.Day) []sale {
	out := slices.Clone(rows)
	for i := range out {
		if s := &out[i]; s.day > day {
			s.day = day + 1 + (s.day-day)*7%(asOf-day)
			s.amount = s.amount*13%90_001 - 20_000
			s.cost, s.units = s.cost*5%70_001, s.units*3+1
		}
	}
	return out
}

// No fold's fit may see what came after its origin: neither labels, nor unit of value, nor chain, nor
// shrinkage. The clock and the basis are the book's constants, measured once on the as-of date.
func TestFoldsAreBlindToWhatCameAfterTheirOrigin(t *testing.T) {
	slow(t)
	for _, c := range []struct{ days, fit int }{ // value labels of one horizon, and of a year; learnt from all and from a sample
		{900, 0}, {1300, 0}, {1300, 1000},
	} {
		days, fit := c.days, c.fit
		sim := manyBuyers()
		sim.customers, sim.days, sim.lifetime, sim.unlike = 1200, days+1, 400, true
		rows := sim.sales()
		asOf := sim.start + ingest.Day(days)
		want := competition(t, rows, sim.start, asOf, fit)
		if k := trialOf(want.churn.trials, attritionName); !want.churn.trials[k].ok {
			t.Error(want.churn.trials[k].note)
		}
		for _, f := range []int{0, len(want.churnPlan.Folds) - 1} {
			got := competition(t, scrambled(rows, want.churnPlan.Folds[f].Origin, asOf), sim.start, asOf, fit)
			samePredictions(t, f, want.churn.trials, got.churn.trials)
		}
		for f, fold := range want.valuePlan.Folds[:2] {
			got := competition(t, scrambled(rows, fold.Origin, asOf), sim.start, asOf, fit)
			samePredictions(t, f, want.value.trials, got.value.trials)
			if reflect.DeepEqual(got.value.arena.actual[f], want.value.arena.actual[f]) {
				t.Error("the scrambled future is the same as the other: the test sees nothing")
			}
		}
		for f, fold := range want.declinePlan.Folds[:2] {
			got := competition(t, scrambled(rows, fold.Origin, asOf), sim.start, asOf, fit)
			samePredictions(t, f, want.decline.trials, got.decline.trials)
			if reflect.DeepEqual(got.decline.arena.actual[f], want.decline.arena.actual[f]) {
				t.Error("who declines in the scrambled future is the same as in the other: the test sees nothing")
			}
		}
	}
}

// Nor may it see values of a series that were published later.
func TestFoldsAreBlindToLaterSeries(t *testing.T) {
	slow(t)
	sim := manyBuyers()
	sim.customers, sim.days, sim.lifetime, sim.unlike = 1200, 1301, 400, true
	asOf := sim.start + 1300
	run := func(series *table.Series) *analysis {
		l := handmade(asOf, nil, sim.sales()...)
		l.First = sim.start
		return competed(t, l, &table.Inputs{Series: series}, sim.start, func(c *Config) { c.ValueBasis = Margin })
	}
	want := run(monthlySeries(sim.start-800, asOf, 40, nil))
	k := trialOf(want.churn.trials, hazardName)
	if !want.churn.trials[k].ok {
		t.Fatal(want.churn.trials[k].note)
	}
	for f, fold := range want.churnPlan.Folds[:3] {
		origin := fold.Origin
		got := run(monthlySeries(sim.start-800, asOf, 40, func(day, known ingest.Day, value float64) float64 {
			if known > origin {
				return 1000 - 3*value
			}
			return value
		}))
		samePredictions(t, f, want.churn.trials, got.churn.trials)
		if newer := f - 1; newer >= 0 && reflect.DeepEqual(got.churn.trials[k].pred[newer], want.churn.trials[k].pred[newer]) {
			t.Error("the scrambled series changes nothing: the test sees nothing")
		}
	}
}

// competition runs the tournaments on a book with a given clock.
func competition(t *testing.T, rows []sale, first, asOf ingest.Day, fit int) *analysis {
	t.Helper()
	l := handmade(asOf, nil, rows...)
	l.First = first
	return competed(t, l, nil, first, func(c *Config) { c.ValueBasis, c.FitCustomers = Margin, fit })
}

// competed runs the tournaments on a Ledger whose first day is given, with a given clock.
func competed(t *testing.T, l *ingest.Ledger, in *table.Inputs, first ingest.Day, change func(*Config)) *analysis {
	t.Helper()
	cfg := DefaultConfig()
	change(&cfg)
	b, err := newBook(l, in, Clock{AsOf: l.AsOf, First: first, Period: Month, Horizon: 90, MedianGap: 25}, nil, cfg, 2)
	if err != nil {
		t.Fatal(err)
	}
	a := &analysis{backtest: newBacktest(newStudy(b)), result: &Result{}}
	if err := a.compete(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	return a
}

func samePredictions(t *testing.T, f int, want, got []trial) {
	t.Helper()
	for k := range want {
		switch {
		case want[k].pred[f] == nil:
			t.Errorf("fold %d: %s predicts nothing (%s)", f, want[k].name, want[k].note)
		case !reflect.DeepEqual(got[k].pred[f], want[k].pred[f]):
			t.Errorf("fold %d: %s saw the future", f, want[k].name)
		}
	}
}
