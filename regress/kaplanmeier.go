package regress

import (
	"math"
	"sort"

	"mainstay/internal/num"
)

// SurvivalStep is one step of a survival curve: its level from Time on, until the next step.
type SurvivalStep struct {
	Time           float64
	AtRisk, Events int // just before Time; at Time
	Survival, SE   float64
	Low, High      float64
}

// KaplanMeier estimates a survival curve from times (finite, ≥ 0), whether each ended with the event or was
// censored there, and the level of the intervals. At the ordered times t₁ < t₂ < … with d events
// among the n at risk (censored at tᵢ are still at risk there),
//
//	Ŝ(t) = Π_{tᵢ ≤ t} (1 − dᵢ/nᵢ)
//
// (Kaplan & Meier 1958, JASA 53:457–481), with Greenwood's variance Ŝ² Σ dᵢ/(nᵢ(nᵢ − dᵢ)) (Greenwood 1926)
// and the interval on the scale of log(−log S), which keeps it between 0 and 1 (Kalbfleisch & Prentice
// 1980, §1.3; Borgan & Liestøl 1990). The first step is at time 0 with survival 1; then one per distinct time
// with events. Where everybody left is gone the survival is 0 and the interval is undefined (NaN). No times: no steps.
func KaplanMeier(times []float64, event []bool, level float64) []SurvivalStep {
	n := len(times)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	sort.Slice(order, func(a, b int) bool { return times[order[a]] < times[order[b]] })
	curve := newSurvivalCurve(n, level)
	for i := 0; i < n; {
		t, first, events := times[order[i]], i, 0
		for ; i < n && times[order[i]] == t; i++ {
			if event[order[i]] {
				events++
			}
		}
		curve.step(t, events, i-first-events)
	}
	return curve.steps
}

// KaplanMeierCounts is KaplanMeier of times in whole units, counted: lost and censored are by time, from 0 on.
func KaplanMeierCounts(lost, censored []int, level float64) []SurvivalStep {
	n := 0
	for t := range lost {
		n += lost[t] + censored[t]
	}
	curve := newSurvivalCurve(n, level)
	for t := range lost {
		curve.step(float64(t), lost[t], censored[t])
	}
	return curve.steps
}

// survivalCurve is a curve up to some time.
type survivalCurve struct {
	atRisk              int
	survival, greenwood float64
	z                   float64
	steps               []SurvivalStep
}

func newSurvivalCurve(n int, level float64) *survivalCurve {
	c := &survivalCurve{atRisk: n, survival: 1, z: num.ZLevel(level)}
	if n > 0 {
		c.steps = []SurvivalStep{{AtRisk: n, Survival: 1, Low: 1, High: 1}}
	}
	return c
}

// step goes on to the next time.
func (c *survivalCurve) step(t float64, events, censored int) {
	if events > 0 {
		d, r := float64(events), float64(c.atRisk)
		c.survival *= 1 - d/r
		c.greenwood += d / (r * (r - d))
		s := SurvivalStep{Time: t, AtRisk: c.atRisk, Events: events, Survival: c.survival}
		s.SE, s.Low, s.High = math.NaN(), math.NaN(), math.NaN()
		if c.survival > 0 {
			root := math.Sqrt(c.greenwood)
			s.SE = c.survival * root
			half := c.z * root / -math.Log(c.survival)
			s.Low, s.High = math.Pow(c.survival, math.Exp(half)), math.Pow(c.survival, math.Exp(-half))
		}
		c.steps = append(c.steps, s)
	}
	c.atRisk -= events + censored
}

// SurvivalAt is the step that holds at a time; ok is false before time 0 or without steps.
func SurvivalAt(steps []SurvivalStep, time float64) (s SurvivalStep, ok bool) {
	k := sort.Search(len(steps), func(i int) bool { return steps[i].Time > time })
	if k == 0 {
		return s, false
	}
	return steps[k-1], true
}

// SurvivalMedian is the earliest time at which the curve is at or below one half, NaN where it never is.
func SurvivalMedian(steps []SurvivalStep) float64 {
	for _, s := range steps {
		if s.Survival <= 0.5 {
			return s.Time
		}
	}
	return math.NaN()
}
