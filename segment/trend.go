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
// *ingest.ConfigError, those of OpenBook, and the context's.
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
	return rows, b.Ledger.Err()
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
	var rows []TrendRow
	for k, members := range b.customersBySegment(g, in) {
		values := make([]int64, 0, len(members))
		for _, i := range members {
			if v, counts := b.Profiles.active12(int(i)); counts {
				values = append(values, v)
			}
		}
		if len(values) == 0 {
			continue
		}
		r := TrendRow{Scheme: g.Scheme, Segment: g.Names[k], AsOf: b.Clock.AsOf, Customers: len(values), Concentration: Concentrate(values)}
		for _, v := range values {
			r.Net += v
		}
		r.Half = fewestForHalf(values)
		r.HalfShare = math.NaN()
		if r.Half > 0 {
			r.HalfShare = float64(r.Half) / float64(r.Customers)
		}
		rows = append(rows, r)
	}
	return rows
}

// fewestForHalf is the smallest number of the ascending values that make half of Σ max(0, v); 0 where that is nothing.
func fewestForHalf(sorted []int64) int {
	var made, total uint64
	for _, v := range sorted {
		total += uint64(max(v, 0))
	}
	for n := 1; n <= len(sorted) && sorted[len(sorted)-n] > 0; n++ {
		if made += uint64(sorted[len(sorted)-n]); made >= total-made {
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
