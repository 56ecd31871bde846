package reports

import (
	"math"
	"strings"

	"mainstay/ingest"
	"mainstay/segment"
)

func (b *brief) days() {
	h := b.Now.History
	if h == nil {
		return
	}
	b.section("explain.label.days")
	b.text(b.style.say("explain.days", count(h.Cells), count(int64(b.s.Profile.Frequency))), 0)
	if len(h.Latest) == 0 {
		return
	}
	g := grid{right: []bool{false, true, true, true, true, true, false}}
	header := []string{"column.day", "column.lines", "column.sales", "column.returns", "", "", ""}
	if b.margin() {
		header[4] = "column.margin"
	}
	if b.Has.Units {
		header[5] = "column.units"
	}
	g.rows = append(g.rows, b.header(header))
	for _, c := range h.Latest {
		row := []string{c.Day.String(), count(c.Lines), b.exact(c.Sales), b.exact(c.Returns), "", "", ""}
		if b.margin() {
			row[4] = b.exact(c.Value)
		}
		if b.Has.Units {
			row[5] = b.units(c.Units)
		}
		if !c.Purchase {
			row[6] = b.style.say("explain.nopurchase")
		}
		g.rows = append(g.rows, row)
	}
	b.grid(&g)
}

func (b *brief) margin() bool { return b.res.Basis == segment.Margin }

// The charts.
const (
	chartRows  = 4
	chartWidth = 6  // columns to a month: room for "123.4k"
	sparkMost  = 84 // months of a sparkline: seven years
	yearMonths = 12
)

// history draws the monthly revenue: all of it as a line, the last twelve months as columns with the year
// before beneath.
func (b *brief) history() {
	h := b.Now.History
	if h == nil || len(h.Months) == 0 {
		return
	}
	b.section("explain.label.history")
	values := make([]float64, len(h.Months))
	best := 0
	for k, m := range h.Months {
		values[k] = float64(m.Net) / math.Pow10(b.res.Scale)
		if values[k] > values[best] {
			best = k
		}
	}
	from := max(0, len(values)-sparkMost)
	b.line(b.style.say("explain.spark", monthOf(h.Months[from].End), sparkline(values[from:]), monthOf(b.res.Clock.AsOf)))
	if values[best] > 0 {
		whole := "" // what a month is, where the as-of date does not end one of the calendar's
		if asOf := b.res.Clock.AsOf; monthOf(asOf) == monthOf(asOf+1) {
			whole = b.style.say("explain.monthis", monthOf(asOf), segment.MonthsBefore(asOf, 1)+1, asOf)
		}
		b.text(b.style.say("explain.best", whole, b.estimate(values[best]), monthOf(h.Months[best].End)), 0)
	}
	b.months(h.Months, values)
}

// monthOf is the month in which a trailing month ends.
func monthOf(d ingest.Day) string { return d.String()[:len("2006-01")] }

func (b *brief) months(months []segment.TrailingMonth, values []float64) {
	at := func(back int) float64 { // NaN before the first
		if k := len(values) - 1 - back; k >= 0 {
			return values[k]
		}
		return math.NaN()
	}
	now, most := make([]float64, yearMonths), 0.0
	var names, figures, before []string
	for k := range now {
		back := yearMonths - 1 - k
		now[k] = at(back)
		most = math.Max(most, zeroIfNaN(now[k]))
		names = append(names, monthOf(segment.MonthsBefore(b.res.Clock.AsOf, back))[len("20"):])
		figures, before = append(figures, b.tight(now[k])), append(before, b.tight(at(back+yearMonths)))
	}
	if most > 0 {
		for _, line := range columnChart(now, most, chartRows, chartWidth) {
			b.line(line)
		}
	}
	row := func(cells []string) string {
		var padded []string
		for _, c := range cells {
			padded = append(padded, pad(c, chartWidth, true))
		}
		return strings.Join(padded, " ")
	}
	b.line(row(names))
	b.line(row(figures) + " " + b.style.say("explain.thisyear"))
	if b.Now.History.Before != (segment.YearSum{}) {
		b.line(row(before) + " " + b.style.say("explain.lastyear"))
	}
}

func zeroIfNaN(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return v
}

// tight is a size in at most chartWidth columns; nothing for nothing.
func (b *brief) tight(v float64) string {
	if math.IsNaN(v) || v == 0 {
		return "·"
	}
	s := b.style.short(v)
	if point := strings.IndexByte(s, '.'); width(s) > chartWidth && point > 0 {
		rest := strings.TrimLeft(s[point+1:], "0123456789")
		s = s[:point] + rest
	}
	return s
}
