package num

import "gonum.org/v1/gonum/integrate/quad"

// Legendre is the n nodes and weights of Gauss and Legendre on [0, 1]: ∫₀¹ f ≈ Σ weights[i] f(nodes[i]), exact for polynomials of
// degree 2n−1.
func Legendre(n int) (nodes, weights []float64) {
	nodes, weights = make([]float64, n), make([]float64, n)
	quad.Legendre{}.FixedLocations(nodes, weights, 0, 1)
	return nodes, weights
}
