package markov

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// Forecast is start·Pⁿ: where a distribution (or counts) over the k states is after n ≥ 0 steps, by the
// Chapman–Kolmogorov equations. p is k×k, start has length k.
func Forecast(p mat.Matrix, start []float64, n int) ([]float64, error) {
	k, err := square(p)
	if err != nil {
		return nil, err
	}
	if len(start) != k || n < 0 {
		return nil, fmt.Errorf("start has %d states and n is %d: expected %d states and n ≥ 0", len(start), n, k)
	}
	now := append([]float64(nil), start...)
	next := make([]float64, k)
	for range n {
		for j := range k {
			next[j] = 0
			for i := range k {
				next[j] += now[i] * p.At(i, j)
			}
		}
		now, next = next, now
	}
	return now, nil
}

// square is the dimension of a square matrix.
func square(p mat.Matrix) (int, error) {
	rows, cols := p.Dims()
	if rows != cols || rows == 0 {
		return 0, fmt.Errorf("transition matrix is %d×%d: expected a square matrix", rows, cols)
	}
	return rows, nil
}
