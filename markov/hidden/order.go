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

// near is whether all parameters are so much alike that, the likelihood being the same, they are on the way to one maximum: probabilities to 0.05, others to a tenth.
func (q *Params) near(o *Params) bool {
	const probability, ratio = 0.05, 0.1
	alike := func(a, b []float64, by func(a, b float64) float64, most float64) bool {
		for i, v := range a {
			if !(v == b[i] || by(v, b[i]) <= most) && !(math.IsNaN(v) && math.IsNaN(b[i])) {
				return false
			}
		}
		return true
	}
	apart := func(a, b float64) float64 { return math.Abs(a - b) }
	relative := func(a, b float64) float64 { return math.Abs(math.Log(a / b)) }
	for i, row := range q.Moves {
		if !alike(row, o.Moves[i], apart, probability) {
			return false
		}
	}
	return alike(q.Initial, o.Initial, apart, probability) && alike(q.Mean, o.Mean, relative, ratio) && alike(q.Size, o.Size, relative, ratio) && alike(q.SpendMean, o.SpendMean, relative, ratio)
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
