package attrition

import (
	"fmt"
	"math"
)

// Timing is how regular purchases are.
type Timing struct {
	K         float64 // shape of Erlang gaps: 1 is chance, more is regular, less comes in bursts; +Inf is a clock
	SE        float64
	Nearest   int // K as MBGCNBD takes it: whole, at least 1
	Customers int // with two gaps
}

// Regularity estimates the shape k of gaps between purchases that are Gamma with shape k, whatever the rate of each customer: of two consecutive
// gaps of a customer, first/(first+second) is then Beta(k, k) with variance 1/(4(2k+1)) around ½, so that
//
//	k = (1 − 4V)/(8V).
//
// first and second are a pair of consecutive gaps of every customer who has two. The error is that of the variance (delta method). A customer with
// gaps that are not positive is an error. K is NaN for fewer than two customers.
//
// Source: Wheat & Morrison 1990, J. Marketing Research 27:87–93.
func Regularity(first, second []float64) (Timing, error) {
	t := Timing{K: math.NaN(), SE: math.NaN(), Nearest: 1, Customers: len(first)}
	if len(first) != len(second) {
		return t, fmt.Errorf("attrition: %d first gaps for %d second ones", len(first), len(second))
	}
	var square, fourth float64
	for i := range first {
		if !(first[i] > 0 && second[i] > 0 && first[i] <= longestTime && second[i] <= longestTime) {
			return t, fmt.Errorf("attrition: row %d (the first is 0): gaps %v and %v, expected positive times", i, first[i], second[i])
		}
		m := first[i]/(first[i]+second[i]) - 0.5
		square += m * m
		fourth += m * m * m * m
	}
	n := float64(len(first))
	if n < 2 {
		return t, nil
	}
	v := square / n
	t.K = (1 - 4*v) / (8 * v)
	t.SE = math.Sqrt(max(0, fourth/n-v*v)/n) / (8 * v * v)
	t.Nearest = int(min(mostRegular, max(1, math.Round(t.K))))
	if v == 0 {
		t.K, t.SE, t.Nearest = math.Inf(1), math.NaN(), mostRegular
	}
	return t, nil
}
