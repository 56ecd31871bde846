package segment

import (
	"fmt"
	"math"
	"strings"
	"sync"

	"mainstay/ingest"
	"mainstay/internal/num"
	"mainstay/markov/attrition"

	"gonum.org/v1/gonum/mat"
)

// law is a model of latent attrition (see markov/attrition), by what defines it: time is counted in weeks.
type law struct {
	Model  attrition.Model
	K      int       // regularity of timing
	Params []float64 // in the order of the model's names
	LogCov *mat.SymDense
}

// fit is the law as its package knows it.
func (l *law) fit() (*attrition.Fit, error) {
	return attrition.Stored(l.Model, l.K, l.Params, l.LogCov)
}

// latentLaw is the law fitted to what the customers of a panel had bought by its day.
type latentLaw struct {
	fit   *attrition.Fit    // nil where none is certified
	note  string            // why
	tried []*Model          // what is published: the law chosen, else the last one tried
	label lazily[[]float64] // purchase days that it expects within the value label, by subject of the panel
}

// latentUnit is the unit of time of the fits, in days.
const latentUnit = 7

// mostLatent bounds the customers of the fit that scores: what is at risk hangs on how lives differ, which is known least. A fold's losses stay the same with fewer.
const (
	mostLatent     = 10_000
	mostLatentFold = 3_000
)

// fitLatent takes the law with the lowest BIC: of MBG/NBD, the likeliest MBG/CNBD-k where gaps are more regular than chance (Wheat & Morrison 1990), and Pareto/NBD, which is looked for
// near MBG/NBD, and at its edge, where all leave at one rate (see attrition.ParetoNear). BG/NBD is no candidate: it says of nobody who bought once that they left. Who is under contract on
// the day is left out: their silence says nothing of leaving.
func fitLatent(b *study, p *panel) *latentLaw {
	most := mostLatentFold
	if p.Day == b.Clock.AsOf {
		most = mostLatent
	}
	d, first, second := latentData(p, most)
	timing, err := attrition.Regularity(first, second, 1)
	if err != nil {
		return &latentLaw{note: err.Error()}
	}
	l, o := &latentLaw{}, attrition.Options{Threads: b.Threads, K: timing.Nearest, FreeK: true}
	plain, err := l.try(attrition.FitModel(attrition.MBGNBD, d, o))
	if err == nil && timing.Nearest > 1 {
		const least = 2 // 1 is MBG/NBD
		var best *attrition.Fit
		_, best, err = attrition.Regular(d, o, least)
		_, err = l.try(best, err)
	}
	if err == nil && plain.Certificate.Certified() {
		_, err = l.try(attrition.ParetoNear(d, likePareto(plain.Params), b.Threads))
	}
	if err != nil {
		return &latentLaw{note: err.Error()}
	}
	return l
}

// try keeps a law where it is the best so far.
func (l *latentLaw) try(f *attrition.Fit, err error) (*attrition.Fit, error) {
	switch {
	case err != nil:
	case f.Certificate.Certified() && (l.fit == nil || f.BIC() < l.fit.BIC()):
		l.fit, l.tried, l.note = f, []*Model{publishedLaw(f)}, ""
	case l.fit == nil:
		l.tried, l.note = []*Model{publishedLaw(f)}, certificateNote(&f.Certificate)
	}
	return f, err
}

// likePareto are parameters of Pareto/NBD by which customers buy as those of an MBG/NBD with r, α, a, b do, and leave as often: at a mean rate s ÷ β of a ÷ (a + b) a
// purchase, r ÷ α purchases a unit of time.
func likePareto(p []float64) []float64 {
	r, alpha, a, b := p[0], p[1], p[2], p[3]
	return []float64{r, alpha, a, (a + b) * alpha / r}
}

// latentData are customers without a contract, one of so many, drawn, and of those with two gaps between purchases the first two.
func latentData(p *panel, most int) (d *attrition.Data, first, second []float64) {
	step := (len(p.Subjects) + most - 1) / most
	d = &attrition.Data{}
	for i := range p.Subjects {
		s := &p.Subjects[i]
		if s.contract.open || s.rhythm.days == 0 || !oneOf(s.id, forLatent, step) {
			continue
		}
		c := s.customer()
		d.X, d.Last, d.T = append(d.X, c.X), append(d.Last, c.Last), append(d.T, c.T)
		d.LogGaps = append(d.LogGaps, s.rhythm.logGaps-c.X*math.Log(latentUnit))
		if s.rhythm.second > 0 {
			first, second = append(first, float64(s.rhythm.first)), append(second, float64(s.rhythm.second))
		}
	}
	return d, first, second
}

// law is what is kept of it.
func (l *latentLaw) law() law { return law{l.fit.Model, l.fit.K, l.fit.Params, l.fit.LogCov} }

// lawName is the model with its regularity. Pareto/NBD is a mixture of exponential lives: with one rate of leaving there is none.
func lawName(f *attrition.Fit) string {
	if f.OneRate {
		return "exponential/nbd"
	}
	return strings.Replace(string(f.Model), "-k", fmt.Sprint("-", f.K), 1)
}

// publishedLaw has the parameters, in weeks, with intervals by their logarithms' errors.
func publishedLaw(f *attrition.Fit) *Model {
	m := &Model{Name: attritionName + ": " + lawName(f), Certificate: f.Certificate}
	if !f.Certificate.Certified() {
		return m
	}
	z := num.ZLevel(coefficientLevel)
	for i, name := range f.Names {
		v, factor := f.Params[i], f.SE[i]/f.Params[i]
		if f.OneRate {
			switch name {
			case "s":
				continue
			case "beta":
				name, v = "mu", f.Params[i-1]/v
			}
		}
		m.Coefficients = append(m.Coefficients, Coefficient{Name: name, Estimate: v, SE: v * factor, Low: v * math.Exp(-z*factor), High: v * math.Exp(z*factor)})
	}
	return m
}

// reader says what a law expects within so many days, and, where a discount rate is given, of all the future.
func (b *study) reader(f *attrition.Fit, days, annual float64) *attrition.Reader {
	return f.Reader(float64(b.Clock.Span())/latentUnit, days/latentUnit, math.Log1p(annual)/yearDays*latentUnit)
}

// laws are by day, for churn and value to share.
type laws struct {
	mu sync.Mutex
	on map[ingest.Day]*lazily[*latentLaw]
}

// law of a day.
func (b *study) law(at *origin) *latentLaw {
	b.laws.mu.Lock()
	if b.laws.on == nil {
		b.laws.on = map[ingest.Day]*lazily[*latentLaw]{}
	}
	one := b.laws.on[at.day]
	if one == nil {
		one = new(lazily[*latentLaw])
		b.laws.on[at.day] = one
	}
	b.laws.mu.Unlock()
	l, _ := one.get(func() (*latentLaw, error) { return fitLatent(b, at.panel), nil })
	return l
}
