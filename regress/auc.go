package regress

import (
	"math"
	"sort"
)

// AUC is the area under the ROC curve: the chance that an event has a higher p than a
// non-event, ties counted half,
//
//	AUC = U/(n₁n₀),   U = Σ over pairs (1[p₁ > p₀] + ½·1[p₁ = p₀])
//
// (Mann & Whitney 1947, Annals of Mathematical Statistics 18:50–60; Hanley & McNeil 1982,
// Radiology 143:29–36). U is counted in whole halves, so neither the order of rows nor of ties
// matters. y is 0 or 1. ok is false when one class is absent, the lengths differ, y is neither 0
// nor 1, or a p is not finite.
func AUC(y, p []float64) (auc float64, ok bool) {
	order, ok := ranked(y, p)
	if !ok {
		return 0, false
	}
	var halves, events, others int64 // halves counts U twice
	for lo := 0; lo < len(order); {
		hi, tied := lo, int64(0)
		for ; hi < len(order) && p[order[hi]] == p[order[lo]]; hi++ {
			tied += int64(y[order[hi]])
		}
		same := int64(hi-lo) - tied
		halves += tied * (2*others + same)
		events += tied
		others += same
		lo = hi
	}
	if events == 0 || others == 0 {
		return 0, false
	}
	return float64(halves) / 2 / (float64(events) * float64(others)), true
}

// ranked is the order of rows by ascending p; ok is false when y and p do not form a set of
// binary outcomes and predictions.
func ranked(y, p []float64) (order []int, ok bool) {
	if !binary(y, p) {
		return nil, false
	}
	order = make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return p[order[a]] < p[order[b]] })
	return order, true
}

// binary reports whether y holds 0 and 1, and p one finite number for each.
func binary(y, p []float64) bool {
	if len(y) == 0 || len(y) != len(p) {
		return false
	}
	for i := range y {
		if (y[i] != 0 && y[i] != 1) || math.IsNaN(p[i]) || math.IsInf(p[i], 0) {
			return false
		}
	}
	return true
}
