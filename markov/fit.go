package markov

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// sparseRow is the number of moves out of a state below which its row is called sparse: the usual
// smallest sample for which the normal approximation behind a standard error is trusted.
const sparseRow = 30

// Fit is the maximum-likelihood chain,
//
//	p_ij = n_ij / nᵢ,   SE = √(p_ij(1−p_ij)/nᵢ),   log L = Σ n_ij log p_ij
//
// (Anderson & Goodman 1957, Annals of Mathematical Statistics 28:89–110, §2). The
// likelihood has its maximum in closed form: the certificate shows no iterations.
//
// A state that nobody was seen to leave has no row: the chain is refused (WarnEmptyState) unless the
// state is in absorbing, which sets p_ii = 1 with zero standard error, whatever was seen; moves seen
// out of an absorbing state are not used, and WarnBoundary says how many there were. In a refused
// chain an empty row is the identity, so that P is a stochastic matrix all the same. Rows of fewer
// than 30 moves are named (WarnTooFew).
//
// Negative counts, a wrong number of counts, no states, or an absorbing state that does not exist are
// errors.
func Fit(c *Counts, absorbing ...int) (*Chain, error) {
	return Assumptions{Absorbing: absorbing}.Fit(c)
}

// Fit is the chain under the assumptions: as the function Fit, but with weights p_ij = w_ij/wᵢ and its standard errors of
// them (Weights), with a prior the mean and standard deviation of the posterior (Assumptions), with gaps what fitOver says. A row without moves is
// then that of the prior, and WarnTooFew says so. A move that was seen and cannot be is an error.
func (a Assumptions) Fit(c *Counts) (*Chain, error) {
	if err := a.check(c); err != nil {
		return nil, err
	}
	if len(a.Leaps) > 0 {
		return a.fitOver(c)
	}
	k := len(c.States)
	chain := newChain(c)
	chain.prior = a.Prior
	chain.Absorbing = sortedSet(a.Absorbing)
	cert := &chain.Certificate
	*cert = num.Certificate{Model: "chain", Converged: true, InfoPosDef: true, Criteria: a.criteria()}
	fixed := chain.fixed()
	var logLik num.Adder
	for i := range k {
		n := c.Leaving(i)
		chain.remark(i, n, fixed[i])
		if fixed[i] || n == 0 && a.Prior == 0 {
			chain.P.Set(i, i, 1)
			continue
		}
		cert.Observations += n
		chain.setRow(i, a.row(c, i))
		for j, m := range c.row(i) {
			if m > 0 {
				logLik.AddProduct(float64(m), math.Log(chain.P.At(i, j)))
			}
		}
	}
	cert.LogLik = logLik.Sum()
	return chain, nil
}

// newChain has no rows yet.
func newChain(c *Counts) *Chain {
	k := len(c.States)
	square := func() *mat.Dense { return mat.NewDense(k, k, nil) }
	return &Chain{States: c.States, N: c, P: square(), SE: square(), spread: square(), divisor: make([]float64, k), size: make([]float64, k)}
}

func sortedSet(states []int) []int {
	return slices.Compact(slices.Sorted(slices.Values(states)))
}

// remark adds to the certificate what is to be said of state i, which n moves leave.
func (c *Chain) remark(i int, n int64, absorbing bool) {
	cert, name := &c.Certificate, c.States[i]
	switch away := n - c.N.At(i, i); {
	case absorbing && away > 0:
		cert.Warn(num.WarnBoundary, fmt.Sprintf("state %q is absorbing by request, and %d moves out of it were not used; make it an ordinary state if customers do come back", name, away))
	case absorbing:
	case n == 0 && c.prior > 0:
		cert.Warn(num.WarnTooFew, fmt.Sprintf("nobody was seen to leave state %q: its probabilities are those of the prior alone", name))
	case n == 0:
		cert.Converged, cert.InfoPosDef = false, false
		cert.Refuse(num.WarnEmptyState, fmt.Sprintf("nobody was seen to leave state %q; merge it with a neighbour, use a longer history, or declare it absorbing", name))
	case n < sparseRow:
		cert.Warn(num.WarnTooFew, fmt.Sprintf("fewer than %d moves out of state %q were seen (%d): its probabilities are uncertain; merge it with a neighbour or use a longer history", sparseRow, name, n))
	}
}

func checkCounts(c *Counts, absorbing []int) error {
	k := len(c.States)
	if k == 0 {
		return errors.New("a chain needs at least one state")
	}
	if len(c.N) != k*k {
		return fmt.Errorf("%d states need %d counts, not %d", k, k*k, len(c.N))
	}
	for i := range k {
		for j := range k {
			if n := c.At(i, j); n < 0 {
				return fmt.Errorf("moves from %q to %q: a count cannot be negative (%d)", c.States[i], c.States[j], n)
			}
		}
	}
	for _, i := range absorbing {
		if i < 0 || i >= k {
			return fmt.Errorf("absorbing state %d of %d does not exist", i, k)
		}
	}
	return nil
}
