package num

import "math"

// Estimate is a figure in its own units, its standard error and its interval; NaN where undefined. A figure that is known has SE 0 and no interval.
type Estimate struct{ Value, SE, Low, High float64 }

// tiny is the standard error below which a figure counts as known: relative on the log scale, of a probability on the logit scale. Rounding leaves
// less than this where the delta method says 0.
const tiny = 1e-12

// Known is the Estimate of a figure without error.
func Known(v float64) Estimate { return Estimate{v, 0, math.NaN(), math.NaN()} }

// OnLog is a positive figure with the interval v·exp(±z·se/v), by the delta method.
func OnLog(v, se, level float64) Estimate {
	if se <= tiny*v {
		return Known(v)
	}
	z := ZLevel(level)
	return Estimate{v, se, v * math.Exp(-z*se/v), v * math.Exp(z*se/v)}
}

// OnLogit is a probability with the interval expit(logit(v) ± z·se/(v(1 − v))), by the delta method; one of 0 or 1 is known.
func OnLogit(v, se, level float64) Estimate {
	if se <= tiny || v <= 0 || v >= 1 {
		return Known(v)
	}
	half := ZLevel(level) * se / (v * (1 - v))
	return Estimate{v, se, Expit(Logit(v) - half), Expit(Logit(v) + half)}
}

// Indicator is 1 where yes, else 0.
func Indicator(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
