package segment

import (
	"fmt"
	"math"
	"testing"

	"mainstay/ingest"
	"mainstay/internal/num"
)

// published turns a result into what its files would say.
func published(t testing.TB, r *Result) *Published {
	p := &Published{AsOf: r.Clock.AsOf, Run: r.Clock.AsOf.String(), Horizon: r.Clock.Horizon, Basis: r.Basis, HighRisk: DefaultConfig().Tiers.HighRisk,
		Forecast: r.Forecast, ChurnModel: r.ChurnModel, ValueModel: r.ValueModel, DeclineModel: r.DeclineModel, Ladder: DefaultConfig().Ladder}
	for _, s := range rowsOf(t, r.Scores) {
		p.Scores = append(p.Scores, PublishedScore{Key: s.Key, Tier: s.Tier, Prospect: s.Profile == nil, AtRisk: s.AtRisk, KeyAccount: s.KeyAccount,
			Churn: s.Churn, Decline: s.Decline, DeclineBelow: s.DeclineBelow, Value12: s.Value12, Value12Low: s.Value12Low, Value12High: s.Value12High})
	}
	return p
}

// What came is the backtest's label: observed one horizon later, a run's outcome is what a panel of its day
// says.
func TestObserveAgreesWithTheBacktest(t *testing.T) {
	sim := manyBuyers()
	sim.days = 1301
	then := analyse(t, sim.ledger(900), 2, nil)
	l := sim.ledger(1300)
	out := Observe(l, nil, published(t, then), 2)

	cfg := DefaultConfig()
	cfg.ChurnHorizon, cfg.ValueBasis = then.Clock.Horizon, then.Basis
	b := mustBook(l, nil, func(c *Config) { *c = cfg })
	st := newStudy(b)
	st.label = then.Forecast.LabelDays
	at := st.newPanel(then.Clock.AsOf, ProfilesOn(l, then.Clock.AsOf, b.Clock.Horizon, 2))
	churned, future, n := 0.0, 0.0, 0
	declinable, fell := 0, 0.0
	for _, s := range at.Subjects {
		if s.atRisk {
			n++
			churned += num.Indicator(s.churned)
			future += s.future
			if declined.eligible(&s) {
				declinable++
				fell += declined.came(&s)
			}
		}
	}
	if out[0].N != n || out[0].Actual != churned || !close9(out[1].Actual, future) {
		t.Errorf("%d at risk, %v left, %v came; the panel says %d, %v, %v", out[0].N, out[0].Actual, out[1].Actual, n, churned, future)
	}
	if d := out[3]; d.Target != targetDecline || d.N != declinable || d.Actual != fell {
		t.Errorf("%+v\nof %d, %v declined", d, declinable, fell)
	}
	for i := range out {
		if !out[i].Closed || math.IsNaN(out[i].Bias) || math.IsNaN(out[i].Low) {
			t.Errorf("%s: %+v", out[i].Target, out[i])
		}
	}
	if c := out[2].Coverage; c < 0.75 {
		t.Errorf("%.0f %% of the customers came within their 90 %% interval", 100*c)
	}
	if !(out[0].AUC > 0.6) || len(out[0].Keys) == 0 || len(out[0].Calibration) == 0 {
		t.Errorf("AUC %v, %d key accounts, %d bins", out[0].AUC, len(out[0].Keys), len(out[0].Calibration))
	}
}

// Totals: over many histories, about nine in ten intervals of leavers hold what came.
func TestForecastIntervalsOfLeaversCover(t *testing.T) {
	if testing.Short() {
		t.Skip("simulates 24 books")
	}
	inside, n := 0, 0
	for seed := range uint64(24) {
		sim := manyBuyers()
		sim.seed, sim.customers, sim.days = 100+seed, 400, 1001
		then := analyse(t, sim.ledger(900), 2, nil)
		out := Observe(sim.ledger(1000), nil, published(t, then), 2)
		if in, ok := out[0].Inside(); ok {
			n++
			inside += int(num.Indicator(in))
		}
	}
	t.Logf("%d of %d intervals hold what came", inside, n)
	if n < 20 || float64(inside) < 0.75*float64(n) {
		t.Errorf("%d of %d intervals hold what came", inside, n)
	}
}

// A forecast whose end the data have not reached is open, to the day; and what the future holds changes
// nothing that was forecast.
func TestOpenForecastsAreNotCompared(t *testing.T) {
	sim := manyBuyers()
	sim.days = 1301
	rows := sim.sales()
	day := sim.start + 900
	then := published(t, analyse(t, handmade(day, nil, before(rows, day)...), 2, nil))
	end := day + ingest.Day(then.Horizon)
	open := Observe(handmade(end-1, nil, before(rows, end-1)...), nil, then, 2)[0]
	if open.Closed || !math.IsNaN(open.Actual) || !math.IsNaN(open.AUC) || len(open.Calibration) > 0 || open.N == 0 {
		t.Errorf("a day early: %+v", open)
	}
	for _, k := range open.Keys {
		if k.Lost || !math.IsNaN(k.Came) {
			t.Errorf("open, and %s is lost", k.Key)
		}
	}
	closed := Observe(handmade(end, nil, before(rows, end)...), nil, then, 2)[0]
	other := Observe(handmade(end, nil, before(scrambled(rows, day, end), end)...), nil, then, 2)[0]
	if !closed.Closed || closed.Predicted != other.Predicted || closed.Low != other.Low || closed.N != other.N {
		t.Errorf("%+v\n%+v", closed, other)
	}
	if closed.Actual == other.Actual {
		t.Error("the scrambled future is the same as the other: the test sees nothing")
	}
	// Later days than the horizon do not count.
	late := Observe(handmade(end+200, nil, rows...), nil, then, 2)[0]
	late.Run = closed.Run
	if fmt.Sprintf("%+v", late) != fmt.Sprintf("%+v", closed) {
		t.Errorf("seen later, other leavers: %v and %v", late.Actual, closed.Actual)
	}
}

func TestObserveByHand(t *testing.T) {
	asOf := date("2024-01-31")
	l := handmade(asOf+400, nil,
		sale{key: "a", day: asOf + 10, amount: 100_00}, // stays; on the last day of the horizon
		sale{key: "a", day: asOf + 365, amount: 50_00}, // the last day of twelve months
		sale{key: "a", day: asOf + 366, amount: 1_00},
		sale{key: "b", day: asOf + 11, amount: 30_00}, // left, and came back
		sale{key: "b", day: asOf + 5, amount: -5_00},  // a return is no purchase
		sale{key: "p", day: asOf + 1, amount: 7_00},   // was a prospect
	)
	p := &Published{AsOf: asOf, Horizon: 10, Basis: Revenue, HighRisk: 0.5, Forecast: Forecast{Leavers: 1.2, LeaversLow: 0, LeaversHigh: 3, LabelDays: 10, Label: 110, LabelLow: 100, LabelHigh: 120, Year: 200, YearLow: 180, YearHigh: 220},
		Scores: []PublishedScore{
			{Key: "a", AtRisk: true, Churn: 0.1, Value12: 160, Value12Low: 100, Value12High: 200, KeyAccount: true},
			{Key: "b", AtRisk: true, Churn: 0.6, Value12: 10, Value12Low: 0, Value12High: 20, KeyAccount: true},
			{Key: "gone", AtRisk: true, Churn: 0.5, Value12: 30, Value12Low: math.NaN(), Value12High: math.NaN()},
			{Key: "p", Prospect: true, Churn: math.NaN(), Value12: math.NaN()},
		}}
	out := Observe(l, nil, p, 2)
	churn, label, year := out[0], out[1], out[2]
	if churn.N != 3 || churn.Actual != 2 || !close9(churn.Bias, 1.2/2-1) || churn.AUC != 1 {
		t.Errorf("churn: %+v", churn)
	}
	if k := churn.Keys; len(k) != 2 || k[0].Warned || k[0].Lost || !k[1].Warned || !k[1].Lost || k[1].Came != -5 {
		t.Errorf("key accounts: %+v", k)
	}
	if label.Actual != 95 || year.Actual != 175 || year.N != 3 || year.Coverage != 0.5 {
		t.Errorf("label %v, year %v of %d, coverage %v", label.Actual, year.Actual, year.N, year.Coverage)
	}
	if in, ok := label.Inside(); in || !ok {
		t.Error("95 is not in [100, 120]")
	}
	if in, ok := churn.Inside(); !in || !ok {
		t.Error("2 is in [0, 3]")
	}
}

func TestCompareTiers(t *testing.T) {
	before := &Published{Scores: []PublishedScore{{Key: "a", Tier: "gold"}, {Key: "b", Tier: "platinum", KeyAccount: true}, {Key: "c", Tier: "silver"}}}
	after := &Published{Scores: []PublishedScore{{Key: "a", Tier: "platinum", KeyAccount: true}, {Key: "b", Tier: "gold"}, {Key: "c", Tier: "silver"}, {Key: "d", Tier: "gold"}}}
	if got := CompareTiers(before, after); got != (Moves{3, 2, 1, 1}) {
		t.Errorf("%+v", got)
	}
}
