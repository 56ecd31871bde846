package attrition

import (
	"fmt"
	"math"
	"strings"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// Options of a fit.
type Options struct {
	Threads int  // 0 = 1; results do not depend on it
	K       int  // of MBGCNBD: how regular; 0 = 1, which is chance. Regularity estimates it
	FreeK   bool // K was estimated from these customers: BIC counts it as a parameter

	// Near are parameters that are thought to be near the estimates, as those of a law that is alike: one ascent begins there, in place of those from the
	// fixed points, and takes 12 steps at most. What is not found by then is refused, for a small part of the price of a ridge that runs to the boundary.
	Near []float64
}

// Fit is a fitted model. A refused fit (its certificate is not Certified) has NaN for parameters.
type Fit struct {
	Model        Model
	K            int      // regularity of timing, 1 but for MBGCNBD
	FreeK        bool     // K was estimated: as in Options
	OneRate      bool     // Pareto/NBD at its edge: all leave at one rate (see ParetoNear)
	Names        []string // of the parameters
	Params       []float64
	SE           []float64     // of Params
	Coefficients []float64     // of the covariates: purchase, dropout, stay, each in the order of Data
	CoefSE       []float64     // of Coefficients
	LogCov       *mat.SymDense // of the logarithms of Params, then Coefficients: the inverse of the observed information
	Customers    float64       // Σ weights
	Distinct     int           // different rows of data
	Starts       int           // ascents, from different points; of many customers, on a sample
	Agree        int           // how many of them ended at the same, highest point
	Certificate  num.Certificate

	law     law
	groups  [3]int // covariates of purchase, dropout, stay
	effects []effect
}

// Stable warning codes.
const (
	// WarnRidge: the likelihood is nearly flat along a curve of parameters. Do not read them by themselves; what is expected of
	// customers is known as well as its intervals say.
	WarnRidge = "ridge"
)

// fewest is how many customers four parameters need at least.
const fewest = 10

// loose is a standard error of a logarithm from which a parameter is hardly known: a factor of 7 either way. beyond is a parameter
// that is on its way to 0 or infinity.
const (
	loose  = 1.0
	beyond = 9.5 // log of 13,000
	apart  = 7.0 // log of 1,100: of two customers, in an effect that is on its way to infinity
)

// FitModel fits a model by maximum likelihood. Equal customers are looked at once. The mean log-likelihood is maximised in the logarithms of the
// parameters by Newton's method with analytic derivatives, from the best of fixed starting points; of many distinct customers the first ascents
// see a sample. The end is certified by its gradient, its last step and a positive definite information matrix. A parameter on its way to 0 or
// infinity is refused as WarnBoundary (customers that do not differ, or do not leave: a simpler model holds), an effect on its way there as WarnSeparation, few or no repeat purchases as
// WarnTooFew and WarnNoRepeatBuyers; a ridge is warned of as WarnRidge.
//
// Errors: values that no model knows, with their row; a model that does not exist; covariates for a model without them; Near of another number of parameters.
func FitModel(m Model, d *Data, o Options) (*Fit, error) {
	k := 1
	if m == MBGCNBD {
		k = max(o.K, 1)
	}
	l, err := m.law(k)
	if err != nil {
		return nil, err
	}
	if err := d.check(m); err != nil {
		return nil, err
	}
	if o.Near != nil && len(o.Near) != len(l.names()) {
		return nil, fmt.Errorf("attrition: %d parameters to begin near, %s has %v", len(o.Near), m, l.names())
	}
	b := d.book(k)
	f := &Fit{Model: m, K: k, FreeK: m == MBGCNBD && o.FreeK, Names: l.names(), Customers: b.total, Distinct: len(b.x), law: l,
		groups: [3]int{len(d.Purchase), len(d.Dropout), len(d.Stay)}}
	f.Certificate = num.Certificate{Model: string(m), Criteria: num.ClimbCriteria, Observations: int64(math.Round(b.total))}
	f.unknown()
	if f.tooLittle(b) {
		return f, nil
	}
	centre, collinear := b.standardise()
	if collinear != "" {
		f.Certificate.Refuse(num.WarnCollinear, collinear)
		return f, nil
	}
	all := newLikelihood(l, b, o.Threads)
	f.effects = all.effects
	var best *num.Ascent
	if o.Near != nil {
		best = f.climbFrom(all, o.Near)
	} else {
		best = f.maximise(all)
	}
	f.settle(best, best.Covariance(b.total), centre, b)
	return f, nil
}

// unknown sets what is known only of a certified fit to NaN.
func (f *Fit) unknown() {
	nan := func(n int) []float64 {
		out := make([]float64, n)
		for i := range out {
			out[i] = math.NaN()
		}
		return out
	}
	n, c := len(f.Names), f.groups[0]+f.groups[1]+f.groups[2]
	f.Params, f.SE, f.Coefficients, f.CoefSE = nan(n), nan(n), nan(c), nan(c)
}

func (f *Fit) tooLittle(b *book) bool {
	repeats := 0.0
	for i, x := range b.x {
		if x > 0 {
			repeats += b.weight[i]
		}
	}
	switch {
	case f.Customers < fewest:
		f.Certificate.Refuse(num.WarnTooFew, fmt.Sprintf("%.0f customers, at least %d are needed: widen the period or the population", f.Customers, fewest))
	case repeats == 0:
		f.Certificate.Refuse(num.WarnNoRepeatBuyers, "nobody bought again, so nothing says how often customers buy: observe longer")
	default:
		return false
	}
	return true
}

// settle writes down how the ascent ended, with the covariance of the coordinates there, and what follows from it.
func (f *Fit) settle(best *num.Ascent, cov *mat.SymDense, centre *centring, b *book) {
	c := &f.Certificate
	c.Converged, c.Iterations = best.Converged, best.Iterations
	for _, g := range best.Gradient {
		c.GradientNorm = max(c.GradientNorm, math.Abs(g))
	}
	c.InfoPosDef = cov != nil
	if far := b.endless(best.Theta, len(f.Names)); !c.Converged && len(far) > 0 {
		c.Refuse(num.WarnSeparation, fmt.Sprintf("the effect of %s has no end, as where nobody of a level bought again, or nobody left: join levels, or leave it out", list(far)))
		return
	}
	if f.runaway(best) {
		return
	}
	if cov == nil && c.GradientNorm <= num.ClimbScore {
		c.Refuse(num.WarnNotConverged, "the likelihood is flat: these customers do not tell the parameters apart; observe longer, count shorter periods, or take a simpler model")
		return
	}
	if !c.Converged {
		c.Refuse(num.WarnNotConverged, fmt.Sprintf("the likelihood did not settle in %d iterations (largest mean score %.2g): another model may hold", c.Iterations, c.GradientNorm))
		return
	}
	c.LogLik = best.Value*b.total + b.constant
	theta, cov := centre.undo(best.Theta, cov, len(f.Names), f.effects)
	f.LogCov = cov
	n := len(f.Names)
	for i, v := range theta {
		se := math.Sqrt(cov.At(i, i))
		if i < n {
			f.Params[i] = math.Exp(v)
			f.SE[i] = f.Params[i] * se
		} else {
			f.Coefficients[i-n], f.CoefSE[i-n] = v, se
		}
	}
	f.remark()
}

// runaway refuses a fit whose parameters have no end, and says which.
func (f *Fit) runaway(best *num.Ascent) bool {
	var up, down []string
	for i, name := range f.Names {
		switch {
		case i >= len(best.Theta):
		case !best.Converged && best.Theta[i] > beyond:
			up = append(up, name)
		case best.Theta[i] < -beyond:
			down = append(down, name)
		}
	}
	if len(up)+len(down) == 0 {
		return false
	}
	var said []string
	if len(up) > 0 {
		said = append(said, fmt.Sprintf("%s %s without end (customers do not differ in it)", list(up), verb(up, "grows", "grow")))
	}
	if len(down) > 0 {
		said = append(said, fmt.Sprintf("%s %s to 0 (nobody seems to leave, or nearly all do not buy)", list(down), verb(down, "falls", "fall")))
	}
	f.Certificate.Refuse(num.WarnBoundary, strings.Join(said, ", ")+": the likelihood has no maximum inside; take a simpler model, or observe longer")
	return true
}

// list is "r, alpha and b".
func list(names []string) string {
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

func verb(names []string, one, several string) string {
	if len(names) == 1 {
		return one
	}
	return several
}

// remark warns of what the estimates mean.
func (f *Fit) remark() {
	var ridge []string
	for i, name := range f.Names {
		if f.SE[i] > loose*f.Params[i] {
			ridge = append(ridge, name)
		}
	}
	if len(ridge) > 0 {
		f.Certificate.Warn(WarnRidge, fmt.Sprintf("%s may be several times larger or smaller with hardly a worse fit: do not read the parameters by themselves; what is expected of customers is known as well as its intervals say", list(ridge)))
	}
	if f.Agree < f.Starts {
		f.Certificate.Warn(num.WarnNotConverged, fmt.Sprintf("%d of %d ascents ended elsewhere, lower: the highest is reported", f.Starts-f.Agree, f.Starts))
	}
}
