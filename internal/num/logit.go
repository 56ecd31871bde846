package num

import "math"

// Expit is 1/(1+e^−x), without overflow for any x; it is 0 or 1 only where the double is.
func Expit(x float64) float64 {
	if x >= 0 {
		return 1 / (1 + math.Exp(-x))
	}
	e := math.Exp(x)
	return e / (1 + e)
}

// Logit is log(p/(1−p)), the inverse of Expit; ∓Inf at 0 and 1, NaN outside.
func Logit(p float64) float64 { return math.Log(p) - math.Log1p(-p) }
