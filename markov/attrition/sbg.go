package attrition

import (
	"fmt"
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// Lives are contracts that are renewed, or not, at the end of every period: a value for each group of equal ones.
type Lives struct {
	Periods []float64 // paid: 1, 2 …; of one not renewed the last of them
	Ended   []bool    // not renewed after them; else in force, or lost from sight
	Weight  []float64 // how many; nil = 1
}

// Contractual is the shifted-beta-geometric model of contracts: every customer has a chance of not renewing, Beta(α, β) over customers, so that
// retention rises as those who would leave have left.
type Contractual struct {
	Alpha, Beta     float64
	AlphaSE, BetaSE float64
	LogCov          *mat.SymDense // of log α and log β
	Customers       float64
	Certificate     num.Certificate
}

// SBG fits the shifted-beta-geometric model by maximum likelihood. With S(t) = B(α, β+t)/B(α, β), who did not renew after t periods adds log P(t), P(t) =
// B(α+1, β+t−1)/B(α, β), and who is in force after t renewals log S(t). A life that has not ended after its first period has renewed Periods − 1
// times. Refused as Fit is. Errors: values that are no periods, with their row.
//
// Source: Fader & Hardie 2007, J. Interactive Marketing 21:76–90, eq. 4 to 7.
func SBG(d Lives) (*Contractual, error) {
	c := &Contractual{Alpha: math.NaN(), Beta: math.NaN(), AlphaSE: math.NaN(), BetaSE: math.NaN(), Certificate: num.Certificate{Model: "sbg", Criteria: num.ClimbCriteria}}
	if err := d.check(); err != nil {
		return nil, err
	}
	ended := 0.0
	for i := range d.Periods {
		c.Customers += d.weight(i)
		if d.Ended[i] {
			ended += d.weight(i)
		}
	}
	c.Certificate.Observations = int64(math.Round(c.Customers))
	if c.Customers < fewest || ended == 0 {
		c.Certificate.Refuse(num.WarnTooFew, fmt.Sprintf("%.0f contracts, of which %.0f ended: at least %d are needed, and ends among them", c.Customers, ended, fewest))
		return c, nil
	}
	starts := [][]float64{{0, 0}, {-1, 1}, {1, 1}, {0, 2}, {2, 3}}
	ends := num.ClimbBest(func(theta []float64) (float64, []float64, *mat.SymDense) { return d.surface(theta, c.Customers) }, starts, climbs)
	if len(ends) == 0 {
		c.Certificate.Refuse(num.WarnNotConverged, "the likelihood is finite nowhere: look at the numbers of periods and the weights")
		return c, nil
	}
	c.settle(ends[0])
	return c, nil
}

func (d *Lives) weight(i int) float64 {
	if d.Weight == nil {
		return 1
	}
	return d.Weight[i]
}

func (d *Lives) check() error {
	if len(d.Ended) != len(d.Periods) || d.Weight != nil && len(d.Weight) != len(d.Periods) {
		return fmt.Errorf("attrition: %d lives, %d ends, %d weights", len(d.Periods), len(d.Ended), len(d.Weight))
	}
	for i, p := range d.Periods {
		if !(p >= 1 && p <= mostPurchases) || p != math.Trunc(p) {
			return fmt.Errorf("attrition: row %d (the first is 0): %v periods, expected 1, 2 …", i, p)
		}
		if w := d.weight(i); !(w >= 0 && w <= 1e15) {
			return fmt.Errorf("attrition: row %d (the first is 0): weight %v, expected a finite number of at least 0", i, w)
		}
	}
	return nil
}

// surface is the mean log-likelihood in log α and log β.
func (d *Lives) surface(theta []float64, total float64) (float64, []float64, *mat.SymDense) {
	p := [most]float64{math.Exp(theta[0]), math.Exp(theta[1]), 1, 1}
	a, b := p[0], p[1]
	var all part
	for i, periods := range d.Periods {
		w, stay, renewals := d.weight(i), periods-1, periods-1
		if d.Ended[i] {
			stay++ // chances taken: t, of which the last was lost
			all.v += w * math.Log(a)
			all.g[0] += w / a
			all.h[at(0, 0)] -= w / (a * a)
		}
		all.v += w * (num.LogRising(b, renewals) - num.LogRising(a+b, stay))
		both, double := num.DigammaRise(a+b, stay), num.TrigammaRise(a+b, stay)
		all.g[0] -= w * both
		all.g[1] += w * (num.DigammaRise(b, renewals) - both)
		all.h[at(0, 0)] -= w * double
		all.h[at(0, 1)] -= w * double
		all.h[at(1, 1)] += w * (num.TrigammaRise(b, renewals) - double)
	}
	all.inLogs(&p)
	h := mat.NewSymDense(2, []float64{all.h[at(0, 0)] / total, all.h[at(0, 1)] / total, 0, all.h[at(1, 1)] / total})
	return all.v / total, []float64{all.g[0] / total, all.g[1] / total}, h
}

func (c *Contractual) settle(best *num.Ascent) {
	k := &c.Certificate
	k.Converged, k.Iterations = best.Converged, best.Iterations
	k.GradientNorm = max(math.Abs(best.Gradient[0]), math.Abs(best.Gradient[1]))
	cov := best.Covariance(c.Customers)
	k.InfoPosDef = cov != nil
	switch far := max(math.Abs(best.Theta[0]), math.Abs(best.Theta[1])); {
	case !best.Converged && far > beyond:
		k.Refuse(num.WarnBoundary, "α and β have no end: contracts do not differ in how likely they are renewed; take one rate for all")
	case !best.Converged || cov == nil:
		k.Refuse(num.WarnNotConverged, "the likelihood did not settle: look at the numbers of periods")
	default:
		c.Alpha, c.Beta, c.LogCov = math.Exp(best.Theta[0]), math.Exp(best.Theta[1]), cov
		c.AlphaSE, c.BetaSE = c.Alpha*math.Sqrt(cov.At(0, 0)), c.Beta*math.Sqrt(cov.At(1, 1))
		k.LogLik = best.Value * c.Customers
		if max(c.AlphaSE/c.Alpha, c.BetaSE/c.Beta) > loose {
			k.Warn(WarnRidge, "α and β are hardly known by themselves, though survival is as well as its intervals say")
		}
	}
}

// estimate is exp(log) with an interval on the log scale; by are derivatives of the logarithm by α and β.
func (c *Contractual) estimate(log float64, by [2]float64, level float64) Estimate {
	if c.LogCov == nil || math.IsNaN(log) {
		return nothingKnown
	}
	a, b := c.Alpha*by[0], c.Beta*by[1]
	se := math.Sqrt(max(0, a*a*c.LogCov.At(0, 0)+2*a*b*c.LogCov.At(0, 1)+b*b*c.LogCov.At(1, 1)))
	v, half := math.Exp(log), num.ZLevel(level)*se
	return Estimate{Value: v, SE: v * se, Low: v * math.Exp(-half), High: v * math.Exp(half)}
}

// Survival is S(t), the share still there after t renewals were due, given that from were survived: S(t)/S(from), with an interval on the logit scale. NaN where t < from or one is
// no count.
func (c *Contractual) Survival(t, from, level float64) Estimate {
	if !(from >= 0 && t >= from && t <= mostPurchases) || t != math.Trunc(t) || from != math.Trunc(from) {
		return nothingKnown
	}
	n, b := t-from, c.Beta+from
	both := num.DigammaRise(c.Alpha+b, n)
	e := c.estimate(num.LogRising(b, n)-num.LogRising(c.Alpha+b, n), [2]float64{-both, num.DigammaRise(b, n) - both}, level)
	return num.OnLogit(e.Value, e.SE, level)
}

// Retention is the chance that one who renewed n times renews again: (β+n)/(α+β+n) (Fader & Hardie 2007, eq. 8).
func (c *Contractual) Retention(n, level float64) Estimate { return c.Survival(n+1, n, level) }

// Residual is the discounted expected residual lifetime, in periods, of one who renewed n times and is about to renew or not: the next payment
// counts in full, the one after it by 1/(1+rate), and so on,
//
//	(β+n)/(α+β+n) · ₂F₁(1, β+n+1; α+β+n+1; 1/(1+rate))
//
// (Fader & Hardie 2010, Marketing Science 29:85–93, eq. 6). NaN for a rate of 0 or less.
func (c *Contractual) Residual(n, rate, level float64) Estimate {
	if !(rate > 0) || !(n >= 0 && n <= mostPurchases) || n != math.Trunc(n) {
		return nothingKnown
	}
	b, all := c.Beta+n, c.Alpha+c.Beta+n
	f, by := num.Hypergeometric(1, b+1, all+1, 1/(1+rate))
	return c.estimate(math.Log(b/all)+math.Log(f), [2]float64{-1/all + by[2]/f, 1/b - 1/all + (by[1]+by[2])/f}, level)
}

// Parameters are α and β with intervals on the log scale.
func (c *Contractual) Parameters(level float64) (alpha, beta Estimate) {
	return c.estimate(math.Log(c.Alpha), [2]float64{1 / c.Alpha, 0}, level), c.estimate(math.Log(c.Beta), [2]float64{0, 1 / c.Beta}, level)
}
