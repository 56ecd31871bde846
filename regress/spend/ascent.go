package spend

import (
	"math"

	"mainstay/internal/num"
)

const (
	climbs  = 3      // ascents, from the best of the starting points
	sampled = 20_000 // customers of a sample, at least
)

// maximise climbs from the best of a grid of starting points (all with a mean of 1, that of the data in its unit) and
// gives the ends, the highest first, and the best for all customers. With many customers the first is done on a sample of them, and only from its
// highest end on all.
func (l *likelihood) maximise() (ends []*num.Ascent, best *num.Ascent) {
	few := l.sample()
	var starts [][]float64
	for _, p := range []float64{0.5, 2, 8} {
		for _, q := range []float64{1.5, 3, 10} {
			starts = append(starts, []float64{math.Log(p), math.Log(q), math.Log((q - 1) / p)})
		}
	}
	ends = num.ClimbBest(few.surface, starts, climbs)
	if len(ends) == 0 {
		return nil, &num.Ascent{Theta: starts[4], Away: -1}
	}
	if best = ends[0]; few != l {
		from := best.Theta
		if !best.Converged { // what ran away on the sample may not on all
			from = starts[4]
		}
		best = num.Climb(l.surface, from)
	}
	return ends, best
}

// sample is every k-th customer of many, in the money of all; l itself where there are few.
func (l *likelihood) sample() *likelihood {
	every := len(l.x) / sampled
	if every < 2 {
		return l
	}
	few := &likelihood{threads: l.threads}
	for i := 0; i < len(l.x); i += every {
		few.x, few.m, few.w = append(few.x, l.x[i]), append(few.m, l.m[i]), append(few.w, l.w[i])
	}
	few.prepare(l.unit)
	return few
}
