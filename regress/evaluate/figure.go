package evaluate

import (
	"math"

	"mainstay/internal/num"
)

// Estimate is a figure and its standard error; NaN where undefined.
type Estimate struct{ Value, SE float64 }

// Figure is an estimate with its interval; NaN where undefined.
type Figure struct{ Value, SE, Low, High float64 }

// undefined is a figure that has no value.
func undefined() Figure {
	nan := math.NaN()
	return Figure{nan, nan, nan, nan}
}

// rounding is up to which share of the value, or of its range, an error is what rounding left of 0.
const rounding = 1e-12

// varies reports whether there is an error at all; most is the greatest value there can be, 0 = any.
func (e Estimate) varies(most float64) bool { return e.SE > rounding*max(math.Abs(e.Value), most) }

// wald is value ± k·SE, inside [low, high]. An error of 0 is no error: nothing was seen that could vary.
func (e Estimate) wald(k, low, high float64) Figure {
	most := high
	if math.IsInf(high, 1) {
		most = 0
	}
	if !e.varies(most) || math.IsInf(e.SE, 1) {
		return e.alone()
	}
	return Figure{e.Value, e.SE, max(e.Value-k*e.SE, low), min(e.Value+k*e.SE, high)}
}

// logit is the interval of a share on the scale of log-odds, which stays inside (0, 1): logit v ± k·SE/(v(1−v)).
func (e Estimate) logit(k float64) Figure {
	v := e.Value
	if !(e.varies(1) && v > 0 && v < 1) {
		return e.alone()
	}
	half := k * e.SE / (v * (1 - v))
	return Figure{v, e.SE, num.Expit(num.Logit(v) - half), num.Expit(num.Logit(v) + half)}
}

// log is the interval of a positive figure on the scale of logarithms: v·exp(± k·SE/v).
func (e Estimate) log(k float64) Figure {
	if !(e.varies(0) && e.Value > 0) {
		return e.alone()
	}
	half := math.Exp(k * e.SE / e.Value)
	if math.IsInf(half*e.Value, 1) {
		return e.alone() // nothing is known but the sign
	}
	return Figure{e.Value, e.SE, e.Value / half, e.Value * half}
}

// fisher is the interval of a correlation, of which what rounding puts beyond ±1 is taken away:
// tanh(atanh r ± k·SE/(1−r²)) (Fisher 1921, Metron 1:3–32).
func (e Estimate) fisher(k float64) Figure {
	e.Value = min(max(e.Value, -1), 1)
	r := e.Value
	if !(e.varies(1) && r > -1 && r < 1) {
		return e.alone()
	}
	half := k * e.SE / (1 - r*r)
	return Figure{r, e.SE, math.Tanh(math.Atanh(r) - half), math.Tanh(math.Atanh(r) + half)}
}

func (e Estimate) alone() Figure {
	f := undefined()
	f.Value = e.Value
	return f
}
