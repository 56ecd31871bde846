// Package hidden fits hidden Markov models to panels of customers: each is, period by period, in a state of relationship that nobody
// sees; what is seen are activity (a count) and spend, whose distributions the state decides.
//
//	hidden.go     the model, the data, the parameters
//	prepare.go    data as the passes want them
//	emission.go   densities of what is seen
//	forward.go    forward-backward: the likelihood and its sufficient statistics
//	depend.go     moves that depend on covariates
//	acts.go       which moves each of them changes
//	em.go         expectation-maximisation
//	em_moves.go   its step for moves that depend on covariates
//	starts.go     where it begins
//	sample.go     of many customers, some at first
//	working.go    unbounded coordinates
//	score.go      the derivative of the likelihood in them
//	stationary.go the long-run distribution, and its derivative
//	polish.go     Newton's method from there; what lies on the edge
//	order.go      which state is which
//	fit.go        the fit and its certificate
//	estimates.go  standard errors and intervals
//	effects.go    odds ratios, moves at covariates, the test that none matters
//	decode.go     the states of customers: filtered, smoothed, the likeliest path
//	decline.go    who is in a weaker state than some periods ago
//	choose.go     how many states
//
// Netzer, Lattin & Srinivasan 2008, Marketing Science 27:185–204, and Paas, Vermunt & Bijmolt 2007, J. Royal Statistical Society A
// 170:955–974, on customers; Zucchini, MacDonald & Langrock 2016, Hidden Markov Models for Time Series, on the mathematics.
package hidden

import (
	"fmt"
	"math"
)

// Law is the distribution of activity in a state.
type Law string

const (
	// Poisson has a mean for each state.
	Poisson Law = "poisson"
	// NegativeBinomial has a mean μ and a size r for each state; the variance is μ + μ²/r.
	NegativeBinomial Law = "negative binomial"
)

// Start is the distribution of the state in a customer's first period.
type Start string

const (
	// Free has probabilities of its own.
	Free Start = "free"
	// Stationary is the long-run distribution of the chain.
	Stationary Start = "stationary"
)

// Model is what is assumed. Given the state, activity and spend are independent of each other and of the past.
type Model struct {
	States   int
	Activity Law
	Start    Start
	Spend    bool // spend in a period that has some is Gamma, with a mean for each state and one shape: with its own, a state could shrink to a single amount

	// Covariates on which moves depend, by name: out of each state a multinomial logit, with staying as the base. Not with a Stationary start, for there is no
	// one long run. None: the plain chain.
	Covariates []string
	Acts       []Act // on which moves each of them acts; nil: all on all
}

// The most states, the largest count, and the largest spend; the smallest is 1/MostSpend.
const (
	MostStates = 12
	MostCount  = 1e9
	MostSpend  = 1e15

	mostCovariates = 32
	mostSlopes     = 1000 // coefficients of all moves, constants included
)

// largestCovariate bounds the size of a covariate.
const largestCovariate = 1e12

// mostCounts is the most different counts: a bound on the sums of a pass.
const mostCounts = 4096

// Data are the periods of customers, one customer after the other, in the order of time.
type Data struct {
	Begins   []int     // the first period of each customer, and at last the number of periods: customer c has [Begins[c], Begins[c+1])
	Activity []float64 // counts; NaN: not seen
	Spend    []float64 // 0 or NaN: there was none, which says nothing beside the activity; nil without Model.Spend
	X        []float64 // period × covariate, finite: what was known in the period; the move to the next depends on it. nil without Model.Covariates
}

// Params are the parameters of a model, states from 0.
type Params struct {
	Initial    []float64   // probabilities of the state in the first period
	Moves      [][]float64 // of the state (column) after a state (row)
	Mean       []float64   // of activity
	Size       []float64   // r of the negative binomial, +Inf for a state whose counts vary no more than Poisson's; nil for Poisson
	SpendMean  []float64   // NaN for a state without spend; nil without
	SpendShape float64     // of the Gamma, of all states: the variance is mean²/shape; 0 without spend

	// With covariates x the probability of a move is p_ij(x) ∝ Moves_ij exp(Σ_q Slopes_ijq (x_q − Centre_q)): Moves are those at the centre, the mean of all periods.
	Slopes [][][]float64 // of the state, the state after it, and the covariate: log odds against staying of one unit more; nil without
	Centre []float64
}

// DataError is a value that no model knows.
type DataError struct {
	Customer, Period int // from 0, the period in the customer's own
	Reason           string
}

func (e *DataError) Error() string {
	return fmt.Sprintf("hidden: customer %d, period %d (the first are 0): %s", e.Customer, e.Period, e.Reason)
}

func (m *Model) check() error {
	switch {
	case m.States < 1 || m.States > MostStates:
		return fmt.Errorf("hidden: %d states; a model has 1 to %d", m.States, MostStates)
	case m.Activity != Poisson && m.Activity != NegativeBinomial:
		return fmt.Errorf("hidden: activity is %q; expected %q or %q", m.Activity, Poisson, NegativeBinomial)
	case m.Start != Free && m.Start != Stationary:
		return fmt.Errorf("hidden: the start is %q; expected %q or %q", m.Start, Free, Stationary)
	case len(m.Covariates) > 0 && m.Start == Stationary:
		return fmt.Errorf("hidden: with covariates there is no one long run to start from: take %q", Free)
	case len(m.Covariates) > mostCovariates || m.States*(m.States-1)*(1+len(m.Covariates)) > mostSlopes:
		return fmt.Errorf("hidden: %d covariates of the moves between %d states are too many: at most %d, and %d coefficients; leave columns out, or merge levels", len(m.Covariates), m.States, mostCovariates, mostSlopes)
	}
	return m.checkActs()
}

// parameters is how many there are, those on an edge included.
func (m *Model) parameters() int {
	k := m.States
	n := k*(k-1) + m.slopes() + k
	if m.Start == Free {
		n += k - 1
	}
	if m.Activity == NegativeBinomial {
		n += k
	}
	if m.Spend {
		n += k + 1
	}
	return n
}

func (d *Data) check(m *Model) error {
	n := len(d.Activity)
	if m.Spend && len(d.Spend) != n {
		return fmt.Errorf("hidden: %d periods of activity, %d of spend", n, len(d.Spend))
	}
	if q := len(m.Covariates); q > 0 && len(d.X) != n*q {
		return fmt.Errorf("hidden: %d values of %d covariates in %d periods", len(d.X), q, n)
	}
	if len(d.Begins) < 2 || d.Begins[0] != 0 || d.Begins[len(d.Begins)-1] != n {
		return fmt.Errorf("hidden: customers do not cover the %d periods: Begins goes from 0 to the number of periods", n)
	}
	for c := range len(d.Begins) - 1 {
		lo, hi := d.Begins[c], d.Begins[c+1]
		if hi <= lo || hi > n {
			return fmt.Errorf("hidden: customer %d (the first is 0) has no periods: leave it out", c)
		}
		for t := lo; t < hi; t++ {
			if v := d.Activity[t]; !math.IsNaN(v) && (!(v >= 0 && v <= MostCount) || v != math.Trunc(v)) {
				return &DataError{c, t - lo, fmt.Sprintf("activity %v, expected a count: 0, 1, 2 …", v)}
			}
			for q, name := range m.Covariates {
				if v := d.X[t*len(m.Covariates)+q]; !(math.Abs(v) <= largestCovariate) {
					return &DataError{c, t - lo, fmt.Sprintf("covariate %q is %v, expected a number up to %g", name, v, largestCovariate)}
				}
			}
			if !m.Spend {
				continue
			}
			if v := d.Spend[t]; !math.IsNaN(v) && !(v == 0 || v >= 1/MostSpend && v <= MostSpend) {
				return &DataError{c, t - lo, fmt.Sprintf("spend %v, expected 0 for none, or an amount above it; net returns against earlier periods", v)}
			}
		}
	}
	return nil
}
