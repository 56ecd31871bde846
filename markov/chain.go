// Package markov models how customers move between states, and what that is worth.
// It sees counts, matrices and small structs, never files, flags or loggers.
//
//	states.go       the states that a column holds, in order
//	panel.go        transition counts from rows of id, time, state
//	counts.go       transition counts from state sequences
//	moves.go        moves seen singly
//	fit.go          the chain fitted to counts, and its certificate
//	assumptions.go  what a fit may be told: absorbing states, impossible moves, a prior, weights
//	pool.go         segments that borrow from each other, and pool_tails.go: their intervals
//	gaps.go         chains fitted over periods that were not seen, and gaps_covariance.go
//	covariates.go   chains whose probabilities depend on covariates
//	bootstrap.go    standard errors by drawing customers
//	tests.go        tests of order, stationarity, homogeneity, and of a given matrix
//	contingency.go  their tables, and p-values where cells are sparse
//	classes.go      which states reach each other, and with which period
//	stationary.go   the distribution that the chain keeps, with its standard errors
//	longrun.go      where a start leads in the end, whatever the classes
//	passage.go      time until a state is entered, and time in it
//	quasi.go        how those who have not ended are spread
//	stop.go         in which states serving is worth its cost
//	forecast.go     where a distribution over states goes
//	absorb.go       time to, and place of, absorption
//	value.go        discounted value by state
//	margins.go      what is earned in a state, and how sure that is
//	sensitivity.go  standard errors of forecast, absorption and value
//	analysis.go     all of these for one table of counts
//	visit.go        the probability of not visiting a set of states, with its standard error
//	expected.go     the expected number of visits to a set of states
//	without.go      the chain with some moves switched off
//
// Matrices are row-stochastic: entry (i, j) is the probability of moving from state i to state j in one
// period.
package markov

import (
	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// Chain is a fitted chain: P[i][j] and its multinomial standard errors.
type Chain struct {
	States      []string
	P           *mat.Dense // k×k, rows sum to 1
	SE          *mat.Dense // √(p(1−p)/nᵢ), see Assumptions for others; 0 in rows of absorbing states and in rows without observations
	N           *Counts
	Absorbing   []int // states made absorbing by request, ascending
	Leapt       int64 // gaps that the fit went over
	Certificate num.Certificate

	// Cov(p_ij, p_il) = Σ_m spread_im (1{m=j} − p_ij)(1{m=l} − p_il) / divisorᵢ: p and n of a multinomial
	spread  *mat.Dense
	divisor []float64

	cov   *mat.SymDense // k²×k², of all entries of P in rows, where gaps tie rows together; else nil
	size  []float64     // moves out of every state that intervals go by: effective ones of weights, those of the prior included
	prior float64

	tails func(i, j int, level float64) (low, high float64) // of entries of pooled segments; else nil
}

// Interval is of every entry at a level such as 0.95, two k×k matrices: Wilson's score interval, or with a prior the
// posterior's equal tails, Beta(a p, a(1 − p)) with a the moves and the prior's, of pooled segments those of Pool; with gaps Wilson's with the moves that have the same
// error, p(1 − p)/SE². It is [0, 1] in a row without
// observations, and the entry itself in the row of an absorbing state and where a move cannot be.
func (c *Chain) Interval(level float64) (low, high *mat.Dense) {
	k := len(c.States)
	low, high = mat.NewDense(k, k, nil), mat.NewDense(k, k, nil)
	fixed := c.fixed()
	for i := range k {
		for j := range k {
			n := c.size[i]
			p := c.P.At(i, j)
			if se := c.SE.At(i, j); c.cov != nil && se > 0 {
				n = p * (1 - p) / (se * se)
			}
			lo, hi := num.Wilson(p*n, n, level)
			switch {
			case fixed[i]:
				lo, hi = p, p
			case c.tails != nil:
				lo, hi = c.tails(i, j, level)
			case c.prior > 0:
				lo, hi = betaTails(p*n, n-p*n, level)
			}
			low.Set(i, j, lo)
			high.Set(i, j, hi)
		}
	}
	return low, high
}

// fixed marks the states whose row was set, not estimated.
func (c *Chain) fixed() []bool {
	fixed := make([]bool, len(c.States))
	for _, i := range c.Absorbing {
		fixed[i] = true
	}
	return fixed
}
