package ctmc

import (
	"fmt"
	"math"
	"slices"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// Fit is a model at the maximum of its likelihood. A refused fit (its certificate is not Certified) has no parameters and no
// covariance.
type Fit struct {
	*Model
	Theta       []float64     // logarithms of the rates at the mean of the covariates, then coefficients
	Cov         *mat.SymDense // of Theta: the inverse of the observed information
	Mean        []float64     // of the covariates, over intervals; of one with an effect at a limit, its value there
	Limits      []Limit       // effects without a finite estimate
	LogLik      float64
	Intervals   int // that tell something: those that do not begin where nothing happens
	Certificate num.Certificate

	l *likelihood // for profiles; nil without limits
}

// Of the ascent: how many steps, how often one is halved, the Newton decrement at which it ends, and the one below which
// steps are Newton's; the longest step in the logarithm of a rate; the difference of the information by differences of scores.
const (
	mostSteps     = 200
	mostHalvings  = 40
	settled       = 1e-10
	near          = 1
	poorRise      = .05 // of what a step promises: outer products do not bend as the likelihood does, as where the model does not fit
	mostPoor      = 3   // such steps in a row, before steps are Newton's
	longestStep   = 2
	firstDamping  = 1e-2 // of the largest entry of the information
	leastDamping  = 1e-4
	moreDamping   = 8
	lessDamping   = .25
	leastExpected = 1e-3 // moves that a rate makes in all the time at risk, below which it is 0
)

// Fit maximises the likelihood from crude rates (moves seen ÷ time spent, Jackson 2011, §2.5), first by the outer products of
// the scores (Berndt, Hall, Hall & Hausman 1974), then by Newton's method with the observed information, by differences of
// the analytic score; both with step halving, so that the likelihood only rises.
//
// An effect that tends to infinity is put there (Limits, WarnBoundary), so that LogLik is the likelihood's supremum. A rate that tends
// to 0 is a fit refused (WarnBoundary), as are one that tends to infinity, for moves are faster than they are seen, covariates that
// others determine (WarnCollinear), one that does not settle (WarnNotConverged) and one whose information is singular. Errors are those of the model and the data (*DataError). The bytes do not depend on threads.
func (m *Model) Fit(d *Data, threads int) (*Fit, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	if err := d.check(m); err != nil {
		return nil, err
	}
	l := newLikelihood(m, d, threads)
	f := &Fit{Model: m, Mean: l.mean, Intervals: len(l.order)}
	f.Certificate = num.Certificate{Model: "ctmc", Observations: int64(len(l.order)),
		Criteria: []string{"Newton decrement below 1e-10", "observed information is positive definite", "no rate tends to 0 or infinity"}}
	if len(l.order) <= l.parameters() {
		f.Certificate.Refuse(num.WarnTooFew, fmt.Sprintf("%d intervals tell something, of %d parameters: use more data or fewer rates", len(l.order), l.parameters()))
		return f, nil
	}
	if c := l.collinear(); c >= 0 {
		f.Certificate.Refuse(num.WarnCollinear, fmt.Sprintf("covariate %q is the same in all intervals, or those before it determine it: leave it out", m.Covariates[c]))
		return f, nil
	}
	theta, unseen := l.start()
	if unseen >= 0 {
		f.Certificate.Refuse(num.WarnEmptyState, fmt.Sprintf("nobody was seen in state %q and what came after: leave out the rates from it", m.States[unseen]))
		return f, nil
	}
	theta = f.climbLimits(l, f.ascend(l, theta))
	f.judge(l, theta)
	return f, nil
}

// collinear is a covariate whose effect on some rates cannot be told from the rates themselves and from the effects of other covariates on the same;
// −1 without.
func (l *likelihood) collinear() int {
	var checked [][]int
	for _, effect := range l.m.Effects {
		var alike []int // the covariates that act on the same rates
		for _, other := range l.m.Effects {
			if slices.Equal(other.Rates, effect.Rates) {
				alike = append(alike, other.Covariate)
			}
		}
		slices.Sort(alike)
		if slices.ContainsFunc(checked, func(c []int) bool { return slices.Equal(c, alike) }) {
			continue
		}
		checked = append(checked, alike)
		x := make([]float64, len(alike))
		if j := num.Determined(len(l.order), len(alike), func(i int) []float64 {
			for k, c := range alike {
				x[k] = l.d.X[l.d.Intervals[l.order[i]].X][c]
			}
			return x
		}); j >= 0 {
			return alike[j]
		}
	}
	return -1
}

// start are crude rates and no effects; unseen is a state with rates in which nobody was seen, −1 without.
func (l *likelihood) start() (theta []float64, unseen int) {
	moves, time := make([]float64, len(l.m.Rates)), make([]float64, len(l.m.States))
	for _, i := range l.order {
		v := l.d.Intervals[i]
		time[v.From] += v.Time
		for r, rate := range l.m.Rates {
			if v.Kind != Censored && rate == (Rate{v.From, v.To}) {
				moves[r]++
			}
		}
	}
	theta = make([]float64, l.parameters())
	for r, rate := range l.m.Rates {
		if time[rate.From] == 0 {
			return nil, rate.From
		}
		theta[r] = math.Log(max(moves[r], .5) / time[rate.From])
	}
	return theta, -1
}

// ascend finds the maximum and writes down how; it ends where a parameter has gone astray. Steps are damped (Levenberg 1944): λ is added to the information, so that
// directions of which little is known are not followed far; less and less of it while the likelihood rises.
func (f *Fit) ascend(l *likelihood, theta []float64) []float64 {
	cert := &f.Certificate
	cert.Converged, f.Cov = false, nil
	logLik, score, outer := l.sums(theta)
	p := len(theta)
	info, newton, poor := mat.NewSymDense(p, outer), false, 0
	damping := firstDamping * largest(info)
	for steps := 0; steps < mostSteps && !math.IsInf(logLik, -1) && !l.astray(theta); steps++ {
		cert.Iterations++
		step, decrement := stepOf(info, damping, score)
		if step == nil {
			if damping = max(damping*moreDamping, leastDamping*largest(info)); math.IsInf(damping, 1) {
				break
			}
			continue
		}
		if newton && damping == 0 && decrement < settled {
			cert.Converged = true
			f.Cov = inverse(info)
			l.known(f.Cov)
			break
		}
		if newton && decrement < near && l.slower(theta, leastExpected) >= 0 { // it would be refused where it is
			break
		}
		to, toLogLik, toScore, toOuter := l.rise(theta, step, logLik)
		if to == nil && newton && damping == 0 {
			break
		}
		if poor++; to != nil && toLogLik-logLik > poorRise*decrement {
			poor = 0
		}
		if to != nil {
			theta, logLik, score, outer = to, toLogLik, toScore, toOuter
			damping *= lessDamping
		}
		newton = newton || to == nil || decrement < near || poor == mostPoor
		if newton && (decrement < near || to == nil) {
			damping = 0
		}
		if info = mat.NewSymDense(p, outer); newton {
			info = l.information(theta)
		}
	}
	f.LogLik, cert.LogLik, cert.GradientNorm = logLik, logLik, 0
	for _, s := range score {
		cert.GradientNorm = max(cert.GradientNorm, math.Abs(s)/float64(len(l.order)))
	}
	return theta
}

func largest(info *mat.SymDense) (largest float64) {
	for i := range info.SymmetricDim() {
		largest = max(largest, math.Abs(info.At(i, i)))
	}
	return largest
}

// rise is where a step leads, halved until the likelihood is not lower.
func (l *likelihood) rise(theta, step []float64, logLik float64) ([]float64, float64, []float64, []float64) {
	longest := 0.0
	for _, v := range step {
		longest = max(longest, math.Abs(v))
	}
	f := min(1, longestStep/max(longest, 1e-300))
	for range mostHalvings {
		to := append([]float64(nil), theta...)
		for i, v := range step {
			to[i] += f * v
		}
		if v, score, outer := l.sums(to); v >= logLik {
			return to, v, score, outer
		}
		f /= 2
	}
	return nil, 0, nil, nil
}

// judge certifies the fit, or takes its numbers away.
func (f *Fit) judge(l *likelihood, theta []float64) {
	cert := &f.Certificate
	cert.InfoPosDef = f.Cov != nil
	if code, why := f.reason(l, theta); code != "" {
		if left := l.memory(theta); code == num.WarnBoundary && left < leastMemory {
			why += fmt.Sprintf(". After the shortest time between two looks only %.0f %% of what a state tells of the next is left: moves are as fast as the looks, or faster; look more often, merge states, or name fewer moves", 100*left)
		}
		cert.Refuse(code, why)
	}
	if !cert.Certified() {
		f.Cov, f.LogLik, f.Limits = nil, math.NaN(), nil
		return
	}
	if f.sayLimits(); f.Limits != nil {
		f.l = l
	}
	f.Theta = theta
	for i := range theta { // coefficients of covariates as they are, not divided by their spread
		for j := i; j < len(theta); j++ {
			f.Cov.SetSym(i, j, f.Cov.At(i, j)/(l.unit(i)*l.unit(j)))
		}
		f.Theta[i] /= l.unit(i)
	}
}

// unit is by what a covariate was divided, of its coefficient; 1 of a rate.
func (l *likelihood) unit(parameter int) float64 {
	if e := parameter - len(l.m.Rates); e >= 0 {
		return l.spread[l.m.Effects[e].Covariate]
	}
	return 1
}

// parameter is the name of one, for people.
func (m *Model) parameter(i int) string {
	if i < len(m.Rates) {
		return fmt.Sprintf("the rate from %q to %q", m.States[m.Rates[i].From], m.States[m.Rates[i].To])
	}
	e := m.Effects[i-len(m.Rates)]
	rate := m.Rates[e.Rates[0]]
	return fmt.Sprintf("the effect of %s on moves from %q to %q", m.Covariates[e.Covariate], m.States[rate.From], m.States[rate.To])
}

// stepOf is (info + damping·I)⁻¹·score, and that times the score; nil where the matrix is not positive definite.
func stepOf(info *mat.SymDense, damping float64, score []float64) ([]float64, float64) {
	damped := mat.NewSymDense(len(score), nil)
	damped.CopySym(info)
	for i := range score {
		damped.SetSym(i, i, info.At(i, i)+damping)
	}
	chol, scale, err := factorised(damped)
	if err != nil {
		return nil, 0
	}
	x := mat.NewVecDense(len(score), nil)
	b := mat.NewVecDense(len(score), nil)
	for i, s := range score {
		b.SetVec(i, s/scale[i])
	}
	if chol.SolveVecTo(x, b) != nil {
		return nil, 0
	}
	step, decrement := make([]float64, len(score)), 0.0
	for i, s := range score {
		step[i] = x.AtVec(i) / scale[i]
		decrement += step[i] * s
	}
	return step, decrement
}
