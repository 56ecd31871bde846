package segment

import (
	"context"
	"fmt"
	"math"

	"mainstay/ingest"
)

// CohortRow is what the customers of one cohort (the period of their first purchase day) did in one closed
// period. Scheme and Segment are empty for the whole book.
type CohortRow struct {
	Scheme, Segment  string
	Cohort, Period   ingest.Day // first days of the two
	Age              int        // periods from one to the other
	Truncated        bool       // the cohort begins within one horizon of the export: its customers may have bought before
	Customers        int        // of the cohort
	Active           int        // of them, with a purchase day in the period
	Share, Low, High float64    // Active ÷ Customers, Wilson's 95 % interval
	Revenue          int64      // their net revenue in the period, at the Ledger's scale
	RevenueShare     float64    // of that at age 0; NaN where that is not above zero
}

// mostCohortSegments bounds the segments of one scheme; an attribute of thousands of values has cohorts of
// one customer.
const mostCohortSegments = 200

// CohortPeriod is the default period of cohorts: the shortest of month, quarter and year that is not
// shorter than the book's period and makes at most a page's width of closed periods.
func (c Clock) CohortPeriod() Period {
	const pageful = 13
	for p := max(Month, c.Period); p < Year; p++ {
		if len(periodsBetween(p, c.First, c.AsOf)) <= pageful {
			return p
		}
	}
	return Year
}

// periodsBetween are the first days of the periods from the one that holds first to the last that is
// closed on asOf.
func periodsBetween(p Period, first, asOf ingest.Day) []ingest.Day {
	var starts []ingest.Day
	for d := p.Start(first); p.Add(d, 1)-1 <= asOf; d = p.Add(d, 1) {
		starts = append(starts, d)
	}
	return starts
}

// Cohorts counts, for every cohort and every closed period since, who was active and what they brought: of
// the whole book, then of every segment of by, over the customers for whom where holds. Segments and
// conditions are those of the as-of date: attributes are what they are meant for, because a class by
// behaviour (abc, rfm) knows who stayed. Errors are *ingest.ConfigError and the context's.
func (b *Book) Cohorts(ctx context.Context, period Period, by []string, where string) ([]CohortRow, error) {
	starts := periodsBetween(period, b.Clock.First, b.Clock.AsOf)
	if len(starts) > mostPeriods {
		return nil, &ingest.ConfigError{Msg: fmt.Sprintf("%d cohorts of a %s are more than the %d that can be shown: choose a longer period", len(starts), period, mostPeriods)}
	}
	in, err := b.Where(where)
	if err != nil {
		return nil, err
	}
	groups := []*Grouping{b.everyone()}
	err = eachScheme(ctx, by, b.Group, func(scheme string, g *Grouping) error {
		if n := len(g.Names); n > mostCohortSegments {
			return &ingest.ConfigError{Msg: fmt.Sprintf("%s has %d segments, more than the %d whose cohorts can be told apart: choose broader ones", scheme, n, mostCohortSegments)}
		}
		groups = append(groups, g)
		return nil
	})
	if err != nil {
		return nil, err
	}
	table := newCohortTable(b, period, starts)
	var rows []CohortRow
	for k, t := range table.triangles(groups, in) {
		rows = append(rows, table.rows(groups[k], t)...)
	}
	return rows, b.Ledger.Err()
}

// cohortTable knows which period each day is in.
type cohortTable struct {
	book   *Book
	starts []ingest.Day
	at     []int32 // by day from the Ledger's first: its period, len(starts) = still open
}

func newCohortTable(b *Book, period Period, starts []ingest.Day) *cohortTable {
	t := &cohortTable{book: b, starts: starts, at: make([]int32, b.Clock.Span())}
	k := 0
	for i := range t.at {
		for k < len(starts) && b.Clock.First+ingest.Day(i) >= period.Add(starts[k], 1) {
			k++
		}
		t.at[i] = int32(k)
	}
	return t
}

// cohortCell is one entry of the triangle.
type cohortCell struct {
	active  int
	revenue int64
}

// triangle is the cohorts of the segments of one grouping.
type triangle struct {
	customers [][]int        // [segment][cohort]
	cells     [][]cohortCell // [segment][cohort·n + period]
}

func newTriangle(segments, n int) triangle {
	t := triangle{make([][]int, segments), make([][]cohortCell, segments)}
	for k := range t.cells {
		t.customers[k], t.cells[k] = make([]int, n), make([]cohortCell, n*n)
	}
	return t
}

func (t triangle) add(o triangle) {
	for k := range t.cells {
		for c, size := range o.customers[k] {
			t.customers[k][c] += size
		}
		for c, cell := range o.cells[k] {
			t.cells[k][c].active += cell.active
			t.cells[k][c].revenue += cell.revenue
		}
	}
}

// triangles fills those of all groupings in one scan.
func (t *cohortTable) triangles(groups []*Grouping, in []bool) []triangle {
	n := len(t.starts)
	fresh := func() []triangle {
		out := make([]triangle, len(groups))
		for k, g := range groups {
			out[k] = newTriangle(len(g.Names), n)
		}
		return out
	}
	parts := gather[[]triangle]{new: fresh}
	p := t.book.Profiles
	t.book.Ledger.Scan(t.book.Threads, func(k int, s *ingest.Shard) {
		sum := parts.take()
		defer parts.give(sum)
		row := make([]cohortCell, n)
		lo, hi := p.OfShard(k)
		for i := lo; i < hi; i++ {
			if !in[i] || p.Frequency[i] == 0 {
				continue
			}
			cohort := int(t.at[p.First[i]-t.book.Clock.First])
			if cohort == n {
				continue
			}
			t.customer(s, p.Row(k, i), p.First[i], row)
			for j, g := range groups {
				if of := g.Of[i]; of >= 0 {
					sum[j].customers[of][cohort]++
					for period := cohort; period < n; period++ {
						c := &sum[j].cells[of][cohort*n+period]
						c.active += row[period].active
						c.revenue += row[period].revenue
					}
				}
			}
		}
	})
	out := fresh()
	for _, part := range parts.all {
		for k := range out {
			out[k].add(part[k])
		}
	}
	return out
}

// rows are the triangle of every segment of a grouping.
func (t *cohortTable) rows(g *Grouping, sums triangle) []CohortRow {
	b, n := t.book, len(t.starts)
	var rows []CohortRow
	for k, name := range g.Names {
		cells := sums.cells[k]
		for cohort, size := range sums.customers[k] {
			for period := cohort; period < n && size > 0; period++ {
				c := cells[cohort*n+period]
				r := CohortRow{Scheme: g.Scheme, Segment: name, Cohort: t.starts[cohort], Period: t.starts[period], Age: period - cohort,
					Truncated: t.starts[cohort] < b.Clock.First+ingest.Day(b.Clock.Horizon), Customers: size, Active: c.active, Revenue: c.revenue, RevenueShare: math.NaN()}
				r.Share, r.Low, r.High, _ = wilson(c.active, size, retentionLevel)
				if first := cells[cohort*n+cohort].revenue; first > 0 {
					r.RevenueShare = float64(c.revenue) / float64(first)
				}
				rows = append(rows, r)
			}
		}
	}
	return rows
}

// customer is what customer i of a shard did in the closed periods from its first purchase day on.
func (t *cohortTable) customer(s *ingest.Shard, i int, first ingest.Day, row []cohortCell) {
	clear(row)
	lo, hi := s.Cells(i)
	for j := lo; j < hi && s.Day[j] <= t.book.Clock.AsOf; j++ {
		k := t.at[s.Day[j]-t.book.Clock.First]
		if s.Day[j] < first || int(k) >= len(row) {
			continue
		}
		row[k].revenue += s.Net(j)
		if row[k].active == 0 && t.book.Ledger.Purchase(s, j) {
			row[k].active = 1
		}
	}
}

// ParsePeriod is the period of that name. The error is an *ingest.ConfigError.
func ParsePeriod(name string) (Period, error) {
	p, ok := parsePeriod(name)
	if !ok || p == Week {
		return 0, &ingest.ConfigError{Msg: fmt.Sprintf("%q is no period here: expected month, quarter or year", name)}
	}
	return p, nil
}
