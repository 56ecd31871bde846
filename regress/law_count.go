package regress

import "math"

// poissonLaw is a Poisson response with log μ = η.
type poissonLaw struct{ positive }

func (poissonLaw) traits() traits          { return traits{canonical: true, steady: true} }
func (poissonLaw) link(mu float64) float64 { return math.Log(mu) }
func (poissonLaw) mean(eta float64) (mu, slope, variance float64) {
	mu = math.Exp(eta)
	return mu, mu, mu
}

func (poissonLaw) row(eta, y float64) (loglik, score, info float64) {
	mu := math.Exp(eta)
	loglik, score, info = y-mu, y-mu, mu
	if y > 0 {
		loglik += y * (eta - math.Log(y))
	}
	return loglik, score, info
}

// negbinLaw is a negative binomial response (NB2) with log μ = η and variance μ + μ²/θ:
//
//	ℓ = y log(μ/y) − (y + θ) log((μ + θ)/(y + θ)),   ∂ℓ/∂η = (y − μ) θ/(μ + θ),   −∂²ℓ/∂η² = (y + θ) θμ/(μ + θ)²
type negbinLaw struct {
	positive
	theta float64
}

func (negbinLaw) traits() traits          { return traits{steady: true} }
func (negbinLaw) link(mu float64) float64 { return math.Log(mu) }
func (l negbinLaw) mean(eta float64) (mu, slope, variance float64) {
	mu = math.Exp(eta)
	return mu, mu, mu + mu*mu/l.theta
}

func (l negbinLaw) row(eta, y float64) (loglik, score, info float64) {
	mu := math.Exp(eta)
	share := l.theta / (mu + l.theta)
	loglik = -(y + l.theta) * math.Log1p((mu-y)/(y+l.theta))
	if y > 0 {
		loglik += y * (eta - math.Log(y))
	}
	return loglik, (y - mu) * share, (y + l.theta) * share * (mu / (mu + l.theta))
}
