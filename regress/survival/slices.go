package survival

import "slices"

// timeSlice is a distinct time at which rows end, and who is at risk there; by group too where groups were asked for.
type timeSlice struct {
	time           float64
	atRisk, events float64
	risk, deaths   []float64 // by group; nil without
}

// slices are the distinct times at which rows stop, ascending, with sums of weights. groups gives the number of each row's group, nil = none.
func (t *Times) slices(groups []int32, o *Options) []timeSlice {
	width := 0
	if len(groups) > 0 {
		width = int(slices.Max(groups)) + 1
	}
	stops, starts := argsort(t.Stop), []int32(nil)
	if t.Start != nil {
		starts = argsort(t.Start)
	}
	var out []timeSlice
	total, risk := 0.0, make([]float64, width)
	entered := len(starts)
	for i := len(stops); i > 0; { // from the last time back: the set at risk grows by who stops, and shrinks by who starts
		s := timeSlice{time: t.Stop[stops[i-1]]}
		if width > 0 {
			s.risk, s.deaths = make([]float64, width), make([]float64, width)
		}
		for ; i > 0 && t.Stop[stops[i-1]] == s.time; i-- {
			row := stops[i-1]
			w := o.weight(int(row))
			total += w
			if width > 0 {
				risk[groups[row]] += w
			}
			if t.Event[row] {
				s.events += w
				if width > 0 {
					s.deaths[groups[row]] += w
				}
			}
		}
		for ; entered > 0 && t.Start[starts[entered-1]] >= s.time; entered-- {
			row := starts[entered-1]
			total -= o.weight(int(row))
			if width > 0 {
				risk[groups[row]] -= o.weight(int(row))
			}
		}
		s.atRisk = max(total, s.events) // fractional weights may leave rounding behind
		copy(s.risk, risk)
		out = append(out, s)
	}
	slices.Reverse(out)
	return out
}
