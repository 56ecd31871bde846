package segment

import (
	"mainstay/regress"
	"math"
)

// The candidates for value.
const (
	lastYearName    = "last-year"
	chainSpendName  = "chain+spend"
	gammaSpendName  = "chain+gamma-gamma"
	latentSpendName = "attrition+spend"
	latentGammaName = "attrition+gamma-gamma"
	survivalName    = "survival"
	hurdleName      = "regression"
)

var valueCandidates = []candidate[valueModel]{
	{name: lastYearName, train: func(b *study, _ *origin) trained[valueModel] {
		return trained[valueModel]{Model: &lastYear{b}, OK: true}
	}},
	{name: chainSpendName, train: trainChainSpend},
	{name: gammaSpendName, train: trainGammaSpend},
	{name: latentSpendName, train: trainLatentSpend},
	{name: latentGammaName, train: trainLatentGamma},
	{name: survivalName, train: trainSurvival},
	{name: hurdleName, train: trainHurdle},
}

// yearDays is the mean length of 12 months.
const yearDays = 365.2425

// labelsAYear is the number of value labels in 12 months.
func (b *study) labelsAYear() float64 {
	if b.label == valueYear {
		return 1
	}
	return yearDays / float64(b.label)
}

// outlook is what a value model says of one customer at risk, in money units, undiscounted.
type outlook struct {
	label  float64 // expected over the value label: what the tournament judges
	year   float64 // expected over the next 12 months
	stayed float64 // the same with attrition switched off from now on; NaN where that is not defined
}

// atStake is the value at risk. Where a model cannot switch attrition off, the churn champion's probability of leaving says how much it is.
func (o outlook) atStake(chance float64) float64 {
	if math.IsNaN(o.stayed) {
		return max(0, chance*o.year)
	}
	return max(0, o.stayed-o.year)
}

// valueModel looks at a customer at risk.
type valueModel interface {
	outlook(p *panel, i int) outlook
}

// lifelong is a value model that looks beyond 12 months: multiplier turns the value of the next 12 months into the discounted value of all the
// future; NaN without a discount rate.
type lifelong interface {
	multiplier(p *panel, i int) float64
}

// lastYear says that the next period repeats the last: the value of the last label days for the
// label, of the trailing 12 months for the year. It knows no attrition.
type lastYear struct{ study *study }

func (m *lastYear) outlook(p *panel, i int) outlook {
	s := &p.Subjects[i]
	return outlook{label: m.study.floor(s.past), year: m.study.floor(s.past12), stayed: math.NaN()}
}

// The value columns of the second part of the hurdle.
var hurdleColumns = [...]string{"intercept", "value_last_label", "value_12m", "log_frequency_12m", "overdue", "trend"}

// hurdle is a two-part model: the probability of buying at all within the value label, times the
// expected value given buying,
//
//	E[V] = q·μ,   logit q = xβ,   μ = zγ by least squares among those who bought
//
// (Duan, Manning, Morris & Newhouse 1983, Journal of Business & Economic Statistics 1:115–126;
// Mullahy 1986, Journal of Econometrics 33:341–365). Values are in units of the book's mean value
// per label on their own origin, so that growth and inflation between origins, and the unit of
// money, drop out. Revenue is floored at zero. Twelve months are label after label,
//
//	a₁ = q,   a_{j+1} = q·a_j + ρ·(1 − a_j),   E[12 months] = μ Σ a_j
//
// with ρ = (k+½)/(n+1), k of the n lapsed for less than two churn horizons having bought within a label (the
// mean under Jeffreys' prior, as in returnTally.band): lost is recurrent. Switched-off attrition is a = 1.
type hurdle struct {
	study  *study
	Buy    *linearModel
	Leaves bool      // buy is of leaving, 1 − q
	Spend  []float64 // γ
	Back   float64   // ρ
}

func trainHurdle(b *study, at *origin) trained[valueModel] {
	m := &hurdle{study: b, Back: comeBack(b, at.train)}
	buys := m.trainBuys(at)
	if !buys.OK {
		return trained[valueModel]{Note: buys.Note, Fits: buys.Fits}
	}
	_, n := bought.count(at.train)
	design := &regress.Design{Names: hurdleColumns[:], X: make([]float64, 0, n*len(hurdleColumns))}
	value, ids := make([]float64, 0, n), make([]int32, 0, n)
	for _, p := range at.train {
		for _, i := range p.live() {
			if s := &p.Subjects[i]; s.bought {
				design.X = hurdleRow(design.X, b, p, int(i))
				value = append(value, s.future/labelMean(b, p))
				ids = append(ids, s.id)
			}
		}
	}
	spend, err := regress.LeastSquares(design, value, regress.Options{Cluster: ids, Threads: b.Threads})
	if err != nil {
		return refused[valueModel](err.Error())
	}
	t := trained[valueModel]{OK: spend.Certificate.Certified(), Fits: append(buys.Fits, publishedFit(hurdleName+": value given buying", spend))}
	if !t.OK {
		t.Note = certificateNote(&spend.Certificate)
		return t
	}
	m.Spend = spend.Coef
	t.Model = m
	return t
}

// trainBuys fits the first part. Where the value label is the churn horizon, and no contract keeps those who do not
// buy, buying is not churning, and the churn regression serves, published with the churn candidates.
func (m *hurdle) trainBuys(at *origin) trained[chanceModel] {
	b := m.study
	m.Leaves = b.label == b.Clock.Horizon && b.held == nil
	var t trained[chanceModel]
	if m.Leaves {
		t = trainLogistic(b, at)
		t.Fits = nil
	} else {
		t = fitLogistic(b, at.train, usualSet, bought, hurdleName+": buys")
	}
	if t.OK {
		m.Buy = t.Model.(*linearModel)
	}
	return t
}

// comeBack is the share of those lapsed for less than two churn horizons who bought within the value
// label, the mean under Jeffreys' prior (see returnTally.band); 0 where nobody was seen lapsed.
func comeBack(b *study, train []*panel) float64 {
	n, back := 0, 0
	for _, p := range train {
		for i := range p.Subjects {
			if s := &p.Subjects[i]; !s.atRisk && int(s.recency) < 2*b.Clock.Horizon {
				n++
				if s.bought {
					back++
				}
			}
		}
	}
	if n == 0 {
		return 0
	}
	return (float64(back) + 0.5) / (float64(n) + 1)
}

// labelMean is the book's mean value per label on the panel's day.
func labelMean(b *study, p *panel) float64 { return p.Mean12 / b.labelsAYear() }

// hurdleRow appends the row of subject i to rows.
func hurdleRow(rows []float64, b *study, p *panel, i int) []float64 {
	s, x := &p.Subjects[i], p.row(i)
	return append(rows, 1, s.past/labelMean(b, p), s.past12/p.Mean12, x[fFrequency12], x[fOverdue], x[fTrend])
}

func (m *hurdle) outlook(p *panel, i int) outlook {
	buys, mean := m.parts(p, i)
	o := outlook{label: buys * mean, stayed: m.study.labelsAYear() * mean}
	m.year(buys, func(length, active float64) { o.year += length * active * mean })
	return o
}

// parts are q and μ, μ in money units.
func (m *hurdle) parts(p *panel, i int) (buys, mean float64) {
	var room [rowRoom]float64
	buys = m.Buy.point(m.Buy.Columns.rowIn(room[:], p, i))
	if m.Leaves {
		buys = 1 - buys
	}
	var row [len(hurdleColumns)]float64
	mean = dot(m.Spend, hurdleRow(row[:0], m.study, p, i))
	return buys, m.study.floor(mean) * labelMean(m.study, p)
}

// year walks the labels of 12 months: the length of each (1 but for the last) and a_j.
func (m *hurdle) year(buys float64, each func(length, active float64)) {
	active := buys
	for left := m.study.labelsAYear(); left > 1e-9; left-- { // 1e-9: a whole number of labels, up to rounding
		each(min(left, 1), active)
		active = buys*active + m.Back*(1-active)
	}
}
