package segment

import (
	"math"
	"slices"

	"mainstay/internal/num"
)

// ranking orders values; equal values share a rank and a share.
type ranking struct {
	sorted []float64 // ascending, positive only
	total  float64   // added up from the largest
}

// newRanking ranks the positive ones among values.
func newRanking(values []float64) *ranking {
	var positive []float64
	for _, v := range values {
		if v > 0 {
			positive = append(positive, v)
		}
	}
	slices.Sort(positive)
	return rankingOf(positive)
}

// rankingOf ranks the positive ones among values that are sorted; they are kept.
func rankingOf(sorted []float64) *ranking {
	first, _ := slices.BinarySearch(sorted, math.SmallestNonzeroFloat64)
	r := &ranking{sorted: sorted[first:]}
	for _, v := range slices.Backward(r.sorted) {
		r.total += v
	}
	return r
}

// rank is 1 + the number of larger values.
func (r *ranking) rank(v float64) int { return len(r.sorted) - upTo(r.sorted, v) + 1 }

// above is the sum of the larger values.
func (r *ranking) above(v float64) float64 {
	sum := 0.0
	for _, x := range slices.Backward(r.sorted) {
		if x <= v {
			break
		}
		sum += x
	}
	return sum
}

// cut is the least value in the smallest set of largest values that makes share of the total: the larger ones together
// make less. +Inf where no value is within.
func (r *ranking) cut(share float64) float64 {
	least, sum := math.Inf(1), 0.0
	for _, v := range slices.Backward(r.sorted) {
		if v != least {
			if !(sum < share*r.total) {
				break
			}
			least = v
		}
		sum += v
	}
	return least
}

// upTo is the number of sorted values ≤ v.
func upTo(sorted []float64, v float64) int {
	at, _ := slices.BinarySearchFunc(sorted, v, func(x, target float64) int {
		if x <= target {
			return -1
		}
		return 1
	})
	return at
}

// ranks are where the members stand by value among the customers at risk.
type ranks struct {
	below, upTo []uint32 // by member: customers at risk whose value is less, and not greater
	of          int      // customers at risk with a value
}

// rank places every member who has a value among reference, the values of the customers at risk in ascending order.
func (s *scored) rank(reference []float64, threads int) {
	n := len(s.value)
	s.ranks = ranks{below: make([]uint32, n), upTo: make([]uint32, n), of: len(reference)}
	num.Blocks(n, panelBlock, threads, func(_, lo, hi int) {
		for m := lo; m < hi; m++ {
			if v := s.value[m]; finite(v) {
				at, _ := slices.BinarySearch(reference, v)
				s.below[m], s.upTo[m] = uint32(at), uint32(at+leadingTies(reference[at:], v))
			}
		}
	})
}

// leadingTies is how many of the sorted values, of which the first is ≥ v, equal v: mostly one or none, but everybody where all
// pay the same fee.
func leadingTies(sorted []float64, v float64) int {
	end := 1
	for end < len(sorted) && sorted[end] == v {
		end *= 2
	}
	end = min(end, len(sorted))
	return upTo(sorted[:end], v)
}

// sortedAtRisk are the values that column holds of the customers at risk, in ascending order.
func (s *scored) sortedAtRisk(column []float64) []float64 {
	values := make([]float64, 0, s.atRisk())
	for m, r := range s.relation {
		if r == active && finite(column[m]) {
			values = append(values, column[m])
		}
	}
	num.SortFloats(values)
	return values
}

// score is the value score of a member: the percentile of its value among the customers at risk, ties in the middle of
// their ranks,
//
//	100 · (number below + ½ number equal) ÷ number at risk.
//
// The lapsed are placed on the same scale. NaN where there is no value, or nobody at risk.
func (s *scored) score(m int) float64 {
	if s.of == 0 || !finite(s.value[m]) {
		return math.NaN()
	}
	return 100 * float64(int(s.below[m])+int(s.upTo[m])) / 2 / float64(s.of)
}
