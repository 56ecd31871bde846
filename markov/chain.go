// Package markov models how customers move between states, and what that is worth.
// It sees counts, matrices and small structs, never files, flags or loggers.
package markov

import (
	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// Counts are transition counts between k states: N[i*k+j] moves from i to j in one
// period. Counts of disjoint data merge by addition, in any order.
type Counts struct {
	States []string
	N      []int64
}

// NewCounts returns empty counts.
func NewCounts(states []string) *Counts { panic("not yet") }

// Add counts one move.
func (c *Counts) Add(from, to int) { c.N[from*len(c.States)+to]++ }

// Merge adds o, which must have the same states.
func (c *Counts) Merge(o *Counts) error { panic("not yet") }

// Chain is a fitted chain: P[i][j] and its multinomial standard errors.
type Chain struct {
	States      []string
	P           *mat.Dense // k×k, rows sum to 1
	SE          *mat.Dense // √(p(1−p)/nᵢ)
	N           *Counts
	Certificate num.Certificate
}

// Fit is the maximum-likelihood chain. A state that nobody was seen to leave has no
// row: it is refused (WarnEmptyState) unless the state is named in absorbing, which
// sets p_ii = 1 with zero standard error.
func Fit(c *Counts, absorbing ...int) (*Chain, error) { panic("not yet") }

// Forecast is start·Pⁿ for a distribution (or counts) over states.
func Forecast(p mat.Matrix, start []float64, n int) []float64 { panic("not yet") }

// Absorption holds the analysis of an absorbing chain (Kemeny & Snell 1960, ch. III).
type Absorption struct {
	Transient, Absorbing []int
	Fundamental          *mat.Dense // N = (I − Q)⁻¹
	Steps                []float64  // t = N·1, expected steps to absorption
	StepsVariance        []float64  // (2N − I)t − t∘t
	Probability          *mat.Dense // B = N·R
}

// Absorb analyses p with the given absorbing states.
func Absorb(p mat.Matrix, absorbing []int) (*Absorption, error) { panic("not yet") }

// ValueFinite is V_T = Σ_{t=0..T} (P·d)^t R with d = 1/(1+rate): value by state over a
// finite horizon, the reward of the current period included (Pfeifer & Carraway 2000, eq. 6).
func ValueFinite(p mat.Matrix, reward []float64, rate float64, periods int) ([]float64, error) {
	panic("not yet")
}

// ValueInfinite is V = (I − d·P)⁻¹ R (Pfeifer & Carraway 2000, eq. 8).
func ValueInfinite(p mat.Matrix, reward []float64, rate float64) ([]float64, error) {
	panic("not yet")
}

// NoVisit is, for every state, the probability of not entering any state of the target set in
// the next n steps (taboo probability; the current state does not count), with its delta-method
// standard error from the chain's multinomial covariance.
func (c *Chain) NoVisit(target []bool, n int) (p, se []float64) { panic("not yet") }
