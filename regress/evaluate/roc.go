package evaluate

import (
	"math"

	"mainstay/internal/num"
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
	if !binary(y, p) {
		return 0, false
	}
	n1 := int(num.Sum(y))
	events, others := make([]float64, 0, n1), make([]float64, 0, len(y)-n1)
	for i, v := range p {
		if y[i] == 1 {
			events = append(events, v)
		} else {
			others = append(others, v)
		}
	}
	if len(events) == 0 || len(others) == 0 {
		return 0, false
	}
	num.SortFloats(events)
	num.SortFloats(others)
	twice, below, upTo := 0, 0, 0 // 2U; how many others have a lower p than the event at hand, and how many no higher one
	for _, v := range events {
		for below < len(others) && others[below] < v {
			below++
		}
		for upTo < len(others) && others[upTo] <= v {
			upTo++
		}
		twice += below + upTo
	}
	return float64(twice) / 2 / (float64(len(others)) * float64(len(events))), true
}

// Area is the AUC of weighted rows, and by row how far it moves it: with Vᵢ the share of the other class's weight
// that is ranked on the right side of row i, ties counted half,
//
//	ψᵢ = wᵢ (Vᵢ − AUC) / W_class(i)
//
// The sum is 0, and √Σψ² is the standard error of the AUC (DeLong, DeLong & Clarke-Pearson
// 1988, Biometrics 44:837–845; as influence curve in LeDell, Petersen & van der Laan 2015, Electronic
// J. Statistics 9:1583–1607). ok is false where rows cannot be evaluated or one class is absent.
func Area(r *Rows) (auc float64, influence []float64, ok bool) {
	if r.check(true) != nil {
		return 0, nil, false
	}
	s := newSet(r)
	levels, at := s.levels()
	c := roc(levels)
	if !c.ok {
		return 0, nil, false
	}
	psi := make([]float64, len(r.Y))
	for i, row := range s.row {
		psi[row] = s.w[i] * c.influence[at[i]][int(s.y[i])]
	}
	return c.value, psi, true
}

// roc is the area under the ROC curve, weighted: with W_c the weight of class c and V_c(k) the share of the
// other class's weight on the right side of level k, ties counted half,
//
//	AUC = Σ_k W₁(k)·V₁(k) / W₁,   influence_c(k) = (V_c(k) − AUC) / W_c
//
// (DeLong, DeLong & Clarke-Pearson 1988; with clusters it gives Obuchowski 1997, Biometrics 53:567–578, but for
// the factor).
func roc(levels []Level) *curve {
	n, w := totals(levels)
	c := &curve{ok: n[0] > 0 && n[1] > 0, byClass: true}
	if !c.ok {
		c.value = math.NaN()
		return c
	}
	c.influence = make([][2]float64, len(levels))
	var u num.Adder // twice U: whole where weights are 1
	var below [2]float64
	for k := range levels {
		l := &levels[k]
		right := 2*below[0] + l.W[0]
		u.AddProduct(l.W[1], right)
		c.influence[k] = [2]float64{1 - (below[1]+l.W[1]/2)/w[1], right / 2 / w[0]}
		below[0], below[1] = below[0]+l.W[0], below[1]+l.W[1]
	}
	c.value = u.Sum() / 2 / (w[0] * w[1])
	for k := range c.influence {
		for j := range w {
			c.influence[k][j] = (c.influence[k][j] - c.value) / w[j]
		}
	}
	return c
}
