package num

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// NormalQuantile is Φ⁻¹(p), the standard normal quantile; ∓Inf at 0 and 1, NaN outside [0, 1]
// (Wichura 1988, algorithm AS 241, through gonum).
func NormalQuantile(p float64) float64 {
	if !(p >= 0 && p <= 1) {
		return math.NaN()
	}
	return mathext.NormalQuantile(p)
}

// ZLevel is the half width, in standard errors, of a two-sided normal interval:
// Φ⁻¹((1+level)/2), 1.96 at 0.95. NaN for a level outside (0, 1).
func ZLevel(level float64) float64 {
	if !(level > 0 && level < 1) {
		return math.NaN()
	}
	return NormalQuantile((1 + level) / 2)
}
