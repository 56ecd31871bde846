package num

import "gonum.org/v1/gonum/mat"

// Symmetric averages a square matrix with its transpose, from which it differs by rounding.
func Symmetric(m mat.Matrix) *mat.SymDense {
	n, _ := m.Dims()
	out := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			out.SetSym(i, j, (m.At(i, j)+m.At(j, i))/2)
		}
	}
	return out
}
