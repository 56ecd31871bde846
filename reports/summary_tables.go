package reports

import (
	"cmp"
	"slices"
	"strings"

	"mainstay/segment"
)

// How many lines the summary gives to each list.
const (
	summarySegments  = 4
	summaryAttention = 6
	accountMost      = 28 // columns for an account's key and name, where there is room
	accountLeast     = 18 // and where there is not
	segmentLeast     = 8  // columns that a segment's name keeps
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
	shown := min(len(rows), summarySegments)
	scheme := rows[0].Scheme
	if shown < len(rows) {
		scheme = s.style.say("segments.first", scheme, shown, len(rows))
	}
	g.rows = append(g.rows, s.words(scheme, "column.customers", "column.at_risk", "column.revenue",
		"column.retention", "column.churn", "column.value", "column.var"))
	for i := range rows[:shown] {
		r := &rows[i]
		g.rows = append(g.rows, []string{
			printable(cmp.Or(r.Segment, dash)), count(r.Customers), count(r.AtRisk), s.amount(r.Net12),
			percent(r.Retention), percent(r.Churn), s.value(r.Value12), s.value(r.ValueAtRisk),
		})
	}
	g.squeeze(0, s.room(), segmentLeast)
	s.grid(&g)
}

// prospectTier holds the accounts that have not bought yet; the book counts them.
const prospectTier = "prospect"

func (s *summary) tiers() {
	if len(s.res.Tiers) == 0 {
		return
	}
	s.section("label.tiers")
	g := grid{right: []bool{false, true, true, true, true, true}}
	g.rows = append(g.rows, s.words(s.style.say("column.tier"), "column.customers", "column.key", "column.revenue12", "column.value12", "column.var"))
	for i := range s.res.Tiers {
		t := &s.res.Tiers[i]
		if t.Customers == 0 || t.Tier == prospectTier {
			continue
		}
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
	g := grid{right: []bool{false, true, false}, rows: [][]string{s.words(s.style.say("column.account"), "column.stake", "column.why")}}
	for _, a := range s.res.Attention[:min(len(s.res.Attention), summaryAttention)] {
		who := strings.TrimSpace(printable(a.Key) + " " + printable(a.Name))
		g.rows = append(g.rows, []string{clip(who, accountMost), s.value(a.ValueAtRisk), s.style.tell(printable(a.Words))})
	}
	g.squeeze(0, s.room(), accountLeast)
	g.fold(s.room())
	s.grid(&g)
}
