package survival

import (
	"math"
	"sort"

	"mainstay/internal/num"
)

// Step is one step of a survival curve: its levels from Time on, until the next step.
type Step struct {
	Time             float64
	AtRisk, Events   float64 // just before Time; at Time; both weighted
	Survival, SE     float64 // Kaplan-Meier, Greenwood
	Low, High        float64 // interval of Survival
	Hazard, HazardSE float64 // cumulative hazard, Nelson-Aalen
}

// KaplanMeier estimates a survival curve. At the ordered times t₁ < t₂ < … with events of weight d
// among those at risk, of weight n (censored at tᵢ are still at risk there, who enters at tᵢ is not yet),
//
//	Ŝ(t) = Π_{tᵢ ≤ t} (1 − dᵢ/nᵢ)
//
// (Kaplan & Meier 1958, JASA 53:457–481), with Greenwood's variance Ŝ² Σ dᵢ/(nᵢ(nᵢ − dᵢ)) (Greenwood 1926)
// and the interval on the scale of log(−log S), which keeps it between 0 and 1 (Kalbfleisch & Prentice
// 1980, §1.3; Borgan & Liestøl 1990); and the cumulative hazard Ĥ(t) = Σ_{tᵢ ≤ t} dᵢ/nᵢ with variance Σ dᵢ/nᵢ² (Nelson 1972,
// Technometrics 14:945–966; Aalen 1978, Annals of Statistics 6:701–726). Weights are frequencies. The first step is at time 0 with
// survival 1; then one per distinct time with events. Where everybody left is gone the survival is 0 and its standard error and
// interval are undefined (NaN).
//
// Of o, Weights and Level count. Errors: shapes that differ, times that are negative or not finite, each with its row.
func KaplanMeier(t *Times, o Options) ([]Step, error) {
	if err := t.check(&o, 0, true); err != nil {
		return nil, err
	}
	c := newCurve(0, o.level())
	for _, s := range t.slices(&o) {
		c.step(s.time, s.atRisk, s.events)
	}
	return c.steps, nil
}

// KaplanMeierCounts is KaplanMeier of times in whole units, counted: lost and censored are by time, from 0 on. No lives: no steps.
func KaplanMeierCounts(lost, censored []int, level float64) []Step {
	n := 0
	for t := range lost {
		n += lost[t] + censored[t]
	}
	if n == 0 {
		return nil
	}
	c := newCurve(float64(n), level)
	for t := range lost {
		c.step(float64(t), float64(n), float64(lost[t]))
		n -= lost[t] + censored[t]
	}
	return c.steps
}

// curve is a survival curve up to some time.
type curve struct {
	survival, greenwood, hazard, aalen float64
	z                                  float64
	steps                              []Step
}

func newCurve(atRisk, level float64) *curve {
	return &curve{survival: 1, z: num.ZLevel(level), steps: []Step{{AtRisk: atRisk, Survival: 1, Low: 1, High: 1}}}
}

// step goes on to the next time. The first time says how many are at risk from the beginning.
func (c *curve) step(t, n, d float64) {
	if c.steps[0].AtRisk == 0 {
		c.steps[0].AtRisk = n
	}
	if d <= 0 {
		return
	}
	c.survival *= 1 - d/n
	c.greenwood += d / (n * (n - d))
	c.hazard += d / n
	c.aalen += d / (n * n)
	s := Step{Time: t, AtRisk: n, Events: d, Survival: c.survival, Hazard: c.hazard, HazardSE: math.Sqrt(c.aalen)}
	s.SE, s.Low, s.High = math.NaN(), math.NaN(), math.NaN()
	if c.survival > 0 {
		root := math.Sqrt(c.greenwood)
		s.SE = c.survival * root
		s.Low, s.High = logLog(c.survival, root, c.z)
	}
	c.steps = append(c.steps, s)
}

// logLog is the interval of a survival s on the scale of log(−log S), z standard errors wide, se being that of log S:
//
//	S^exp(±z·se/|log S|)
//
// 1, 1 at s = 1 and NaN at 0, where the scale ends.
func logLog(s, se, z float64) (low, high float64) {
	switch {
	case s >= 1:
		return 1, 1
	case !(s > 0):
		return math.NaN(), math.NaN()
	}
	half := z * se / -math.Log(s)
	return math.Pow(s, math.Exp(half)), math.Pow(s, math.Exp(-half))
}

// At is the step that holds at a time; ok is false before the first step or without steps.
func At(steps []Step, time float64) (s Step, ok bool) {
	k := sort.Search(len(steps), func(i int) bool { return steps[i].Time > time })
	if k == 0 {
		return s, false
	}
	return steps[k-1], true
}

// Median is the earliest time at which the curve is at or below one half, NaN where it never is. (R and some textbooks take
// the middle of the stretch on which a curve is exactly one half.)
func Median(steps []Step) float64 { return Quantile(steps, 0.5) }

// Quantile is the earliest time by which a share p of lives has ended: Ŝ(t) ≤ 1 − p; NaN where that is never reached.
func Quantile(steps []Step, p float64) float64 {
	return firstAtMost(steps, 1-p, func(s *Step) float64 { return s.Survival })
}

// QuantileInterval is the interval of Quantile: where the ends of the curve's own intervals fall to 1 − p (Brookmeyer & Crowley 1982,
// Biometrics 38:29–41). An end that is not reached is NaN: the data do not bound it.
func QuantileInterval(steps []Step, p float64) (low, high float64) {
	low = firstAtMost(steps, 1-p, func(s *Step) float64 { return s.Low })
	high = firstAtMost(steps, 1-p, func(s *Step) float64 { return s.High })
	return low, high
}

// quantileSlack forgives the rounding of a product of fractions that is the share asked for but for its last bits.
const quantileSlack = 1e-9

func firstAtMost(steps []Step, share float64, of func(*Step) float64) float64 {
	for i := range steps {
		if v := of(&steps[i]); v <= share*(1+quantileSlack) {
			return steps[i].Time
		}
	}
	return math.NaN()
}
