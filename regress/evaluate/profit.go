package evaluate

import (
	"math"

	"mainstay/internal/num"
)

// Policy is what contacting a customer who may leave costs and saves.
type Policy struct {
	Cost    float64 // of one contact
	Success float64 // chance that a contact keeps one who would leave, 0 to 1
	Saved   float64 // value kept then, where rows have none of their own
}

// Profit is what contacting the customers of the highest scores would have earned: a contact of row i earns
//
//	z_i = Success · Saved_i · y_i − Cost
//
// so that contacting all scores of at least t earns Σ w_i z_i over p_i ≥ t (Verbraken, Verbeke & Baesens 2013, IEEE
// Trans. Knowledge and Data Engineering 25:961–973, with the benefit stated rather than drawn). Amounts are totals of the
// rows evaluated, in the unit of Cost.
type Profit struct {
	Policy
	Curve []ProfitPoint // by hundredths contacted; equal scores go together
	All   Figure        // contacting everybody

	// Best is the highest point of the curve at any threshold. Chosen on the rows that it is told of, it promises a
	// little too much; Shares is the range that the rows do not tell from it.
	Best         ProfitPoint
	LeastShare   float64
	MostShare    float64
	BreakEven    float64      // the score from which a contact pays if scores are right, Cost/(Success·Saved); NaN where rows have values of their own
	AtBreakEven  *ProfitPoint // contacting from there on; nil without BreakEven
	Perfect      float64      // contacting all who pay and nobody else
	EventsMissed float64      // share of events that contacting the best share leaves out
}

// ProfitPoint is what contacting all scores of at least Score earns.
type ProfitPoint struct {
	Share, Score float64 // of weight contacted; the lowest score contacted (above all scores: +Inf)
	Profit       Figure
	Found        float64 // share of events contacted
}

// hundredths are the points of the curve.
const hundredths = 100

// profit is the curve of s under a policy. The standard error of a total is by rows or clusters; a share t is not told
// from the best where profit(best) − profit(t) is below k standard errors of that difference, which are told by the
// rows between them.
func (s *set) profit(levels []Level, at []int32, policy Policy, k float64) *Profit {
	z := make([]float64, len(s.y))
	out := &Profit{Policy: policy}
	var perfect num.Adder
	for i := range z {
		saved := policy.Saved
		if s.saved != nil {
			saved = s.saved[i]
		}
		z[i] = s.w[i] * (policy.Success*saved*s.y[i] - policy.Cost)
		perfect.Add(max(z[i], 0))
	}
	out.Perfect = perfect.Sum()
	starts := append(startsOf(at, len(levels)), len(z)) // of the rows of each level
	best, most := len(levels), 0.0
	var sum num.Adder
	total := make([]float64, len(levels)+1) // profit from each level on
	for l := len(levels) - 1; l >= 0; l-- {
		for _, v := range z[starts[l]:starts[l+1]] {
			sum.Add(v)
		}
		if total[l] = sum.Sum(); total[l] > most {
			best, most = l, total[l]
		}
	}
	point := func(l int) ProfitPoint { return s.point(levels, z, starts, l, total[l], k) }
	out.Best, out.All = point(best), point(0).Profit
	out.EventsMissed = 1 - out.Best.Found
	out.LeastShare, out.MostShare = out.Best.Share, out.Best.Share
	grid := s.grid(levels)
	for _, l := range grid {
		p := point(l)
		out.Curve = append(out.Curve, p)
		if most-total[l] <= k*s.totalSE(z, starts[min(l, best)], starts[max(l, best)]) {
			out.LeastShare, out.MostShare = min(out.LeastShare, p.Share), max(out.MostShare, p.Share)
		}
	}
	out.BreakEven = math.NaN()
	if worth := policy.Success * policy.Saved; s.saved == nil && worth > 0 {
		out.BreakEven = policy.Cost / worth
		l := 0
		for l < len(levels) && levels[l].P < out.BreakEven {
			l++
		}
		p := point(l)
		out.AtBreakEven = &p
	}
	return out
}

// startsOf is where the rows of each level begin.
func startsOf(at []int32, levels int) []int {
	starts := make([]int, 0, levels+1)
	for i, l := range at {
		if int(l) == len(starts) {
			starts = append(starts, i)
		}
	}
	return starts
}

// grid is the level from which on about each hundredth of the weight lies, from nobody to everybody.
func (s *set) grid(levels []Level) (out []int) {
	out = append(out, len(levels))
	above := 0.0
	for l, next := len(levels)-1, 1; l >= 0; l-- {
		above += levels[l].weight()
		if l == 0 || above*hundredths >= float64(next)*s.total {
			out = append(out, l)
			next = int(math.Floor(above/s.total*hundredths)) + 1
		}
	}
	return out
}

// point is contacting from level l on.
func (s *set) point(levels []Level, z []float64, starts []int, l int, total, k float64) ProfitPoint {
	p := ProfitPoint{Score: math.Inf(1)}
	if l < len(levels) {
		p.Score = levels[l].P
	}
	var weight, events, all float64
	for j := range levels {
		all += levels[j].W[1]
		if j >= l {
			weight += levels[j].weight()
			events += levels[j].W[1]
		}
	}
	p.Share = weight / s.total
	if all > 0 {
		p.Found = events / all
	}
	p.Profit = Estimate{total, s.totalSE(z, starts[l], len(z))}.wald(k, math.Inf(-1), math.Inf(1))
	return p
}

// totalSE is the standard error of the sum of z over rows [lo, hi), that of a total of as many rows drawn anew:
// each row of s gives z or 0, less the mean of what all give.
func (s *set) totalSE(z []float64, lo, hi int) float64 {
	mean := num.Sum(z[lo:hi]) / s.total
	return s.se(func(i int) float64 {
		if i >= lo && i < hi {
			return z[i] - s.w[i]*mean
		}
		return -s.w[i] * mean
	})
}
