package num

import "math"

// Agreement sets a computed figure beside a published one.
type Agreement struct {
	Model     string // what was fitted, such as "least squares: Longley"
	Quantity  string // which figure, such as "b1" or "log-likelihood"
	Source    string // where it was published
	Computed  float64
	Published float64
	Digits    int     // how many digits were published; agreement beyond them means nothing
	Floor     float64 // digits that must agree; 0 = Digits − 1, since the last one may be rounded
}

// mostDigits is what a float64 can agree to.
const mostDigits = 15

// LRE is the log relative error, about the number of correct digits: −log₁₀(|c − p| ÷ |p|), and the
// log absolute error −log₁₀|c| where the published figure is 0 (McCullough 1998, The American
// Statistician 52:358–366, §3.1). Between 0 and the published digits (15 where none are stated); 0 for a
// figure that is not finite.
func (a Agreement) LRE() float64 {
	most := float64(mostDigits)
	if a.Digits > 0 {
		most = min(most, float64(a.Digits))
	}
	if math.IsNaN(a.Computed) || math.IsInf(a.Computed, 0) {
		return 0
	}
	miss := math.Abs(a.Computed - a.Published)
	if a.Published != 0 {
		miss /= math.Abs(a.Published)
	}
	if miss == 0 {
		return most
	}
	return min(most, max(0, -math.Log10(miss)))
}

// Least is how many digits must agree: Floor, or all published ones but the last, and never none.
func (a Agreement) Least() float64 {
	switch {
	case a.Floor > 0:
		return a.Floor
	case a.Digits > 0:
		return max(0.5, float64(a.Digits-1))
	}
	return mostDigits - 1
}

// Holds reports whether the computed figure agrees to at least Least digits.
func (a Agreement) Holds() bool { return a.LRE() >= a.Least() }
