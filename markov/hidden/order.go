package hidden

import (
	"cmp"
	"math"
	"slices"
)

// rank is by what states are ordered: activity × spend, 0 for the spend of a state without any; then activity.
func (q *Params) rank(i int) (float64, float64) {
	spend := 1.0
	if q.SpendMean != nil {
		if spend = q.SpendMean[i]; math.IsNaN(spend) {
			spend = 0
		}
	}
	return q.Mean[i] * spend, q.Mean[i]
}

func (q *Params) compare(a, b int) int {
	a1, a2 := q.rank(a)
	b1, b2 := q.rank(b)
	return cmp.Or(cmp.Compare(a1, b1), cmp.Compare(a2, b2), cmp.Compare(a, b))
}

func inOrder(q *Params) bool {
	for i := 1; i < len(q.Mean); i++ {
		if q.compare(i-1, i) > 0 {
			return false
		}
	}
	return true
}

// ordered is the same model with states in order.
func ordered(q *Params) *Params {
	order := make([]int, len(q.Mean))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, q.compare)
	take := func(v []float64) (out []float64) {
		if v == nil {
			return nil
		}
		for _, i := range order {
			out = append(out, v[i])
		}
		return out
	}
	out := &Params{Initial: take(q.Initial), Mean: take(q.Mean), Size: take(q.Size), SpendMean: take(q.SpendMean), SpendShape: q.SpendShape, Centre: q.Centre}
	for _, i := range order {
		out.Moves = append(out.Moves, take(q.Moves[i]))
		if q.Slopes != nil {
			var row [][]float64
			for _, j := range order {
				row = append(row, q.Slopes[i][j])
			}
			out.Slopes = append(out.Slopes, row)
		}
	}
	return out
}
