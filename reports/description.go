package reports

import (
	"bufio"
	"cmp"
	"io"
	"math"
	"slices"
	"strings"

	"mainstay/segment"
)

// Description writes what segment.By found as tables for a terminal, one per scheme, with the cut
// points under those that have them.
func Description(w io.Writer, d *segment.Description, style Style) error {
	b := bufio.NewWriter(w)
	words := "segments.words"
	if d.Contracts {
		words = "segments.contract"
	}
	for _, line := range wrap(style.say(words, d.Clock.AsOf, d.Clock.Horizon), pageWidth) {
		b.WriteString(line + "\n")
	}
	shown := map[string]bool{} // schemes that have been explained
	for _, scheme := range d.Schemes {
		b.WriteByte('\n')
		g := segmentGrid(d, scheme, 1, style)
		if g.width() > pageWidth {
			g = segmentGrid(d, scheme, 0, style)
			names := 0 // the scheme above them may be clipped further
			for _, row := range g.rows[1:] {
				names = max(names, width(row[0]))
			}
			g.squeeze(0, pageWidth, min(names, crossedLeast))
		}
		for _, line := range g.lines() {
			b.WriteString(line + "\n")
		}
		for _, line := range explanation(d, scheme, style, shown) {
			b.WriteString(columnGap + line + "\n")
		}
	}
	return b.Flush()
}

// explanation is how the clusters of a scheme were found, and its cut points; those of a crossing's parts. What
// has been shown is left out.
func explanation(d *segment.Description, scheme string, style Style, shown map[string]bool) (lines []string) {
	for part := range strings.SplitSeq(scheme, segment.CrossSign) {
		if shown[part] {
			continue
		}
		shown[part] = true
		for k := range d.Clusters {
			if d.Clusters[k].Scheme == part {
				lines = append(lines, clusterLines(&d.Clusters[k], style)...)
			}
		}
		lines = append(lines, cutGrid(d.Cuts, part, style).lines()...)
	}
	return lines
}

// crossedLeast is the room that a segment's name keeps: two attributes crossed must stay legible.
const crossedLeast = 24

// segmentGrid is the segments of one scheme, with so many places of the retention; prospects are shown where
// there are any.
func segmentGrid(d *segment.Description, scheme string, places int, style Style) *grid {
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
	add(printable(scheme), style.say("column.customers"), style.say("column.at_risk"), style.say("column.prospects"), style.say("column.key.short"),
		style.say("column.revenue12"), style.say("column.share"), style.say("column.tenure"), style.say("column.retention"))
	for k := range d.Rows {
		if r := &d.Rows[k]; r.Scheme == scheme {
			add(printable(cmp.Or(r.Segment, dash)), count(r.Customers), count(r.AtRisk), count(r.Prospects), count(r.KeyAccounts),
				fixed(float64(r.Net12)/math.Pow10(d.Scale), 0), percent(r.NetShare), style.days(r.TenureDays), style.retention(r, places))
		}
	}
	return g
}

// cutGrid is the cut points of a scheme.
func cutGrid(cuts []segment.Cut, scheme string, style Style) *grid {
	g := &grid{right: []bool{false, false, true, true, true}}
	for _, c := range cuts {
		if c.Scheme != scheme {
			continue
		}
		if len(g.rows) == 0 {
			g.rows = append(g.rows, []string{style.say("cuts.group"), style.say("cuts.by"), style.say("cuts.from"), style.say("cuts.to"), style.say("column.customers")})
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

func (s Style) days(v float64) string {
	if math.IsNaN(v) {
		return dash
	}
	return s.say("survival.days", fixed(v, 0))
}

// retention is the share, its interval, and how many it rests on.
func (s Style) retention(r *segment.SegmentRow, places int) string {
	if r.RetentionN == 0 {
		return dash
	}
	return s.say("segments.retention", fixed(100*r.Retention, places)+" %", fixed(100*r.RetentionLow, places), fixed(100*r.RetentionHigh, places), count(r.RetentionN))
}
