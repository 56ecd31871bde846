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

// between interpolates without leaving [a, b] and without overflow of b − a.
func between(a, b, t float64) float64 {
	if t == 0 || a == b {
		return a
	}
	return a*(1-t) + b*t
}
