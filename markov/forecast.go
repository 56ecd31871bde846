package markov

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// Forecast is start·Pⁿ: where a distribution (or any amounts, such as counts of customers) over k
// states is after n periods. n below 0, or a start of another length than p, is a mistake of the
// program and panics.
func Forecast(p mat.Matrix, start []float64, n int) []float64 {
	if rows, cols := p.Dims(); rows != cols || rows != len(start) || n < 0 {
		panic(fmt.Sprintf("markov: forecast of %d amounts over %d periods with a %d×%d matrix", len(start), n, rows, cols))
	}
	at := append([]float64(nil), start...)
	for range n {
		next := make([]float64, len(at))
		for i, x := range at {
			for j := range next {
				next[j] += x * p.At(i, j)
			}
		}
		at = next
	}
	return at
}

// Scatter is the variance, by state, of how many of start individuals per state are in it after n
// periods when every one of them moves on his own, P being known:
//
//	Var_j = Σ_i start_i (Pⁿ)_ij (1 − (Pⁿ)_ij)
func (c *Chain) Scatter(start []float64, n int) []float64 {
	variance := make([]float64, len(start))
	for i, heads := range start {
		if heads == 0 {
			continue
		}
		from := make([]float64, len(start))
		from[i] = 1
		for j, p := range Forecast(c.P, from, n) {
			variance[j] += heads * p * max(0, 1-p)
		}
	}
	return variance
}

// back is d·P·v: what v, next period, is worth in each state now.
func back(p mat.Matrix, d float64, v []float64) []float64 {
	out := make([]float64, len(v))
	for i := range out {
		var sum float64
		for j, x := range v {
			sum += p.At(i, j) * x
		}
		out[i] = d * sum
	}
	return out
}
