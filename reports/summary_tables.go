package reports

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"mainstay/segment"
)

// How many lines the summary gives to each list.
const (
	summarySegments  = 6
	summaryAttention = 6
	summaryWarnings  = 3
	accountWidth     = 28 // columns for an account's key and name
)

// informative chooses the segmentation to show: industry where accounts carry it, else ABC, else the
// first. A segmentation of one group informs nobody.
func informative(rows []segment.SegmentRow) []segment.SegmentRow {
	groups := func(scheme string) []segment.SegmentRow {
		var g []segment.SegmentRow
		for _, r := range rows {
			if r.Scheme == scheme && r.Customers > 0 {
				g = append(g, r)
			}
		}
		return g
	}
	order := []string{"industry", "abc"}
	for _, r := range rows {
		if !slices.Contains(order, r.Scheme) {
			order = append(order, r.Scheme)
		}
	}
	for _, scheme := range order {
		if g := groups(scheme); len(g) > 1 {
			return g
		}
	}
	return nil
}

func (s *summary) segments() {
	rows := informative(s.res.Segments)
	if len(rows) == 0 {
		return
	}
	if rows[0].Scheme != "abc" {
		slices.SortStableFunc(rows, func(a, b segment.SegmentRow) int { return cmp.Compare(b.Net12, a.Net12) })
	}
	s.section("label.segments")
	g := grid{right: []bool{false, true, true, true, true, true, true, true}}
	g.rows = append(g.rows, s.words(rows[0].Scheme, "column.customers", "column.at_risk", "column.revenue",
		"column.retention", "column.churn", "column.value", "column.var"))
	for i := range rows[:min(len(rows), summarySegments)] {
		r := &rows[i]
		g.rows = append(g.rows, []string{
			printable(cmp.Or(r.Segment, dash)), count(r.Customers), count(r.AtRisk), s.amount(r.Net12),
			percent(r.Retention), percent(r.Churn), s.value(r.Value12), s.value(r.ValueAtRisk),
		})
	}
	g.squeeze(0, s.room())
	s.grid(&g)
	if more := len(rows) - summarySegments; more > 0 {
		s.line(s.style.say("segments.more", more))
	}
}

func (s *summary) tiers() {
	if len(s.res.Tiers) == 0 {
		return
	}
	s.section("label.tiers")
	g := grid{right: []bool{false, true, true, true, true, true}}
	g.rows = append(g.rows, s.words(s.style.say("column.tier"), "column.customers", "column.key", "column.revenue12", "column.value12", "column.var"))
	for i := range s.res.Tiers {
		t := &s.res.Tiers[i]
		g.rows = append(g.rows, []string{
			printable(t.Tier), count(t.Customers), count(t.KeyAccounts), s.amount(t.Net12), s.value(t.Value12), s.value(t.ValueAtRisk),
		})
	}
	s.grid(&g)
}

// words is a header row: its first cell, then phrases.
func (s *summary) words(first string, keys ...string) []string {
	row := []string{printable(first)}
	for _, k := range keys {
		row = append(row, s.style.say(k))
	}
	return row
}

func (s *summary) attention() {
	s.section("label.attention")
	if len(s.res.Attention) == 0 {
		s.line(s.style.say("attention.none"))
		return
	}
	rows := s.res.Attention[:min(len(s.res.Attention), summaryAttention)]
	who, risk := make([]string, len(rows)), make([]string, len(rows))
	whoWidth, riskWidth := 0, 0
	for i, a := range rows {
		who[i] = clip(strings.TrimSpace(printable(a.Key)+" "+printable(a.Name)), accountWidth)
		if !math.IsNaN(a.ValueAtRisk) {
			risk[i] = s.style.say("attention.risk", s.value(a.ValueAtRisk))
		}
		whoWidth, riskWidth = max(whoWidth, width(who[i])), max(riskWidth, width(risk[i]))
	}
	g := grid{right: []bool{false, true, false}}
	for i, a := range rows {
		words := wrap(printable(a.Words), s.room()-whoWidth-riskWidth-2*len(columnGap))
		g.rows = append(g.rows, []string{who[i], risk[i], words[0]})
		if len(words) > 1 {
			g.rows = append(g.rows, []string{"", "", strings.Join(words[1:], " ")})
		}
	}
	s.grid(&g)
}

func (s *summary) warnings() {
	all := allWarnings(s.plan, s.res)
	if len(all) == 0 {
		return
	}
	s.section("label.warnings")
	for _, w := range all[:min(len(all), summaryWarnings)] {
		s.text(printable(w.Code+": "+w.Message), 2)
	}
	if more := len(all) - summaryWarnings; more > 0 {
		s.line(s.style.say("warnings.more", more))
	}
}
