// Package evaluate says how good predictions are, and how sure that is.
package evaluate

import (
	"cmp"
	"math"
	"slices"
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

// AUCInfluence is by row how far it moves the AUC, in units of 1/n: with Vᵢ the share of the other class
// that is ranked on the right side of row i, ties counted half,
//
//	ψᵢ = (Vᵢ − AUC) · n/n_class(i)
//
// The mean is 0, and √(Σψ²)/n is the standard error of the AUC (DeLong, DeLong & Clarke-Pearson
// 1988, Biometrics 44:837–845; as influence curve in LeDell, Petersen & van der Laan 2015, Electronic
// J. Statistics 9:1583–1607). Nil where AUC is not ok.
func AUCInfluence(y, p []float64) []float64 {
	auc, ok := AUC(y, p)
	if !ok {
		return nil
	}
	order, _ := ranked(y, p)
	var count [2]float64 // of each class
	for _, v := range y {
		count[int(v)]++
	}
	psi := make([]float64, len(y))
	var below [2]float64
	for lo := 0; lo < len(order); {
		hi := lo
		var tied [2]float64
		for ; hi < len(order) && p[order[hi]] == p[order[lo]]; hi++ {
			tied[int(y[order[hi]])]++
		}
		for _, i := range order[lo:hi] {
			class := int(y[i])
			right := (below[1-class] + tied[1-class]/2) / count[1-class]
			if class == 0 {
				right = 1 - right
			}
			psi[i] = (right - auc) * float64(len(y)) / count[class]
		}
		below[0], below[1], lo = below[0]+tied[0], below[1]+tied[1], hi
	}
	return psi
}

// ranked is the order of rows by ascending p; ok is false when y and p do not form a set of
// binary outcomes and predictions.
func ranked(y, p []float64) (order []int, ok bool) {
	if !binary(y, p) {
		return nil, false
	}
	type row struct {
		p float64
		i int
	}
	rows := make([]row, len(p)) // beside its row a number is found without a cache miss
	for i, v := range p {
		rows[i] = row{v, i}
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Or(cmp.Compare(a.p, b.p), cmp.Compare(a.i, b.i)) })
	order = make([]int, len(p))
	for k, r := range rows {
		order[k] = r.i
	}
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
