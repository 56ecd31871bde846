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

	// The test of k = 1. All are NaN where it cannot be told.
	Ratio float64 // q, the variance of what the first gap has of two ÷ that by chance
	Z     float64 // below 0 where gaps are more regular than chance
	P     float64 // two-sided
}

// Regularity estimates the shape k of gaps between purchases that are Gamma with shape k, whatever the rate of each customer: of two consecutive
// gaps of a customer, M = first/(first+second) is then Beta(k, k) with variance 1/(4(2k+1)) around ½, so that with V that variance
//
//	k = (1 − 4V)/(8V).
//
// first and second are the first two gaps of every customer who has two: M does not depend on their sum, so that who is observed for too short a time to have them is no loss. A customer with
// gaps that are not positive is an error. The error is that of the variance (delta method). K is NaN for fewer than two customers.
//
// Whether k is 1 is tested by the moments that M has by chance. Gaps that are multiples of a grain (purchase days: 1) are geometric then, and of two that sum to S grains the first is one of 1 … S−1 with equal chances: (M − ½)² has the mean e = (1 − 2/S)/12
// and a variance v; without a grain (0) 1/12 and 1/180. By the normal law,
//
//	z = Σ((M − ½)² − e) / √Σv.
//
// K takes gaps as times: where S is a few grains, two purchases by chance seldom lie as near each other as they would, and K is above 1 (1.25 at S = 14, for q = Σ(M − ½)²/Σe is 1 then, not 12V). Of regular gaps, which are seldom short, it is right.
//
// Source: Wheat & Morrison 1990, J. Marketing Research 27:87–93.
func Regularity(first, second []float64, grain float64) (Timing, error) {
	nan := math.NaN()
	t := Timing{K: nan, SE: nan, Nearest: 1, Customers: len(first), Ratio: nan, Z: nan, P: nan}
	if len(first) != len(second) {
		return t, fmt.Errorf("attrition: %d first gaps for %d second ones", len(first), len(second))
	}
	var square, fourth, chance, spread float64
	for i := range first {
		if !(first[i] > 0 && second[i] > 0 && first[i] <= longestTime && second[i] <= longestTime) {
			return t, fmt.Errorf("attrition: row %d (the first is 0): gaps %v and %v, expected positive times", i, first[i], second[i])
		}
		m, e, v := halves(first[i], second[i], grain)
		square, fourth, chance, spread = square+m, fourth+m*m, chance+e, spread+v
	}
	n := float64(len(first))
	if n < 2 {
		return t, nil
	}
	if spread > 0 {
		t.Ratio, t.Z = square/chance, (square-chance)/math.Sqrt(spread)
		t.P = math.Erfc(math.Abs(t.Z) / math.Sqrt2)
	}
	v := square / n
	t.K = (1 - 4*v) / (8 * v)
	t.SE = math.Sqrt(max(0, fourth/n-v*v)/n) / (8 * v * v)
	t.Nearest = int(min(MostRegular, max(1, math.Round(t.K))))
	if v == 0 {
		t.K, t.SE, t.Nearest = math.Inf(1), nan, MostRegular
	}
	return t, nil
}

// halves is (M − ½)² of two gaps, its mean and its variance by chance.
func halves(first, second, grain float64) (square, mean, variance float64) {
	sum := first + second
	m := first/sum - 0.5
	if grain == 0 {
		return m * m, 1.0 / 12, 1.0 / 180
	}
	s := sum / grain
	n := (s - 1) * (s - 1)
	mean = (n - 1) / (12 * s * s)
	return m * m, mean, (n-1)*(3*n-7)/(240*s*s*s*s) - mean*mean
}
