package attrition

import "math"

// Silent is P(nothing is bought in (T, T+horizon] | what was bought), with an interval on the logit scale. It is no P(dead): who is alive may be
// silent too. To have been silent for so long is a history that ends later, so that for every law it is a ratio of likelihoods,
//
//	P = L(x, t.x, T+horizon) ÷ L(x, t.x, T).
//
// bg/bb knows whole periods only. NaN as Alive, and for a negative horizon.
func (f *Fit) Silent(c Customer, horizon, level float64) Estimate {
	t := f.teller(level)
	if !(horizon >= 0 && horizon <= longestTime) || !f.Model.takes(c.X, c.Last, c.T+horizon) || !t.see(c) {
		return nothingKnown
	}
	var now, later part
	t.s.whole(&now)
	f.law.split(&t.w, &t.p, c.X, c.Last, c.T+horizon, false, &t.s)
	t.s.whole(&later)
	var g [most]float64
	for i := range g {
		g[i] = later.g[i] - now.g[i]
	}
	log := min(later.v-now.v, 0)
	buys := -math.Expm1(log)
	if buys == 0 { // certain, up to rounding
		return Estimate{Value: 1, SE: math.NaN(), Low: math.NaN(), High: math.NaN()}
	}
	p, se := math.Exp(log), t.deviation(&g)
	logit, half := log-math.Log(buys), t.z*se/buys
	// log P has the better figure near 1; the interval holds it, where the way to the logit scale and back rounds by more than the error.
	return Estimate{Value: p, SE: p * se, Low: min(p, 1/(1+math.Exp(half-logit))), High: max(p, 1/(1+math.Exp(-half-logit)))}
}
