package markov

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// NoVisit is, for every state, the probability of not entering any state of the target set in
// the next n steps (taboo probability; the current state does not count), with its delta-method
// standard error from the chain's multinomial covariance.
//
// With M the matrix P whose target columns are zero,
//
//	g₀ = 1,   g_t = M·g_{t−1},   p = g_n
//	∂g_n(i)/∂p_ab = Σ_{s=0..n−1} (Mˢ)_ia g_{n−1−s}(b)   for b outside the target, else 0
//	Var g_n(i) = Σ_a 1/n_a · [Σ_b p_ab D_ab² − (Σ_b p_ab D_ab)²],   D_ab = ∂g_n(i)/∂p_ab
//
// since rows are independent multinomials of n_a moves in large samples (Chung 1960, Markov Chains
// with Stationary Transition Probabilities, §I.9, for taboo probabilities; Anderson & Goodman
// 1957, §2, for the covariance). Rows that were set or never observed contribute nothing. n below
// 0, or a target of another length than the states, is a mistake of the program and panics.
//
// At an estimate of exactly 0 or 1 the standard error is 0, which understates what is unknown.
func (c *Chain) NoVisit(target []bool, n int) (p, se []float64) {
	k := len(c.States)
	if len(target) != k || n < 0 {
		panic(fmt.Sprintf("markov: no visit to %d states of %d in %d steps", len(target), k, n))
	}
	g := avoid(c.P, target, n)
	se = make([]float64, k)
	for i := range k {
		se[i] = math.Sqrt(c.variance(noVisitGradient(c.P, target, g, i)))
	}
	return g[n], se
}

// avoid returns g[t][i]: the probability of not entering the target from i in t steps, t = 0…n.
func avoid(p mat.Matrix, target []bool, n int) [][]float64 {
	g := make([][]float64, n+1)
	g[0] = make([]float64, len(target))
	for i := range g[0] {
		g[0][i] = 1
	}
	for t := 1; t <= n; t++ {
		free := append([]float64(nil), g[t-1]...)
		for j, in := range target {
			if in {
				free[j] = 0
			}
		}
		g[t] = back(p, 1, free)
	}
	return g
}

// noVisitGradient is D: the derivative of g[n][i] by every entry of P, k×k in rows.
func noVisitGradient(p mat.Matrix, target []bool, g [][]float64, i int) []float64 {
	k, n := len(target), len(g)-1
	gradient := make([]float64, k*k)
	at := make([]float64, k) // row i of Mˢ
	at[i] = 1
	for s := range n {
		for a, x := range at {
			for b, in := range target {
				if !in {
					gradient[a*k+b] += x * g[n-1-s][b]
				}
			}
		}
		at = Forecast(p, at, 1)
		for j, in := range target {
			if in {
				at[j] = 0
			}
		}
	}
	return gradient
}

// variance is the delta-method variance of a function of P with the given gradient (k×k in rows).
func (c *Chain) variance(gradient []float64) float64 {
	if c.cov != nil {
		return quadratic(gradient, c.cov)
	}
	k := len(c.States)
	var total float64
	for a := range k {
		if c.size[a] == 0 {
			continue
		}
		row := gradient[a*k : (a+1)*k]
		var mean float64
		for b, d := range row {
			mean += c.P.At(a, b) * d
		}
		var spread float64 // Σ s(D − mean)², without the cancellation of Σ sD² − mean²
		for b, d := range row {
			spread += c.spread.At(a, b) * (d - mean) * (d - mean)
		}
		total += spread / c.divisor[a]
	}
	return total
}
