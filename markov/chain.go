// Package markov models how customers move between states, and what that is worth.
// It sees counts, matrices and small structs, never files, flags or loggers.
//
//	states.go       the states that a column holds, in order
//	panel.go        transition counts from rows of id, time, state
//	counts.go       transition counts from state sequences
//	fit.go          the maximum-likelihood chain and its certificate
//	classes.go      which states reach each other, and with which period
//	stationary.go   the distribution that the chain keeps, with its standard errors
//	forecast.go     where a distribution over states goes
//	absorb.go       time to, and place of, absorption
//	value.go        discounted value by state
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
	SE          *mat.Dense // √(p(1−p)/nᵢ); 0 in rows of absorbing states and in rows without observations
	N           *Counts
	Absorbing   []int // states made absorbing by request, ascending
	Certificate num.Certificate
}

// Interval is the Wilson score interval of every entry at a level such as 0.95, two k×k matrices. It
// is [0, 1] in a row without observations, and the entry itself in the row of an absorbing state.
func (c *Chain) Interval(level float64) (low, high *mat.Dense) {
	k := len(c.States)
	low, high = mat.NewDense(k, k, nil), mat.NewDense(k, k, nil)
	fixed := c.fixed()
	for i := range k {
		n := float64(c.N.Leaving(i))
		for j := range k {
			lo, hi := num.Wilson(float64(c.N.At(i, j)), n, level)
			if fixed[i] {
				lo, hi = c.P.At(i, j), c.P.At(i, j)
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
