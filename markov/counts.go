package markov

import (
	"fmt"
	"slices"
)

// Unobserved in a state sequence is a period about which nothing is known: no move into it or out of
// it is counted.
const Unobserved = -1

// Counts are transition counts between k states: N[i*k+j] moves from i to j in one
// period. Counts of disjoint data merge by addition, in any order.
type Counts struct {
	States []string
	N      []int64
}

// NewCounts returns empty counts.
func NewCounts(states []string) *Counts {
	return &Counts{States: states, N: make([]int64, len(states)*len(states))}
}

// CountSequences counts the moves of many sequences, one state per period each; see AddSequence.
func CountSequences(states []string, sequences [][]int) (*Counts, error) {
	c := NewCounts(states)
	for i, s := range sequences {
		if err := c.AddSequence(s); err != nil {
			return nil, fmt.Errorf("sequence %d: %w", i, err)
		}
	}
	return c, nil
}

// Add counts one move.
func (c *Counts) Add(from, to int) { c.N[from*len(c.States)+to]++ }

// AddSequence counts the moves of one customer, one state per period; Unobserved breaks the sequence. A
// state that does not exist is an error, and nothing is counted.
func (c *Counts) AddSequence(sequence []int) error {
	for t, s := range sequence {
		if s != Unobserved && (s < 0 || s >= len(c.States)) {
			return fmt.Errorf("period %d: state %d of %d does not exist", t, s, len(c.States))
		}
	}
	for t := 1; t < len(sequence); t++ {
		if from, to := sequence[t-1], sequence[t]; from != Unobserved && to != Unobserved {
			c.Add(from, to)
		}
	}
	return nil
}

// At is the number of moves from i to j.
func (c *Counts) At(i, j int) int64 { return c.N[i*len(c.States)+j] }

// Leaving is nᵢ: the moves counted out of state i, those that stay included.
func (c *Counts) Leaving(i int) int64 {
	var n int64
	for _, v := range c.row(i) {
		n += v
	}
	return n
}

// Total is the number of moves.
func (c *Counts) Total() int64 {
	var n int64
	for _, v := range c.N {
		n += v
	}
	return n
}

// Merge adds o, which must have the same states in the same order.
func (c *Counts) Merge(o *Counts) error {
	if !slices.Equal(c.States, o.States) || len(c.N) != len(o.N) {
		return fmt.Errorf("counts of different states do not merge: %q and %q", c.States, o.States)
	}
	for i, v := range o.N {
		c.N[i] += v
	}
	return nil
}

func (c *Counts) row(i int) []int64 { k := len(c.States); return c.N[i*k : (i+1)*k] }
