package segment

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"mainstay/ingest"
	"mainstay/internal/num"
)

func sampled(c *Config) { c.FitCustomers, c.ValueBasis = 800, Revenue }

// Models that learnt from 800 of 3,000 customers score all of them, and about as those do that learnt from all.
func TestModelsLearnFromASample(t *testing.T) {
	slow(t)
	sim := manyBuyers()
	sim.customers, sim.days = 3000, 1301
	l := sim.ledger(1300)
	// Of the whole book the margin of one standard error is narrower: the same model is compared, by incumbency.
	all := analyse(t, l, 2, func(c *Config) { c.FitCustomers, c.ValueBasis, c.IncumbentChurn = 0, Revenue, logisticName })
	some := analyse(t, l, 2, func(c *Config) { sampled(c); c.IncumbentChurn = logisticName })
	if !all.Learnt.Whole() || all.Learnt.Of != l.Customers() {
		t.Errorf("learnt from %+v", all.Learnt)
	}
	if n := some.Learnt.Customers; n < 800 || n > 900 || some.Learnt.Of != l.Customers() {
		t.Errorf("learnt from %+v, want the fewest shards that hold 800", some.Learnt)
	}
	if some.ChurnModel != all.ChurnModel || some.ValueModel != all.ValueModel || !some.ChurnCertified || !some.ValueCertified {
		t.Errorf("champions %s and %s, of all customers %s and %s", some.ChurnModel, some.ValueModel, all.ChurnModel, all.ValueModel)
	}
	if !reflect.DeepEqual(some.Transitions, all.Transitions) {
		t.Error("the transition matrix is of all customers")
	}
	var apart, values [2][]float64
	others := rowsOf(t, some.Scores)
	for i, x := range rowsOf(t, all.Scores) {
		y := others[i]
		if x.Key != y.Key || x.State != y.State || finite(x.Churn) != finite(y.Churn) || finite(x.Value12) != finite(y.Value12) || finite(x.Residual) != finite(y.Residual) {
			t.Fatalf("%s is scored otherwise: %+v, %+v", x.Key, x, y)
		}
		if x.AtRisk {
			apart[0], apart[1] = append(apart[0], x.Churn), append(apart[1], y.Churn)
		}
		if finite(x.Value12) {
			values[0], values[1] = append(values[0], x.Value12), append(values[1], y.Value12)
		}
	}
	var squares float64
	for i, p := range apart[0] {
		squares += squaredError(p, apart[1][i])
	}
	// A logistic regression's log-odds differ by about √(columns ÷ events) of themselves.
	if rms := math.Sqrt(squares / float64(len(apart[0]))); rms > 0.05 {
		t.Errorf("churn differs by %.3f", rms)
	}
	if ratio := num.Sum(values[1]) / num.Sum(values[0]); math.Abs(ratio-1) > 0.1 {
		t.Errorf("total value is %.3f of that learnt from all", ratio)
	}
	if !(some.Totals.ExpectedLow < all.Totals.Expected && all.Totals.Expected < some.Totals.ExpectedHigh) {
		t.Errorf("%v lies outside [%v, %v]", all.Totals.Expected, some.Totals.ExpectedLow, some.Totals.ExpectedHigh)
	}
}

func TestSampledModelsAreTheSameForAnyThreads(t *testing.T) {
	sim := manyBuyers()
	sim.customers, sim.days = 1500, 1301
	l := sim.ledger(1300)
	one := dump(t, analyse(t, l, 1, sampled))
	for _, threads := range []int{2, 5} {
		if more := dump(t, analyse(t, l, threads, sampled)); more != one {
			t.Errorf("%d threads differ from one\n%s", threads, firstDifference(more, one))
		}
	}
}

// A chain of a sample may lack a state that somebody outside it is in: the one that scores is of everybody.
func TestNobodyIsOutsideTheChainThatScores(t *testing.T) {
	slow(t)
	for seed := range uint64(5) {
		sim := manyBuyers()
		sim.customers, sim.days, sim.seed = 1000, 901, seed
		r := analyse(t, sim.ledger(900), 2, func(c *Config) { c.FitCustomers, c.IncumbentChurn = 60, chainName })
		for _, s := range rowsOf(t, r.Scores) {
			if s.AtRisk && !finite(s.Churn) {
				t.Fatalf("%s in %s has no churn probability by %s", s.Key, s.State, r.ChurnModel)
			}
		}
	}
}

// The squared error of a ratio estimator, by hand: two folds of two customers, R = 1, residuals ±1, Σp = 4.
func TestTotalsOfASampleAreLessSure(t *testing.T) {
	a := &arena{actual: [][]float64{nil, {1, 3}, {3, 1}}}
	pred := [][]float64{nil, {2, 2}, {2, 2}}
	whole, half := newTotals(a, pred, 0.9, 1), newTotals(a, pred, 0.9, 0.5)
	if want := math.Sqrt(0.5 * 2 / 16); whole.Shared != 0 || !close9(half.Shared, want) {
		t.Errorf("shared errors %v and %v, want 0 and %v", whole.Shared, half.Shared, want)
	}
}

// Whole shards, from the first on, and no fewer customers than were asked for.
func TestSampleIsWholeShards(t *testing.T) {
	sim := manyBuyers()
	sim.days = 1301
	l := sim.ledger(1300)
	var upTo []int
	n := 0
	for k := range ingest.Shards {
		n += l.ShardCustomers(k)
		upTo = append(upTo, n)
	}
	for _, want := range []int{0, 1, 100, n - 1, n, n + 1} {
		st := newStudy(mustBook(l, nil, func(c *Config) { c.FitCustomers = want }))
		got := st.learntFrom().Customers
		least, _ := slices.BinarySearch(upTo, want)
		switch {
		case want == 0 || want > n:
			if got != n {
				t.Errorf("%d asked for: %d of %d", want, got, n)
			}
		case got != upTo[least]:
			t.Errorf("%d asked for: %d, want %d", want, got, upTo[least])
		}
	}
}
