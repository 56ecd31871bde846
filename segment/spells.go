package segment

import (
	"mainstay/ingest"
	"mainstay/markov"
)

// countStates counts the moves between relationship states over the closed periods up to asOf, from
// each customer's first purchase period on, of the customers of the first shards. Purchases in the partial
// first period count for the stage and the recency; no move out of it is counted. Counts are integers: the
// same for any number of threads.
//
// It is one pass over the cells, and no panel is made: a customer's moves follow from the lengths of the silences
// between purchase periods and from how many purchase periods came before, so that only these are counted
// (spells), and turned into moves at the end.
func countStates(l *ingest.Ledger, shards int, c Clock, asOf ingest.Day, st states, threads int) *markov.Counts {
	g := newGrid(c.First, asOf, c.Period)
	of := g.table(min(l.First, c.First))
	parts := make([]*spells, shards)
	for k := range parts {
		parts[k] = newSpells(g.periods())
	}
	l.ScanParts(shards, threads, func(k, _ int, s *ingest.Shard) { parts[k].add(s, of, l.ZeroDays) })
	total := newSpells(g.periods())
	for _, p := range parts {
		total.merge(p)
	}
	return total.moves(st)
}

// periodTable is the period of every day from first on, to the end of the last closed one.
type periodTable struct {
	first ingest.Day
	of    []int32
}

// table numbers the days from first on: −1 before the grid.
func (g grid) table(first ingest.Day) periodTable {
	t := periodTable{first: first}
	end := g.Starts[g.periods()]
	if end <= first {
		return t
	}
	t.of = make([]int32, end-first)
	k := -1
	for d := range t.of {
		k = g.index(first+ingest.Day(d), k)
		t.of[d] = int32(k)
	}
	return t
}

// upTo is the end, among the cells lo to hi of shard s, of those in the table.
func (t *periodTable) upTo(s *ingest.Shard, lo, hi int) int {
	return lo + daysUpTo(s.Day[lo:hi], t.first+ingest.Day(len(t.of))-1)
}

// spells are how often so many periods lay between two purchase periods of a customer, by the number of
// purchase periods so far. More than establishedFrom are as many; none stands for one, where that was the
// partial first period.
type spells struct {
	periods int
	ended   [establishedFrom + 1][]int64 // by length: the next purchase period is so many on; length 0 is noise
	open    [establishedFrom + 1][]int64 // by length: silent for so many to the end of the last closed period
}

func newSpells(periods int) *spells {
	p := &spells{periods: periods}
	for n := range p.ended {
		p.ended[n], p.open[n] = make([]int64, periods+1), make([]int64, periods+1)
	}
	return p
}

// add adds the spells of customers.
func (p *spells) add(s *ingest.Shard, table periodTable, zeroDays bool) {
	of, first, after := table.of, table.first, purchasesAfter()
	for i := range s.Customers() {
		lo, hi := s.Cells(i)
		hi = table.upTo(s, lo, hi)
		day, sales := s.Day[lo:hi], s.Sales[lo:hi]
		returns := s.Returns[lo:hi]
		n, last := 0, int32(none)
		for j, d := range day {
			if sales[j]+returns[j] <= 0 && !(zeroDays && sales[j] == 0 && returns[j] == 0) {
				continue
			}
			k := of[d-first]
			if last == none {
				n, last = min(int(k)+1, 1), k
				continue
			}
			p.ended[n][k-last]++ // of the same period too: whether it is one is as good as a coin, and dear to guess
			n, last = int(after[n][min(k-last, 1)]), k
		}
		if last != none {
			p.open[n][p.periods-1-int(last)]++
		}
	}
}

// none is no period: the one before the grid is −1.
const none = -2

// purchasesAfter is how many purchase periods a customer of n has after a purchase, by whether it is in another period.
func purchasesAfter() (after [establishedFrom + 1][2]uint8) {
	for n := range after {
		after[n] = [2]uint8{uint8(n), uint8(min(max(n, 1)+1, establishedFrom))}
	}
	return after
}

func (p *spells) merge(o *spells) {
	for n := range p.ended {
		for length := range p.ended[n] {
			p.ended[n][length] += o.ended[n][length]
			p.open[n][length] += o.open[n][length]
		}
	}
}

// moves are those that the spells consist of. A spell of length g that ended is g − 1 silent moves and the one
// into the next purchase period; an open one is g silent moves.
func (p *spells) moves(st states) *markov.Counts {
	counts := markov.NewCounts(st.Names)
	for n := range p.ended {
		purchases := max(n, 1)
		var silent int64 // spells that are silent for one more period than step
		for step := p.periods; step >= 0; step-- {
			if step+1 <= p.periods {
				silent += p.open[n][step+1]
			}
			if step+2 <= p.periods {
				silent += p.ended[n][step+2]
			}
			if n == 0 && step == 0 {
				break // no move out of the partial first period
			}
			from := st.of(purchases, step)
			counts.N[from*len(st.Names)+st.of(purchases, step+1)] += silent
			if step+1 <= p.periods {
				counts.N[from*len(st.Names)+st.of(purchases+1, 0)] += p.ended[n][step+1]
			}
		}
	}
	return counts
}
