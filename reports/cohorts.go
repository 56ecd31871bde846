package reports

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"math"

	"mainstay/ingest"
	"mainstay/segment"
)

// Cohorts is one row per segment, cohort and closed period. scale is that of the Ledger's money.
func Cohorts(rows []segment.CohortRow, scale int) *Table {
	b := newColumns("cohorts", len(rows))
	b.text("scheme", "the segmentation; null for the whole book", func(i int) string { return rows[i].Scheme })
	b.text("segment", "the segment, as of the as-of date; null for the whole book", func(i int) string { return rows[i].Segment })
	b.date("cohort", "first day of the period of the first purchase day", func(i int) ingest.Day { return rows[i].Cohort })
	b.date("period", "first day of the period that is looked at", func(i int) ingest.Day { return rows[i].Period })
	b.integer("age", "how many periods later that is", func(i int) int64 { return int64(rows[i].Age) })
	b.boolean("truncated", "the cohort begins within one horizon of the export's first day: its customers may have bought before", func(i int) bool { return rows[i].Truncated })
	b.integer("customers", "customers of the cohort", func(i int) int64 { return int64(rows[i].Customers) })
	b.integer("active", "of them, with a purchase day in the period", func(i int) int64 { return int64(rows[i].Active) })
	b.float("retention", "active ÷ customers", func(i int) float64 { return rows[i].Share })
	b.float("retention_low", "lower end of its 95 % Wilson interval", func(i int) float64 { return rows[i].Low })
	b.float("retention_high", "upper end of its 95 % Wilson interval", func(i int) float64 { return rows[i].High })
	b.decimal("revenue", "net revenue of the cohort in the period", scale, func(i int) int64 { return rows[i].Revenue })
	b.float("revenue_retention", "that ÷ the revenue at age 0; null where that is not above zero", func(i int) float64 { return rows[i].RevenueShare })
	return &b.t
}

// cohortCells are the ages that fit a page.
const cohortCells = 13

// ShowCohorts draws the triangles of the whole book, customers and revenue, with a line per segment of every
// scheme.
func ShowCohorts(w io.Writer, b *segment.Book, rows []segment.CohortRow, period segment.Period, style Style) error {
	out := bufio.NewWriter(w)
	v := view{style: style, book: b, out: out}
	if len(rows) == 0 {
		v.note("cohort.none", style.say("period."+period.String()))
		return out.Flush()
	}
	v.title(style.say("cohort.title", style.say("period."+period.String())))
	for scheme := range chunkBy(rows, func(x, y *segment.CohortRow) bool { return x.Scheme == y.Scheme }) {
		if scheme[0].Scheme == "" {
			v.triangle(scheme, period, "cohort.active", func(r *segment.CohortRow) string { return shaded(r.Share) })
			v.triangle(scheme, period, "cohort.revenue", func(r *segment.CohortRow) string { return fixed(100*r.RevenueShare, 0) + " " })
		} else {
			v.cohortSegments(scheme)
		}
	}
	v.note("cohort.note", b.Clock.Horizon)
	return out.Flush()
}

// shaded is a share as a percentage with a block of that height.
func shaded(share float64) string {
	if math.IsNaN(share) {
		return dash + " "
	}
	return fixed(100*share, 0) + block(share)
}

// ages is the head of a triangle: how many periods later.
func ages(rows []segment.CohortRow) []string {
	most := 0
	for i := range rows {
		most = max(most, rows[i].Age)
	}
	var head []string
	for age := range min(most+1, cohortCells) {
		head = append(head, fmt.Sprintf("%d ", age))
	}
	return head
}

// triangle is a row per cohort and a column per age.
func (v *view) triangle(rows []segment.CohortRow, period segment.Period, title string, value func(*segment.CohortRow) string) {
	head := ages(rows)
	g := grid{right: append([]bool{false}, trues(1+len(head))...)}
	g.rows = append(g.rows, append([]string{v.style.say(title), v.style.say("column.customers")}, head...))
	for cohort := range chunkBy(rows, func(x, y *segment.CohortRow) bool { return x.Cohort == y.Cohort }) {
		name := periodName(cohort[0].Cohort, period)
		if cohort[0].Truncated {
			name += "*"
		}
		row := []string{name, count(cohort[0].Customers)}
		for k := range head {
			if k < len(cohort) {
				row = append(row, value(&cohort[k]))
			} else {
				row = append(row, "")
			}
		}
		g.rows = append(g.rows, row)
	}
	v.grid(&g)
	v.line("")
}

// periodName is the period that begins on a day: 2025-03, 2025-Q1, 2025.
func periodName(start ingest.Day, period segment.Period) string {
	y, m, _ := start.Date()
	switch period {
	case segment.Month:
		return fmt.Sprintf("%d-%02d", y, m)
	case segment.Quarter:
		return fmt.Sprintf("%d-Q%d", y, (m+2)/3)
	}
	return fmt.Sprint(y)
}

// cohortSegments pools the cohorts of every segment, those that may have bought before left out: a row
// per segment and a column per age.
func (v *view) cohortSegments(rows []segment.CohortRow) {
	head := ages(rows)
	g := grid{right: append([]bool{false}, trues(1+len(head))...)}
	g.rows = append(g.rows, append([]string{printable(rows[0].Scheme), v.style.say("column.customers")}, head...))
	for one := range chunkBy(rows, func(x, y *segment.CohortRow) bool { return x.Segment == y.Segment }) {
		active, customers := make([]int, len(head)), make([]int, len(head))
		for i := range one {
			if r := &one[i]; !r.Truncated && r.Age < len(head) {
				active[r.Age] += r.Active
				customers[r.Age] += r.Customers
			}
		}
		row := []string{printable(cmp.Or(one[0].Segment, dash)), count(customers[0])}
		for k := range head {
			row = append(row, shaded(float64(active[k])/float64(customers[k])))
		}
		g.rows = append(g.rows, row)
	}
	g.squeeze(0, pageWidth, segmentLeast)
	v.grid(&g)
	v.line("")
}

func trues(n int) []bool {
	out := make([]bool, n)
	for i := range out {
		out[i] = true
	}
	return out
}
