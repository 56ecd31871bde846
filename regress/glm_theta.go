package regress

import (
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mathext"
)

// Limits of θ: beyond the largest, a negative binomial is Poisson to the last digit; below the least all counts but one
// are 0.
const (
	mostTheta   = 1e10
	leastTheta  = 1e-10
	thetaRounds = 100   // of θ and coefficients in turn; they are orthogonal, so a few suffice
	thetaLimit  = 1e-11 // relative change of θ that ends them
)

// estimateTheta maximises the likelihood of a negative binomial in coefficients and θ, in turn: the two are orthogonal
// in expectation (Lawless 1987, Canadian J. Statistics 15:209–225; Venables & Ripley 2002, §7.4, which MASS's glm.nb
// follows). Its standard error is from the observed information of θ. Where counts vary no more than Poisson's θ is infinite and the fit is
// refused (WarnBoundary).
func (f *Fit) estimateTheta(m *glm, offset bool) *ascent {
	a, theta, info := m.climbTheta(offset, nil)
	if !a.converged {
		if !(theta < math.Inf(1)) {
			f.Certificate.Refuse(num.WarnBoundary, "the counts vary no more than poisson counts do, so θ is infinite: use the poisson family")
		}
		return a
	}
	f.NullDev = m.nullDeviance(offset)
	f.Extras = append(f.Extras, Extra{"theta", theta, 1 / math.Sqrt(info)})
	null := *m
	if null.cols = nil; m.fr.ones >= 0 {
		null.cols = []int{m.fr.ones}
	}
	if b, of, _ := null.climbTheta(offset, a); b.converged {
		f.NullLogLik = b.loglik + null.sum(b.gamma, func(y, _, w float64) float64 { return w * negbinLaw{theta: of}.saturated(y) })
	} else {
		f.NullLogLik = math.NaN()
	}
	return a
}

// climbTheta is the maximum in coefficients and θ, which m keeps, and the observed information of θ. θ is +Inf
// where there is none.
func (m *glm) climbTheta(offset bool, full *ascent) (a *ascent, theta, info float64) {
	m.law = poissonLaw{}
	if len(m.cols) == 0 {
		a = &ascent{point: point{loglik: m.loglik(nil)}, converged: true}
	} else if a = m.ascend(m.begin(-m.nullDeviance(offset) / 2)); !a.converged {
		return a, 0, 0
	}
	excess := m.sum(a.gamma, func(y, eta, w float64) float64 { mu := math.Exp(eta); return w * ((y-mu)*(y-mu) - y) })
	if !(excess > 0) { // the score of 1/θ at 0 (Cameron & Trivedi 1998, eq. 3.39)
		a.converged = false
		return a, math.Inf(1), 0
	}
	theta = m.total / m.sum(a.gamma, func(y, eta, w float64) float64 { r := y/math.Exp(eta) - 1; return w * r * r })
	iterations := a.iterations
	for range thetaRounds {
		before := theta
		if theta, info = m.bestTheta(a.gamma, theta); !(theta < mostTheta) {
			a.converged = false
			return a, math.Inf(1), 0
		}
		if theta < leastTheta {
			a.converged = false
			return a, theta, 0
		}
		m.law = negbinLaw{theta: theta}
		if len(m.cols) == 0 {
			a = &ascent{point: point{loglik: m.loglik(nil)}, converged: true}
		} else {
			a = m.ascend(m.at(a.gamma))
		}
		iterations += a.iterations
		a.iterations = iterations
		if !a.converged || math.Abs(theta-before) <= thetaLimit*theta {
			return a, theta, info
		}
	}
	a.converged = false
	return a, theta, info
}

// bestTheta maximises the likelihood in θ at given coefficients, by Newton's method in log θ with steps of at most 2.
func (m *glm) bestTheta(gamma []float64, theta float64) (best, info float64) {
	const rounds, limit, longest = 60, 1e-12, 2.0
	for range rounds {
		if !(theta >= leastTheta) {
			return theta, 0
		}
		sums := m.tiles(func(t *tileRows, part []float64) {
			m.predictor(t.eta[:t.rows], t, gamma)
			for i, eta := range t.eta[:t.rows] {
				s, h := thetaScore(t.Y[i], math.Exp(eta), theta)
				part[0] += t.weight(i) * s
				part[1] += t.weight(i) * h
			}
		}, 2)
		score, info := sums[0], sums[1]
		curve := theta*theta*info - theta*score // minus the second derivative by log θ
		step := math.Copysign(longest, score)
		if curve > 0 {
			step = min(max(theta*score/curve, -longest), longest)
		}
		theta *= math.Exp(step)
		if math.Abs(step) <= limit || !(theta < mostTheta) {
			return theta, info
		}
	}
	return theta, info
}

// thetaScore is ∂ℓ/∂θ and −∂²ℓ/∂θ² of a row:
//
//	ψ(y+θ) − ψ(θ) − log(1 + μ/θ) − (y − μ)/(μ+θ),   ψ′(θ) − ψ′(y+θ) − 1/θ + 1/(μ+θ) + (μ − y)/(μ+θ)²
func thetaScore(y, mu, theta float64) (score, info float64) {
	psi, psi1 := polygammaDifferences(y, theta)
	return psi - math.Log1p(mu/theta) - (y-mu)/(mu+theta), psi1 - mu/(theta*(mu+theta)) + (mu-y)/((mu+theta)*(mu+theta))
}

// fewCounts is up to which count differences of ψ are sums of 1/(θ+j), which cancel nothing.
const fewCounts = 64

// polygammaDifferences are ψ(y+θ) − ψ(θ) and ψ′(θ) − ψ′(y+θ).
func polygammaDifferences(y, theta float64) (psi, psi1 float64) {
	if y > fewCounts {
		return num.Digamma(y+theta) - num.Digamma(theta), trigamma(theta) - trigamma(y+theta)
	}
	for j := 0.0; j < y; j++ {
		d := 1 / (theta + j)
		psi += d
		psi1 += d * d
	}
	return psi, psi1
}

// trigamma is ψ′(x) = ζ(2, x) for x > 0 (Abramowitz & Stegun 1964, 6.4.10); NaN for others.
func trigamma(x float64) float64 {
	if !(x > 0) || math.IsInf(x, 1) {
		return math.NaN()
	}
	return mathext.Zeta(2, x)
}

// saturated is log P(y) at μ = y.
func (l negbinLaw) saturated(y float64) float64 {
	if y == 0 {
		return 0
	}
	a, _ := math.Lgamma(y + l.theta)
	b, _ := math.Lgamma(l.theta)
	c, _ := math.Lgamma(y + 1)
	return a - b - c - l.theta*math.Log1p(y/l.theta) + y*math.Log(y/(y+l.theta))
}

// gammaShape is a with log a − ψ(a) = deviance/2, deviance the mean unit deviance of rows of so much weight, and its
// standard error (weight (ψ′(a) − 1/a))^−½ (Venables & Ripley 2002, §7.6, MASS's gamma.shape). Newton's method from the
// series of log a − ψ(a); large shapes are left to the series, 1/(2a) + 1/(12a²).
func gammaShape(deviance, weight float64) (shape, se float64) {
	const series = 1e4
	a := (6 + 2*deviance) / (deviance * (6 + deviance))
	excess := func(a float64) (f, slope float64) {
		if a > series {
			return 1/(2*a) + 1/(12*a*a), -1/(2*a*a) - 1/(6*a*a*a)
		}
		return math.Log(a) - num.Digamma(a), 1/a - trigamma(a)
	}
	for range 50 {
		f, slope := excess(a)
		next := a - (f-deviance/2)/slope
		if next <= 0 {
			next = a / 2
		}
		done := math.Abs(next-a) <= 1e-14*a
		if a = next; done {
			break
		}
	}
	_, slope := excess(a)
	return a, 1 / math.Sqrt(-weight*slope)
}
