package survival

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"mainstay/internal/num"
	"mainstay/regress"

	"gonum.org/v1/gonum/floats"
)

// DiscreteFit is a fitted hazard in whole periods. Its columns are one for each period with events ("period 3"), whose coefficient is the baseline on the
// scale of the link, then those of the design. Observations are rows at risk, period by period; NullDev is the deviance of the baseline alone.
type DiscreteFit struct {
	regress.Fit
	Link    regress.Link
	Periods []int // those with events, ascending; in the others nothing happened and the hazard is 0
	Events  int
	level   float64
}

// mostPeriods bounds the columns of the baseline.
const mostPeriods = 500

// Discrete fits the probability of the event in a period to those still at risk in it,
//
//	link(h(t|x)) = α_t + x·β,
//
// by the binomial likelihood over periods at risk, start+1 … stop (Allison 1982, Sociological Methodology 13:61–98). With the link cloglog β is that of
// proportional hazards in continuous time (Prentice & Gloeckler 1978, Biometrics 34:57–67), with logit a log ratio of odds. Times are whole numbers: an event at 3 happened within the
// third period, who is censored at 3 outlived it. d has no intercept. The rows by period are never held: blocks of them are made when a pass over them asks
// (regress.GLMFrom). Of o, Weights (frequencies), Offset, Cluster, Robust and Threads count: Robust is the sandwich of the scores of whole lives, with Cluster
// that of clusters with the factor of CR1, whose rows are the periods at risk.
//
// A refused fit is one of regress.GLM: columns or periods in which everybody or nobody has the event are separation, and named.
//
// Errors: as Cox, times that are not whole numbers of at least 1, more than 500 periods with events.
func Discrete(d *regress.Design, t *Times, link regress.Link, o Options) (*DiscreteFit, error) {
	o.Threads = max(o.Threads, 1)
	if err := t.checkWhole(&o); err != nil {
		return nil, err
	}
	if err := checkDesign(d, t.Rows(), o.Threads); err != nil {
		return nil, err
	}
	t, o, kept := withoutWeightless(t, o)
	f := &DiscreteFit{Link: link, level: o.level()}
	s := newPeriodRows(pickRows(d, kept), t, &o)
	t = s.t
	for i, e := range t.Event {
		if e {
			f.Events++
			f.Periods = append(f.Periods, int(t.Stop[i]))
		}
	}
	slices.Sort(f.Periods)
	f.Periods = slices.Compact(f.Periods)
	s.periods = f.Periods
	switch {
	case f.Events == 0:
		f.Fit = emptyFit("discrete hazard", nil, d, t.Rows())
		f.Certificate.Refuse(num.WarnTooFew, "no row has the event: nothing can be learnt about when it happens; widen the period or the population")
		return f, nil
	case link != regress.Logit && link != regress.Cloglog:
		return nil, fmt.Errorf("survival: the link is %q, expected logit or cloglog", link)
	case len(f.Periods) > mostPeriods:
		return nil, fmt.Errorf("survival: events in %d periods, at most %d: count in longer periods, or use a cox regression", len(f.Periods), mostPeriods)
	}
	s.cut()
	settings := regress.Options{Threads: o.Threads}
	if o.Robust && o.Cluster == nil {
		settings.HC = regress.HC0
	}
	fit, err := regress.GLMFrom(s, regress.Model{Distribution: regress.Binomial, Link: link}, settings)
	if err != nil {
		return nil, err
	}
	f.Fit = *fit
	f.Certificate.Model = "discrete hazard"
	if slices.ContainsFunc(f.Separating, func(name string) bool { return slices.Contains(s.Names()[:len(s.periods)], name) }) {
		f.Certificate.Warn(num.WarnSeparation, "where everybody still at risk in a period had the event, count in longer periods, or censor before it")
	}
	if f.Certificate.Certified() {
		f.NullDev, err = s.nullDeviance(link)
	}
	return f, err
}

// nullDeviance is that of the baseline alone: in every period with events the same hazard for all, d/n of those at risk; with an offset it is fitted.
func (s *periodRows) nullDeviance(link regress.Link) (deviance float64, err error) {
	if s.o.Offset != nil {
		alone := *s
		alone.d = &regress.Design{}
		fit, err := regress.GLMFrom(&alone, regress.Model{Distribution: regress.Binomial, Link: link}, regress.Options{Threads: s.o.Threads})
		if err != nil {
			return 0, err
		}
		return fit.Deviance, nil
	}
	risk, events := make([]float64, len(s.periods)), make([]float64, len(s.periods))
	for i, stop := range s.t.Stop {
		for _, p := range s.span(i) {
			at, _ := slices.BinarySearch(s.periods, p)
			risk[at] += s.o.weight(i)
			if s.t.Event[i] && p == int(stop) {
				events[at] += s.o.weight(i)
			}
		}
	}
	for at, n := range risk {
		if d := events[at]; d < n {
			deviance -= 2 * (d*math.Log(d/n) + (n-d)*math.Log1p(-d/n))
		}
	}
	return deviance, nil
}

// checkWhole is check, and that times are whole numbers.
func (t *Times) checkWhole(o *Options) error {
	if err := t.check(o, math.Inf(-1), true); err != nil {
		return err
	}
	for i, s := range t.Stop {
		start := 0.0
		if t.Start != nil {
			start = t.Start[i]
		}
		if s != math.Trunc(s) || s < 1 || s > math.MaxInt32 || start != math.Trunc(start) || start < 0 {
			return fmt.Errorf("survival: row %d (the first is 0): start %v, stop %v: periods are whole numbers from 1 on, a start from 0; round times up, as to months", i, start, s)
		}
	}
	return nil
}

// periodRows gives the rows of a discrete hazard, one for each period with events in which a row is at risk.
type periodRows struct {
	d       *regress.Design
	t       *Times
	o       *Options
	periods []int
	cluster []int32 // by row of t, ascending; nil without
	begin   []int   // by block, its first row of t; and the end
}

// newPeriodRows puts the rows of a cluster together; without clusters, where errors are to be robust, every row is its own.
func newPeriodRows(d *regress.Design, t *Times, o *Options) *periodRows {
	s := &periodRows{d: d, t: t, o: o}
	switch {
	case o.Cluster != nil && !slices.IsSorted(o.Cluster):
		order := make([]int32, len(o.Cluster))
		for i := range order {
			order[i] = int32(i)
		}
		slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(o.Cluster[a], o.Cluster[b]) })
		sorted := *o
		sorted.Weights, sorted.Offset, sorted.Cluster = pick(o.Weights, order), pick(o.Offset, order), pick(o.Cluster, order)
		s = &periodRows{d: pickRows(d, order), t: &Times{Start: pick(t.Start, order), Stop: pick(t.Stop, order), Event: pick(t.Event, order)}, o: &sorted}
		s.cluster = sorted.Cluster
	case o.Cluster != nil:
		s.cluster = o.Cluster
	case o.Robust:
		s.cluster = make([]int32, t.Rows())
		for i := range s.cluster {
			s.cluster[i] = int32(i)
		}
	}
	return s
}

// span is the periods with events in which row i is at risk.
func (s *periodRows) span(i int) []int {
	lo := 0
	if s.t.Start != nil {
		lo, _ = slices.BinarySearch(s.periods, int(s.t.Start[i])+1)
	}
	hi, _ := slices.BinarySearch(s.periods, int(s.t.Stop[i])+1)
	return s.periods[lo:max(lo, hi)]
}

// cut sets begin, so that a block has about as many rows as others have.
func (s *periodRows) cut() {
	rows := 0
	for i := range s.t.Stop {
		if i == 0 || rows >= block {
			s.begin, rows = append(s.begin, i), 0
		}
		rows += len(s.span(i))
	}
	s.begin = append(s.begin, s.t.Rows())
}

// Names are those of the periods, then of the design.
func (s *periodRows) Names() (names []string) {
	for _, p := range s.periods {
		names = append(names, fmt.Sprintf("period %d", p))
	}
	return append(names, s.d.Names...)
}

// Blocks is how many there are.
func (s *periodRows) Blocks() int { return len(s.begin) - 1 }

// Block makes block b.
func (s *periodRows) Block(b int, into *regress.Rows) error {
	into.X, into.Y, into.Weights, into.Offset, into.Cluster = into.X[:0], into.Y[:0], into.Weights[:0], into.Offset[:0], into.Cluster[:0]
	width := len(s.periods) + len(s.d.Names)
	for i := s.begin[b]; i < s.begin[b+1]; i++ {
		for _, p := range s.span(i) {
			at := len(into.X)
			into.X = slices.Grow(into.X, width)[:at+width]
			row := into.X[at:]
			clear(row[:len(s.periods)])
			place, _ := slices.BinarySearch(s.periods, p)
			row[place] = 1
			if len(s.d.Names) > 0 {
				copy(row[len(s.periods):], s.d.Row(i))
			}
			y := 0.0
			if s.t.Event[i] && p == int(s.t.Stop[i]) {
				y = 1
			}
			into.Y = append(into.Y, y)
			into.Weights = append(into.Weights, s.o.weight(i))
			into.Offset = append(into.Offset, s.o.offset(i))
			if s.cluster != nil {
				into.Cluster = append(into.Cluster, s.cluster[i])
			}
		}
	}
	return nil
}

// Curve is the survival of a row with columns x by period, Ŝ(t) = Π (1 − h), with the interval on the scale of log(−log S) by the delta method. Hazard is −log Ŝ. AtRisk and
// Events are 0. No steps for a refused fit, or x of another length or not finite.
func (f *DiscreteFit) Curve(x []float64, offset float64) []Step {
	k := len(f.Periods)
	if !f.Certificate.Certified() || len(x) != len(f.Coef)-k || !allFinite(x) {
		return nil
	}
	eta, z := floats.Dot(x, f.Coef[k:])+offset, num.ZLevel(f.level)
	out, log := []Step{{Survival: 1, Low: 1, High: 1}}, 0.0
	cov := f.Cov
	if f.Robust != nil {
		cov = f.Robust
	}
	of := make([]float64, len(f.Coef)) // V of the columns, times x
	for j := range of {
		for b, v := range x {
			of[j] += cov.At(j, k+b) * v
		}
	}
	slope, spread := make([]float64, len(f.Coef)), make([]float64, len(f.Coef)) // s of log S, which every period adds to; V s
	for a, p := range f.Periods {
		l, d := f.logRest(eta + f.Coef[a])
		log += l
		slope[a] = d
		floats.AddScaled(slope[k:], d, x)
		for j := range spread {
			spread[j] += d * (cov.At(j, a) + of[j])
		}
		step := Step{Time: float64(p), Survival: math.Exp(log), Hazard: -log, HazardSE: math.Sqrt(max(floats.Dot(slope, spread), 0))}
		step.SE = step.Survival * step.HazardSE
		step.Low, step.High = logLog(step.Survival, step.HazardSE, z)
		out = append(out, step)
	}
	return out
}

// logRest is log(1 − h) at a linear predictor, and its slope.
func (f *DiscreteFit) logRest(eta float64) (l, slope float64) {
	if f.Link == regress.Cloglog {
		t := math.Exp(eta)
		return -t, -t
	}
	return -math.Log1p(math.Exp(eta)), -num.Expit(eta)
}
