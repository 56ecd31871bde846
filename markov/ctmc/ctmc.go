// Package ctmc fits Markov chains in continuous time to states that were seen at irregular times.
//
//	ctmc.go        the model, the data
//	expm.go        the matrix exponential and its derivatives
//	likelihood.go  log-likelihood and score
//	worker.go      what intervals of one length add to them
//	information.go the observed information
//	fit.go         its maximum, with a certificate
//	refuse.go      why there is none
//	limit.go       effects that tend to infinity
//	prevalence.go  shares of customers in each state, observed and expected
//	misclassified.go         states that are seen with mistakes: the model, the data
//	misclassified_panel.go   its parameters and matrices
//	misclassified_walk.go    forward and backward along the looks of a customer
//	misclassified_score.go   likelihood, score and information
//	misclassified_fit.go     the maximum, with a certificate
//	misclassified_answers.go chances of mistakes, and the test that none are made
//	misclassified_decode.go  the true states of looks
//	answers.go     intensities, times, probabilities and what comes next, with standard errors
//
// A customer leaves state r for s at the rate q_rs per unit of time (the intensity), whatever the time spent there; the
// probability of being in s after a time t is (e^{Qt})_rs, with q_rr = −Σ q_rs.
package ctmc

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Rate is a move that may happen in an instant; others happen only by way of it.
type Rate struct{ From, To int }

// Effect is a coefficient of a covariate, the same on all the rates it acts on: q_rs(x) = q_rs exp(Σ β x).
type Effect struct {
	Covariate int
	Rates     []int
}

// Model is which moves there are, and what acts on them.
type Model struct {
	States     []string
	Rates      []Rate
	Covariates []string
	Effects    []Effect
}

// Kind is how the state at the end of an interval came to be known.
type Kind uint8

const (
	Seen     Kind = iota // looked at: whenever it was entered before
	Entered              // entered at that very time, from any other state: a death
	Moved                // entered at that very time, and nothing happened since the start of the interval; of To = From nothing at all
	Censored             // one of the states of To's set: what it is is not known
)

// Interval is from one observation of a customer to the next.
type Interval struct {
	From, To int     // states; To of Censored is a number of Data.Sets
	Time     float64 // length, above 0
	Kind     Kind
	X        int // row of Data.X that holds meanwhile
}

// Data are intervals, and the covariates during them.
type Data struct {
	Intervals []Interval
	X         [][]float64 // one value for each covariate of the model; distinct rows are enough
	Sets      [][]int     // of states, for Censored
}

// The most states and rates: each evaluation takes states³ × rates multiplications for every different interval.
const (
	mostStates = 30
	mostRates  = 120
)

// Check is an error where the model cannot be fitted to anything: too many states, rates or coefficients, or such that do not exist.
func (m *Model) Check() error {
	k := len(m.States)
	switch {
	case k < 2 || k > mostStates:
		return fmt.Errorf("%d states; a chain in continuous time has 2 to %d: group them", k, mostStates)
	case len(m.Rates) == 0 || len(m.Rates)+len(m.Effects) > mostRates:
		return fmt.Errorf("%d rates and %d coefficients; expected at least one rate, and %d of both at most: name the moves that happen in an instant", len(m.Rates), len(m.Effects), mostRates)
	}
	for i, r := range m.Rates {
		if r.From < 0 || r.From >= k || r.To < 0 || r.To >= k || r.From == r.To {
			return fmt.Errorf("rate %d goes from state %d to state %d of %d; expected two different ones", i, r.From, r.To, k)
		}
		if slices.Contains(m.Rates[:i], r) {
			return fmt.Errorf("the rate from %q to %q is named twice", m.States[r.From], m.States[r.To])
		}
	}
	for _, e := range m.Effects {
		if e.Covariate < 0 || e.Covariate >= len(m.Covariates) || len(e.Rates) == 0 {
			return errors.New("a coefficient needs a covariate of the model, and a rate to act on")
		}
		for _, r := range e.Rates {
			if r < 0 || r >= len(m.Rates) {
				return fmt.Errorf("a coefficient acts on rate %d of %d", r, len(m.Rates))
			}
		}
	}
	return nil
}

// absorbing marks the states without a rate out.
func (m *Model) absorbing() []bool {
	out := make([]bool, len(m.States))
	for i := range out {
		out[i] = !slices.ContainsFunc(m.Rates, func(r Rate) bool { return r.From == i })
	}
	return out
}

// DataError is an interval that the model cannot hold.
type DataError struct {
	Interval int
	Reason   string
}

func (e *DataError) Error() string { return fmt.Sprintf("interval %d: %s", e.Interval, e.Reason) }

// shape finds numbers that do not exist: of states, times and covariates.
func (d *Data) shape(m *Model) error {
	k := len(m.States)
	for i, x := range d.X {
		if len(x) != len(m.Covariates) {
			return fmt.Errorf("row %d of the covariates has %d values, the model has %d", i, len(x), len(m.Covariates))
		}
		for _, v := range x {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("row %d of the covariates: %v is no number", i, v)
			}
		}
	}
	for i, v := range d.Intervals {
		last := k
		if v.Kind == Censored {
			last = len(d.Sets)
		}
		switch {
		case v.From < 0 || v.From >= k || v.To < 0 || v.To >= last:
			return &DataError{i, "a state does not exist"}
		case !(v.Time > 0) || math.IsInf(v.Time, 1):
			return &DataError{i, fmt.Sprintf("a time of %v; expected above 0", v.Time)}
		case v.X < 0 || v.X >= len(d.X) && len(m.Covariates) > 0:
			return &DataError{i, "it has no covariates"}
		}
	}
	return nil
}

func (d *Data) check(m *Model) error {
	if err := d.shape(m); err != nil {
		return err
	}
	k, reach := len(m.States), m.reach()
	for i, v := range d.Intervals {
		switch {
		case v.Kind == Censored:
		case v.Kind == Entered && v.From == v.To:
			return &DataError{i, fmt.Sprintf("state %q is entered, and it was the one before", m.States[v.To])}
		case v.Kind == Moved && v.From != v.To && !slices.Contains(m.Rates, Rate{v.From, v.To}), v.Kind != Moved && !reach[v.From*k+v.To]:
			return &DataError{i, fmt.Sprintf("from %q to %q: no rates lead there; allow them, or correct the states", m.States[v.From], m.States[v.To])}
		}
	}
	return nil
}

// reach is which states lead to which, by any number of moves, none included.
func (m *Model) reach() []bool {
	k := len(m.States)
	reach := make([]bool, k*k)
	for i := range k {
		reach[i*k+i] = true
	}
	for _, r := range m.Rates {
		reach[r.From*k+r.To] = true
	}
	for via := range k {
		for i := range k {
			for j := range k {
				reach[i*k+j] = reach[i*k+j] || reach[i*k+via] && reach[via*k+j]
			}
		}
	}
	return reach
}
