package segment

import (
	"fmt"
	"math"

	"mainstay/ingest"
)

// The states of a relationship are stage × recency. The stage is the number of periods with a
// purchase day so far; the recency is the number of periods since the last of them.
const (
	establishedFrom = 4 // purchase periods: two repeats can be chance, from four on a rhythm shows
	growingFrom     = 2
	maxQuiet        = 5 // recency classes; more would leave states that nobody is seen in
)

var stageNames = [...]string{"new", "growing", "established"}

// Those silent for a whole horizon are lapsed, whatever their stage, and long lapsed from the second
// horizon on. Both are recurrent: people come back. They are two because those who have just lapsed
// come back far more often: one state for both would let the long gone return at the rate of the
// others, for ever, and a chain would expect too much of the far future and too little of the near.
const (
	lapsedState     = "lapsed"
	longLapsedState = "long-lapsed"
)

// states is the scheme "stage × recency" of one book: 3 stages × R recency classes, lapsed (R to 2R−1
// periods of silence) and long lapsed, numbered stage·R + recency, the lapsed last. R is the churn
// horizon in periods, rounded up, in [1, maxQuiet].
type states struct {
	Quiet int // R
	Names []string
}

func newStates(c Clock) states {
	r := int(math.Ceil(float64(c.Horizon) / c.Period.Days()))
	s := states{Quiet: min(max(r, 1), maxQuiet)}
	for _, stage := range stageNames {
		for q := range s.Quiet {
			s.Names = append(s.Names, stage+"/"+recencyName(q))
		}
	}
	s.Names = append(s.Names, lapsedState, longLapsedState)
	return s
}

func recencyName(q int) string {
	if q == 0 {
		return "active"
	}
	return fmt.Sprintf("quiet-%d", q)
}

// lapsed and long are the numbers of the lapsed states.
func (s states) lapsed() int { return len(s.Names) - 2 }
func (s states) long() int   { return len(s.Names) - 1 }

// of is the state after the given number of purchase periods (≥ 1), the last of them quiet periods ago.
func (s states) of(purchases, quiet int) int {
	switch {
	case quiet >= 2*s.Quiet:
		return s.long()
	case quiet >= s.Quiet:
		return s.lapsed()
	}
	stage := 0
	switch {
	case purchases >= establishedFrom:
		stage = 2
	case purchases >= growingFrom:
		stage = 1
	}
	return stage*s.Quiet + quiet
}

// scored is the state of a customer on the scoring day, from rolling windows of one period that
// end on it. Periods differ in length and the horizon is in days, so the day count decides who has
// lapsed: customers at risk never read "lapsed", the others always do.
func (s states) scored(purchases, quiet int, recency, horizon int) int {
	switch {
	case recency < horizon:
		return s.of(purchases, min(quiet, s.Quiet-1))
	case recency < 2*horizon:
		return s.lapsed()
	}
	return s.long()
}

// folded merges states where a book is too small for all: the stages, or the two lapsed states. It gives
// the remaining names and, by state, which of them it becomes.
func (s states) folded(stages, long bool) (names []string, fold []int) {
	fold = make([]int, len(s.Names))
	for i := range s.lapsed() {
		switch {
		case stages:
			names = append(names, s.Names[i])
			fold[i] = i
		default:
			fold[i] = i % s.Quiet
			if i < s.Quiet {
				names = append(names, recencyName(i))
			}
		}
	}
	fold[s.lapsed()], fold[s.long()] = len(names), len(names)
	names = append(names, lapsedState)
	if long {
		fold[s.long()] = len(names)
		names = append(names, longLapsedState)
	}
	return names, fold
}

// rolling walks windows of one period back from a day: window k is (edge(k+1), edge(k)] with
// edge(0) = the day itself.
type rolling struct {
	end   ingest.Day
	edges []ingest.Day
}

// newRolling prepares the edges from end back to before first.
func newRolling(end, first ingest.Day, p Period) *rolling {
	r := &rolling{end: end, edges: []ingest.Day{end}}
	for k := 1; r.edges[k-1] >= first; k++ {
		r.edges = append(r.edges, p.Add(end, -k))
	}
	return r
}

// window is the number of the window that holds d ≤ end, searched from window k on (days are
// walked newest first, so the search only moves forward).
func (r *rolling) window(d ingest.Day, k int) int {
	for k+1 < len(r.edges) && d <= r.edges[k+1] {
		k++
	}
	return k
}
