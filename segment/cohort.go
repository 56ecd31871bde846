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
	table := newCohortTable(b, period, starts)
	rows := table.rows(b.everyone(), in)
	err = eachScheme(ctx, by, b.Group, func(scheme string, g *Grouping) error {
		if n := len(g.Names); n > mostCohortSegments {
			return &ingest.ConfigError{Msg: fmt.Sprintf("%s has %d segments, more than the %d whose cohorts can be told apart: choose broader ones", scheme, n, mostCohortSegments)}
		}
		rows = append(rows, table.rows(g, in)...)
		return nil
	})
	return rows, err
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

// rows fills the triangle of every segment of a grouping.
func (t *cohortTable) rows(g *Grouping, in []bool) []CohortRow {
	b, n := t.book, len(t.starts)
	customers := make([][]int, len(g.Names))
	cells := make([][]cohortCell, len(g.Names)) // [segment][cohort·n + period]
	for k := range cells {
		customers[k], cells[k] = make([]int, n), make([]cohortCell, n*n)
	}
	for i := range b.Profiles.Len() {
		p := b.Profiles.At(i)
		k := g.Of[i]
		if k < 0 || !in[i] || p.Frequency == 0 {
			continue
		}
		if cohort := int(t.at[p.First-b.Clock.First]); cohort < n {
			customers[k][cohort]++
			t.addCustomer(&p, cells[k][cohort*n:][:n])
		}
	}
	var rows []CohortRow
	for k, name := range g.Names {
		for cohort, size := range customers[k] {
			for period := cohort; period < n && size > 0; period++ {
				c := cells[k][cohort*n+period]
				r := CohortRow{Scheme: g.Scheme, Segment: name, Cohort: t.starts[cohort], Period: t.starts[period], Age: period - cohort,
					Truncated: t.starts[cohort] < b.Clock.First+ingest.Day(b.Clock.Horizon), Customers: size, Active: c.active, Revenue: c.revenue, RevenueShare: math.NaN()}
				r.Share, r.Low, r.High, _ = wilson(c.active, size, retentionLevel)
				if first := cells[k][cohort*n+cohort].revenue; first > 0 {
					r.RevenueShare = float64(c.revenue) / float64(first)
				}
				rows = append(rows, r)
			}
		}
	}
	return rows
}

// addCustomer adds a customer's closed periods from its first purchase day on to the row of its cohort.
func (t *cohortTable) addCustomer(p *Profile, row []cohortCell) {
	l := t.book.Ledger
	s := l.Shard(int(p.Shard))
	lo, hi := s.Cells(int(p.Row))
	seen := int32(-1)
	for j := lo; j < hi && s.Day[j] <= t.book.Clock.AsOf; j++ {
		k := t.at[s.Day[j]-t.book.Clock.First]
		if s.Day[j] < p.First || int(k) >= len(row) {
			continue
		}
		row[k].revenue += s.Net(j)
		if l.Purchase(s, j) && k != seen {
			row[k].active++
			seen = k
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
