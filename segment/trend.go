package segment

import (
	"context"
	"math"
	"slices"

	"mainstay/ingest"
)

// TrendRow is how concentrated the trailing-12-month net revenue of one segment was on a day. Scheme and
// Segment are empty for the whole book.
type TrendRow struct {
	Scheme, Segment string
	AsOf            ingest.Day
	Customers       int   // who bought or returned in the 12 months
	Net             int64 // their net revenue, at the Ledger's scale
	Half            int   // the fewest customers that make half of Σ max(0, net)
	HalfShare       float64
	Concentration
}

// mostPeriods bounds the periods of a trend and of cohorts: ten years of months.
const mostPeriods = 120

// Trend measures concentration on the last day of every closed period whose trailing 12 months the export
// holds, the latest mostPeriods of them, and on the as-of date: of the whole book, then of every
// segment of by, over the customers for whom where holds. Segments and conditions are those of each day, so
// nothing that came later plays a part. Rows are in the order of schemes, segments, days. Errors are
// *ingest.ConfigError, those of NewBook, and the context's.
func (b *Book) Trend(ctx context.Context, period Period, by []string, where string) ([]TrendRow, error) {
	series := make([][]TrendRow, 1+len(by))
	for _, day := range b.closedDays(period) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		then, err := b.Before(day)
		if err != nil {
			return nil, err
		}
		in, err := then.Where(where)
		if err != nil {
			return nil, err
		}
		series[0] = append(series[0], then.concentrations(then.everyone(), in)...)
		for k, scheme := range by {
			g, err := then.Group(scheme)
			if err != nil {
				return nil, err
			}
			series[k+1] = append(series[k+1], then.concentrations(g, in)...)
		}
	}
	var rows []TrendRow
	for _, s := range series {
		rows = append(rows, bySegment(s)...)
	}
	return rows, nil
}

// closedDays are the last days of the closed periods that can be measured, ascending, then the as-of date.
func (b *Book) closedDays(period Period) []ingest.Day {
	days := []ingest.Day{b.Clock.AsOf}
	for end := period.Start(b.Clock.AsOf+1) - 1; MonthsBefore(end, 12)+1 >= b.Clock.First && len(days) <= mostPeriods; end = period.Start(end) - 1 {
		if end < b.Clock.AsOf {
			days = append(days, end)
		}
	}
	slices.Reverse(days)
	return days
}

// concentrations measures every segment of a grouping as of the book's day.
func (b *Book) concentrations(g *Grouping, in []bool) []TrendRow {
	values := make([][]int64, len(g.Names))
	for i := range b.Profiles.Len() {
		if v, counts := b.Profiles.active12(i); g.Of[i] >= 0 && in[i] && counts {
			values[g.Of[i]] = append(values[g.Of[i]], v)
		}
	}
	var rows []TrendRow
	for k, name := range g.Names {
		if len(values[k]) == 0 {
			continue
		}
		r := TrendRow{Scheme: g.Scheme, Segment: name, AsOf: b.Clock.AsOf, Customers: len(values[k]), Concentration: Concentrate(values[k])}
		for _, v := range values[k] {
			r.Net += v
		}
		r.Half = fewestForHalf(values[k])
		r.HalfShare = math.NaN()
		if r.Half > 0 {
			r.HalfShare = float64(r.Half) / float64(r.Customers)
		}
		rows = append(rows, r)
	}
	return rows
}

// fewestForHalf is the smallest number of values that make half of Σ max(0, v); 0 where that is nothing.
func fewestForHalf(values []int64) int {
	x, total := positive(values)
	var made uint64
	for n := 1; n <= len(x); n++ {
		if made += uint64(x[len(x)-n]); made >= total-made {
			return n
		}
	}
	return 0
}

// bySegment puts the rows of one segment together, segments in the order in which they first appear.
func bySegment(rows []TrendRow) []TrendRow {
	index := map[string]int{}
	for _, r := range rows {
		if _, known := index[r.Segment]; !known {
			index[r.Segment] = len(index)
		}
	}
	slices.SortStableFunc(rows, func(x, y TrendRow) int { return index[x.Segment] - index[y.Segment] })
	return rows
}
