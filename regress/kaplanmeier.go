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
	if n == 0 {
		return nil
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	sort.Slice(order, func(a, b int) bool { return times[order[a]] < times[order[b]] })
	steps := []SurvivalStep{{AtRisk: n, Survival: 1, Low: 1, High: 1}}
	z := num.ZLevel(level)
	survival, greenwood := 1.0, 0.0
	for i := 0; i < n; {
		t, atRisk, events := times[order[i]], n-i, 0
		for ; i < n && times[order[i]] == t; i++ {
			if event[order[i]] {
				events++
			}
		}
		if events == 0 {
			continue
		}
		d, r := float64(events), float64(atRisk)
		survival *= 1 - d/r
		greenwood += d / (r * (r - d))
		s := SurvivalStep{Time: t, AtRisk: atRisk, Events: events, Survival: survival}
		s.SE, s.Low, s.High = math.NaN(), math.NaN(), math.NaN()
		if survival > 0 {
			root := math.Sqrt(greenwood)
			s.SE = survival * root
			half := z * root / -math.Log(survival)
			s.Low, s.High = math.Pow(survival, math.Exp(half)), math.Pow(survival, math.Exp(-half))
		}
		steps = append(steps, s)
	}
	return steps
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
