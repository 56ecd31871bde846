package markov

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// NoVisit is, for every state i, the probability f_i of entering no state of target in the next n steps (a taboo
// probability; the state one starts in does not count), and its standard error:
//
//	f⁽⁰⁾ = 1,  f⁽ᵐ⁾ = Q f⁽ᵐ⁻¹⁾,  Q_kl = p_kl [l not in target]
//
// (Kemeny & Snell 1960, section 6.1). The standard error is the delta method over the independent
// multinomial rows (Anderson & Goodman 1957, section 2),
//
//	∂f_i/∂p_kl = Σ_{m=1..n} (Qᵐ⁻¹)_ik [l not in target] f⁽ⁿ⁻ᵐ⁾_l
//	Var f_i = Σ_k (1/n_k) (Σ_l p_kl g_kl² − (Σ_l p_kl g_kl)²).
//
// target has length k. Both results have length k and lie in [0, 1] and [0, ∞).
func (c *Chain) NoVisit(target []bool, n int) (p, se []float64) {
	k := len(c.States)
	q := mat.NewDense(k, k, nil)
	for i := range k {
		for j := range k {
			if !target[j] {
				q.Set(i, j, c.P.At(i, j))
			}
		}
	}
	left := make([][]float64, n+1) // left[m] = f⁽ᵐ⁾
	left[0] = make([]float64, k)
	for i := range left[0] {
		left[0][i] = 1
	}
	for m := 1; m <= n; m++ {
		left[m] = make([]float64, k)
		for i := range k {
			for j := range k {
				left[m][i] += q.At(i, j) * left[m-1][j]
			}
		}
	}
	se = make([]float64, k)
	for i := range k {
		se[i] = math.Sqrt(c.noVisitVariance(q, target, left, i))
	}
	return left[n], se
}

// noVisitVariance is Var f_i.
func (c *Chain) noVisitVariance(q *mat.Dense, target []bool, left [][]float64, i int) float64 {
	k, n := len(c.States), len(left)-1
	gradient := make([]float64, k*k)
	reach, next := make([]float64, k), make([]float64, k) // row i of Qᵐ⁻¹
	reach[i] = 1
	for m := 1; m <= n; m++ {
		for from, r := range reach {
			for to := range k {
				if !target[to] {
					gradient[from*k+to] += r * left[n-m][to]
				}
			}
		}
		for j := range k {
			next[j] = 0
			for from, r := range reach {
				next[j] += r * q.At(from, j)
			}
		}
		reach, next = next, reach
	}
	variance := 0.0
	for from := range k {
		moves := float64(c.N.Leaving(from))
		if moves == 0 {
			continue
		}
		var mean, square float64
		for to := range k {
			p, g := c.P.At(from, to), gradient[from*k+to]
			mean += p * g
			square += p * g * g
		}
		variance += max(square-mean*mean, 0) / moves
	}
	return variance
}
