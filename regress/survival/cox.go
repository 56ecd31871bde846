package survival

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"mainstay/internal/num"
	"mainstay/regress"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Ties is how events at the same time are treated.
type Ties uint8

// Efron's approximation is close to the exact one; Breslow's is simpler, and biased towards 0 with many ties.
const (
	Efron Ties = iota
	Breslow
)

func (t Ties) String() string { return [...]string{"efron", "breslow"}[t] }

// Limits of the ascent, on centred and scaled columns: those of the logistic regression.
const (
	scoreLimit    = 1e-9  // largest score, by unit of event weight
	loglikLimit   = 1e-10 // relative change of the log partial likelihood
	stepLimit     = 1e-8  // largest step, relative to 1 + the largest coefficient
	maxIterations = 40
	probeAt       = 12 // look for a monotone likelihood first here
	maxHalvings   = 30
	slack         = 1e-12 // relative loss of log-likelihood that is rounding, not descent
)

var coxCriteria = []string{
	"largest score ≤ 1e-9 of the events on centred and scaled columns",
	"relative change of the log partial likelihood ≤ 1e-10",
	"newton step ≤ 1e-8 of the coefficients on centred and scaled columns",
	"a maximum exists (bach 2010, proposition 2)",
}

// CoxFit is a fitted proportional hazards model. A refused fit has zero Coef, SE and Cov. Certificate.LogLik is the log partial
// likelihood, NullDev and Deviance are −2 × that without and with the columns. There is no intercept: a constant column is dropped.
//
// The fit keeps the rows it was fitted on, in order of time, for what is asked of it later.
type CoxFit struct {
	regress.Fit
	Ties     Ties
	Events   int       // rows with the event
	Means    []float64 // by column: the weighted mean, where the baseline lies
	Ratio    Test      // that all coefficients are 0: likelihood ratio,
	Wald     Test      // Wald, with the robust covariance where there is one,
	Score    Test      // score (with one binary column and Breslow's ties, the log-rank test)
	Clusters int       // of the robust covariance

	w     *walk
	o     Options
	gamma []float64
	bread *mat.SymDense // inverse information, scaled columns
}

// Test is a χ² test. NaN where DF is 0 or the covariance is singular.
type Test struct {
	Statistic float64
	DF        int
	P         float64
}

func chiSquare(statistic float64, df int) Test {
	if df == 0 {
		return Test{math.NaN(), 0, math.NaN()}
	}
	return Test{statistic, df, num.ChiSquareUpper(statistic, float64(df))}
}

// Cox fits a proportional hazards model, hazard λ(t|x) = λ_s(t)·exp(x·β) with an unspecified baseline per stratum s, by maximum partial likelihood:
// Newton's method with step halving on centred and scaled columns (likelihood.go). d has a row per row of t and no intercept.
//
// Covariates that change with time are rows of the same subject over (Start, Stop]; late entry is a Start. Ties are treated by Efron's method or
// Breslow's. Weights are case weights.
//
// A fit is certified when its criteria hold, the last of which is that the likelihood has a maximum. It has none when a column
// orders the events (a group in which nobody has one): such coefficients are infinite, the fit is refused with WarnMonotone, and Separating
// (of the fit) names the columns. No events, or no more than columns, is WarnTooFew. Collinear columns are dropped and named (WarnCollinear).
//
// Cov is the inverse of the information; Robust is Lin & Wei's covariance (1989, JASA 84:1074–1078), with the sums of
// clusters where Options.Cluster is given: D'D of the dfbetas, without a correction for few clusters, as in R's coxph.
//
// Errors: shapes that differ, values that are not finite, starts that are not before their stops, each with row and column.
//
// Source: Cox 1972, JRSS B 34:187–220; Therneau & Grambsch 2000, Modeling Survival Data, ch. 3.
func Cox(d *regress.Design, t *Times, ties Ties, o Options) (*CoxFit, error) {
	o.Threads = max(o.Threads, 1)
	if err := t.check(&o, math.Inf(-1), true); err != nil {
		return nil, err
	}
	if err := checkDesign(d, t.Rows(), o.Threads); err != nil {
		return nil, err
	}
	t, o, kept := withoutWeightless(t, o)
	if t.Rows() == 0 {
		return nil, errors.New("survival: every row has weight 0")
	}
	d = pickRows(d, kept)
	f := &CoxFit{Fit: emptyFit("cox", coxCriteria, d, t.Rows()), Ties: ties, o: o}
	w := newWalk(d, t, ties, &o)
	f.w, f.Means, f.Events = w, w.mean, len(w.deaths)
	if f.Events == 0 {
		f.Certificate.Refuse(num.WarnTooFew, "no row has the event: nothing can be learnt about when it happens; widen the period or the population")
		return f, nil
	}
	null := f.chooseColumns(d)
	f.NullDev, f.DF = -2*null.loglik, f.Events-w.k
	if w.k > 0 && f.DF <= 0 {
		f.Certificate.Refuse(num.WarnTooFew, fmt.Sprintf("%d events for %d columns: fit fewer columns, or wait for more events", f.Events, w.k))
		return f, nil
	}
	groups := f.groups()
	f.climb(null)
	if !f.Certificate.Certified() {
		return f, nil
	}
	f.settle()
	f.addRobust(groups)
	f.addTests(null)
	return f, f.checkFinite()
}

// emptyFit is a fit with room for the columns of d.
func emptyFit(model string, criteria []string, d *regress.Design, rows int) regress.Fit {
	k := len(d.Names)
	f := regress.Fit{Names: slices.Clone(d.Names), Coef: make([]float64, k), SE: make([]float64, k), Dispersion: 1,
		Certificate: num.Certificate{Model: model, Criteria: criteria, Observations: int64(rows)}}
	if k > 0 {
		f.Cov = mat.NewSymDense(k, nil)
	}
	return f
}

// pickRows is the rows of d that are listed, nil = all.
func pickRows(d *regress.Design, rows []int32) *regress.Design {
	if rows == nil {
		return d
	}
	out := &regress.Design{Names: d.Names, X: make([]float64, 0, len(rows)*len(d.Names))}
	for _, r := range rows {
		out.X = append(out.X, d.Row(int(r))...)
	}
	return out
}

// eventWeight is the weight of all events.
func (w *walk) eventWeight() float64 {
	sum := 0.0
	for i := range w.moments {
		sum += w.moments[i].weight
	}
	return sum
}

// climb maximises from the null point, and writes down how that ended.
func (f *CoxFit) climb(p point) {
	w, c := f.w, &f.Certificate
	total := w.eventWeight()
	var apart *ordering
	for c.Iterations < maxIterations && w.k > 0 && apart == nil {
		step, ok := newton(p)
		if !ok {
			break
		}
		next, size, ok := w.advance(p, step)
		if !ok {
			break
		}
		c.Iterations++
		before := p.loglik
		p = next
		if math.Abs(p.loglik-before) <= loglikLimit*(math.Abs(p.loglik)+0.1) && floats.Norm(p.score, math.Inf(1)) <= scoreLimit*total &&
			size <= stepLimit*(1+floats.Norm(p.gamma, math.Inf(1))) {
			if f.bread = w.confirm(p); f.bread != nil {
				c.Converged = true
				break
			}
		}
		if c.Iterations >= probeAt && c.Iterations%4 == 0 {
			apart = w.monotone(p.gamma, step)
		}
	}
	f.gamma = p.gamma
	c.LogLik, c.GradientNorm = p.loglik, largestOf(p.score)/total
	f.Deviance = -2 * p.loglik
	if w.k == 0 {
		c.Converged, c.InfoPosDef = true, true
		return
	}
	c.InfoPosDef = f.bread != nil
	if c.Converged {
		return
	}
	if apart == nil {
		step, _ := newton(p)
		apart = w.monotone(p.gamma, step)
	}
	if apart != nil {
		f.Separating = apart.names(f.Names)
		c.Refuse(num.WarnMonotone, apart.message(f.Separating))
		return
	}
	c.Refuse(num.WarnNotConverged, fmt.Sprintf("the partial likelihood did not settle in %d iterations (largest score %.2g per event): look for columns on extreme scales or almost determined by others", c.Iterations, c.GradientNorm))
}

func largestOf(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	return floats.Norm(v, math.Inf(1))
}

// newton is I⁻¹U.
func newton(p point) (step []float64, ok bool) {
	var chol mat.Cholesky
	if !chol.Factorize(p.info) {
		return nil, false
	}
	x := mat.NewVecDense(len(p.score), nil)
	if chol.SolveVecTo(x, mat.NewVecDense(len(p.score), p.score)) != nil && !allFinite(x.RawVector().Data) {
		return nil, false
	}
	return x.RawVector().Data, true
}

// advance takes the step, halved until the log-likelihood does not fall, and returns the size of what was taken.
func (w *walk) advance(p point, step []float64) (next point, size float64, ok bool) {
	share := 1.0
	for range maxHalvings {
		gamma := slices.Clone(p.gamma)
		floats.AddScaled(gamma, share, step)
		next = w.evaluate(gamma)
		if next.loglik >= p.loglik-slack*(1+math.Abs(p.loglik)) && allFinite(next.score) {
			return next, share * floats.Norm(step, math.Inf(1)), true
		}
		share /= 2
	}
	return p, 0, false
}

func allFinite(values []float64) bool {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}

// confirm returns the inverse information when the log partial likelihood is sure to have a maximum, and that near; else nil.
//
// Every term log Σ c exp(z'γ) has, along a direction v, a third derivative of at most R_v times the second, with R_v the range of z'v in the set at
// risk, ≤ 2 maxᵢ |zᵢ'v|. By the argument of the logistic regression (Bach 2010, Electronic J. Statistics 4:384–414, proposition 2) every direction
// rises in the end if, with ν² = U'I⁻¹U,
//
//	ν² · 4 maxᵢ zᵢ'I⁻¹zᵢ < 1,
//
// which holds where ν² · 4 maxᵢ‖zᵢ‖² · tr I⁻¹ ≤ ¼. A monotone likelihood has a direction that never rises, so no γ can pass.
func (w *walk) confirm(p point) *mat.SymDense {
	var chol mat.Cholesky
	if !chol.Factorize(p.info) {
		return nil
	}
	inv := mat.NewSymDense(w.k, nil)
	if chol.InverseTo(inv) != nil && !allFinite(inv.RawSymmetric().Data) {
		return nil
	}
	u := mat.NewVecDense(w.k, p.score)
	if !(4*mat.Inner(u, inv, u)*w.longestRow()*mat.Trace(inv) <= 0.25) {
		return nil
	}
	return inv
}

// longestRow is maxᵢ ‖zᵢ‖².
func (w *walk) longestRow() float64 {
	longest := make([]float64, (w.n-1)/block+1)
	num.Blocks(w.n, block, w.threads, func(b, lo, hi int) {
		for p := lo; p < hi; p++ {
			z := w.row(p)
			longest[b] = max(longest[b], floats.Dot(z, z))
		}
	})
	return floats.Max(longest)
}

// settle fills in coefficients and their covariance.
func (f *CoxFit) settle() {
	for a, j := range f.w.columns {
		f.Coef[j] = f.gamma[a] / f.w.scale[j]
	}
	f.Cov = f.unscale(f.bread)
	for j := range f.SE {
		f.SE[j] = math.Sqrt(f.Cov.At(j, j))
	}
}

// unscale maps a covariance of the scaled columns to one of the design's; nil for nil.
func (f *CoxFit) unscale(c *mat.SymDense) *mat.SymDense {
	if len(f.Names) == 0 {
		return nil
	}
	out := mat.NewSymDense(len(f.Names), nil)
	for a, i := range f.w.columns {
		for b, j := range f.w.columns[:a+1] {
			out.SetSym(i, j, c.At(a, b)/(f.w.scale[i]*f.w.scale[j]))
		}
	}
	return out
}

// checkFinite is an error when any number is NaN or infinite, which only columns on absurd scales can cause.
func (f *CoxFit) checkFinite() error {
	all := append(slices.Clone(f.Coef), f.SE...)
	all = append(all, f.Certificate.LogLik, f.NullDev, f.Certificate.GradientNorm)
	if f.Robust != nil {
		all = append(all, f.Robust.RawSymmetric().Data...)
	}
	if !allFinite(all) {
		return errors.New("survival: the fit overflowed: rescale the columns to ordinary sizes (thousands instead of units, say)")
	}
	return nil
}
