package markov

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"mainstay/internal/num"
)

// Chain is a fitted chain over k states: P is k×k with rows that sum to 1, SE its multinomial standard
// errors.
type Chain struct {
	States      []string
	P, SE       *mat.Dense
	N           *Counts
	Certificate num.Certificate
}

// sparseRow is the number of moves out of a state below which the normal approximation behind its standard
// errors is poor.
const sparseRow = 30

// Fit is the maximum-likelihood chain,
//
//	p̂_ij = n_ij / n_i,   se(p̂_ij) = √(p̂_ij (1 − p̂_ij) / n_i),   log L = Σ n_ij log p̂_ij,
//
// with n_i = Σ_j n_ij (Anderson & Goodman 1957, eq. 1.7 and section 2: rows are independent multinomials). A
// state that nobody was seen to leave has no row: the fit is refused (num.WarnEmptyState) unless the state is
// named in absorbing, which sets p_ii = 1 with standard error 0. Negative counts and moves out of a state named
// absorbing are errors.
func Fit(c *Counts, absorbing ...int) (*Chain, error) {
	k := len(c.States)
	if k == 0 || len(c.N) != k*k {
		return nil, fmt.Errorf("counts have %d states and %d entries: expected k states and k² entries, k ≥ 1", k, len(c.N))
	}
	for _, a := range absorbing {
		if a < 0 || a >= k {
			return nil, fmt.Errorf("absorbing state %d is not one of the %d states", a, k)
		}
	}
	chain := &Chain{
		States: c.States, P: mat.NewDense(k, k, nil), SE: mat.NewDense(k, k, nil), N: c,
		Certificate: num.Certificate{Model: "chain", Converged: true, InfoPosDef: true, Criteria: []string{"closed form"}},
	}
	for i := range k {
		if err := chain.fitRow(i, slices.Contains(absorbing, i)); err != nil {
			return nil, err
		}
	}
	return chain, nil
}

func (c *Chain) fitRow(i int, absorbing bool) error {
	for j := range c.States {
		if n := c.N.At(i, j); n < 0 {
			return fmt.Errorf("count from %q to %q is %d: expected 0 or more", c.States[i], c.States[j], n)
		}
	}
	n, cert := c.N.Leaving(i), &c.Certificate
	switch {
	case absorbing && n != c.N.At(i, i):
		return fmt.Errorf("state %q is named absorbing, but %d moves leave it", c.States[i], n-c.N.At(i, i))
	case absorbing:
		c.P.Set(i, i, 1)
		cert.Observations += n
		return nil
	case n == 0:
		cert.Refuse(num.WarnEmptyState, fmt.Sprintf("nobody was seen to leave state %q: merge it with a neighbour, or name it absorbing", c.States[i]))
		return nil
	case n < sparseRow:
		cert.Warn(num.WarnTooFew, fmt.Sprintf("only %d moves out of state %q: its standard errors are rough", n, c.States[i]))
	}
	cert.Observations += n
	for j := range c.States {
		p := float64(c.N.At(i, j)) / float64(n)
		c.P.Set(i, j, p)
		c.SE.Set(i, j, math.Sqrt(p*(1-p)/float64(n)))
		if p > 0 {
			cert.LogLik += float64(c.N.At(i, j)) * math.Log(p)
		}
	}
	return nil
}

// Interval is the Wilson (1927) score interval of p_ij at a level such as 0.95; ok is false where the row has no
// moves.
func (c *Chain) Interval(i, j int, level float64) (low, high float64, ok bool) {
	n := c.N.Leaving(i)
	if n == 0 {
		return 0, 0, false
	}
	low, high = num.Wilson(float64(c.N.At(i, j)), float64(n), level)
	return low, high, true
}
