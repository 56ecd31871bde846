package survival

import "math"

// Worth is the expected margin of a life along a survival curve, from an age on and over a horizon, discounted to that age:
//
//	∫₀^h m · S(a + u)/S(a) · (1 + r)^(−u/y) du
//
// with m the margin per unit of time while alive, r the annual effective discount rate and y the units of time in a year.
type Worth struct {
	Age, Horizon float64
	Margin       float64 // per unit of time
	Rate         float64 // annual effective, > −1
	Year         float64 // units of time in a year: 365.2425 for days, 12 for months
	Level        float64 // of the interval; 0 = 0.95
}

// valid says whether every setting is in its domain; a horizon without end needs a rate above 0.
func (w Worth) valid() bool {
	return w.Age >= 0 && w.Age <= largest && w.Horizon >= 0 && (w.Horizon <= largest || math.IsInf(w.Horizon, 1) && w.Rate > 0) &&
		math.Abs(w.Margin) <= largest && w.Rate > -1 && w.Rate <= largest && w.Year > 0 && w.Year <= largest && w.Level >= 0 && w.Level < 1
}

// delta is the force of interest per unit of time.
func (w Worth) delta() float64 { return math.Log1p(w.Rate) / w.Year }

// length is the discounted length of the time from u to v after the age.
func (w Worth) length(u, v float64) float64 {
	if d := w.delta(); d != 0 {
		return math.Exp(-d*u) * -math.Expm1(-d*(v-u)) / d
	}
	return v - u
}

// Along is the worth along the steps of a Kaplan-Meier curve, each an integral in closed form; beyond the last step the curve stays where it is, and what lies there is
// an assumption. Its ends are the worth along the ends of the conditional curve's intervals: those who reached the age are a sample that entered late, so that
// the curve from there on is Kaplan-Meier's of that sample, with Greenwood's variance over the times after the age alone (Klein & Moeschberger 2003, Survival Analysis,
// §4.6), and intervals on the scale of log(−log S). All ends hold at once less often than each, and an integral varies less than its points together, so that the interval is wide
// rather than narrow. Where nobody is left the lower end is 0 and the upper stays.
//
// NaN without steps, where nobody reaches the age, or where a setting is out of its domain; the ends are NaN where the curve is not that of its own counts (AtRisk and
// Events): one of a regression. For an AFT fit there is (*AFTFit).Worth.
func (w Worth) Along(steps []Step) (value, low, high float64) {
	base, ok := At(steps, w.Age)
	if !ok || !(base.Survival > 0) || !w.valid() {
		return math.NaN(), math.NaN(), math.NaN()
	}
	upper := 1.0
	after, known := w.after(steps, base.Survival)
	for i, s := range after {
		from, to := s.Time-w.Age, w.Horizon
		if i+1 < len(after) {
			to = min(to, after[i+1].Time-w.Age)
		}
		if to <= from {
			continue
		}
		length := w.length(from, to)
		value += length * s.Survival
		if !math.IsNaN(s.High) {
			upper = s.High
			low += length * s.Low
		}
		high += length * upper
	}
	value, low, high = w.Margin*value, w.Margin*low, w.Margin*high
	if !known {
		return value, math.NaN(), math.NaN()
	}
	return value, min(low, high), max(low, high)
}

// agrees is by how much a curve may differ from the product of its own counts and still be it.
const agrees = 1e-9

// after is the curve of those who reached the age: known says that it follows from its counts, else there are no intervals.
func (w Worth) after(steps []Step, base float64) (_ []Step, known bool) {
	o := Options{Level: w.Level}
	c, at := newCurve(0, o.level()), 1.0
	c.steps[0].Time = w.Age
	known = true
	for _, s := range steps {
		if s.Time <= w.Age {
			continue
		}
		last := len(c.steps)
		if s.AtRisk > 0 && s.Events <= s.AtRisk {
			c.step(s.Time, s.AtRisk, s.Events)
		}
		at = s.Survival / base
		if known = known && len(c.steps) > last && math.Abs(c.survival-at) <= agrees; !known {
			c.steps = append(c.steps[:last], Step{Time: s.Time, Survival: at, Low: math.NaN(), High: math.NaN()})
		}
	}
	return c.steps, known
}
