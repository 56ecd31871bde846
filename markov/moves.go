package markov

import (
	"slices"

	"mainstay/internal/num"
)

// Move is one move of one id, where it was seen singly. What is asked beyond counts (order, time, segments, weights,
// bootstrap, covariates) is asked of a list of these.
type Move struct {
	Who      int32   // number of the id
	Row      int32   // of the observation moved from, in the table
	Before   int16   // the state one step before From, or Unobserved
	From, To int16   // states
	Time     float64 // of the observation moved from: its step where there are steps
	Took     float64 // until the observation moved to
}

// CountMoves counts the moves of a list that belong; a nil belongs takes all.
func CountMoves(states []string, moves []Move, belongs func(m Move) bool) *Counts {
	c := NewCounts(states)
	for _, m := range moves {
		if belongs == nil || belongs(m) {
			c.Add(int(m.From), int(m.To))
		}
	}
	return c
}

// CountGroups counts moves by group: group(m) is a number below groups, or negative for moves of none.
func CountGroups(states []string, moves []Move, groups int, group func(m Move) int) []*Counts {
	out := make([]*Counts, groups)
	for g := range out {
		out[g] = NewCounts(states)
	}
	for _, m := range moves {
		if g := group(m); g >= 0 {
			out[g].Add(int(m.From), int(m.To))
		}
	}
	return out
}

// CountBefore counts the moves of which the state before is known, by that state: what a chain of order 2 is
// estimated from.
func CountBefore(states []string, moves []Move) []*Counts {
	return CountGroups(states, moves, len(states), func(m Move) int { return int(m.Before) })
}

// Eras cuts the times of moves into at most n stretches of about equally many moves, and returns where each but the
// first begins. No time is split.
func Eras(moves []Move, n int) []float64 {
	times := make([]float64, len(moves))
	for i, m := range moves {
		times[i] = m.Time
	}
	num.SortFloats(times)
	var begins []float64
	for k := 1; k < n && len(times) > 0; k++ {
		at := times[k*len(times)/n]
		if at > times[0] && !slices.Contains(begins, at) {
			begins = append(begins, at)
		}
	}
	return begins
}

// EraOf is the number of the stretch that a time lies in.
func EraOf(begins []float64, time float64) int {
	at, exact := slices.BinarySearch(begins, time)
	if exact {
		at++
	}
	return at
}
