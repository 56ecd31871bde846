package reports

import (
	"fmt"
	"math"
	"strings"

	"mainstay/markov"
)

// testGrid is a line per test: what is tested, and how far the moves are from it.
func testGrid(tests []*markov.Test) *grid {
	g := &grid{right: []bool{false, true, true, true, true, false}}
	g.rows = append(g.rows, []string{"hypothesis", "G²", "df", "p", "effect", ""})
	for _, t := range tests {
		p := pValue(t.Verdict())
		if t.DF > 0 && !t.Reliable() {
			p += "*"
		}
		g.rows = append(g.rows, []string{t.Hypothesis, statisticText(t.G2), count(t.DF), p, fixedOrDash(t.Effect, 3), effectWord(t.Effect)})
	}
	g.squeeze(0, pageWidth-len(columnGap), foldLeast)
	return g
}

func fixedOrDash(v float64, places int) string {
	if math.IsNaN(v) {
		return dash
	}
	return fixed(v, places)
}

// effectWord is Cohen's word for a w or V (Cohen 1988, §7.2.3).
func effectWord(effect float64) string {
	switch {
	case math.IsNaN(effect):
		return ""
	case effect < .1:
		return "negligible"
	case effect < .3:
		return "small"
	case effect < .5:
		return "medium"
	}
	return "large"
}

// testNotes say where cells are sparse, what was done about it, and which states depart most.
func testNotes(tests []*markov.Test, states []string) (out []string) {
	for _, t := range tests {
		name := strings.ReplaceAll(t.Name, "-", " ")
		switch {
		case t.DF == 0:
			out = append(out, name+": nothing to test, for no state has moves to compare")
			continue
		case !t.Reliable() && t.Draws > 0:
			out = append(out, fmt.Sprintf("* %s: %s of %s expect fewer than 5 moves, so p is of %s drawn under the hypothesis (χ² would say %s)",
				name, count(t.Sparse), plural(int64(t.Cells), "cell"), plural(int64(t.Draws), "table"), pValue(t.P)))
		case !t.Reliable():
			out = append(out, fmt.Sprintf("* %s: %s of %s expect fewer than 5 moves, and p, of χ², is rough", name, count(t.Sparse), plural(int64(t.Cells), "cell")))
		}
		if worst := t.Worst(); worst >= 0 && len(t.Parts) > 1 && t.Verdict() < .05 {
			p := t.Parts[worst]
			out = append(out, fmt.Sprintf("%s: most of it in %s (G² %s of %s)", name, printable(states[p.State]), statisticText(p.G2), statisticText(t.G2)))
		}
	}
	return out
}

type testInfo struct {
	Name       string     `json:"name"`
	Hypothesis string     `json:"hypothesis"`
	G2         number     `json:"g2"`
	X2         number     `json:"x2"`
	DF         int        `json:"df"`
	P          number     `json:"p"`
	PX2        number     `json:"p_x2"`
	PSimulated number     `json:"p_simulated"`
	Drawn      int        `json:"drawn"`
	Effect     number     `json:"effect"`
	Measure    string     `json:"measure"`
	Moves      int64      `json:"moves"`
	Cells      int        `json:"cells"`
	Sparse     int        `json:"sparse"`
	Reliable   bool       `json:"reliable"`
	States     []partInfo `json:"states"`
}

type partInfo struct {
	State string `json:"state"`
	G2    number `json:"g2"`
	DF    int    `json:"df"`
	P     number `json:"p"`
}

func newTests(tests []*markov.Test, states []string) (out []testInfo) {
	for _, t := range tests {
		info := testInfo{t.Name, t.Hypothesis, number(t.G2), number(t.X2), t.DF, number(t.P), number(t.PX2), number(t.PSimulated), t.Draws,
			number(t.Effect), t.Measure, t.Moves, t.Cells, t.Sparse, t.Reliable(), nil}
		for _, p := range t.Parts {
			info.States = append(info.States, partInfo{states[p.State], number(p.G2), p.DF, number(p.P)})
		}
		out = append(out, info)
	}
	return out
}

func testsTable(c *Chain) *Table {
	b := newColumns("tests", len(c.Tests))
	b.testColumns(func(i int) *markov.Test { return c.Tests[i] })
	return &b.t
}

// testColumns are those of a test.
func (b *columns) testColumns(at func(i int) *markov.Test) {
	b.key("test", "order-0, order-1, stationarity, homogeneity, fit", func(i int) string { return at(i).Name })
	b.key("hypothesis", "what is tested, in words", func(i int) string { return at(i).Hypothesis })
	b.float("g2", "likelihood-ratio statistic G²", func(i int) float64 { return at(i).G2 })
	b.float("x2", "Pearson's X²", func(i int) float64 { return at(i).X2 })
	b.integer("df", "degrees of freedom", func(i int) int64 { return int64(at(i).DF) })
	b.float("p", "of G², by χ²; null without degrees of freedom", func(i int) float64 { return at(i).P })
	b.float("p_x2", "of X², by χ²", func(i int) float64 { return at(i).PX2 })
	b.float("p_simulated", "of G² among tables drawn under the hypothesis; null where cells are not sparse", func(i int) float64 { return at(i).PSimulated })
	b.float("effect", "size of the departure, 0 to 1 for V", func(i int) float64 { return at(i).Effect })
	b.key("measure", "of the effect: cramers-v, cohens-w", func(i int) string { return at(i).Measure })
	b.integer("moves", "moves that the test is about", func(i int) int64 { return at(i).Moves })
	b.integer("cells", "cells of its tables", func(i int) int64 { return int64(at(i).Cells) })
	b.integer("sparse", "cells that expect fewer than 5 moves; with more than a fifth of them p_simulated is what counts", func(i int) int64 { return int64(at(i).Sparse) })
}
