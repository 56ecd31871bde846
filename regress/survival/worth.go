package survival

import "math"

// Worth is the expected margin of a life along a survival curve, from an age on and over a horizon, discounted to that age:
//
//	∫₀^h m · Ŝ(a + u)/Ŝ(a) · (1 + r)^(−u/y) du
//
// with m the margin per unit of time while alive, r the annual effective discount rate and y the units of time in a year. The curve is a step function, so each step is an
// integral in closed form; beyond the last step it stays where it is, and what lies there is an assumption.
type Worth struct {
	Age, Horizon float64
	Margin       float64 // per unit of time
	Rate         float64 // annual effective, > −1
	Year         float64 // units of time in a year: 365.2425 for days, 12 for months
}

// Along is the worth along steps, and along the lower and upper ends of the curve's intervals (an end that is undefined counts as 0, what nobody outlives; what
// would be above 1 as 1). Both are shares of Ŝ(a) itself: the error of Λ(a + u) − Λ(a) is at most that of Λ(a + u), so that the interval is wide rather than narrow and
// holds the value. NaN without steps, where nobody reaches the age, or where a setting is out of its domain.
func (w Worth) Along(steps []Step) (value, low, high float64) {
	base, ok := At(steps, w.Age)
	if !ok || !(base.Survival > 0) || !(w.Horizon >= 0) || !(w.Rate > -1) || !(w.Year > 0) || math.IsNaN(w.Margin) || math.IsInf(w.Margin, 0) || math.IsInf(w.Horizon, 0) {
		return math.NaN(), math.NaN(), math.NaN()
	}
	delta := math.Log1p(w.Rate) / w.Year
	for i := range steps {
		s := &steps[i]
		from, to := max(s.Time-w.Age, 0), w.Horizon
		if i+1 < len(steps) {
			to = min(to, steps[i+1].Time-w.Age)
		}
		if to <= from {
			continue
		}
		length := to - from // discounted
		if delta != 0 {
			length = math.Exp(-delta*from) * -math.Expm1(-delta*(to-from)) / delta
		}
		value += length * s.Survival / base.Survival
		low += length * among(s.Low, base.Survival)
		high += length * among(s.High, base.Survival)
	}
	value, low, high = w.Margin*value, w.Margin*low, w.Margin*high
	return value, min(low, high), max(low, high)
}

// among is an end of the interval as a share of those that reached an age; 0 where undefined.
func among(s, base float64) float64 {
	if math.IsNaN(s) {
		return 0
	}
	return min(s/base, 1)
}
