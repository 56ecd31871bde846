package segment

import (
	"math"
)

// ValueWhy takes an expected value apart, the way its model made it: at most one of Spend, Life, Hurdle and
// Return is set; the rule last-year needs none, its value is that of the trailing 12 months.
type ValueWhy struct {
	Model     string
	LabelDays int     // the length that the backtest judges
	Label     float64 // expected over it; NaN for the lapsed
	Stayed    float64 // expected 12-month value with attrition switched off; NaN where the model cannot
	Spend     *SpendWhy
	Life      *LifeWhy
	Hurdle    *HurdleWhy
	Return    *ReturnWhy
	Band      *BandWhy // of the interval; nil without one
	Residual  ResidualWhy
}

// SpendWhy is of the models chain+spend, chain+gamma-gamma and, by purchase day where they have it by active period, attrition+spend and attrition+gamma-gamma: value = Visits · max(0, Z·Own + (1−Z)·Book), floored for revenue only.
type SpendWhy struct {
	Visits, VisitsStayed float64 // expected active periods of the next 12 months; with attrition switched off, NaN where the chain cannot
	Periods              int     // active periods so far
	ByDay                bool
	Alive                float64 // the probability of being a customer still, which Visits has in it; NaN of a chain, and under contract
	Own, Book, Z, Worth  float64 // value per active period: own, the book's, credibility of own, and the mix
}

// LifeWhy is of the survival-based value: value = Alive · Days ÷ Year, with Days of life to be expected of the Year (12 months), half of such customers
// being lost after Median days; Alive = Unit·Σ Share (floored at zero for revenue) is what a whole year brings.
type LifeWhy struct {
	Days, Year, Median, Alive, Unit float64
	Terms                           []Term // shares in money units, before the floor
}

// HurdleWhy is of the two-part regression: value = Σ Length·Active·Mean over the labels of 12 months, with Mean = Unit·Σ Share (floored
// at zero for revenue) expected of a label in which the customer buys.
type HurdleWhy struct {
	Buys, Back, Mean, Unit float64
	Terms                  []Term // shares in money units, before the floor
	Labels                 []LabelWhy
}

// LabelWhy is one stretch of the next 12 months: its length in labels, the probability of buying in it,
// and the value it adds.
type LabelWhy struct{ Length, Active, Value float64 }

// ReturnWhy is what lapsed customers of the same silence did: Rate came back within a horizon, and brought
// Mean + Slope·(Own − OwnMean) in 12 months, at most Most·Own where Most is not zero.
type ReturnWhy struct {
	Silence                               string // one to two churn horizons, two to three, longer
	Rate, Mean, Slope, Own, OwnMean, Most float64
}

// BandWhy is the interval: of predictions over a label of like size (at most UpTo, +Inf for the largest), the
// backtest saw Low to High times as much come.
type BandWhy struct{ UpTo, Low, High float64 }

// ResidualWhy is of all the future: residual = value · Multiplier. ByChain: discounted future visits of the state; ByCurve: discounted days of
// life to come; ByLaw: discounted purchase days to come, by a law of attrition, or under contract as long as it keeps; else a geometric series of years with the given annual survival.
type ResidualWhy struct {
	Multiplier, Survival float64
	ByChain, ByCurve     bool
	ByLaw                bool
}

func (a *analysis) explainValue(p *panel, i int, sc *Score) *ValueWhy {
	s := &p.Subjects[i]
	w := &ValueWhy{Model: sc.ValueModel, LabelDays: a.label, Label: math.NaN(), Stayed: math.NaN()}
	if !s.atRisk {
		if a.scorer.returns.Name == "" {
			return nil
		}
		w.Return = a.scorer.returns.explain(s)
		w.Residual = ResidualWhy{Multiplier: geometric(1, a.scorer.survival, a.Config.DiscountRate), Survival: a.scorer.survival}
		return w
	}
	if a.scorer.value == nil {
		return nil
	}
	o := a.scorer.outlookBy(a.scorer.value, p, i)
	w.Label, w.Stayed = o.label, o.stayed
	switch m := a.scorer.value.(type) {
	case *chainSpend:
		w.Spend = m.explain(s)
	case *latentValue:
		w.Spend = m.explain(p, s)
	case *survivalValue:
		w.Life = m.explain(p, i)
	case *hurdle:
		w.Hurdle = m.explain(p, i)
	}
	w.Band = a.scorer.bands.explain(o.label)
	w.Residual = a.scorer.explainResidual(int(s.state), annualSurvival(sc.Churn, a.Clock.Horizon))
	if m, ok := a.scorer.value.(lifelong); ok && finite(m.multiplier(p, i)) {
		_, law := m.(*latentValue)
		w.Residual = ResidualWhy{Multiplier: m.multiplier(p, i), Survival: w.Residual.Survival, ByCurve: !law, ByLaw: law}
	}
	return w
}

func (m *survivalValue) explain(p *panel, i int) *LifeWhy {
	eta, b := m.Life.of(p, i), m.study
	w := &LifeWhy{Days: m.year.days(eta), Year: b.yearLong(), Median: m.Life.median(eta), Alive: m.mean(p, i) * b.labelsAYear(), Unit: p.Mean12}
	for k, x := range m.past(p, i) {
		w.Terms = append(w.Terms, Term{Name: marginNames[k], Value: x, Coef: m.Margin[k], Mean: math.NaN(), Share: x * m.Margin[k] * w.Unit})
	}
	return w
}

func (s *scorer) explainResidual(state int, survival float64) ResidualWhy {
	if m := s.multiplier(state); finite(m) {
		return ResidualWhy{Multiplier: m, Survival: survival, ByChain: true}
	}
	return ResidualWhy{Multiplier: geometric(1, survival, s.Config.DiscountRate), Survival: survival}
}

func (m *chainSpend) explain(s *subject) *SpendWhy {
	at := m.Chain.Fold[s.state]
	w := &SpendWhy{Visits: m.Year[at], VisitsStayed: math.NaN(), Alive: math.NaN(), Periods: int(s.periods), Own: s.spend, Book: m.Spend.book(),
		Z: m.Spend.weight(s.byPeriod()), Worth: m.study.floor(shrunk(m.Spend, s.byPeriod()))}
	if m.Stayed != nil {
		w.VisitsStayed = m.Stayed[at]
	}
	return w
}

func (m *hurdle) explain(p *panel, i int) *HurdleWhy {
	w := &HurdleWhy{Back: m.Back, Unit: labelMean(m.study, p)}
	var row [len(hurdleColumns)]float64
	for k, x := range hurdleRow(row[:0], m.study, p, i) {
		w.Terms = append(w.Terms, Term{Name: hurdleColumns[k], Value: x, Coef: m.Spend[k], Mean: math.NaN(), Share: x * m.Spend[k] * w.Unit})
	}
	w.Buys, w.Mean = m.parts(p, i)
	m.year(w.Buys, func(length, active float64) {
		w.Labels = append(w.Labels, LabelWhy{length, active, length * active * w.Mean})
	})
	return w
}

// bandSilences are the words of ReturnWhy.Silence, by band.
var bandSilences = [...]string{"one to two churn horizons", "two to three churn horizons", "more than three churn horizons"}

func (r *returns) explain(s *subject) *ReturnWhy {
	k := r.bandOf(s.recency)
	b := r.Bands[k]
	return &ReturnWhy{Silence: bandSilences[k], Rate: b.Rate, Mean: b.Mean, Slope: b.Slope, Own: s.spend, OwnMean: b.OwnMean, Most: b.Most}
}

func (v *valueBands) explain(label float64) *BandWhy {
	k := v.band(label)
	if k == noBand {
		return nil
	}
	w := &BandWhy{UpTo: v.UpTo[k], Low: v.Low[k], High: v.High[k]}
	if k == len(v.Low)-1 {
		w.UpTo = math.Inf(1)
	}
	return w
}
