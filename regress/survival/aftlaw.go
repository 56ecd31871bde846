package survival

import (
	"fmt"
	"math"

	"mainstay/internal/num"
)

// Law is the distribution of the logarithm of time in an accelerated failure time model.
type Law string

// The laws, by the distribution of time itself.
const (
	Weibull     Law = "weibull"
	Exponential Law = "exponential" // weibull with scale 1
	LogNormal   Law = "lognormal"
	LogLogistic Law = "loglogistic"
)

// standard is a law at location 0 and scale 1: the logarithms of density and survival at w with their first and second derivatives. All are concave.
type standard struct {
	density, survival func(w float64) (l, d1, d2 float64)
	quantile          func(p float64) float64 // F⁻¹(p)
}

// laws are the standard distributions of log time: extreme value (of minima), normal, logistic (Kalbfleisch & Prentice 2002, The Statistical Analysis of Failure Time
// Data, §2.2).
var laws = map[Law]standard{
	Weibull:     extremeValue,
	Exponential: extremeValue,
	LogNormal:   {normalDensity, normalSurvival, num.NormalQuantile},
	LogLogistic: {logisticDensity, logisticSurvival, num.Logit},
}

var extremeValue = standard{
	density:  func(w float64) (l, d1, d2 float64) { e := math.Exp(w); return w - e, 1 - e, -e },
	survival: func(w float64) (l, d1, d2 float64) { e := math.Exp(w); return -e, -e, -e },
	quantile: func(p float64) float64 { return math.Log(-math.Log1p(-p)) },
}

func (l Law) standard() (standard, error) {
	s, ok := laws[l]
	if !ok {
		return s, fmt.Errorf("survival: unknown law %q: weibull, exponential, lognormal or loglogistic", l)
	}
	return s, nil
}

func logisticDensity(w float64) (l, d1, d2 float64) {
	p := num.Expit(w)
	return -math.Abs(w) - 2*math.Log1p(math.Exp(-math.Abs(w))), 1 - 2*p, -2 * p * (1 - p)
}

func logisticSurvival(w float64) (l, d1, d2 float64) {
	p := num.Expit(w)
	return -max(w, 0) - math.Log1p(math.Exp(-math.Abs(w))), -p, -p * (1 - p)
}

func normalDensity(w float64) (l, d1, d2 float64) {
	return -w*w/2 - math.Log(2*math.Pi)/2, -w, -1
}

// far is where Φ(−w) is better taken from its expansion: beyond, erfc underflows.
const far = 30

// normalSurvival is log Φ(−w), whose slope is −λ, the hazard φ(w)/Φ(−w). Beyond far the hazard is w + 1/w − 2/w³ + 10/w⁵, from Laplace's continued
// fraction (Abramowitz & Stegun 1964, 26.2.12 to 26.2.14), and 1 + 1/w² − 3/w⁴ follows for λ/w.
func normalSurvival(w float64) (l, d1, d2 float64) {
	if w < far {
		s := math.Erfc(w/math.Sqrt2) / 2
		hazard := math.Exp(-w*w/2) / (math.Sqrt(2*math.Pi) * s)
		if w < -far {
			hazard = 0
		}
		return math.Log(s), -hazard, -hazard * (hazard - w)
	}
	v := 1 / (w * w)
	gap := (1 - v*(2-v*10)) / w // λ − w
	hazard := w + gap
	return -w*w/2 - math.Log(2*math.Pi)/2 - math.Log(hazard), -hazard, -hazard * gap
}
