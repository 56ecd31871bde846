package reports

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"mainstay/segment"
)

// Description writes what segment.By found as tables for a terminal, one per scheme, with the cut
// points under those that have them.
func Description(w io.Writer, d *segment.Description) error {
	b := bufio.NewWriter(w)
	held, kept := "", ""
	if d.Contracts {
		held, kept = " or under contract", " or under contract now"
	}
	for _, line := range wrap(fmt.Sprintf("as of %s; at risk = bought in the last %d days%s; retention = of those at risk %d days ago, bought since%s, with its 95 %% interval",
		d.Clock.AsOf, d.Clock.Horizon, held, d.Clock.Horizon, kept), pageWidth) {
		b.WriteString(line + "\n")
	}
	shown := map[string]bool{} // schemes that have been explained
	for _, scheme := range d.Schemes {
		b.WriteByte('\n')
		g := segmentGrid(d, scheme)
		g.squeeze(0, pageWidth, crossedLeast)
		for _, line := range g.lines() {
			b.WriteString(line + "\n")
		}
		for _, line := range explanation(d, scheme, shown) {
			b.WriteString(columnGap + line + "\n")
		}
	}
	return b.Flush()
}

// explanation is how the clusters of a scheme were found, and its cut points; those of a crossing's parts. What
// has been shown is left out.
func explanation(d *segment.Description, scheme string, shown map[string]bool) (lines []string) {
	for part := range strings.SplitSeq(scheme, segment.CrossSign) {
		if shown[part] {
			continue
		}
		shown[part] = true
		for k := range d.Clusters {
			if d.Clusters[k].Scheme == part {
				lines = append(lines, clusterLines(&d.Clusters[k])...)
			}
		}
		lines = append(lines, cutGrid(d.Cuts, part).lines()...)
	}
	return lines
}

// crossedLeast is the room that a segment's name keeps: two attributes crossed must stay legible.
const crossedLeast = 24

// segmentGrid is the segments of one scheme; prospects are shown where there are any.
func segmentGrid(d *segment.Description, scheme string) *grid {
	prospects := slices.ContainsFunc(d.Rows, func(r segment.SegmentRow) bool { return r.Scheme == scheme && r.Prospects > 0 })
	g := &grid{right: []bool{false, true, true, true, true, true, true, false}}
	add := func(name, customers, atRisk, waiting string, rest ...string) {
		row := []string{name, customers, atRisk}
		if prospects {
			row = append(row, waiting)
		}
		g.rows = append(g.rows, append(row, rest...))
	}
	if prospects {
		g.right = append([]bool{false, true}, g.right[1:]...)
	}
	add(printable(scheme), "customers", "at risk", "prospects", "key", "revenue 12m", "share", "tenure", "retention")
	for k := range d.Rows {
		if r := &d.Rows[k]; r.Scheme == scheme {
			add(printable(cmp.Or(r.Segment, dash)), count(r.Customers), count(r.AtRisk), count(r.Prospects), count(r.KeyAccounts),
				fixed(float64(r.Net12)/math.Pow10(d.Scale), 0), percent(r.NetShare), days(r.TenureDays), retention(r))
		}
	}
	return g
}

// cutGrid is the cut points of a scheme.
func cutGrid(cuts []segment.Cut, scheme string) *grid {
	g := &grid{right: []bool{false, false, true, true, true}}
	for _, c := range cuts {
		if c.Scheme != scheme {
			continue
		}
		if len(g.rows) == 0 {
			g.rows = append(g.rows, []string{"group", "by", "from", "to", "customers"})
		}
		g.rows = append(g.rows, []string{c.Group, c.Measure, bound(c.Low), bound(c.High), count(c.Customers)})
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
	return fmt.Sprintf("%s [%s, %s] of %s", percent(r.Retention), fixed(100*r.RetentionLow, 1), fixed(100*r.RetentionHigh, 1), count(r.RetentionN))
}
