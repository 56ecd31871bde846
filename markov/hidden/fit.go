package hidden

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// Fit is a fitted model, states in ascending order of mean activity × mean spend. A refused fit (its certificate is not Certified) has no
// parameters.
type Fit struct {
	Model
	*Params
	Cov         *mat.SymDense // of the unbounded coordinates of the parameters that lie on no edge: the inverse of the observed information
	Occupied    []float64     // expected periods in each state
	Parameters  int           // those on an edge included
	Dispersion  float64       // Σ γ(x − μ)² ÷ Σ γ variance of activity in its states: above 1 counts vary more than the law says; NaN for a refused fit
	Seen        float64       // periods in which something was seen
	LogLik      float64
	AIC, BIC    float64 // −2 log L + 2·Parameters, + log(Seen)·Parameters
	Starts      int     // climbs, from different points
	Agree       int     // how many of them ended at the same, highest point
	Plain       *Fit    // with covariates: the fit without them, of which it is tested whether they matter; else nil
	Certificate num.Certificate

	working *working
	ends    []*Params // of the climbs, the highest first
}

// Short runs of expectation-maximisation from all starts, long ones from the best of their ends (Biernacki, Celeux & Govaert 2003,
// Computational Statistics & Data Analysis 41:561–575); what they gain at last, a period; Newton's method takes it from there.
const (
	shortRun   = 20
	longRun    = 500
	longRuns   = 4
	gain       = 1e-9
	same       = 1e-6 // of the mean log-likelihood: ends that are one
	fewPeriods = 5    // periods a parameter, below which nothing is fitted
	fewInState = 1
)

// Fit maximises the likelihood: expectation-maximisation from fixed starts (quantiles of activity), then Newton's method on an analytic score.
// It is certified by the score, the last step and a positive definite information matrix.
//
// Parameters on an edge (a move that nobody makes, a state without activity, counts that vary no more than Poisson's) are put there,
// warned of (WarnBoundary) and have no standard error. Refused are too few periods (WarnTooFew), a state in which nobody is
// (WarnEmptyState), spend that does not vary in a state (WarnBoundary), and what does not settle (WarnNotConverged), as when there are more
// states than the data tell apart.
//
// With covariates the plain chain is fitted first, and the climbs begin where its own ended, with slopes of 0. Refused are covariates that others
// determine (WarnCollinear) and one that settles where a move leads (WarnSeparation): its odds ratio would be 0 or infinite.
//
// Errors are those of the model and the data (*DataError). The bytes do not depend on threads.
func (m *Model) Fit(d *Data, threads int) (*Fit, error) { return m.fit(d, threads, sampled) }

func (m *Model) fit(d *Data, threads, sampled int) (*Fit, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	if err := d.check(m); err != nil {
		return nil, err
	}
	p, err := newPanel(m, d, threads)
	if err != nil {
		return nil, err
	}
	few := p // a sample, with the same centre and scale
	if s := d.sample(sampled); s != d {
		if few, err = newPanel(m, s, threads); err != nil {
			return nil, err
		}
		if p.x != nil {
			few.x.centre, few.x.scale = p.x.centre, p.x.scale
		}
	}
	f := &Fit{Model: *m, Parameters: m.parameters(), Seen: p.seen, LogLik: math.NaN(), AIC: math.NaN(), BIC: math.NaN(), Dispersion: math.NaN()}
	f.Certificate = num.Certificate{Model: "hidden", Criteria: num.ClimbCriteria, Observations: int64(p.seen)}
	if p.seen < fewPeriods*float64(f.Parameters) {
		f.Certificate.Refuse(num.WarnTooFew, fmt.Sprintf("%.0f periods in which something was seen, of %d parameters: observe longer, or take fewer states", p.seen, f.Parameters))
		return f, nil
	}
	if p.counts == nil || p.counts[len(p.counts)-1] == 0 {
		f.Certificate.Refuse(num.WarnTooFew, "nobody was ever active: nothing tells states apart")
		return f, nil
	}
	starts := few.starts()
	if p.x != nil {
		if starts, err = f.plain(p, d, threads, sampled); err != nil || starts == nil {
			return f, err
		}
	}
	top := f.ascend(few, starts)
	if few != p && top != nil {
		top = f.onAll(p, top)
	}
	f.settle(p, top)
	return f, nil
}

// ascend is the highest end of the climbs from the starts, nil where there is none.
func (f *Fit) ascend(p *panel, starts []*Params) *ascended {
	type run struct {
		params *Params
		logLik float64
	}
	best := func(steps int, tolerance float64, from []*Params) (runs []run) {
		for _, q := range from {
			if q, trace := p.em(q, steps, tolerance); q != nil {
				runs = append(runs, run{q, trace[len(trace)-1]})
				f.Certificate.Iterations += len(trace)
			}
		}
		slices.SortStableFunc(runs, func(a, b run) int { return cmp.Compare(b.logLik, a.logLik) })
		return runs
	}
	var from []*Params
	for _, r := range best(shortRun, gain, starts) {
		from = append(from, r.params)
	}
	var top *ascended
	var ends []*ascended
	for _, r := range best(longRun, gain, from[:min(longRuns, len(from))]) {
		q := ordered(r.params)
		if top != nil && top.ascent.Converged && top.sums.logLik-r.logLik <= same*p.seen && top.params.near(q) { // on the way to where another ended
			ends = append(ends, top)
			continue
		}
		a := p.polish(q)
		f.Certificate.Iterations += a.ascent.Iterations
		ends = append(ends, a)
		if top == nil || a.ascent.Converged && !top.ascent.Converged || a.ascent.Converged == top.ascent.Converged && a.sums.logLik > top.sums.logLik {
			top = a
		}
	}
	f.Starts = len(ends)
	slices.SortStableFunc(ends, func(a, b *ascended) int { return cmp.Compare(b.sums.logLik, a.sums.logLik) })
	for _, a := range ends {
		f.ends = append(f.ends, a.params)
		if top.sums.logLik-a.sums.logLik <= same*p.seen {
			f.Agree++
		}
	}
	if top != nil && top.ascent.Converged && !inOrder(top.params) { // Newton's method moved the states past each other
		top = p.polish(ordered(top.params))
	}
	return top
}

// hugeCount is from where on a score of Poisson counts is rounded as coarsely as a climb is told to end: 1e-9 ÷ 2⁻⁵³, with what sums lose.
const hugeCount = 1e5

// settle writes down how the climb ended and what follows from it.
func (f *Fit) settle(p *panel, a *ascended) {
	c := &f.Certificate
	if a == nil {
		c.Refuse(num.WarnNotConverged, "the data cannot be under any of the starts: take another model")
		return
	}
	for _, g := range a.ascent.Gradient {
		c.GradientNorm = max(c.GradientNorm, math.Abs(g))
	}
	f.occupied(p, a.params)
	cov := a.ascent.Covariance(p.seen)
	c.InfoPosDef = cov != nil
	c.Converged = a.ascent.Converged
	switch {
	case a.params.SpendShape > mostShape/10:
		c.Converged = false
		c.Refuse(num.WarnBoundary, "spend does not vary within the states, and the likelihood has no maximum: leave spend out, or take fewer states")
	case slices.Min(f.Occupied) < fewInState:
		c.Refuse(num.WarnEmptyState, fmt.Sprintf("hardly anybody is ever in one of the %d states: take fewer", f.States))
	case p.x != nil && a.apart(p.seen) != nil:
		c.Converged = false
		x := a.apart(p.seen)
		c.Refuse(num.WarnSeparation, fmt.Sprintf("covariate %q settles whether state %d is followed by %d: its odds ratio tends to 0 or to infinity: leave it out, merge levels, or take fewer states", f.Covariates[x.q], x.i+1, x.j+1))
	case f.Acts != nil && !inOrder(a.params):
		c.Converged = false
		c.Refuse(num.WarnNotConverged, "the order of the states changes with the moves that covariates act on, which are named by it: let covariates act on all moves, or take fewer states")
	case !a.ascent.Converged || cov == nil:
		c.Converged = false
		why := "there may be more states than the data tell apart; take fewer"
		if len(p.counts) > 0 && p.counts[len(p.counts)-1] > hugeCount {
			if why += ", or a larger unit of what is counted"; f.Activity == Poisson {
				why = "counts so large hardly ever vary as little as Poisson's do; take the negative binomial, or a larger unit"
			}
		}
		c.Refuse(num.WarnNotConverged, fmt.Sprintf("the likelihood did not settle (largest mean score %.2g): %s", c.GradientNorm, why))
	}
	if !c.Certified() {
		f.Occupied = nil
		return
	}
	f.Params, f.Cov, f.working = a.params, cov, a.working
	f.LogLik, c.LogLik = a.sums.logLik, a.sums.logLik
	f.Dispersion = p.dispersion(a.params, a.sums)
	f.AIC = -2*f.LogLik + 2*float64(f.Parameters)
	f.BIC = -2*f.LogLik + math.Log(f.Seen)*float64(f.Parameters)
	if said := f.onEdge(f.Start); said != "" {
		c.Warn(num.WarnBoundary, said+": on the edge of what is possible, without a standard error; intervals of others take it as known")
	}
	if f.Starts > 1 && f.Agree == 1 {
		c.Warn(num.WarnNotConverged, fmt.Sprintf("%d of %d climbs ended elsewhere, lower: the highest is reported; fewer states may do", f.Starts-1, f.Starts))
	}
}

// occupied sums the smoothed probabilities of the states over all periods.
func (f *Fit) occupied(p *panel, q *Params) {
	k := p.m.States
	e, l := p.emission(q), p.logits(q)
	f.Occupied = num.BlockSums(len(p.begins)-1, p.block, p.threads, k, func(lo, hi int, sum []float64) {
		w := p.walker(q, e, l)
		defer w.done()
		for c := lo; c < hi; c++ {
			w.forward(p.begins[c], p.begins[c+1])
			w.backward(p.begins[c], p.begins[c+1])
			for at := range (p.begins[c+1] - p.begins[c]) * k {
				if a := w.alpha[at]; a > 0 {
					sum[at%k] += a * w.beta[at]
				}
			}
		}
	})
}
