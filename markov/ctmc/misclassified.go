package ctmc

import (
	"fmt"
	"slices"
)

// Mistake is a way in which a state is seen wrongly.
type Mistake struct{ True, Seen int }

// First is what is known of the true state at a customer's first look.
type First uint8

const (
	FirstFree  First = iota // it has probabilities of its own, to be estimated
	FirstSeen               // it is what was seen: the first look makes no mistake
	FirstKnown              // it is Misclassified.Known for everybody
)

// Misclassified is a chain whose states are seen with mistakes: a look at a customer in state s shows o with probability e_so, whatever was shown
// before; e_so is 0 but for o = s and the mistakes. States that are entered at a known time (Entered) are seen as they are.
//
// Satten & Longini 1996, Applied Statistics 45:275–309; Jackson, Sharples, Thompson, Duffy & Couto 2003, The Statistician 52:193–209; Jackson 2011, Journal of
// Statistical Software 38(8), §2.14.
type Misclassified struct {
	Model
	Mistakes []Mistake
	First    First
	Known    int // of FirstKnown
}

// Looks are intervals of customers, those of one together and in the order of time: customer c has [Begins[c], Begins[c+1]), and a look more than intervals. From of the
// first and To of all are what was seen, or of Censored a set that the true state is in.
type Looks struct {
	*Data
	Begins []int
}

// Check is an error where the model cannot be fitted to anything.
func (m *Misclassified) Check() error {
	if err := m.Model.Check(); err != nil {
		return err
	}
	k := len(m.States)
	if n := len(m.Rates) + len(m.Effects) + len(m.Mistakes); n > mostRates {
		return fmt.Errorf("%d rates, coefficients and mistakes; expected %d at most: name fewer", n, mostRates)
	}
	for i, e := range m.Mistakes {
		switch {
		case e.True < 0 || e.True >= k || e.Seen < 0 || e.Seen >= k || e.True == e.Seen:
			return fmt.Errorf("mistake %d takes state %d for state %d of %d; expected two different ones", i, e.True, e.Seen, k)
		case slices.Contains(m.Mistakes[:i], e):
			return fmt.Errorf("that %q is seen as %q is named twice", m.States[e.True], m.States[e.Seen])
		}
	}
	if m.First == FirstKnown && (m.Known < 0 || m.Known >= k) {
		return fmt.Errorf("all begin in state %d of %d", m.Known, k)
	}
	return nil
}

// shows is whether state s may be seen as o, state × state.
func (m *Misclassified) shows() []bool {
	k := len(m.States)
	out := make([]bool, k*k)
	for s := range k {
		out[s*k+s] = true
	}
	for _, e := range m.Mistakes {
		out[e.True*k+e.Seen] = true
	}
	return out
}

// check also finds histories that no true states explain.
func (d Looks) check(m *Misclassified) error {
	n := len(d.Intervals)
	if len(d.Begins) == 0 || d.Begins[0] != 0 || d.Begins[len(d.Begins)-1] != n {
		return fmt.Errorf("histories do not cover the %d intervals", n)
	}
	if err := d.shape(&m.Model); err != nil {
		return err
	}
	entered := make([]bool, len(m.States))
	for i, v := range d.Intervals {
		switch {
		case v.Kind == Moved:
			return &DataError{i, "its moves took place at these very times: then nothing is seen wrongly"}
		case v.Kind == Entered:
			entered[v.To] = true
		}
	}
	for _, e := range m.Mistakes {
		if s := e.True; entered[s] || entered[e.Seen] {
			if entered[e.Seen] {
				s = e.Seen
			}
			return fmt.Errorf("state %q is entered at known times, so it is neither seen as another nor another as it", m.States[s])
		}
	}
	reach, shows := m.reach(), m.shows()
	for c := range len(d.Begins) - 1 {
		lo, hi := d.Begins[c], d.Begins[c+1]
		if hi <= lo {
			return fmt.Errorf("customer %d has no interval", c)
		}
		if err := d.explained(m, lo, hi, reach, shows); err != nil {
			return err
		}
	}
	return nil
}

// explained is an error where no true states lead to what was seen of a customer.
func (d Looks) explained(m *Misclassified, lo, hi int, reach, shows []bool) error {
	k := len(m.States)
	now := make([]bool, k)
	for s := range now {
		now[s] = m.mayBegin(s, d.Intervals[lo].From, shows)
	}
	if !slices.Contains(now, true) {
		return &DataError{lo, fmt.Sprintf("a history begins with %q, and all begin in %q, which is not seen as that", m.States[d.Intervals[lo].From], m.States[m.Known])}
	}
	for i := lo; i < hi; i++ {
		v := d.Intervals[i]
		next := make([]bool, k)
		for s, is := range now {
			for to := range k {
				next[to] = next[to] || is && reach[s*k+to] && d.mayBe(v, to, k, shows)
			}
		}
		if now = next; !slices.Contains(now, true) {
			what := "one of a set of states"
			if v.Kind != Censored {
				what = fmt.Sprintf("%q", m.States[v.To])
			}
			return &DataError{i, fmt.Sprintf("no true states lead to %s after what was seen before: allow more moves, or mistakes", what)}
		}
	}
	return nil
}

// mayBegin is whether a history that begins with a look at o may begin in state s.
func (m *Misclassified) mayBegin(s, o int, shows []bool) bool {
	switch m.First {
	case FirstSeen:
		return s == o
	case FirstKnown:
		return s == m.Known && shows[s*len(m.States)+o]
	}
	return shows[s*len(m.States)+o]
}

// mayBe is whether the true state at the end of an interval may be s.
func (d Looks) mayBe(v Interval, s, k int, shows []bool) bool {
	switch v.Kind {
	case Entered:
		return s == v.To
	case Censored:
		return slices.Contains(d.Sets[v.To], s)
	}
	return shows[s*k+v.To]
}
