package segment

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"mainstay/ingest"
	"mainstay/ingest/table"
	"mainstay/internal/num"
	"mainstay/regress"
	"mainstay/regress/survival"

	"gonum.org/v1/gonum/interp"
)

// remaining is how long it is known, on the as-of date, that a customer at risk on a day stays from then on: until one churn horizon has passed
// without a purchase, and no contract is in force. Silence is counted from that day on, as the churn label does: who is lost after one horizon
// is who has churned on that day, however long ago the last purchase was. Cut at an earlier day of knowledge (see life.watched) it is what was known then.
func (b *study) remaining(sh *ingest.Shard, pr *Profile, day ingest.Day) life {
	contracts, horizon := b.held.contracts(pr.Shard, pr.Row), ingest.Day(b.Clock.Horizon)
	end := heldFrom(day+horizon, contracts)
	lo, hi := sh.Cells(int(pr.Row))
	for j := lo + sort.Search(hi-lo, func(k int) bool { return sh.Day[lo+k] > day }); j < hi && sh.Day[j] <= min(end, b.Clock.AsOf); j++ {
		if b.Ledger.Purchase(sh, j) {
			end = max(end, heldFrom(sh.Day[j]+horizon, contracts))
		}
	}
	if end > b.Clock.AsOf {
		return life(b.Clock.AsOf - day)
	}
	return ^life(end - day)
}

// heldFrom is the first day, from one on, without a contract in force.
func heldFrom(day ingest.Day, contracts []table.Contract) ingest.Day {
	for range contracts { // each may hold on where another ends
		for _, c := range contracts {
			switch {
			case !c.Open(int32(day)):
			case c.End == table.NoDay:
				return math.MaxInt32
			default:
				day = ingest.Day(c.End) + 1
			}
		}
	}
	return day
}

// watched is a life as known so many days after it began: lost within them, or censored there.
func (l life) watched(days int) (_ float64, lost bool) {
	n, lost := l.end()
	if n > days {
		return float64(days), false
	}
	return float64(n), lost
}

// lived is a life without the silence that ends it: until the last purchase, or the end of the last contract, counted from the landmark. Half a day is added,
// so that a life that ended at once is one, and one that is censored outlasts those seen to end.
func (l life) lived(days, horizon int) (_ float64, lost bool) {
	n, lost := l.watched(days)
	return max(0, n-float64(horizon)) + 0.5, lost
}

// lifeModel is the remaining life of a customer at risk, by an accelerated failure time regression on the usual columns,
//
//	log T = xβ + σW,   P(T > t) = exp(−(t e^{−xβ})^{1/σ})
//
// fitted to lives from landmarks, the training days: who is at risk on a day, with what is known on it, until lost, or censored on the day of
// knowledge (van Houwelingen 2007, Scandinavian Journal of Statistics 34:70–85). A customer has a life from each, so that errors are clustered.
type lifeModel struct {
	Columns   *columns
	Coef      []float64 // β
	Scale     float64   // σ
	Low, High float64   // xβ in training, and one more: beyond, the law is not asked
}

// fewestLater losses that did not come at once are needed: from one training day, whose lives are known for no longer than the silence that ends them, nothing
// is learnt of their length.
const fewestLater = 20

// mostLives bounds the rows of a fit: some thousand losses settle a dozen coefficients better than the law fits.
const mostLives = 6_000

// fitLife also says how that went, for the candidate that asked; nil where it may not be used.
func fitLife(b *study, at *origin) (*lifeModel, trained[valueModel]) {
	c := newColumns(b, at.train, usualSet)
	r := stackRows(at.train, c, lives(at.train))
	times := &survival.Times{Stop: make([]float64, len(r.y)), Event: make([]bool, len(r.y))}
	lost, later := make([]float64, len(r.y)), 0
	for i, y := range r.y {
		times.Stop[i], times.Event[i] = life(y).lived(int(at.day-at.train[r.origin[i]].Day), b.Clock.Horizon)
		if times.Event[i] {
			lost[i] = 1
			later += int(min(times.Stop[i], 1)) // not at once
		}
	}
	if later < fewestLater {
		return nil, refused[valueModel](fmt.Sprintf("%s: %d customers were seen to stay for a while and then to leave, lengths of lives need %d: a longer history shows more",
			num.WarnHorizonShort, later, fewestLater))
	}
	if few := tooFew(len(lost), lost, len(c.All)); few != "" {
		return nil, refused[valueModel](few)
	}
	fit, err := aft(r, times, b.Threads)
	if err != nil {
		return nil, refused[valueModel](err.Error())
	}
	t := trained[valueModel]{Fits: []*Model{publishedFit(survivalName+": life", &fit.Fit)}}
	if !fit.Certificate.Certified() {
		t.Note = certificateNote(&fit.Certificate)
		return nil, t
	}
	m := &lifeModel{Columns: c, Coef: fit.Coef, Scale: fit.Scale, Low: math.Inf(1), High: math.Inf(-1)}
	for i := range r.ids {
		eta := m.predictor(r.Row(i))
		m.Low, m.High = min(m.Low, eta-1), max(m.High, eta+1)
	}
	return m, t
}

// lives are of the customers at risk, one of so many, drawn, where the training days have more than mostLives.
func lives(train []*panel) outcome {
	n := 0
	for _, p := range train {
		n += p.atRisk()
	}
	step := (n + mostLives - 1) / mostLives
	return outcome{func(s *subject) bool { return s.atRisk && oneOf(s.id, forLives, step) }, func(s *subject) float64 { return float64(s.life) }}
}

// aft fits, and once more without the columns whose coefficient nothing bounds, as logistic does.
func aft(r *rows, times *survival.Times, threads int) (*survival.AFTFit, error) {
	o := survival.Options{Cluster: r.ids, Threads: threads}
	fit, err := survival.AFT(r.Design, times, survival.Weibull, o)
	if err != nil || len(fit.Infinite) == 0 {
		return fit, err
	}
	rest := &regress.Design{Names: r.Names, X: slices.Clone(r.X)}
	for j, name := range r.Names {
		if slices.Contains(fit.Infinite, name) {
			for i := range rest.Rows() {
				rest.Row(i)[j] = 0 // a column of zeros is dropped, its coefficient zero
			}
		}
	}
	again, err := survival.AFT(rest, times, survival.Weibull, o)
	if err == nil {
		again.Certificate.Warn(num.WarnMonotone, "left out, because nobody who left differs in them: "+strings.Join(fit.Infinite, ", "))
	}
	return again, err
}

// predictor is xβ.
func (m *lifeModel) predictor(x []float64) float64 {
	sum := 0.0
	for j, v := range x {
		sum += v * m.Coef[j]
	}
	return sum
}

// of is the predictor of subject i of a panel, who is at risk, kept to what training has seen.
func (m *lifeModel) of(p *panel, i int) float64 {
	var room [rowRoom]float64
	return min(max(m.predictor(m.Columns.rowIn(room[:], p, i)), m.Low), m.High)
}

// expected is the days of life to come within a horizon, discounted, by predictor: a table of survival.WorthAt and a smooth curve through it.
type expected struct{ table interp.AkimaSpline }

// tablePoints span the range of the predictor.
const tablePoints = 129

func (m *lifeModel) expected(horizon, rate float64) (*expected, error) {
	w := survival.Worth{Horizon: horizon, Margin: 1, Rate: rate, Year: yearDays}
	at, value := make([]float64, tablePoints), make([]float64, tablePoints)
	for i := range at {
		at[i] = m.Low + (m.High-m.Low)*float64(i)/(tablePoints-1)
		value[i] = survival.WorthAt(survival.Weibull, at[i], m.Scale, w)
	}
	e := new(expected)
	return e, e.table.Fit(at, value)
}

// days is at a predictor.
func (e *expected) days(eta float64) float64 { return e.table.Predict(eta) }

// median is the time by which half of those with a predictor have been lost: e^η (log 2)^σ.
func (m *lifeModel) median(eta float64) float64 {
	return math.Exp(eta + m.Scale*math.Log(math.Ln2))
}
