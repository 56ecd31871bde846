package ctmc

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// MisclassifiedFit is a fitted chain of true states (Fit, whose covariance knows that mistakes and first states are estimated), and what is seen of them. A refused fit has no
// parameters.
type MisclassifiedFit struct {
	*Fit
	Misclassified *Misclassified
	Shown         []float64 // state × state: probability of seeing the second of the first
	Begun         []float64 // probabilities of the true state at a first look; nil where it is known
	Starts, Agree int       // long climbs, from different points, and how many ended at the same, highest one
	Without       *Fit      // the chain without mistakes, fitted to what was seen; nil where what was seen cannot be without
	parameters    []float64
	cov           *mat.SymDense // of the parameters, 0 of those at 0
	panel         *panel
}

// Where climbs begin: the probability of a mistake, and by what the rates of moves seen are too high for them. How far short runs from all go, how many long ones from the best of their ends and how far, and how near the ends of these count as the same.
var (
	startMistakes = []float64{.02, .1, .25}
	startRates    = []float64{1, .4}
)

const (
	shortSteps = 12
	longSteps  = 50
	longRuns   = 3
	sameEnd    = 1e-2 // of the log-likelihood
	reopened   = 1e-2 // the probability that one freed from 0 begins with
	edgeRounds = 12
	edgeSlack  = 1e-6 // of the looks: a slope into the domain that counts as none
)

// Fit maximises the likelihood: short climbs from fixed starts by outer products of the scores of customers, then Newton's method with the observed information, by differences of the
// analytic score.
//
// A mistake that nobody makes, or a first state that nobody has, is put at 0 (WarnBoundary) and has no standard error. Refused are fits as those of Model.Fit: too few looks, a state
// that was never seen, a rate that tends to 0 or to infinity, covariates that others determine, what does not settle. Errors are those of the model and the data (*DataError). The bytes do not
// depend on threads.
func (m *Misclassified) Fit(d Looks, threads int) (*MisclassifiedFit, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	if err := d.check(m); err != nil {
		return nil, err
	}
	p := newPanel(m, d, threads)
	f := &MisclassifiedFit{Fit: &Fit{Model: &m.Model, Mean: p.l.mean, Intervals: len(d.Intervals)}, Misclassified: m, panel: p}
	c := &f.Certificate
	*c = num.Certificate{Model: "ctmc misclassified", Observations: int64(len(d.Intervals)), Criteria: append(slices.Clone(num.ClimbCriteria), "no rate tends to 0 or infinity")}
	if len(d.Intervals) <= p.parameters() {
		c.Refuse(num.WarnTooFew, fmt.Sprintf("%d intervals tell something, of %d parameters: use more data, fewer rates or fewer mistakes", len(d.Intervals), p.parameters()))
		return f, nil
	}
	if j := p.l.collinear(); j >= 0 {
		c.Refuse(num.WarnCollinear, fmt.Sprintf("covariate %q is the same in all intervals, or those before it determine it: leave it out", m.Covariates[j]))
		return f, nil
	}
	starts, unseen := p.starts()
	if unseen >= 0 {
		c.Refuse(num.WarnEmptyState, fmt.Sprintf("nobody was seen in state %q and what came after: leave out the rates from it", m.States[unseen]))
		return f, nil
	}
	f.settle(p, f.ascend(p, starts))
	if c.Certified() {
		return f, f.without(d, threads)
	}
	return f, nil
}

// starts are fixed points around crude rates and chances of mistakes that all states share.
func (p *panel) starts() (starts [][]float64, unseen int) {
	crude, unseen := p.l.start()
	if unseen >= 0 {
		return nil, unseen
	}
	ways := make([]float64, len(p.m.States))
	for _, e := range p.m.Mistakes {
		ways[e.True]++
	}
	for _, mistake := range startMistakes {
		for _, share := range startRates {
			theta := make([]float64, p.parameters())
			for i, v := range crude {
				if theta[i] = v; i < len(p.m.Rates) {
					theta[i] += math.Log(share)
				}
			}
			for i, e := range p.m.Mistakes {
				theta[p.chain()+i] = math.Log(mistake / ways[e.True] / (1 - mistake))
			}
			for i := p.chain() + len(p.m.Mistakes); i < len(theta); i++ {
				theta[i] = math.Log(.5)
			}
			starts = append(starts, theta)
		}
	}
	return starts, -1
}

// reached is the end of a climb: all parameters, which were free, and how it ended.
type reached struct {
	theta  []float64
	at     []int
	ascent *num.Ascent
	passed *passed
}

// ascend is the highest end of the climbs, nil where the data cannot be.
func (f *MisclassifiedFit) ascend(p *panel, starts [][]float64) *reached {
	ends := f.run(p, starts, shortSteps)
	var from [][]float64
	for _, e := range ends[:min(longRuns, len(ends))] {
		from = append(from, e.theta)
	}
	ends = f.run(p, from, longSteps)
	var top *reached
	for _, e := range ends {
		if top != nil && top.ascent.Converged && top.passed.logLik-e.ascent.Value*p.looks() <= sameEnd {
			break
		}
		r := p.polish(e.theta)
		f.Certificate.Iterations += r.ascent.Iterations
		if e.ascent = r.ascent; top == nil || r.ascent.Converged && (!top.ascent.Converged || r.passed.logLik > top.passed.logLik) {
			top = r
		}
	}
	f.Starts = len(ends)
	for _, e := range ends {
		if top.passed.logLik-e.ascent.Value*p.looks() <= sameEnd {
			f.Agree++
		}
	}
	return top
}

// run climbs a number of steps by outer products from each start: the ends, the highest first.
func (f *MisclassifiedFit) run(p *panel, starts [][]float64, steps int) (ends []*reached) {
	for _, theta := range starts {
		at := free(theta)
		a := num.ClimbNear(p.steep(theta, at), theta, steps, math.Inf(1))
		f.Certificate.Iterations += a.Iterations
		if !math.IsInf(a.Value, 0) && !math.IsNaN(a.Value) && a.Gradient != nil {
			ends = append(ends, &reached{theta: a.Theta, at: at, ascent: a})
		}
	}
	slices.SortStableFunc(ends, func(a, b *reached) int { return cmp.Compare(b.ascent.Value, a.ascent.Value) })
	return ends
}

// polish climbs by Newton's method. Probabilities that tend to 0 are put there and the rest climbed again; one at 0 from which the likelihood rises is set free again.
func (p *panel) polish(theta []float64) *reached {
	var r *reached
	for range edgeRounds {
		p.toEdge(theta, p.pass(theta))
		at := free(theta)
		x := make([]float64, len(at))
		for i, a := range at {
			x[i] = theta[a]
		}
		r = &reached{at: at, ascent: num.Climb(p.exact(theta, at), x)}
		r.theta = with(theta, at, r.ascent.Theta)
		r.passed = p.pass(r.theta)
		next := slices.Clone(r.theta)
		if math.IsInf(r.passed.logLik, 0) || !(!r.ascent.Converged && p.toEdge(next, r.passed) || r.ascent.Converged && p.release(next, r.passed)) {
			return r
		}
		theta = next
	}
	r.ascent.Converged = false
	return r
}

// toEdge puts mistakes and first states at 0 that are expected less often than leastExpected, and says whether there was one.
func (p *panel) toEdge(theta []float64, s *passed) (moved bool) {
	p.soft(theta, s, func(i int, prob, slope, _ float64) {
		if prob > 0 && prob < .5 && prob*slope < leastExpected {
			theta[i], moved = math.Inf(-1), true
		}
	})
	return moved
}

// release frees those at 0 from which the likelihood rises.
func (p *panel) release(theta []float64, s *passed) (moved bool) {
	p.soft(theta, s, func(i int, prob, slope, mean float64) {
		if prob == 0 && slope-mean > edgeSlack*p.looks() {
			theta[i], moved = math.Log(reopened), true
		}
	})
	return moved
}

// soft calls do with each parameter of a probability: the probability, the likelihood's slope by it, and the mean slope by those it competes with.
func (p *panel) soft(theta []float64, s *passed, do func(i int, prob, slope, mean float64)) {
	k, shown, begun := len(p.m.States), p.shown(theta), p.begun(theta)
	for i, e := range p.m.Mistakes {
		row, risen := shown[e.True*k:(e.True+1)*k], s.risen[e.True*k:(e.True+1)*k]
		do(p.chain()+i, row[e.Seen], risen[e.Seen], dot(row, risen))
	}
	for i := 1; i < len(p.first); i++ {
		state := p.first[i]
		do(p.chain()+len(p.m.Mistakes)+i-1, begun[state], s.started[state], dot(begun, s.started))
	}
}

// settle certifies the fit, or says why there is none.
func (f *MisclassifiedFit) settle(p *panel, r *reached) {
	c := &f.Certificate
	if r == nil {
		c.Refuse(num.WarnNotConverged, "what was seen has probability 0 at any rates tried: correct the times, or leave some out")
		return
	}
	for _, g := range r.ascent.Gradient {
		c.GradientNorm = max(c.GradientNorm, math.Abs(g))
	}
	chain := p.chain()
	cov := r.ascent.Covariance(p.looks())
	c.Converged, c.InfoPosDef = r.ascent.Converged, cov != nil
	f.LogLik, c.LogLik = r.passed.logLik, r.passed.logLik
	if cov != nil {
		f.cov = p.whole(r.at, cov)
		f.Cov = p.ofChain(f.cov, p.unit) // of scaled covariates, as reason takes them
	}
	if code, why := f.reason(p.l, r.theta[:chain]); code != "" {
		if c.Refuse(code, why); code == num.WarnNotConverged {
			c.Warn(num.WarnNotConverged, "mistakes may not be told from moves: allow fewer of them, or fewer moves")
		}
	}
	if !c.Certified() {
		f.Cov, f.cov, f.LogLik = nil, nil, math.NaN()
		return
	}
	f.parameters, f.Shown, f.Begun = r.theta, p.shown(r.theta), p.begun(r.theta)
	f.Theta = slices.Clone(r.theta[:chain])
	for i := range f.Theta {
		f.Theta[i] /= p.unit(i)
	}
	f.Cov = p.ofChain(f.cov, func(int) float64 { return 1 })
	if said := f.onEdge(); said != "" {
		c.Warn(num.WarnBoundary, said+": on the edge of what is possible, without a standard error; intervals of others take it as known")
	}
	if f.Starts > 1 && f.Agree == 1 {
		c.Warn(num.WarnNotConverged, fmt.Sprintf("%d of %d climbs ended elsewhere, lower: the highest is reported; fewer mistakes may do", f.Starts-1, f.Starts))
	}
}

// whole is the covariance of all parameters in their own units, of that of those at, whose covariates are scaled; 0 of the others.
func (p *panel) whole(at []int, cov *mat.SymDense) *mat.SymDense {
	out := mat.NewSymDense(p.parameters(), nil)
	for i, a := range at {
		for j := i; j < len(at); j++ {
			out.SetSym(a, at[j], cov.At(i, j)/(p.unit(a)*p.unit(at[j])))
		}
	}
	return out
}

// ofChain is the part of a covariance that is of the chain, in units.
func (p *panel) ofChain(cov *mat.SymDense, unit func(i int) float64) *mat.SymDense {
	out := mat.NewSymDense(p.chain(), nil)
	for i := range p.chain() {
		for j := i; j < p.chain(); j++ {
			out.SetSym(i, j, cov.At(i, j)*unit(i)*unit(j))
		}
	}
	return out
}

// unit is by what a covariate was divided, of its coefficient; 1 of all else.
func (p *panel) unit(i int) float64 {
	if i < p.chain() {
		return p.l.unit(i)
	}
	return 1
}

// onEdge says which probabilities are 0 that need not be, "" for none.
func (f *MisclassifiedFit) onEdge() string {
	var said []string
	for _, e := range f.Misclassified.Mistakes {
		if f.Shown[e.True*len(f.States)+e.Seen] == 0 {
			said = append(said, fmt.Sprintf("%q is never seen as %q", f.States[e.True], f.States[e.Seen]))
		}
	}
	for _, s := range f.panel.first {
		if f.Begun[s] == 0 {
			said = append(said, fmt.Sprintf("nobody begins in %q", f.States[s]))
		}
	}
	return strings.Join(said, ", ")
}

// without fits the chain that makes no mistakes, where there may be none.
func (f *MisclassifiedFit) without(d Looks, threads int) (err error) {
	m := f.Misclassified
	if m.First == FirstKnown {
		for _, lo := range d.Begins[:len(d.Begins)-1] {
			if d.Intervals[lo].From != m.Known {
				return nil
			}
		}
	}
	var cannot *DataError
	if f.Without, err = m.Model.Fit(d.Data, threads); errors.As(err, &cannot) {
		return nil
	}
	return err
}
