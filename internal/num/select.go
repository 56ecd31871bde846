package num

import "slices"

// Nth is the k-th smallest (from 0) of values, which it reorders; in time linear in their number. NaNs are
// smaller than all others. k outside the slice panics.
//
// It is Hoare's quickselect (1961, Communications of the ACM 4:321–322) with the median of three as the pivot and
// equal values set aside; an order that defeats the pivots is sorted in the end.
func Nth(values []float64, k int) float64 {
	_ = values[k]
	for patience := 64; len(values) > 32; patience-- {
		if patience == 0 {
			break
		}
		pivot := median3(values[0], values[len(values)/2], values[len(values)-1])
		if pivot != pivot { // a NaN orders nothing
			break
		}
		below, above := 0, len(values) // values[:below] < pivot, values[above:] > pivot
		for i := 0; i < above; {
			switch v := values[i]; {
			case v > pivot:
				above--
				values[i], values[above] = values[above], v
			case v == pivot:
				i++
			default:
				values[below], values[i] = v, values[below]
				below++
				i++
			}
		}
		switch {
		case k < below:
			values = values[:below]
		case k >= above:
			values, k = values[above:], k-above
		default:
			return pivot
		}
	}
	slices.Sort(values)
	return values[k]
}

func median3(a, b, c float64) float64 { return max(min(a, b), min(max(a, b), c)) }
