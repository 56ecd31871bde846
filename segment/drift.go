package segment

import (
	"context"
	"fmt"
	"math"

	"mainstay/ingest"
	"mainstay/internal/num"
	"mainstay/regress/evaluate"
)

// DriftTest holds a stored model against what has come since it was learnt.
//
// Calibration is observed ÷ expected over the newest label that has closed since, of who left or of the value that came, with the interval
//
//	R ± z √(Σ(y − R p)²/(Σp)² + σ²),   R = Σy/Σp
//
// the first term a ratio estimator's (Cochran 1977, Sampling Techniques, §6.4), σ how far the totals of the model's own backtest were off beyond what customers explain (see totals): a
// model has drifted whose interval leaves out 1. Stability is a population stability index of what the models look at, beyond chance (see evaluate.Distribution.Compare), and of the states
// of customers at risk: above 0.25 the customers are others than those learnt from (Siddiqi 2006, Credit Risk Scorecards, p. 136).
type DriftTest struct {
	Name      string
	Figure    float64 // observed ÷ expected, or the index beyond chance; NaN where it could not be told
	Low, High float64 // of observed ÷ expected, at 95 %; NaN for an index
	Limit     float64 // of an index; NaN for others
	N         int     // customers
	Drifted   bool
	Note      string // why it could not be told
}

const (
	driftLevel = 0.95
	mostPSI    = 0.25
)

// firstDrift says what has drifted, "" where nothing has: of indexes the largest.
func firstDrift(tests []DriftTest) (why string) {
	most := 0.0
	for _, t := range tests {
		switch {
		case !t.Drifted:
		case math.IsNaN(t.Limit):
			return fmt.Sprintf("drift: %s, observed ÷ expected %.3f, 95 %% interval %.3f to %.3f, leaves out 1", t.Name, t.Figure, t.Low, t.High)
		case t.Figure > most:
			most, why = t.Figure, fmt.Sprintf("drift: %s, index %.3f, above %.2f", t.Name, t.Figure, t.Limit)
		}
	}
	return why
}

// driftTests are those of the model given.
func (a *analysis) driftTests(ctx context.Context) ([]DriftTest, error) {
	m := a.given
	churn, value := a.since("churn calibration", a.Clock.Horizon), a.since("value calibration", a.label)
	if p := a.panelFor(&churn, a.Clock.Horizon, m.Churn.Name); p != nil {
		a.lookBack(m.Churn.Model, p.Day)
		churn.calibrate(p, lost, m.Churn.Totals, func(i int) float64 {
			prob, _, _ := m.Churn.Model.chance(p, i, 0)
			return prob
		})
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if p := a.panelFor(&value, a.label, m.Value.Name); p != nil {
		value.calibrate(p, worth, m.Value.Totals, func(i int) float64 { return m.Value.Model.outlook(p, i).label })
	}
	return append([]DriftTest{churn, value}, a.stability()...), a.Ledger.Err()
}

// since is a test that needs a label to have closed since the model was learnt.
func (a *analysis) since(name string, days int) DriftTest {
	nan := math.NaN()
	t := DriftTest{Name: name, Figure: nan, Low: nan, High: nan, Limit: nan}
	if end := a.given.LearntOn + ingest.Day(days); end > a.Clock.AsOf {
		t.Note = fmt.Sprintf("the first %d days since the model was learnt close on %s", days, end)
	}
	return t
}

// panelFor is the sample one label ago; nil where a test cannot be made.
func (a *analysis) panelFor(t *DriftTest, days int, model string) *panel {
	if model == "" {
		t.Note = "there is no model"
	}
	if t.Note != "" {
		return nil
	}
	return a.panel(a.Clock.AsOf - ingest.Day(days))
}

// lookBack teaches a hazard the season of another day.
func (a *analysis) lookBack(m chanceModel, day ingest.Day) {
	if h, ok := innermost(m).(*hazardModel); ok {
		growth, known := h.Columns.growths(day)
		if !known {
			growth = h.now.growth
		}
		h.before = map[ingest.Day]*ahead{day: h.Columns.ahead(day, a.Clock.Horizon, growth)}
	}
}

func (t *DriftTest) calibrate(p *panel, o outcome, off totals, predict func(i int) float64) {
	var came, expected, squares num.Adder
	var y, e []float64
	for i := range p.Subjects {
		if s := &p.Subjects[i]; o.eligible(s) {
			if x := predict(i); finite(x) {
				y, e = append(y, o.came(s)), append(e, x)
				came.Add(y[len(y)-1])
				expected.Add(x)
			}
		}
	}
	t.N = len(y)
	if !(expected.Sum() > 0) {
		t.Note = "nothing was expected"
		return
	}
	t.Figure = came.Sum() / expected.Sum()
	for i := range y {
		squares.Add(squaredError(y[i], t.Figure*e[i]))
	}
	variance := squares.Sum() / (expected.Sum() * expected.Sum())
	if off.Known {
		variance += off.Shared * off.Shared
	}
	half := num.ZLevel(driftLevel) * math.Sqrt(variance)
	t.Low, t.High = t.Figure-half, t.Figure+half
	t.Drifted = t.Low > 1 || t.High < 1
}

// stability compares what the models look at with the day of learning.
func (a *analysis) stability() (out []DriftTest) {
	now := a.inputs()
	for i := range a.given.Inputs {
		then := &a.given.Inputs[i]
		for j := range now {
			if now[j].Name != then.Name {
				continue
			}
			if s, ok := then.Compare(&now[j]); ok {
				nan, beyond := math.NaN(), max(s.PSI-s.Chance, 0)
				out = append(out, DriftTest{Name: "stability of " + s.Name, Figure: beyond, Low: nan, High: nan, Limit: mostPSI, N: int(now[j].Rows), Drifted: beyond > mostPSI})
			}
		}
	}
	return out
}

// inputs are distributions of what the models look at: features and model attributes but the clocks, which the calendar alone moves, and the states.
func (a *analysis) inputs() []evaluate.Distribution {
	all := a.distributions()
	out := make([]evaluate.Distribution, 0, len(all)+1)
	for k := range all {
		clock := false
		for _, j := range clocks {
			clock = clock || all[k].Name == features[j].Name
		}
		if !clock {
			out = append(out, all[k])
		}
	}
	var names []string
	for i := range a.today.Subjects {
		if s := &a.today.Subjects[i]; s.atRisk {
			names = append(names, a.states.Names[s.state])
		}
	}
	return append(out, evaluate.NewCategories(schemeStates, names))
}
