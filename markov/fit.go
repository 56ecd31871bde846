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
	if err := checkCounts(c, absorbing); err != nil {
		return nil, err
	}
	k := len(c.States)
	chain := &Chain{States: c.States, P: mat.NewDense(k, k, nil), SE: mat.NewDense(k, k, nil), N: c}
	chain.Absorbing = slices.Compact(slices.Sorted(slices.Values(absorbing)))
	cert := &chain.Certificate
	*cert = num.Certificate{Model: "chain", Converged: true, InfoPosDef: true,
		Criteria: []string{"closed form: p = moves i to j ÷ moves out of i", "every state was left at least once or is absorbing"}}
	fixed := chain.fixed()
	var logLik num.Adder
	for i := range k {
		n := c.Leaving(i)
		if fixed[i] || n == 0 {
			chain.P.Set(i, i, 1)
			chain.remark(i, n, fixed[i])
			continue
		}
		cert.Observations += n
		for j, m := range c.row(i) {
			p := float64(m) / float64(n)
			chain.P.Set(i, j, p)
			chain.SE.Set(i, j, math.Sqrt(p*(1-p)/float64(n)))
			if m > 0 {
				logLik.AddProduct(float64(m), math.Log(p))
			}
		}
		chain.remark(i, n, false)
	}
	cert.LogLik = logLik.Sum()
	return chain, nil
}

// remark adds to the certificate what is to be said of state i, which n moves leave.
func (c *Chain) remark(i int, n int64, absorbing bool) {
	cert, name := &c.Certificate, c.States[i]
	switch away := n - c.N.At(i, i); {
	case absorbing && away > 0:
		cert.Warn(num.WarnBoundary, fmt.Sprintf("state %q is absorbing by request, and %d moves out of it were not used; make it an ordinary state if customers do come back", name, away))
	case absorbing:
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
