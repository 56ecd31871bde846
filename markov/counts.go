// Package markov models how customers move between states, and what that is worth. It sees counts,
// matrices and small structs, never files, flags or loggers.
package markov

import (
	"fmt"
	"slices"
)

// Unobserved stands in a sequence for a period in which the state is not known.
const Unobserved = -1

// Counts are transition counts between k states: N[i*k+j] moves from i to j in one period. Counts of
// disjoint data merge by addition, in any order.
type Counts struct {
	States []string
	N      []int64 // k×k, row-major
}

// NewCounts returns empty counts.
func NewCounts(states []string) *Counts {
	return &Counts{States: states, N: make([]int64, len(states)*len(states))}
}

// CountSequences counts the moves within each sequence of state indices. Unobserved breaks a sequence:
// no move is counted into or out of it. An index that is no state is an error.
func CountSequences(states []string, sequences [][]int) (*Counts, error) {
	c := NewCounts(states)
	for s, sequence := range sequences {
		from := Unobserved
		for t, to := range sequence {
			if to < Unobserved || to >= len(states) {
				return nil, fmt.Errorf("sequence %d, step %d: state %d is not one of the %d states", s, t, to, len(states))
			}
			if from != Unobserved && to != Unobserved {
				c.Add(from, to)
			}
			from = to
		}
	}
	return c, nil
}

// Add counts one move.
func (c *Counts) Add(from, to int) { c.N[from*len(c.States)+to]++ }

// At is the number of moves from i to j.
func (c *Counts) At(i, j int) int64 { return c.N[i*len(c.States)+j] }

// Leaving is the number of moves out of state i, staying included.
func (c *Counts) Leaving(i int) int64 {
	var n int64
	for j := range c.States {
		n += c.At(i, j)
	}
	return n
}

// Merge adds o, which must have the same states in the same order.
func (c *Counts) Merge(o *Counts) error {
	if !slices.Equal(c.States, o.States) {
		return fmt.Errorf("counts over states %q cannot be added to counts over %q", o.States, c.States)
	}
	for i, n := range o.N {
		c.N[i] += n
	}
	return nil
}
