package num

import "math"

// Quantile is the p-quantile of sorted (ascending, no NaN) by linear interpolation of
// the order statistics: with h = (n−1)p,
//
//	Q(p) = x[⌊h⌋] + (h − ⌊h⌋)(x[⌊h⌋+1] − x[⌊h⌋])
//
// definition 7 of Hyndman & Fan 1996 (The American Statistician 50:361–365), the default
// of R, NumPy and spreadsheets. NaN when sorted is empty or p is outside [0, 1].
func Quantile(sorted []float64, p float64) float64 {
	n := len(sorted)
	if n == 0 || !(p >= 0 && p <= 1) {
		return math.NaN()
	}
	h := float64(n-1) * p
	i := int(h)
	if i >= n-1 {
		return sorted[n-1]
	}
	return between(sorted[i], sorted[i+1], h-float64(i))
}

// Median is Quantile at one half.
func Median(sorted []float64) float64 { return Quantile(sorted, 0.5) }

// WeightedQuantile is definition 7 with frequency weights: where every weight is a
// whole number it equals Quantile of the sample with sorted[i] repeated weights[i]
// times. With W = Σ weights and h = (W−1)p, order statistic j of that sample is the
// first value whose running weight exceeds j, and the value is interpolated between
// ⌊h⌋ and ⌊h⌋+1; the same rule is applied to fractional weights.
//
// NaN when p is outside [0, 1], the lengths differ, a weight is negative or not finite, or
// the weights sum to less than 1 (weights that are shares must be scaled to counts first).
func WeightedQuantile(sorted, weights []float64, p float64) float64 {
	if len(sorted) != len(weights) || !(p >= 0 && p <= 1) {
		return math.NaN()
	}
	for _, w := range weights {
		if !(w >= 0) || math.IsInf(w, 1) {
			return math.NaN()
		}
	}
	total := Sum(weights)
	if !(total >= 1) {
		return math.NaN()
	}
	h := (total - 1) * p
	low := math.Floor(h)
	return between(orderStatistic(sorted, weights, low), orderStatistic(sorted, weights, low+1), h-low)
}

// orderStatistic is the first value whose running weight exceeds j, the last value of
// positive weight when none does.
func orderStatistic(sorted, weights []float64, j float64) float64 {
	var running Adder
	last := math.NaN()
	for i, w := range weights {
		if w == 0 {
			continue
		}
		last = sorted[i]
		running.Add(w)
		if running.Sum() > j {
			break
		}
	}
	return last
}

// between interpolates without leaving [a, b] and without overflow of b − a.
func between(a, b, t float64) float64 {
	if t == 0 || a == b {
		return a
	}
	return a*(1-t) + b*t
}
