package reports

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"math"

	"mainstay/segment"
)

// Description writes what segment.By found as tables for a terminal, one per scheme, with the cut
// points under those that have them.
func Description(w io.Writer, d *segment.Description) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "as of %s; at risk = bought in the last %d days; retention over the %d days before\n",
		d.Clock.AsOf, d.Clock.Horizon, d.Clock.Horizon)
	for i, scheme := range d.Schemes {
		g := grid{right: []bool{false, true, true, true, true, true, true, true, false}}
		g.rows = append(g.rows, []string{printable(scheme), "customers", "at risk", "prospects", "key", "revenue 12m", "share", "tenure", "retention [95 %]"})
		for k := range d.Rows {
			if r := &d.Rows[k]; r.Scheme == scheme {
				g.rows = append(g.rows, []string{
					printable(cmp.Or(r.Segment, dash)), count(r.Customers), count(r.AtRisk), count(r.Prospects), count(r.KeyAccounts),
					moneyText(r.Net12, d.Scale), percent(r.NetShare), days(r.TenureDays), retention(r),
				})
			}
		}
		b.WriteByte('\n')
		for _, line := range g.lines() {
			b.WriteString(line)
			b.WriteByte('\n')
		}
		cuts := cutGrid(d.Cuts, d.Schemes, i)
		for _, line := range cuts.lines() {
			b.WriteString("  " + line + "\n")
		}
	}
	return b.Flush()
}

// cutGrid is the cut points of scheme i: of its own name, or of the parts of a crossing that no scheme
// before it has shown.
func cutGrid(cuts []segment.Cut, schemes []string, i int) *grid {
	g := &grid{right: []bool{false, false, true, true, true}}
	for _, c := range cuts {
		if c.Scheme == schemes[i] {
			g.rows = append(g.rows, []string{"cut", c.Measure + " " + c.Group, bound(c.Low), "to " + bound(c.High), count(c.Customers)})
		}
	}
	return g
}

func bound(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return dash
	}
	return fixed(v, textMoneyPlaces)
}

func days(v float64) string {
	if math.IsNaN(v) {
		return dash
	}
	return fixed(v, 0) + " d"
}

func retention(r *segment.SegmentRow) string {
	if r.RetentionN == 0 {
		return dash
	}
	return fmt.Sprintf("%s [%s, %s] of %s", percent(r.Retention), percent(r.RetentionLow), percent(r.RetentionHigh), count(r.RetentionN))
}
