package survival

import (
	"slices"

	"mainstay/internal/num"
)

// timeSlice is a distinct time at which rows end, and who is at risk there; by group too where groups were asked for.
type timeSlice struct {
	time           float64
	atRisk, events float64
	risk, deaths   []float64 // by group; empty without
}

// slices are the distinct times at which rows stop, ascending, with sums of weights.
func (t *Times) slices(o *Options) (out []timeSlice) {
	t.back(nil, 0, o, func(s *timeSlice) { out = append(out, *s) })
	slices.Reverse(out)
	return out
}

// back visits the distinct times at which rows stop, from the last one back: the set at risk grows by who stops, and shrinks by who starts. groups gives the number of each
// row's group, below width; nil = none. The slice is used again for the next time.
func (t *Times) back(groups []int32, width int, o *Options, visit func(*timeSlice)) {
	stops, starts := num.Argsort(t.Stop), []int32(nil)
	if t.Start != nil {
		starts = num.Argsort(t.Start)
	}
	s := timeSlice{risk: make([]float64, width), deaths: make([]float64, width)}
	total, entered := 0.0, len(starts)
	for i := len(stops); i > 0; {
		s.time, s.events = t.Stop[stops[i-1]], 0
		clear(s.deaths)
		for ; i > 0 && t.Stop[stops[i-1]] == s.time; i-- {
			row := stops[i-1]
			w := o.weight(int(row))
			total += w
			if t.Event[row] {
				s.events += w
			}
			if groups != nil {
				s.risk[groups[row]] += w
				if t.Event[row] {
					s.deaths[groups[row]] += w
				}
			}
		}
		for ; entered > 0 && t.Start[starts[entered-1]] >= s.time; entered-- {
			row := starts[entered-1]
			total -= o.weight(int(row))
			if groups != nil {
				s.risk[groups[row]] -= o.weight(int(row))
			}
		}
		s.atRisk = max(total, s.events) // fractional weights may leave rounding behind
		visit(&s)
	}
}
