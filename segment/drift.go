package segment

import (
	"context"
	"fmt"
	"math"

	"mainstay/ingest"
	"mainstay/internal/num"
	"mainstay/regress/evaluate"

	"gonum.org/v1/gonum/stat/distuv"
)

// DriftTest holds a stored model against what has come since it was learnt.
//
// Calibration is observed ÷ expected, R = Σy/Σp, over the labels that have closed one after the other since the model was learnt (see newestLook), of who left or of the value that came, with an interval (see chanceRange and amountRange)
// that knows how far the totals of the model's own backtest were off beyond what customers explain (see totals): a model has drifted whose interval, at the level of a look (see falseRefits), leaves out 1. Stability is a population
// stability index of what the models look at, beyond chance (see evaluate.Distribution.Compare), and of the states of customers at risk: above 0.25 the customers are others than those learnt
// from (Siddiqi 2006, Credit Risk Scorecards, p. 136), where in a small book chance does not make as much (see limitOf).
type DriftTest struct {
	Name      string
	Figure    float64    // observed ÷ expected, or the index beyond chance; NaN where it could not be told
	Low, High float64    // of observed ÷ expected, at Level; NaN for an index
	Level     float64    // NaN for an index
	From, To  ingest.Day // of a calibration: what came in (From, To]; both 0 of others
	Limit     float64    // of an index; NaN for others
	N         int        // forecasts of who left, by customer and label; customers of other tests
	Drifted   bool
	Note      string // why it could not be told

	step ingest.Day // days of a label
}

// mostPSI is what an index may be beyond chance.
const mostPSI = 0.25

// firstDrift says what has drifted, "" where nothing has: of indexes the largest.
func firstDrift(tests []DriftTest) (why string) {
	most := 0.0
	for _, t := range tests {
		switch {
		case !t.Drifted:
		case math.IsNaN(t.Limit):
			return fmt.Sprintf("drift: %s from %s to %s, observed ÷ expected %.3f, %.4g %% interval %.3f to %.3f, leaves out 1", t.Name, t.From+1, t.To, t.Figure, 100*t.Level, t.Low, t.High)
		case t.Figure > most:
			most, why = t.Figure, fmt.Sprintf("drift: %s, index %.3f, above %.2f", t.Name, t.Figure, t.Limit)
		}
	}
	return why
}

// driftTests are those of the model given.
func (a *analysis) driftTests(ctx context.Context) ([]DriftTest, error) {
	m := a.given
	churn := newestLook("churn calibration", m.Churn.Name, m.LearntOn, a.Clock.AsOf, a.Clock.Horizon)
	value := newestLook("value calibration", m.Value.Name, m.LearntOn, a.Clock.AsOf, a.label)
	var left held
	came := held{of: map[int32]int{}}
	for _, day := range churn.origins() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		a.forget([]ingest.Day{day}, value.origins())
		a.lookBack(m.Churn.Model, day)
		left.add(a.panel(day), lost, func(p *panel, i int) float64 {
			prob, _, _ := m.Churn.Model.chance(p, i, 0)
			return prob
		})
	}
	for _, day := range value.origins() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		a.forget([]ingest.Day{day}, value.origins())
		came.add(a.panel(day), worth, func(p *panel, i int) float64 { return m.Value.Model.outlook(p, i).label })
	}
	churn.calibrate(&left, m.Churn.Totals, chanceRange)
	value.calibrate(&came, m.Value.Totals, amountRange)
	return append([]DriftTest{churn, value}, a.stability()...), a.Ledger.Err()
}

// held are forecasts, and what came of them.
type held struct {
	y, e []float64
	of   map[int32]int // where those of a customer are one sum, its place; nil: each stands for itself
}

// add adds those of a day.
func (h *held) add(p *panel, o outcome, predict func(p *panel, i int) float64) {
	for _, i := range p.live() {
		s := &p.Subjects[i]
		if !o.eligible(s) {
			continue
		}
		x := predict(p, int(i))
		if !finite(x) {
			continue
		}
		k, ok := h.of[s.id]
		if !ok {
			k = len(h.y)
			h.y, h.e = append(h.y, 0), append(h.e, 0)
			if h.of != nil {
				h.of[s.id] = k
			}
		}
		h.y[k] += o.came(s)
		h.e[k] += x
	}
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

// rangeOf is an interval of Σy/Σe at a level; shared is the standard deviation that all have in common, relative to Σe.
type rangeOf func(y, e []float64, shared, level float64) (low, high float64)

func (t *DriftTest) calibrate(h *held, off totals, ends rangeOf) {
	if t.Note != "" {
		return
	}
	t.N = len(h.y)
	if !(num.Sum(h.e) > 0) {
		t.Note = "nothing was expected"
		return
	}
	t.Figure = num.Sum(h.y) / num.Sum(h.e)
	t.Low, t.High = ends(h.y, h.e, off.Shared, t.Level)
	t.Drifted = t.Low > 1 || t.High < 1
}

// chanceRange holds for what comes or does not, e its probabilities: all R that Σy is not too far from,
//
//	(Σy − RΣe)² ≤ z² (RΣe − R²Σe² + σ²(Σe)²)
//
// as Wilson's (1927, JASA 22:209–212) of one rate: unlike residuals, which are none where nothing came, it knows that little was expected.
func chanceRange(y, e []float64, shared, level float64) (low, high float64) {
	z, total, squares, came := num.ZLevel(level), num.Sum(e), 0.0, num.Sum(y)
	for _, p := range e {
		squares += p * p
	}
	a, half := total*total+z*z*squares, came*total+z*z*total/2
	root := math.Sqrt(max(0, half*half-a*(came*came-z*z*shared*shared*total*total)))
	return max(0, (half-root)/a), (half + root) / a
}

// amountRange holds for amounts, a sum for each customer, e what was expected:
//
//	R ± z √(max(Σ(y − R e)², Σ(y − e)²)/(Σe)² + σ²)
//
// the variance of a ratio estimator (Cochran 1977, Sampling Techniques, §6.4), or, where that is more, what it is if R is 1.
func amountRange(y, e []float64, shared, level float64) (low, high float64) {
	total := num.Sum(e)
	r := num.Sum(y) / total
	var at, null num.Adder
	for i := range y {
		at.Add(squaredError(y[i], r*e[i]))
		null.Add(squaredError(y[i], e[i]))
	}
	half := num.ZLevel(level) * math.Sqrt(max(at.Sum(), null.Sum())/(total*total)+shared*shared)
	return r - half, r + half
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
				nan, beyond, limit := math.NaN(), max(s.PSI-s.Chance, 0), limitOf(&s, float64(then.Rows), float64(now[j].Rows), len(a.given.Inputs), falseAlarm(a.Clock.Horizon))
				out = append(out, DriftTest{Name: "stability of " + s.Name, Figure: beyond, Low: nan, High: nan, Level: nan, Limit: limit, N: int(now[j].Rows), Drifted: beyond > limit})
			}
		}
	}
	return out
}

// limitOf is mostPSI, or what chance alone makes an index of one of so many features exceed with that probability, if that is more: where nothing
// moved, PSI ÷ (1/n + 1/m) is χ² of one degree of freedom less than there are bins (Yurdakul & Naranjo 2020).
func limitOf(s *evaluate.Shift, n, m float64, features int, alarm float64) float64 {
	unit := 1/n + 1/m
	df := math.Round(s.Chance / unit)
	if df < 1 {
		return mostPSI
	}
	q := distuv.ChiSquared{K: df}.Quantile(1 - alarm/float64(features))
	return max(mostPSI, (q-df)*unit)
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
