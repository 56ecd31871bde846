package evaluate

import "math"

// poisson is the unit deviance 2(y ln(y/μ) − y + μ) (McCullagh & Nelder 1989, Generalized Linear Models, §2.3).
func poisson(y, mu float64) float64 {
	if y == 0 {
		return 2 * mu
	}
	return 2 * (y*math.Log(y/mu) - y + mu)
}

// gamma is the unit deviance 2(−ln(y/μ) + (y − μ)/μ).
func gamma(y, mu float64) float64 { return 2 * ((y-mu)/mu - math.Log(y/mu)) }

// tweedie is the unit deviance of power q in (1, 2),
//
//	2 (y^(2−q)/((1−q)(2−q)) − y·μ^(1−q)/(1−q) + μ^(2−q)/(2−q))
//
// (Jørgensen 1997, The Theory of Dispersion Models, §4.1). NaN for another power.
func tweedie(q float64) func(y, mu float64) float64 {
	if !(q > 1 && q < 2) {
		return func(_, _ float64) float64 { return math.NaN() }
	}
	return func(y, mu float64) float64 {
		return 2 * (math.Pow(y, 2-q)/((1-q)*(2-q)) - y*math.Pow(mu, 1-q)/(1-q) + math.Pow(mu, 2-q)/(2-q))
	}
}

// deviance is the mean of a unit deviance; NaN where a prediction is not above 0, or an outcome is below 0 (or at it,
// unless zero is allowed), or the ratio of the two is beyond what floats hold.
func (s *set) deviance(unit func(y, mu float64) float64, zero bool) Estimate {
	for i, y := range s.y {
		if !(s.p[i] > 0) || y < 0 || y == 0 && !zero {
			return Estimate{math.NaN(), math.NaN()}
		}
	}
	return s.mean(func(i int) float64 { return unit(s.y[i], s.p[i]) }) // a deviance beyond what floats hold adds up to NaN
}
