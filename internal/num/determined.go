package num

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

const (
	leastSpread = 1e-9 // of a column's mean, its standard deviation
	leastLeft   = 1e-8 // of a column's variance, what those before leave of it
)

// Determined is the first of q columns of n rows, 1 or more, that is constant, or a combination of a constant and those before it; −1 where there is
// none. That is told by the pivots of the Cholesky factor of their correlations.
func Determined(n, q int, row func(i int) []float64) int {
	centre, scale := make([]float64, q), make([]float64, q)
	for i := range n {
		for j, v := range row(i)[:q] {
			centre[j] += (v - centre[j]) / float64(i+1)
		}
	}
	for i := range n {
		for j, v := range row(i)[:q] {
			scale[j] += (v - centre[j]) * (v - centre[j])
		}
	}
	for j, v := range scale {
		if scale[j] = math.Sqrt(v / float64(n)); scale[j] <= leastSpread*math.Abs(centre[j]) {
			return j
		}
	}
	cross, z := mat.NewSymDense(max(q, 1), nil), make([]float64, q)
	for i := range n {
		for j, v := range row(i)[:q] {
			z[j] = (v - centre[j]) / scale[j]
		}
		for a := range q {
			for b := a; b < q; b++ {
				cross.SetSym(a, b, cross.At(a, b)+z[a]*z[b]/float64(n))
			}
		}
	}
	var chol mat.Cholesky
	for j := range q { // of the leading minors, the last pivot is what is left
		if !chol.Factorize(cross.SliceSym(0, j+1)) {
			return j
		}
		if l := chol.RawU().At(j, j); l*l < leastLeft {
			return j
		}
	}
	return -1
}
