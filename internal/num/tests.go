package num

import (
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// NormalTwoSided is P(|Z| ≥ |z|) of a standard normal: erfc(|z|/√2). NaN for NaN.
func NormalTwoSided(z float64) float64 { return math.Erfc(math.Abs(z) / math.Sqrt2) }

// StudentTwoSided is P(|T| ≥ |t|) of Student's distribution with df > 0 degrees of freedom,
//
//	I_{df/(df+t²)}(df/2, 1/2)
//
// (Abramowitz & Stegun 1964, 26.7.1 with 26.5.27). NaN for other arguments.
func StudentTwoSided(t, df float64) float64 {
	if math.IsNaN(t) || !(df > 0) {
		return math.NaN()
	}
	return mathext.RegIncBeta(df/2, 0.5, df/(df+t*t))
}

// StudentLevel is the half width, in standard errors, of a two-sided interval of Student's
// distribution: 2.086 at 0.95 with 20 degrees of freedom. NaN for a level outside (0, 1) or df ≤ 0.
func StudentLevel(level, df float64) float64 {
	if !(level > 0 && level < 1 && df > 0) {
		return math.NaN()
	}
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}.Quantile((1 + level) / 2)
}

// ChiSquareUpper is P(X ≥ x) of χ² with df > 0 degrees of freedom, Q(df/2, x/2) (Abramowitz & Stegun 1964,
// 26.4.19). NaN for other arguments; 1 below 0.
func ChiSquareUpper(x, df float64) float64 {
	if math.IsNaN(x) || !(df > 0) {
		return math.NaN()
	}
	return mathext.GammaIncRegComp(df/2, max(x, 0)/2)
}

// FUpper is P(F ≥ f) with a and b degrees of freedom, I_{b/(b+af)}(b/2, a/2) (Abramowitz & Stegun 1964,
// 26.6.2). NaN for other arguments; 1 below 0.
func FUpper(f, a, b float64) float64 {
	if math.IsNaN(f) || !(a > 0 && b > 0) {
		return math.NaN()
	}
	return mathext.RegIncBeta(b/2, a/2, b/(b+a*max(f, 0)))
}
