package evaluate

import (
	"math"

	"mainstay/internal/num"
)

// Capture is how much of the whole value the customers with the highest predictions hold.
type Capture struct {
	Share  float64 // of customers, by weight
	Value  Figure  // share of the total of outcomes that they hold
	Oracle float64 // what the best order would hold
}

// capture is the share of Σwy that the top share of weight by p holds; a tie at the edge counts in part, as the mean over
// all orders of it. The influence of row i is
//
//	w_i ((y_i − m)·in_i + m·share − C·y_i) / Σwy,   in_i = whether it is in the top
//
// with m the mean outcome about the edge, for the edge moves when rows are added: the rows whose rank is within a quarter
// of the nearer end of it (the influence of a Lorenz ordinate: Cowell & Victoria-Feser 2002, Statistical Methods &
// Applications 11:265–282). NaN where the total is not above 0.
func (s *set) capture(share, k float64) Capture {
	out := Capture{Share: share, Value: undefined(), Oracle: math.NaN()}
	var sum num.Adder
	for i, w := range s.w {
		sum.AddProduct(w, s.y[i])
	}
	total := sum.Sum()
	if !(total > 0) || !(share > 0 && share < 1) {
		return out
	}
	inside := s.inTop(s.p, share)
	held := 0.0
	for i, w := range s.w {
		held += w * inside[i] * s.y[i]
	}
	c, m := held/total, s.about(share)
	se := s.se(func(i int) float64 {
		return s.w[i] / total * ((s.y[i]-m)*inside[i] + m*share - c*s.y[i])
	})
	out.Value = Estimate{c, se}.wald(k, math.Inf(-1), math.Inf(1))
	best := 0.0
	for i, in := range s.inTop(s.y, share) {
		best += s.w[i] * in * s.y[i]
	}
	out.Oracle = best / total
	return out
}

// inTop is by row how much of it lies in the top share by values.
func (s *set) inTop(values []float64, share float64) []float64 {
	r := s.ranked(values)
	room := share * s.total
	part := make([]float64, len(r.tied))
	for k := len(part) - 1; k >= 0 && room > 0; k-- {
		part[k] = min(1, room/r.tied[k])
		room -= r.tied[k]
	}
	out := make([]float64, len(values))
	for i, k := range r.level {
		out[i] = part[k]
	}
	return out
}

// about is the mean outcome of the rows about the edge of the top share.
func (s *set) about(share float64) float64 {
	half := min(share, 1-share) / 4 * s.total
	edge := (1 - share) * s.total
	r := s.ranked(s.p)
	var w, y float64
	for i := range s.y {
		if k := r.level[i]; r.below[k] <= edge+half && r.below[k]+r.tied[k] >= edge-half {
			w += s.w[i]
			y += s.w[i] * s.y[i]
		}
	}
	return y / w
}
