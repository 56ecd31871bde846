package num

import "math"

// Adder is a compensated sum: about twice the working precision.
//
// The lost low part of every addition is collected apart and added at the end
// (Neumaier 1974, ZAMM 54:39–51; Ogita, Rump & Oishi 2005, SIAM J. Sci. Comput.
// 26:1955–1988, algorithm 4.4). The zero value is an empty sum.
type Adder struct{ sum, low float64 }

// Add adds v.
func (a *Adder) Add(v float64) {
	s, e := TwoSum(a.sum, v)
	a.sum = s
	a.low += e
}

// AddProduct adds x·y with the rounding error of the product (Ogita, Rump & Oishi 2005,
// algorithm 5.3, Dot2).
func (a *Adder) AddProduct(x, y float64) {
	p := x * y
	e := math.FMA(x, y, -p)
	s, f := TwoSum(a.sum, p)
	a.sum = s
	a.low += e + f
}

// Sum is the total so far, rounded once. An overflow gives ±Inf or NaN, as a plain sum would.
func (a *Adder) Sum() float64 { return a.sum + a.low }

// Merge adds another sum.
func (a *Adder) Merge(o Adder) {
	a.Add(o.sum)
	a.low += o.low
}

// TwoSum is the rounded sum s of a and b and its error e: a + b = s + e exactly, unless
// s overflows (Knuth, TAOCP 2, §4.2.2, theorem B). The conversions forbid fusing.
func TwoSum(a, b float64) (s, e float64) {
	s = float64(a + b)
	t := float64(s - a)
	e = float64(a-float64(s-t)) + float64(b-t)
	return s, e
}

// Sum is the compensated sum of values, in the order given; 0 for none.
func Sum(values []float64) float64 {
	var a Adder
	for _, v := range values {
		a.Add(v)
	}
	return a.Sum()
}

// Mean is the compensated mean; NaN for no values.
func Mean(values []float64) float64 { return Sum(values) / float64(len(values)) }
