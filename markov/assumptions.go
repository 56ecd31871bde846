package markov

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Assumptions are what a fit is told beside the counts. The zero value is maximum likelihood.
//
// With a prior every possible move out of a state has α more, Dirichlet(n_ij + α) being the posterior of a row:
//
//	p_ij = (n_ij + α) / aᵢ,   SD = √(p_ij(1 − p_ij) / (aᵢ + 1)),   aᵢ = Σ_j (n_ij + α)
//
// (Gelman et al. 2013, Bayesian Data Analysis, §3.4; α = 1/2 is Jeffreys', 1 the uniform prior). With weights and a prior
// the counts are the effective ones of Weights.
type Assumptions struct {
	Absorbing []int    // states that nobody leaves: p_ii = 1, whatever was seen
	Never     []bool   // k×k, moves that cannot be: structural zeros; nil none
	Prior     float64  // α; 0 none
	Leaps     []Leap   // gaps that the fit goes over, see fitOver; without a prior and weights
	Weights   *Weights // of the same moves as the counts; nil: every move counts 1
}

// mostPrior is beyond any prior that leaves the data a word.
const mostPrior = 1e9

func (a Assumptions) check(c *Counts) error {
	if err := checkCounts(c, a.Absorbing); err != nil {
		return err
	}
	k := len(c.States)
	if !(a.Prior >= 0 && a.Prior <= mostPrior) {
		return fmt.Errorf("a prior of %v moves does not exist; use a number from 0 to %.0e, such as 0.5", a.Prior, float64(mostPrior))
	}
	if w := a.Weights; w != nil && len(w.W) == k*k {
		for i := range k {
			if c.Leaving(i) > 0 && !(w.leaving(i, k) > 0) {
				return fmt.Errorf("the moves out of state %q have no weight at all; weight one of them, or leave the state out", c.States[i])
			}
		}
	}
	if a.Weights != nil && (len(a.Weights.W) != k*k || len(a.Weights.Squares) != k*k) {
		return fmt.Errorf("%d states need %d weights, not %d", k, k*k, len(a.Weights.W))
	}
	if a.Never == nil {
		return nil
	}
	if len(a.Never) != k*k {
		return fmt.Errorf("%d states need %d marks of impossible moves, not %d", k, k*k, len(a.Never))
	}
	for i := range k {
		possible := false
		for j := range k {
			if n := c.At(i, j); a.Never[i*k+j] && n > 0 {
				return fmt.Errorf("moves from %q to %q were said never to happen, and %d were seen; correct the data, or let them happen", c.States[i], c.States[j], n)
			}
			possible = possible || !a.Never[i*k+j]
		}
		if !possible {
			return fmt.Errorf("every move out of %q was said never to happen; leave one possible, staying for example", c.States[i])
		}
	}
	return nil
}

func (a Assumptions) criteria() []string {
	form := "closed form: p = moves i to j ÷ moves out of i"
	switch {
	case a.Prior > 0:
		form = fmt.Sprintf("closed form: posterior mean p = (moves i to j + %g) ÷ their sum", a.Prior)
	case a.Weights != nil:
		form = "closed form: p = weight of moves i to j ÷ weight of moves out of i"
	}
	return []string{form, "every state was left at least once or is absorbing"}
}

// estimate is a row: probabilities, the spread of their covariance and its divisor (Chain), and the moves that intervals
// go by.
type estimate struct {
	p, spread     []float64
	divisor, size float64
}

func (a Assumptions) row(c *Counts, i int) estimate {
	k := len(c.States)
	e := estimate{p: make([]float64, k)}
	n := make([]float64, k)
	for j, m := range c.row(i) {
		n[j] = float64(m)
	}
	if a.Weights != nil {
		n = a.Weights.effective(i, k)
	}
	if a.Prior > 0 {
		for j := range n {
			if a.Never == nil || !a.Never[i*k+j] {
				n[j] += a.Prior
			}
		}
	}
	for _, v := range n {
		e.size += v
	}
	for j, v := range n {
		e.p[j] = v / e.size
	}
	e.spread, e.divisor = e.p, e.size
	switch {
	case a.Prior > 0:
		e.divisor = e.size + 1
	case a.Weights != nil:
		total := a.Weights.leaving(i, k)
		e.spread, e.divisor = a.Weights.Squares[i*k:(i+1)*k], total*total
	}
	return e
}

// setRow sets row i and its standard errors, √(Σ_m s_m (1{m=j} − p_j)² / divisor), which is √(p(1 − p)/divisor) where s is p.
func (c *Chain) setRow(i int, e estimate) {
	c.size[i], c.divisor[i] = e.size, e.divisor
	c.P.SetRow(i, e.p)
	c.spread.SetRow(i, e.spread)
	all := 0.0
	for _, s := range e.spread {
		all += s
	}
	for j, p := range e.p {
		variance := p * (1 - p)
		if s := e.spread[j]; s != p {
			variance = s*(1-p)*(1-p) + (all-s)*p*p
		}
		c.SE.Set(i, j, math.Sqrt(max(0, variance/e.divisor)))
	}
}

// betaTails are the quantiles of Beta(a, b) that leave (1 − level)/2 on either side; of a = 0 or b = 0 the point it is.
func betaTails(a, b, level float64) (low, high float64) {
	switch {
	case a <= 0:
		return 0, 0
	case b <= 0:
		return 1, 1
	}
	tail := (1 - level) / 2
	return mathext.InvRegIncBeta(a, b, tail), mathext.InvRegIncBeta(a, b, 1-tail)
}

// Weights are the moves of Counts, each with a weight: how much it stands for, in a sample or in money.
type Weights struct {
	W       []float64 // k×k in rows: sums of weights
	Squares []float64 // likewise, of their squares
}

// NewWeights weights each move by weight(m), 0 or more and finite.
func NewWeights(states int, moves []Move, weight func(m Move) float64) *Weights {
	w := &Weights{make([]float64, states*states), make([]float64, states*states)}
	for _, m := range moves {
		v := weight(m)
		at := int(m.From)*states + int(m.To)
		w.W[at] += v
		w.Squares[at] += v * v
	}
	return w
}

// leaving is wᵢ: the weight of moves out of state i.
func (w *Weights) leaving(i, k int) (total float64) {
	for _, v := range w.W[i*k : (i+1)*k] {
		total += v
	}
	return total
}

// effective are the weights of row i, scaled to add up to the effective number of moves, (Σw)² ÷ Σw² (Kish 1965, Survey
// Sampling, §8.2). With them p is the ratio estimator w_ij/wᵢ, whose covariance is Σ w² (1{to=j} − p_ij)(1{to=l} − p_il) /
// wᵢ² (linearised: Cochran 1977, Sampling Techniques, §6.3).
func (w *Weights) effective(i, k int) []float64 {
	out := make([]float64, k)
	total, squares := w.leaving(i, k), 0.0
	for _, v := range w.Squares[i*k : (i+1)*k] {
		squares += v
	}
	if squares == 0 {
		return out
	}
	for j := range out {
		out[j] = w.W[i*k+j] * total / squares
	}
	return out
}
