package segment

import (
	"math"

	"mainstay/ingest"
	"mainstay/internal/num"
	"mainstay/markov"
)

// grid is the row of closed calendar periods: period k is [Starts[k], Starts[k+1]), and the last of
// Starts begins the first period that is not closed. The period in which the book begins is left
// out unless the book begins with it: half a month looks like silence.
type grid struct{ Starts []ingest.Day }

// newGrid lists the periods that are closed (last day ≤ asOf).
func newGrid(first, asOf ingest.Day, p Period) grid {
	start := p.Start(first)
	if start < first {
		start = p.Add(start, 1)
	}
	g := grid{Starts: []ingest.Day{start}}
	for next := p.Add(start, 1); next-1 <= asOf; next = p.Add(next, 1) {
		g.Starts = append(g.Starts, next)
	}
	return g
}

// periods is the number of closed periods.
func (g grid) periods() int { return len(g.Starts) - 1 }

// index is the period of d searched from period k on; −1 before the grid, periods() after it.
func (g grid) index(d ingest.Day, k int) int {
	for k < g.periods() && d >= g.Starts[k+1] {
		k++
	}
	return k
}

// mergeShards counts each shard apart and adds the counts.
func mergeShards(l *ingest.Ledger, shards int, names []string, threads int, count func(s *ingest.Shard, c *markov.Counts)) *markov.Counts {
	parts := make([]*markov.Counts, shards)
	l.ScanFirst(shards, threads, func(k int, s *ingest.Shard) {
		parts[k] = markov.NewCounts(names)
		count(s, parts[k])
	})
	total := markov.NewCounts(names)
	for _, p := range parts {
		if err := total.Merge(p); err != nil {
			panic(err) // the same names by construction
		}
	}
	return total
}

// seenOnly drops the states that nobody entered or left.
func seenOnly(c *markov.Counts) *markov.Counts {
	k := len(c.States)
	var keep []int
	var names []string
	for i := range k {
		var n int64
		for j := range k {
			n += c.N[i*k+j] + c.N[j*k+i]
		}
		if n > 0 {
			keep = append(keep, i)
			names = append(names, c.States[i])
		}
	}
	out := markov.NewCounts(names)
	for a, i := range keep {
		for b, j := range keep {
			out.N[a*len(keep)+b] = c.N[i*k+j]
		}
	}
	return out
}

// transitionRows lists a fitted chain, or bare counts where the chain was refused (chain nil), row
// by row. Intervals are Wilson's on the departures of the state: rows of a chain are multinomial.
func transitionRows(scheme, period string, counts *markov.Counts, chain *markov.Chain, level float64) []Transition {
	k := len(counts.States)
	var rows []Transition
	for i, from := range counts.States {
		leave := counts.Leaving(i)
		for j, to := range counts.States {
			t := Transition{Scheme: scheme, Period: period, From: from, To: to, Count: counts.N[i*k+j],
				P: math.NaN(), SE: math.NaN(), Low: math.NaN(), High: math.NaN()}
			if leave > 0 {
				t.P = float64(t.Count) / float64(leave)
				t.SE = math.Sqrt(t.P * (1 - t.P) / float64(leave))
				t.Low, t.High = num.Wilson(float64(t.Count), float64(leave), level)
			}
			t.Certified = chain != nil && chain.Certificate.Certified()
			rows = append(rows, t)
		}
	}
	return rows
}

// schemeStates is the name of stage × recency among the transition matrices.
const schemeStates = "state"

// chainFit is a chain on the states seen, for the transition table. chain is nil where it was refused.
type chainFit struct {
	counts *markov.Counts
	chain  *markov.Chain
	note   string
}

func fitCounts(counts *markov.Counts) *chainFit {
	f := &chainFit{counts: seenOnly(counts)}
	if len(f.counts.States) == 0 {
		f.note = num.WarnHorizonShort + ": no customer was seen in two closed periods"
		return f
	}
	chain, err := markov.Fit(f.counts)
	if err != nil {
		f.note = num.WarnEmptyState + ": " + err.Error()
		return f
	}
	f.chain = chain
	return f
}

func (f *chainFit) published(name string) Model {
	if f.chain == nil {
		m := refusedChain(name, f.note)
		m.Use = "transitions"
		return *m
	}
	return Model{Name: name, Use: "transitions", Certificate: f.chain.Certificate, Chain: f.chain}
}

// countLadder counts the moves between rungs of the volume ladder: at the end of each closed period, the
// units of the trailing 12 months. Customers count from the period of their first purchase day on,
// periods from 12 months after the book's first day on.
func countLadder(l *ingest.Ledger, c Clock, ladder Ladder, threads int) *markov.Counts {
	g := newGrid(c.First, c.AsOf, c.Period)
	unit := math.Pow10(l.UnitsScale)
	ends, years := make([]ingest.Day, g.periods()), make([]ingest.Day, g.periods()) // last days of the periods, and 12 months before
	for k := range ends {
		ends[k] = g.Starts[k+1] - 1
		years[k] = MonthsBefore(ends[k], 12)
	}
	return mergeShards(l, ingest.Shards, ladder.Names, threads, func(s *ingest.Shard, counts *markov.Counts) {
		for i := range s.Customers() {
			lo, hi := s.Cells(i)
			first := firstPurchase(l, s, lo, hi, c.AsOf)
			if first < 0 {
				continue
			}
			from, to, last := lo, lo, -1 // cells of the trailing window, rung of the period before
			var units int64
			for k := range g.periods() {
				end, year := ends[k], years[k]
				for ; to < hi && s.Day[to] <= end; to++ {
					units += s.Units[to]
				}
				for ; from < to && s.Day[from] <= year; from++ {
					units -= s.Units[from]
				}
				if s.Day[first] > end || year < c.First-1 {
					continue
				}
				rung := ladder.Rung(float64(units) / unit)
				if last >= 0 {
					counts.Add(last, rung)
				}
				last = rung
			}
		}
	})
}

// firstPurchase is the first cell with a purchase on or before asOf, −1 without one.
func firstPurchase(l *ingest.Ledger, s *ingest.Shard, lo, hi int, asOf ingest.Day) int {
	for j := lo; j < hi && s.Day[j] <= asOf; j++ {
		if l.Purchase(s, j) {
			return j
		}
	}
	return -1
}
