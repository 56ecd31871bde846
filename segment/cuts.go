package segment

import "math"

// cutsOf publishes the groups of a measure over n profiles: group gives the group of profile i (−1 =
// none), value its value. Low and High are the smallest and largest value in the group, NaN where it
// is empty.
func cutsOf(scheme, measure string, names []string, group func(i int) int, value func(i int) float64, n int) []Cut {
	cuts := make([]Cut, len(names))
	for g, name := range names {
		cuts[g] = Cut{Scheme: scheme, Measure: measure, Group: name, Low: math.NaN(), High: math.NaN()}
	}
	for i := range n {
		g := group(i)
		if g < 0 {
			continue
		}
		c, v := &cuts[g], value(i)
		if c.Customers == 0 {
			c.Low, c.High = v, v
		}
		c.Low, c.High = min(c.Low, v), max(c.High, v)
		c.Customers++
	}
	return cuts
}
