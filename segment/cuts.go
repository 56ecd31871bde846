package segment

import "math"

// quantiles are the values, of any kind, above which the groups of equal size end: a value v is in group
//
//	⌊groups × share of the values that are strictly smaller than v⌋ = the number of quantiles < v
//
// because the share reaches k ÷ groups where ⌈k·n ÷ groups⌉ values are smaller, of which the largest is the quantile.
// So equal values always share a group, and groups of ties are unequal or empty. There are groups − 1 of them, or
// none without values.
func quantiles[T any](sorted []T, groups int) []T {
	var out []T
	for k := 1; k < groups && len(sorted) > 0; k++ {
		smaller := (k*len(sorted) + groups - 1) / groups
		out = append(out, sorted[smaller-1])
	}
	return out
}

// quantileGroup is the group of a value.
func quantileGroup[T int64 | float64](quantiles []T, v T) int {
	k := 0
	for k < len(quantiles) && quantiles[k] < v {
		k++
	}
	return k
}

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
