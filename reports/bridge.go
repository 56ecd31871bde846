package reports

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"math"
	"strings"

	"mainstay/segment"
)

// Bridge is one row per segment and measure: what leads from the 12 months before to the last 12. scale
// is that of the Ledger's money.
func Bridge(rows []segment.BridgeRow, scale int) *Table {
	b := newColumns("bridge", len(rows))
	money := func(name, doc string, f func(r *segment.BridgeRow) int64) {
		b.decimal(name, doc, scale, func(i int) int64 { return f(&rows[i]) })
	}
	count := func(name, doc string, f func(r *segment.BridgeRow) int) {
		b.integer(name, doc, func(i int) int64 { return int64(f(&rows[i])) })
	}
	b.text("scheme", "the segmentation; null for the whole book", func(i int) string { return rows[i].Scheme })
	b.text("segment", "the customers' segment 12 months ago, today's of new customers; null for the whole book", func(i int) string { return rows[i].Segment })
	b.key("measure", "what is counted: revenue, or margin", func(i int) string { return rows[i].Measure })
	money("prior_12m", "value of the 12 months before the last 12", func(r *segment.BridgeRow) int64 { return r.Prior })
	money("new", "change by customers without a purchase day before the last 12 months", func(r *segment.BridgeRow) int64 { return r.New })
	money("returned", "by customers without one in the 12 months before, who had bought earlier and buy again", func(r *segment.BridgeRow) int64 { return r.Returned })
	money("grown", "by all others whose value rose", func(r *segment.BridgeRow) int64 { return r.Grown })
	money("shrunk", "by all others whose value fell", func(r *segment.BridgeRow) int64 { return r.Shrunk })
	money("lost", "by customers with a purchase day in the 12 months before and none in the last 12", func(r *segment.BridgeRow) int64 { return r.Lost })
	money("last_12m", "value of the last 12 months: the sum of the columns from prior_12m to lost, exactly", func(r *segment.BridgeRow) int64 { return r.Now })
	b.float("nrr", "net revenue retention: what those with value then bring now, as a share of it; null where the export does not hold 24 months", func(i int) float64 { return rows[i].NRR() })
	b.float("grr", "gross revenue retention: the same, nobody counted for more than then or less than nothing", func(i int) float64 { return rows[i].GRR() })
	count("customers_before", "customers with a purchase day in the 12 months before", func(r *segment.BridgeRow) int { return r.Before })
	count("new_customers", "how many are new", func(r *segment.BridgeRow) int { return r.NewCustomers })
	count("returned_customers", "how many returned", func(r *segment.BridgeRow) int { return r.ReturnedCustomers })
	count("grown_customers", "how many grew", func(r *segment.BridgeRow) int { return r.GrownCustomers })
	count("shrunk_customers", "how many shrank", func(r *segment.BridgeRow) int { return r.ShrunkCustomers })
	count("lost_customers", "how many were lost", func(r *segment.BridgeRow) int { return r.LostCustomers })
	return &b.t
}

// ShowBridge draws the bridge of the whole book as a waterfall for a terminal, with a table per scheme.
func ShowBridge(w io.Writer, b *segment.Book, rows []segment.BridgeRow, style Style) error {
	out := bufio.NewWriter(w)
	v := view{style: style, book: b, out: out}
	asOf := b.Clock.AsOf
	v.title(style.say("bridge.title", segment.MonthsBefore(asOf, 12), asOf))
	for i := range rows {
		if r := &rows[i]; r.Scheme == "" {
			v.waterfall(r)
		}
	}
	for i := 0; i < len(rows); {
		n := i
		for n < len(rows) && rows[n].Scheme == rows[i].Scheme && rows[n].Measure == rows[i].Measure {
			n++
		}
		if rows[i].Scheme != "" {
			v.bridges(rows[i:n])
		}
		i = n
	}
	v.note("bridge.note")
	if !rows[0].Whole {
		v.note("bridge.partial", b.Clock.First)
	}
	return out.Flush()
}

// bridgeStep is one bar of the waterfall: a level, or a change with how many customers made it.
type bridgeStep struct {
	key       string
	value     int64
	customers int
	level     bool
}

// steps are the bars of a bridge.
func steps(r *segment.BridgeRow) []bridgeStep {
	return []bridgeStep{
		{"bridge.prior", r.Prior, r.Before, true},
		{"bridge.new", r.New, r.NewCustomers, false},
		{"bridge.returned", r.Returned, r.ReturnedCustomers, false},
		{"bridge.grown", r.Grown, r.GrownCustomers, false},
		{"bridge.shrunk", r.Shrunk, r.ShrunkCustomers, false},
		{"bridge.lost", r.Lost, r.LostCustomers, false},
		{"bridge.now", r.Now, r.Before - r.LostCustomers + r.NewCustomers + r.ReturnedCustomers, true},
	}
}

// waterfallWidth is the room of the bars.
const waterfallWidth = 50

// waterfall draws a bridge: levels from zero, each change from where the last one ended.
func (v *view) waterfall(r *segment.BridgeRow) {
	all := steps(r)
	low, high, at := 0.0, 0.0, 0.0
	for _, s := range all {
		if at += float64(s.value); s.level {
			at = float64(s.value)
		}
		low, high = min(low, at), max(high, at)
	}
	place := func(x float64) int {
		if high == low {
			return 0
		}
		return int(math.Round((x - low) / (high - low) * waterfallWidth))
	}
	g := grid{right: []bool{false, true, true, false}}
	g.rows = append(g.rows, []string{v.style.say("basis." + r.Measure), v.style.say("column.customers"), "", ""})
	at = 0
	for _, s := range all {
		from, to, fill, text := at, at+float64(s.value), "█", v.change(s.value)
		if s.level {
			from, to, text = 0, float64(s.value), v.amount(s.value)
		}
		if at = to; from > to {
			from, to, fill = to, from, "░"
		}
		bar := strings.Repeat(" ", place(from)) + strings.Repeat(fill, place(to)-place(from))
		g.rows = append(g.rows, []string{v.style.say(s.key), count(s.customers), text, bar})
	}
	v.grid(&g)
	v.line(v.style.say("bridge.retention", percent(r.NRR()), percent(r.GRR())))
	v.line("")
}

// bridges is a table of the segments of one scheme in one measure.
func (v *view) bridges(rows []segment.BridgeRow) {
	g := grid{right: []bool{false, true, true, true, true, true, true, true, true, true}}
	scheme := rows[0].Scheme
	if rows[0].Measure != segment.Revenue {
		scheme = fmt.Sprintf("%s (%s)", scheme, v.style.say("basis."+rows[0].Measure))
	}
	head := []string{printable(scheme)}
	for _, s := range steps(&rows[0]) {
		head = append(head, v.style.say(s.key+".short"))
	}
	g.rows = append(g.rows, append(head, "NRR", "GRR"))
	for i := range rows {
		r := &rows[i]
		row := []string{printable(cmp.Or(r.Segment, dash))}
		for _, s := range steps(r) {
			if s.level {
				row = append(row, v.amount(s.value))
			} else {
				row = append(row, v.change(s.value))
			}
		}
		g.rows = append(g.rows, append(row, percent(r.NRR()), percent(r.GRR())))
	}
	g.squeeze(0, pageWidth, segmentLeast)
	v.grid(&g)
	v.line("")
}
