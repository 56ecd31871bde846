package survival

import "math"

// RestrictedMean is the mean life up to a time, the area under the curve, with its standard error:
//
//	μ(τ) = ∫₀^τ Ŝ(u) du,   SE² = Σ_{tᵢ ≤ τ} (∫_{tᵢ}^τ Ŝ)² dᵢ/(nᵢ(nᵢ − dᵢ))
//
// (Irwin 1949, J. of Hygiene 47:188; Klein & Moeschberger 2003, Survival Analysis, (4.5.1) and (4.5.2)). Beyond the last step the curve is taken
// to stay where it is, so τ should not lie beyond the longest follow-up. NaN without steps or for τ < 0.
func RestrictedMean(steps []Step, tau float64) (mean, se float64) {
	if len(steps) == 0 || !(tau >= 0) {
		return math.NaN(), math.NaN()
	}
	area, variance := 0.0, 0.0 // from the step on to τ
	for i := len(steps) - 1; i >= 0; i-- {
		s := &steps[i]
		if s.Time > tau {
			continue
		}
		end := tau
		if i+1 < len(steps) {
			end = min(end, steps[i+1].Time)
		}
		area += s.Survival * (end - s.Time)
		if s.Events > 0 && s.AtRisk > s.Events {
			variance += area * area * s.Events / (s.AtRisk * (s.AtRisk - s.Events))
		}
	}
	return area, math.Sqrt(variance)
}
