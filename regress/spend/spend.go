// Package spend models how much customers spend per purchase: a customer with few purchases is judged mostly by what
// others spend, one with many by their own.
//
// Reading order: spend.go (GammaGamma), likelihood.go, ascent.go; conditional.go (what a customer's next purchases
// are worth), independence.go (the assumption, tested).
package spend

import (
	"fmt"
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// Options of a fit.
type Options struct {
	Weights []float64 // of frequency, nil = 1; a customer of weight 0 is left out
	Level   float64   // of the intervals of the correlations, for example 0.95
	Threads int       // 0 = 1; results do not depend on it
}

// Fit is a Gamma-Gamma model. A refused fit (its certificate is not Certified) has zero parameters.
type Fit struct {
	P, Q, Gamma  float64       // γ in money, p and q without unit
	SE           [3]float64    // of P, Q, Gamma
	Cov          *mat.SymDense // of P, Q, Gamma
	LogCov       *mat.SymDense // of their logarithms, on which intervals are better
	Mean, MeanSE float64       // of customers: pγ/(q−1); NaN where q ≤ 1, for then it is infinite
	Customers    int           // fitted
	NoPurchases  int           // left out: x is 0
	NotPositive  int           // left out: purchases whose mean is 0 or less
	Starts       int           // ascents from different points; of many customers, on a sample
	Agree        int           // how many of them ended at the same, highest point
	Independence Independence  // of spend and frequency, which the model assumes
	Certificate  num.Certificate
}

// Stable warning codes.
const (
	WarnDependent   = "spend-depends-on-frequency" // the assumption of the model fails by more than a little
	WarnNoMean      = "infinite-mean"              // q ≤ 1
	WarnNotPositive = "not-positive"               // spend of 0 or less was left out
)

// fewest is how many customers three parameters need at least.
const fewest = 10

// GammaGamma fits, by maximum likelihood, the model in which purchases of a customer are Gamma with shape p and rate ν,
// and ν is Gamma over customers with shape q and rate γ. x is the number of purchases of a customer and m their mean
// value; m is then distributed as
//
//	f(m | x) = Γ(px+q)/(Γ(px)Γ(q)) · γ^q m^(px−1) x^(px) / (γ + mx)^(px+q).
//
// Spend is assumed independent of how often customers buy: Independence says whether it is. Customers without
// purchases (x = 0) say nothing and are left out; so are those whose mean is not positive, which the model does not
// know (free orders, returns): they are counted and warned of.
//
// The mean log-likelihood is maximised in the logarithms of the parameters and in money of mean 1, by Newton's method
// from several starting points. The best end is certified by a small score, a small step, and a positive definite
// information matrix. An end at infinity (customers that do not differ; purchases of a customer that do not) is refused
// as WarnBoundary.
//
// Errors: lengths that differ; x that is no count, m or a weight that is not finite, with the row.
//
// Source: Fader, Hardie & Lee 2005, J. Marketing Research 42:415–430, eq. 10; Fader & Hardie 2013, note 025, eq. 1a.
func GammaGamma(x, m []float64, o Options) (*Fit, error) {
	if err := check(x, m, o); err != nil {
		return nil, err
	}
	f := &Fit{Cov: mat.NewSymDense(3, nil), LogCov: mat.NewSymDense(3, nil), Mean: math.NaN(), MeanSE: math.NaN(),
		Certificate: num.Certificate{Model: "gamma-gamma", Criteria: num.ClimbCriteria}}
	l := f.choose(x, m, o)
	f.Certificate.Observations = int64(f.Customers)
	if f.NotPositive > 0 {
		f.Certificate.Warn(WarnNotPositive, fmt.Sprintf("%d customers with a mean spend of 0 or less were left out: the model knows positive spend only", f.NotPositive))
	}
	if f.Customers < fewest {
		f.Certificate.Refuse(num.WarnTooFew, fmt.Sprintf("%d customers with purchases of positive value, at least %d are needed: widen the period or the population", f.Customers, fewest))
		return f, nil
	}
	f.Independence = independence(l.x, l.m, l.w, o.Level)
	ends, best := l.maximise()
	f.certify(ends, best, best.Covariance(l.total))
	if !f.Certificate.Certified() {
		return f, nil
	}
	f.settle(l, best)
	f.remark()
	return f, nil
}

func check(x, m []float64, o Options) error {
	switch {
	case len(x) != len(m):
		return fmt.Errorf("spend: %d counts of purchases for %d values", len(x), len(m))
	case o.Weights != nil && len(o.Weights) != len(x):
		return fmt.Errorf("spend: %d weights for %d customers", len(o.Weights), len(x))
	case !(o.Level > 0 && o.Level < 1):
		return fmt.Errorf("spend: level %v, expected a number between 0 and 1", o.Level)
	}
	for i := range x {
		switch {
		case !(x[i] >= 0 && x[i] <= 1e9) || x[i] != math.Trunc(x[i]):
			return fmt.Errorf("spend: row %d (the first is 0): %v purchases, expected a count: 0, 1, 2 …", i, x[i])
		case !(math.Abs(m[i]) <= 1e100):
			return fmt.Errorf("spend: row %d (the first is 0): mean spend %v, expected a finite number", i, m[i])
		case o.Weights != nil && !(o.Weights[i] >= 0 && o.Weights[i] <= 1e100):
			return fmt.Errorf("spend: row %d (the first is 0): weight %v, expected a finite number of at least 0", i, o.Weights[i])
		}
	}
	return nil
}

// choose keeps the customers that the model knows.
func (f *Fit) choose(x, m []float64, o Options) *likelihood {
	l := &likelihood{threads: max(o.Threads, 1)}
	for i := range x {
		w := 1.0
		if o.Weights != nil {
			w = o.Weights[i]
		}
		switch {
		case w == 0:
		case x[i] == 0:
			f.NoPurchases++
		case m[i] <= 0:
			f.NotPositive++
		default:
			l.x, l.m, l.w = append(l.x, x[i]), append(l.m, m[i]), append(l.w, w)
		}
	}
	f.Customers = len(l.x)
	l.prepare(0)
	return l
}

// certify writes down how the ascents ended, the highest first, and the one that counts.
func (f *Fit) certify(ends []*num.Ascent, best *num.Ascent, covariance *mat.SymDense) {
	c := &f.Certificate
	c.Converged, c.Iterations, c.InfoPosDef, f.LogCov = best.Converged, best.Iterations, covariance != nil, covariance
	for _, g := range best.Gradient {
		c.GradientNorm = max(c.GradientNorm, math.Abs(g))
	}
	f.Starts = len(ends)
	for _, e := range ends {
		if e.Converged && ends[0].Value-e.Value <= 1e-9*(1+math.Abs(ends[0].Value)) {
			f.Agree++
		}
	}
	if c.Converged && c.InfoPosDef {
		return
	}
	f.LogCov = mat.NewSymDense(3, nil)
	p, q := math.Exp(best.Theta[0]), math.Exp(best.Theta[1])
	switch {
	case p > far:
		c.Refuse(num.WarnBoundary, "p grows without end: purchases of a customer do not differ, so there is nothing to smooth; take the customer's mean")
	case q > far:
		c.Refuse(num.WarnBoundary, "q grows without end: customers do not differ by more than their purchases do; take the mean of all")
	default:
		c.Refuse(num.WarnNotConverged, fmt.Sprintf("the likelihood did not settle in %d iterations (largest mean score %.2g): look for values that are not spend per purchase", c.Iterations, c.GradientNorm))
	}
}

// far is where a parameter is on its way to infinity.
const far = 1e4

// settle sets what follows from the best end.
func (f *Fit) settle(l *likelihood, best *num.Ascent) {
	f.P, f.Q, f.Gamma = math.Exp(best.Theta[0]), math.Exp(best.Theta[1]), math.Exp(best.Theta[2])*l.unit
	for i, a := range []float64{f.P, f.Q, f.Gamma} {
		for j, b := range []float64{f.P, f.Q, f.Gamma} {
			f.Cov.SetSym(i, j, a*b*f.LogCov.At(i, j))
		}
		f.SE[i] = math.Sqrt(f.Cov.At(i, i))
	}
	f.Certificate.LogLik = best.Value*l.total - l.total*math.Log(l.unit)
	if f.Q > 1 {
		f.Mean = f.P * f.Gamma / (f.Q - 1)
		f.MeanSE = f.Mean * f.deviation([]float64{1, -f.Q / (f.Q - 1), 1})
	}
}

// deviation is √(g'Vg) with V the covariance of the logarithms of the parameters.
func (f *Fit) deviation(g []float64) float64 {
	v := mat.NewVecDense(3, g)
	return math.Sqrt(max(0, mat.Inner(v, f.LogCov, v)))
}

// small is the correlation up to which the assumption of independence does no harm.
const small = 0.1

// loose is a standard error of a logarithm from which a parameter is hardly known: a factor of 7 either way.
const loose = 1

// remark warns of what the estimates mean.
func (f *Fit) remark() {
	if worst := math.Sqrt(max(f.LogCov.At(0, 0), f.LogCov.At(1, 1), f.LogCov.At(2, 2))); worst > loose {
		f.Certificate.Warn(num.WarnTooFew, "so few customers hardly tell the parameters apart, though their mean and what each is expected to spend are known as well as the intervals say: do not read p, q and γ by themselves")
	}
	if f.Q <= 1 {
		f.Certificate.Warn(WarnNoMean, fmt.Sprintf("q is %.3g, not above 1: mean spend over customers is infinite; look for a few values far above all others", f.Q))
	}
	if c := f.Independence.Pearson; c.Low > small || c.High < -small {
		f.Certificate.Warn(WarnDependent, fmt.Sprintf("spend per purchase goes with the number of purchases (correlation %.2f, interval %.2f to %.2f), which the model assumes not: fit groups apart", c.Value, c.Low, c.High))
	}
}
