package reports

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"

	"mainstay/ingest"
	"mainstay/segment"
)

// trendShares are the shares of customers whose part of the revenue a trend shows, in percent.
var trendShares = [...]int{1, 5, 10, 20}

// Trend is one row per segment and day: how concentrated the trailing-12-month net revenue was. scale is
// that of the Ledger's money.
func Trend(rows []segment.TrendRow, scale int) *Table {
	b := newColumns("trend", len(rows))
	b.text("scheme", "the segmentation; null for the whole book", func(i int) string { return rows[i].Scheme })
	b.text("segment", "the segment, as of the day; null for the whole book", func(i int) string { return rows[i].Segment })
	b.date("as_of", "last day of the trailing 12 months", func(i int) ingest.Day { return rows[i].AsOf })
	b.integer("customers", "customers who bought or returned in them", func(i int) int64 { return int64(rows[i].Customers) })
	b.decimal("revenue_12m", "their net revenue", scale, func(i int) int64 { return rows[i].Net })
	b.float("gini", "0 (even) to 1 (one customer), over max(0, net revenue)", func(i int) float64 { return rows[i].Gini })
	b.float("hhi", "sum of squared shares, likewise", func(i int) float64 { return rows[i].HHI })
	for _, p := range trendShares {
		b.float(fmt.Sprintf("top_%d_share", p), fmt.Sprintf("share of the revenue that the best %d %% of the customers make", p), func(i int) float64 { return topShare(&rows[i], p) })
	}
	b.integer("half_customers", "the fewest customers that make half of it; 0 where there is none", func(i int) int64 { return int64(rows[i].Half) })
	b.float("half_share", "that as a share of the customers", func(i int) float64 { return rows[i].HalfShare })
	return &b.t
}

// topShare is the share of revenue of the best percent of the customers.
func topShare(r *segment.TrendRow, percent int) float64 {
	for _, t := range r.Top {
		if math.Abs(100*t.Share-float64(percent)) < 0.5 {
			return t.Revenue
		}
	}
	return math.NaN()
}

// ShowTrend draws how concentrated the book has been, with a line per segment of every scheme.
func ShowTrend(w io.Writer, b *segment.Book, rows []segment.TrendRow, style Style) error {
	out := bufio.NewWriter(w)
	v := view{style: style, book: b, out: out}
	v.title(style.say("trend.title"))
	series := slices.Collect(chunkBy(rows, func(x, y *segment.TrendRow) bool { return x.Scheme == y.Scheme && x.Segment == y.Segment }))
	for i := 0; i < len(series); {
		n := i
		for n < len(series) && series[n][0].Scheme == series[i][0].Scheme {
			n++
		}
		if series[i][0].Scheme == "" {
			v.trend(series[i])
		} else {
			v.trends(series[i:n])
		}
		i = n
	}
	v.note("trend.note")
	return out.Flush()
}

// half is who makes half of the revenue.
func half(r *segment.TrendRow) string {
	if r.Half == 0 {
		return dash
	}
	return count(r.Half) + " (" + fixed(100*r.HalfShare, 0) + " %)"
}

// trend is a table of days with the course of the main figures below it.
func (v *view) trend(rows []segment.TrendRow) {
	g := grid{right: []bool{false, true, true, true, true, true, true, true, true, true}}
	head := []string{v.style.say("trend.to"), v.style.say("column.customers"), v.style.say("column.revenue"), v.style.say("trend.gini"), "HHI"}
	for _, p := range trendShares {
		head = append(head, v.style.say("trend.top", p))
	}
	g.rows = append(g.rows, append(head, v.style.say("trend.half")))
	figures := map[string][]float64{}
	keep := func(name string, x float64) { figures[name] = append(figures[name], x) }
	for i := range rows {
		r := &rows[i]
		row := []string{r.AsOf.String(), count(r.Customers), v.amount(r.Net), fixed(r.Gini, textFloatPlaces), fixed(r.HHI, 4)}
		for _, p := range trendShares {
			row = append(row, percent(topShare(r, p)))
		}
		g.rows = append(g.rows, append(row, half(r)))
		keep("gini", r.Gini)
		keep("top", topShare(r, 10))
		keep("half", r.HalfShare)
	}
	v.grid(&g)
	v.line("")
	g = grid{right: []bool{false, false, false}}
	first, last := rows[0].AsOf, rows[len(rows)-1].AsOf
	for _, c := range []struct {
		label, name string
		show        func(float64) string
	}{
		{v.style.say("trend.gini"), "gini", func(x float64) string { return fixed(x, textFloatPlaces) }},
		{v.style.say("trend.top", 10), "top", percent},
		{v.style.say("trend.half"), "half", percent},
	} {
		x := figures[c.name]
		g.rows = append(g.rows, []string{c.label, course(x), c.show(x[0]) + " → " + c.show(x[len(x)-1])})
	}
	g.rows[0][2] += fmt.Sprintf("  (%s → %s)", first, last)
	v.grid(&g)
	v.line("")
}

// trends is one line per segment.
func (v *view) trends(series [][]segment.TrendRow) {
	g := grid{right: []bool{false, true, true, true, true, true, false, false}}
	g.rows = append(g.rows, []string{printable(series[0][0].Scheme), v.style.say("column.customers"), v.style.say("column.revenue"),
		v.style.say("trend.gini"), v.style.say("trend.top", 10), v.style.say("trend.half"), v.style.say("trend.course"), ""})
	for _, rows := range series {
		r := &rows[len(rows)-1]
		var x []float64
		for i := range rows {
			x = append(x, rows[i].Gini)
		}
		g.rows = append(g.rows, []string{printable(cmp.Or(r.Segment, dash)), count(r.Customers), v.amount(r.Net), fixed(r.Gini, textFloatPlaces),
			percent(topShare(r, 10)), half(r), course(x), fixed(x[0], 2) + " → " + fixed(x[len(x)-1], 2)})
	}
	g.squeeze(0, pageWidth, crossedLeast)
	v.grid(&g)
	v.line("")
}
