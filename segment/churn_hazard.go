package segment

import (
	"math"

	"mainstay/ingest"
	"mainstay/internal/num"
	"mainstay/regress"

	"gonum.org/v1/gonum/mat"
)

// hazardModel is the hazard of a purchase in discrete time: of customers at risk, in each period of the past, with what was known when it began (silence, own rate,
// contract, season, and the growth of outside series, which nothing else can learn from: they have one value a day, and regressions at a few training days see
// four of them),
//
//	P(purchase in the period) = 1 − exp(−e^η),   η = xβ
//
// by a complementary log-log regression clustered by customer (Prentice & Gloeckler 1978, Biometrics 34:57–67; recurrent events in discrete time: Allison 1982,
// Sociological Methodology 13:61–98). Who leaves buys in none of the periods of the horizon, the silence growing, the season going on, the series
// held at their growth of today:
//
//	P(churn) = Π (1 − λ_k) = exp(−Λ),   Λ = Σ_k s_k e^{η_k}
//
// s_k being the share of period k within the horizon of the panel's day: a training day has its own season and growth. The interval is by the delta method on log Λ, whose slopes are Σ s_k e^{η_k} x_k ÷ Λ. It knows what
// customers differ by, not what a whole year is off by: a series has as many values as there are periods.
type hazardModel struct {
	Columns *hazardColumns
	Coef    []float64
	Cov     *mat.SymDense // clustered
	Mean    []float64
	codes   []uint8
	open    int                   // column of panels that says whether a contract is in force, 0 without contracts
	now     *ahead                // the horizon after the day of knowledge
	before  map[ingest.Day]*ahead // those after the training days, which a correction for contracts asks for
}

// ahead is the horizon after a day.
type ahead struct {
	periods []aheadPeriod
	growth  []float64 // of the series, on the day
	total   float64   // Σ s_k
}

// aheadPeriod is one of the horizon: it begins in so many days.
type aheadPeriod struct {
	in, share float64
	season    int
}

// leastHazardYears are the years of a book from which on the hazard competes without a series: its season must be seen.
const leastHazardYears = 3

func hazardOffered(b *study) bool {
	return b.Inputs.Series != nil || b.Clock.Span() >= leastHazardYears*valueYear
}

func trainHazard(b *study, at *origin) trained[chanceModel] {
	starts, ends := b.pastPeriods(at.day)
	c := newHazardColumns(b, at.day, at.panel.typical.gap, starts)
	growth, ok := c.growths(at.day)
	if len(starts) == 0 || !ok {
		return refused[chanceModel](num.WarnHorizonShort + ": no period of the past begins after one churn horizon of history")
	}
	r := b.hazardRows(c, at.day, starts, ends, len(at.panel.Subjects))
	if few := tooFew(len(r.y), r.y, len(c.All)); few != "" {
		return refused[chanceModel](few)
	}
	fit, err := twoOutcomes(r.Design, r.y, regress.Cloglog, r.ids, b.Threads)
	if err != nil {
		return refused[chanceModel](err.Error())
	}
	t := trained[chanceModel]{OK: fit.Certificate.Certified(), Fits: []*Model{publishedFit(hazardName, fit)}}
	if !t.OK {
		t.Note = certificateNote(&fit.Certificate)
		return t
	}
	m := &hazardModel{Columns: c, Coef: fit.Coef, Cov: fit.Robust, Mean: columnMeans(r.Design), codes: codesOf(c.All), before: map[ingest.Day]*ahead{}}
	if b.held != nil {
		m.open = b.column(contractFeature.Name)
	}
	m.now = c.ahead(at.day, b.Clock.Horizon, growth)
	for _, p := range at.train {
		then, ok := c.growths(p.Day)
		if !ok {
			then = growth // not known yet
		}
		m.before[p.Day] = c.ahead(p.Day, b.Clock.Horizon, then)
	}
	t.Model = m
	return t
}

// column is the place of a feature in the rows of panels, 0 without it.
func (b *study) column(name string) int {
	for j, f := range b.allFeatures() {
		if f.Name == name {
			return j
		}
	}
	return 0
}

// ahead cuts the horizon after a day into periods.
func (c *hazardColumns) ahead(day ingest.Day, horizon int, growth []float64) *ahead {
	a := &ahead{growth: growth}
	for k, start := 0, day; start < day+ingest.Day(horizon); k++ {
		end := c.period.Add(day, k+1)
		inside := min(end, day+ingest.Day(horizon)) - start
		share := float64(inside) / float64(end-start)
		a.periods = append(a.periods, aheadPeriod{float64(start - day), share, c.seasonOf(start, end)})
		a.total += share
		start = end
	}
	return a
}

// after is the horizon after the day of a panel.
func (m *hazardModel) after(day ingest.Day) *ahead {
	if a := m.before[day]; a != nil {
		return a
	}
	return m.now
}

// moment is what is known on the day of a panel of subject i, who is at risk.
func (m *hazardModel) moment(p *panel, i int) moment {
	x := p.row(i)
	out := moment{frequency: math.Round(math.Expm1(x[fFrequency])), frequency12: math.Round(math.Expm1(x[fFrequency12])), recency: float64(p.Subjects[i].recency),
		tenure: math.Round(math.Expm1(x[fTenure]))}
	if m.open > 0 {
		out.contract = x[m.open] > 0
	}
	return out
}

// mostLogHazard bounds η in size: beyond, nobody or everybody buys, and a customer unlike any in training must not overflow.
const mostLogHazard = 20

// hazard is Λ of subject i, and Σ s_k e^{η_k} x_k, its slopes.
func (m *hazardModel) hazard(p *panel, i int) (total float64, slope []float64) {
	now, x, after := m.moment(p, i), make([]float64, 2*len(m.Coef)), m.after(p.Day)
	x, slope = x[:len(m.Coef)], x[len(m.Coef):]
	recency, tenure := now.recency, now.tenure
	for _, a := range after.periods {
		now.recency, now.tenure = recency+a.in, tenure+a.in
		m.Columns.fill(x, &now, a.season, after.growth)
		part := a.share * math.Exp(min(max(m.predictor(x), -mostLogHazard), mostLogHazard))
		total += part
		for j, v := range x {
			slope[j] += part * v
		}
	}
	return total, slope
}

// predictor is xβ.
func (m *hazardModel) predictor(x []float64) float64 {
	sum := 0.0
	for j, v := range x {
		sum += v * m.Coef[j]
	}
	return sum
}

func (m *hazardModel) chance(p *panel, i int, level float64) (prob, low, high float64) {
	total, slope := m.hazard(p, i)
	prob = clampChance(Baseline{Link: LinkLoglog}.Probability(-math.Log(total)))
	if level == 0 {
		return prob, 0, 1
	}
	variance := 0.0
	for j, v := range slope {
		if v == 0 {
			continue
		}
		row := m.Cov.RawSymmetric().Data[j*len(slope):]
		for k := j + 1; k < len(slope); k++ {
			variance += 2 * v * slope[k] * row[k]
		}
		variance += v * v * row[j]
	}
	half := num.ZLevel(level) * math.Sqrt(max(variance, 0)) / total
	return prob, min(math.Exp(-total*math.Exp(half)), prob), max(math.Exp(-total*math.Exp(-half)), prob)
}

// baseline is the mean customer-period of training, all through the horizon.
func (m *hazardModel) baseline() Baseline {
	return Baseline{LinkLoglog, -m.predictor(m.Mean) - math.Log(m.now.total)}
}

// parts are those of −log Λ = baseline + Σ parts + rest: −β(x̄ − mean), x̄ the mean over the periods of the horizon weighted by their parts of Λ; the rest is
// how unevenly Λ is spread over them, as the silence grows.
func (m *hazardModel) parts(p *panel, i int) (mean, parts []float64, rest, at float64) {
	total, slope := m.hazard(p, i)
	at = -math.Log(total)
	rest = at - m.baseline().At
	parts = make([]float64, len(slope))
	for j := range slope {
		slope[j] /= total
		parts[j] = -m.Coef[j] * (slope[j] - m.Mean[j])
		rest -= parts[j]
	}
	return slope, parts, rest, at
}

func (m *hazardModel) contributions(p *panel, i int) (s shares) {
	_, parts, rest, _ := m.parts(p, i)
	for j, v := range parts {
		s[m.codes[j]] += v
	}
	s[m.codes[hOverdue]] += rest
	return s
}

func (m *hazardModel) explain(p *panel, i int) *LinearWhy {
	mean, parts, rest, at := m.parts(p, i)
	w := &LinearWhy{Baseline: m.baseline(), At: at, Shrink: 1}
	for j, f := range m.Columns.All {
		if j != hIntercept {
			w.Terms = append(w.Terms, Term{Name: f.Name, Reason: f.Reason, Doc: f.Doc, Value: mean[j], Mean: m.Mean[j], Coef: -m.Coef[j], Share: parts[j]})
		}
	}
	w.Terms = append(w.Terms, Term{Name: "periods ahead", Reason: codeSilence, Doc: "as the silence grows", Value: m.now.total, Mean: m.now.total, Share: rest})
	return w
}
