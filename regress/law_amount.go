package regress

import "math"

// gammaLaw is a gamma response with log μ = η. With r = y/μ, ℓ = log r − r + 1.
type gammaLaw struct{ positive }

func (gammaLaw) traits() traits          { return traits{steady: true} }
func (gammaLaw) side(float64) int        { return 0 }
func (gammaLaw) link(mu float64) float64 { return math.Log(mu) }
func (gammaLaw) mean(eta float64) (mu, slope, variance float64) {
	mu = math.Exp(eta)
	return mu, mu, mu * mu
}

func (gammaLaw) row(eta, y float64) (loglik, score, info float64) {
	lr := math.Log(y) - eta
	excess := math.Expm1(lr) // r − 1: near 1 both terms of ℓ nearly cancel
	return lr - excess, excess, math.Exp(lr)
}

// inverseGammaLaw is a gamma response with 1/μ = η > 0, the canonical link.
type inverseGammaLaw struct{ gammaLaw }

func (inverseGammaLaw) traits() traits          { return traits{canonical: true, barrier: true} }
func (inverseGammaLaw) link(mu float64) float64 { return 1 / mu }
func (inverseGammaLaw) mean(eta float64) (mu, slope, variance float64) {
	mu = 1 / eta
	return mu, -mu * mu, mu * mu
}

func (inverseGammaLaw) row(eta, y float64) (loglik, score, info float64) {
	if !(eta > 0) {
		return math.Inf(-1), 0, 0
	}
	r := y * eta
	excess := r - 1
	loglik = math.Log(r) - excess
	if math.Abs(excess) < 0.5 {
		loglik = math.Log1p(excess) - excess
	}
	return loglik, -excess / eta, 1 / (eta * eta)
}

// tweedieLaw is a compound Poisson-gamma response, 0 with positive probability, with log μ = η and variance φμ^p,
// 1 < p < 2 (Jørgensen 1987, J. Royal Statistical Society B 49:127–162):
//
//	ℓ = y μ^(1−p)/(1−p) − μ^(2−p)/(2−p) − y^(2−p)/((1−p)(2−p))
type tweedieLaw struct {
	positive
	p float64
}

func (tweedieLaw) traits() traits          { return traits{steady: true} }
func (tweedieLaw) link(mu float64) float64 { return math.Log(mu) }
func (l tweedieLaw) mean(eta float64) (mu, slope, variance float64) {
	mu = math.Exp(eta)
	return mu, mu, math.Exp(l.p * eta)
}

func (l tweedieLaw) row(eta, y float64) (loglik, score, info float64) {
	a, b := 1-l.p, 2-l.p
	top := math.Exp(b * eta)
	loglik, score, info = -top/b, -top, b*top
	if y > 0 {
		low := y * math.Exp(a*eta)
		loglik += low/a - math.Pow(y, b)/(a*b)
		score += low
		info -= a * low
	}
	return loglik, score, info
}
