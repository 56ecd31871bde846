package regress

import (
	"math"

	"mainstay/internal/num"
)

// logitLaw is a binomial response with log p/(1−p) = η.
type logitLaw struct{ binary }

func (logitLaw) traits() traits         { return traits{canonical: true, steady: true, classes: true} }
func (logitLaw) link(p float64) float64 { return num.Logit(p) }
func (logitLaw) mean(eta float64) (p, slope, variance float64) {
	_, _, v := bernoulli(eta, 1)
	return num.Expit(eta), v, v
}

func (logitLaw) row(eta, y float64) (loglik, score, info float64) { return bernoulli(eta, y) }
func (logitLaw) rows(eta, y, weights, score, info []float64) float64 {
	return bernoulliRows(eta, y, weights, score, info)
}

// shareLaw is logitLaw of a response between 0 and 1: both outcomes, weighted y and 1 − y.
type shareLaw struct{ binary }

func (shareLaw) traits() traits                                { return logitLaw{}.traits() }
func (shareLaw) link(p float64) float64                        { return num.Logit(p) }
func (shareLaw) mean(eta float64) (p, slope, variance float64) { return logitLaw{}.mean(eta) }
func (shareLaw) row(eta, y float64) (loglik, score, info float64) {
	return mixture(eta, y, func(e float64) (float64, float64, float64) { return bernoulli(e, 1) },
		func(e float64) (float64, float64, float64) { return bernoulli(e, 0) })
}

// entropy is −y log y − (1−y) log(1−y): what the log-likelihood of a share y lacks to 0 at its best.
func entropy(y float64) float64 { return -y*math.Log(y) - (1-y)*math.Log1p(-y) }

// probitLaw is a binomial response with Φ⁻¹(p) = η.
type probitLaw struct{ binary }

func (probitLaw) traits() traits         { return traits{classes: true} }
func (probitLaw) link(p float64) float64 { return num.NormalQuantile(p) }
func (probitLaw) mean(eta float64) (p, slope, variance float64) {
	p = math.Erfc(-eta/math.Sqrt2) / 2
	return p, math.Exp(-eta*eta/2) / math.Sqrt(2*math.Pi), p * math.Erfc(eta/math.Sqrt2) / 2
}

func (probitLaw) row(eta, y float64) (loglik, score, info float64) {
	return mixture(eta, y, probitEvent, func(e float64) (float64, float64, float64) {
		l, s, v := probitEvent(-e)
		return l, -s, v
	})
}

// deepTail is where Φ is left to its expansion: Φ(−30) is 5e-198, and terms beyond the fifth are below 1e-12.
const deepTail = -30

// probitEvent is log Φ(η), its derivative λ = φ/Φ, and λ(λ + η), minus the second. Far out, with t = 1/η²,
//
//	Φ(η) ≈ φ(η)/|η| · (1 − t + 3t² − 15t³ + 105t⁴),   λ(λ + η) ≈ 1 − t + 6t² − 50t³
//
// (Abramowitz & Stegun 1964, 26.2.12).
func probitEvent(eta float64) (loglik, score, info float64) {
	logPhi := -eta*eta/2 - math.Log(2*math.Pi)/2
	if eta > deepTail {
		p := math.Erfc(-eta/math.Sqrt2) / 2
		if eta > 5 { // log(1 − small)
			loglik = math.Log1p(-math.Erfc(eta/math.Sqrt2) / 2)
		} else {
			loglik = math.Log(p)
		}
		score = math.Exp(logPhi) / p
		return loglik, score, score * (score + eta)
	}
	t := 1 / (eta * eta)
	series := 1 - t*(1-t*(3-t*(15-105*t)))
	return logPhi - math.Log(-eta) + math.Log(series), -eta / series, 1 - t*(1-t*(6-50*t))
}

// cloglogLaw is a binomial response with log(−log(1−p)) = η: a hazard that is proportional in continuous time, seen
// once a period.
type cloglogLaw struct{ binary }

func (cloglogLaw) traits() traits         { return traits{classes: true} }
func (cloglogLaw) link(p float64) float64 { return math.Log(-math.Log1p(-p)) }
func (cloglogLaw) mean(eta float64) (p, slope, variance float64) {
	t := math.Exp(eta)
	p = -math.Expm1(-t)
	rest := math.Exp(-t)
	return p, t * rest, p * rest
}

func (cloglogLaw) row(eta, y float64) (loglik, score, info float64) {
	return mixture(eta, y, cloglogEvent, func(e float64) (float64, float64, float64) {
		t := math.Exp(e)
		return -t, -t, t
	})
}

// cloglogEvent is log(1 − e^−t) with t = e^η, its derivative r = t/(e^t − 1), and minus the second, r(t + r − 1).
func cloglogEvent(eta float64) (loglik, score, info float64) {
	t := math.Exp(eta)
	switch {
	case t > 700:
		return 0, 0, 0
	case t < 1e-3: // r = 1 − t/2 + t²/12 − t⁴/720
		r := 1 - t/2 + t*t/12
		return eta - t/2 + t*t/24, r, r * (t/2 + t*t/12 - t*t*t*t/720)
	}
	r := t / math.Expm1(t)
	return math.Log(-math.Expm1(-t)), r, r * (t + r - 1)
}

// mixture is the law of y in [0, 1] from those of its two ends.
func mixture(eta, y float64, event, other func(eta float64) (loglik, score, info float64)) (loglik, score, info float64) {
	switch y {
	case 1:
		return event(eta)
	case 0:
		return other(eta)
	}
	l1, s1, v1 := event(eta)
	l0, s0, v0 := other(eta)
	return y*l1 + (1-y)*l0 + entropy(y), y*s1 + (1-y)*s0, y*v1 + (1-y)*v0
}
