package regress

import (
	"fmt"
	"math"

	"mainstay/internal/num"
)

// Distribution is that of the response of a GLM.
type Distribution string

// Link is the function of the mean that is linear.
type Link string

// The distributions.
const (
	Binomial         Distribution = "binomial"
	Poisson          Distribution = "poisson"
	NegativeBinomial Distribution = "negative-binomial" // NB2: variance μ + μ²/θ
	Gamma            Distribution = "gamma"
	Tweedie          Distribution = "tweedie" // variance φμ^p, 1 < p < 2: amounts with zeros
)

// The links.
const (
	Logit   Link = "logit"
	Probit  Link = "probit"
	Cloglog Link = "cloglog"
	Log     Link = "log"
	Inverse Link = "inverse"
)

// Links are those of a distribution, the usual one first.
func (d Distribution) Links() []Link {
	switch d {
	case Binomial:
		return []Link{Logit, Probit, Cloglog}
	case Gamma:
		return []Link{Inverse, Log}
	case Poisson, NegativeBinomial, Tweedie:
		return []Link{Log}
	}
	return nil
}

// Model is a generalised linear model.
type Model struct {
	Distribution Distribution
	Link         Link    // "" = the usual one
	Quasi        bool    // binomial and Poisson: the dispersion is estimated, and y is any share, any number ≥ 0
	Theta        float64 // negative binomial; 0 = by maximum likelihood
	Power        float64 // Tweedie: p; 0 = by maximum likelihood
}

// valid is what is wrong with the model.
func (m Model) valid() error {
	links := m.Distribution.Links()
	if len(links) == 0 {
		return fmt.Errorf("regress: unknown distribution %q", m.Distribution)
	}
	known := m.Link == ""
	for _, l := range links {
		known = known || l == m.Link
	}
	switch {
	case !known:
		return fmt.Errorf("regress: the link of %s is %q, expected one of %v", m.Distribution, m.Link, links)
	case m.Quasi && m.Distribution != Binomial && m.Distribution != Poisson:
		return fmt.Errorf("regress: quasi is for binomial and poisson, whose dispersion is 1 otherwise; that of %s is not", m.Distribution)
	case !(m.Theta >= 0 && m.Theta <= mostTheta):
		return fmt.Errorf("regress: θ is %v, expected a number above 0, at most %g: beyond it is poisson", m.Theta, float64(mostTheta))
	case m.Power != 0 && !(m.Power >= leastPower && m.Power <= mostPower):
		return fmt.Errorf("regress: the tweedie power is %v, expected one from %v to %v: 1 is quasi-poisson, 2 gamma", m.Power, leastPower, mostPower)
	}
	return nil
}

func (m Model) link() Link {
	if m.Link == "" {
		return m.Distribution.Links()[0]
	}
	return m.Link
}

// law is the law of a row; with θ or p open one to begin with.
func (m Model) law() law {
	switch m.Distribution {
	case Poisson:
		return poissonLaw{}
	case NegativeBinomial:
		return negbinLaw{theta: m.Theta}
	case Tweedie:
		return tweedieLaw{p: m.Power}
	case Gamma:
		if m.link() == Inverse {
			return inverseGammaLaw{}
		}
		return gammaLaw{}
	}
	switch m.link() {
	case Probit:
		return probitLaw{}
	case Cloglog:
		return cloglogLaw{}
	}
	if m.Quasi {
		return shareLaw{}
	}
	return logitLaw{}
}

// name is that of the certificate.
func (m Model) name() string {
	name := string(m.Distribution)
	if m.Distribution == Binomial {
		name = string(m.link())
		if m.link() == Logit {
			name = "logistic"
		}
	}
	if m.Quasi {
		name = "quasi-" + name
	}
	return name
}

// estimated reports whether the dispersion is estimated.
func (m Model) estimated() bool {
	return m.Quasi || m.Distribution == Gamma || m.Distribution == Tweedie
}

// scaleFree reports whether the model is the same whatever the response is counted in.
func (m Model) scaleFree() bool { return m.Distribution == Gamma || m.Distribution == Tweedie }

// Check is an error when the distribution cannot give y.
func (m Model) Check(y float64) error {
	whole := y == math.Trunc(y)
	switch {
	case math.IsNaN(y) || math.IsInf(y, 0):
		return nil // told with its row by whoever looks at values
	case m.Distribution == Binomial && m.Quasi && !(y >= 0 && y <= 1):
		return fmt.Errorf("response %v, expected a share between 0 and 1", y)
	case m.Distribution == Binomial && !m.Quasi && y != 0 && y != 1:
		return fmt.Errorf("response %v, expected 0 or 1", y)
	case m.Distribution == Gamma && !(y > 0):
		return fmt.Errorf("response %v, expected a number above 0; tweedie takes 0 as well", y)
	case y < 0:
		return fmt.Errorf("response %v, expected a number of at least 0", y)
	case (m.Distribution == Poisson && !m.Quasi || m.Distribution == NegativeBinomial) && !whole:
		return fmt.Errorf("response %v, expected a count: a whole number of at least 0; quasi-poisson takes others", y)
	}
	return nil
}

// checkAll finds the first response, of a weight other than 0, that the distribution cannot give.
func (m Model) checkAll(y []float64, o Options) error {
	for i, v := range y {
		if err := m.Check(v); err != nil && (i >= len(o.Weights) || o.Weights[i] != 0) {
			return fmt.Errorf("regress: row %d (the first is 0): %w", i, err)
		}
	}
	return nil
}

// hopeless is why the responses cannot be fitted at all; "" where they can.
func (m Model) hopeless(of *moments, rows int) string {
	switch {
	case m.Distribution == Binomial && (of == nil || of.response == 0 || of.response == of.weight):
		return fmt.Sprintf("all %d rows are of one class: both outcomes are needed; widen the period or the population", rows)
	case of == nil:
		return "every weight is 0: nothing to fit"
	case of.response == 0:
		return fmt.Sprintf("the response is 0 in all %d rows: nothing happens; widen the period or the population", rows)
	}
	return ""
}

// Mean is the mean of a response whose linear predictor is eta; of an inverse link NaN unless eta > 0.
func (m Model) Mean(eta float64) float64 {
	mu, _ := m.meanSlope(eta)
	return mu
}

// meanSlope is Mean, and its derivative.
func (m Model) meanSlope(eta float64) (mu, slope float64) {
	if m.link() == Inverse && !(eta > 0) {
		return math.NaN(), math.NaN()
	}
	mu, slope, _ = m.law().mean(eta)
	return mu, slope
}

// likelihood sets the log-likelihood of f, that of its null model, and the parameters beside the coefficients.
// Quasi-models have none: what stands there is minus half the deviance.
//
// A gamma likelihood is taken where R's glm takes it: at φ = deviance/Σw (the maximum is a little higher, at the
// shape that is reported).
func (m Model) likelihood(f *Fit, g *glm) {
	c := &f.Certificate
	switch {
	case m.Quasi || m.Distribution == Binomial:
	case m.Distribution == Poisson:
		c.LogLik += g.sum(f.gamma, func(y, _, w float64) float64 { return w * saturatedPoisson(y) })
	case m.Distribution == NegativeBinomial:
		l := g.law.(negbinLaw)
		c.LogLik += g.sum(f.gamma, func(y, _, w float64) float64 { return w * l.saturated(y) })
	case m.Distribution == Gamma:
		f.gammaLikelihood(g)
		return
	case m.Distribution == Tweedie:
		f.tweedieLikelihood(g)
		return
	}
	if f.NullLogLik == 0 { // an open θ has its own null model
		f.NullLogLik = c.LogLik - (f.NullDev-f.Deviance)/2
	}
}

// saturatedPoisson is log P(y) at μ = y.
func saturatedPoisson(y float64) float64 {
	if y == 0 {
		return 0
	}
	lg, _ := math.Lgamma(y + 1)
	return y*math.Log(y) - y - lg
}

// gammaLikelihood: with a = 1/φ, log f = a log a − a − a·d/2 − log y − log Γ(a), d the unit deviance. The shape has its
// maximum where log a − ψ(a) = D/2, D the mean deviance (McCullagh & Nelder 1989, §8.3.6).
func (f *Fit) gammaLikelihood(g *glm) {
	logs := g.sum(f.gamma, func(y, _, w float64) float64 { return w * math.Log(y) }) + g.total*math.Log(f.unit)
	at := func(deviance float64) float64 {
		a := g.total / deviance
		return g.total*gammaScale(a) - a*deviance/2 - logs
	}
	if !(f.Deviance > exact*g.total) {
		f.Certificate.Refuse(num.WarnBoundary, "the columns reproduce the response, so the dispersion is 0 and nothing can be tested: fit fewer columns")
		return
	}
	f.Certificate.LogLik, f.NullLogLik = at(f.Deviance), at(f.NullDev)
	shape, se := gammaShape(f.Deviance/g.total, g.total)
	f.Extras = append(f.Extras, Extra{"shape", shape, se})
}

// exact is the mean unit deviance up to which it is but the square of the rounding of responses and predictors.
const exact = 1e-26

// gammaScale is a log a − a − log Γ(a), of large a by Stirling's series (Abramowitz & Stegun 1964, 6.1.41), for the terms cancel.
func gammaScale(a float64) float64 {
	if a > 1e4 {
		return math.Log(a/(2*math.Pi))/2 - 1/(12*a)
	}
	lg, _ := math.Lgamma(a)
	return a*math.Log(a) - a - lg
}
