package reports

import (
	"fmt"
	"math"
	"slices"

	"mainstay/markov"
)

// segmentView is a table of segments by state.
type segmentView struct {
	title string
	grid  *grid
}

// segmentViews are the answers of segments, each where it was asked for.
func (c *Chain) segmentViews(names []string) (out []segmentView) {
	all := make([]int, len(names))
	for i := range all {
		all[i] = i
	}
	show := func(title string, formats []func(float64) string, states []int, of func(a *markov.Analysis) []markov.Estimate) {
		if slices.ContainsFunc(c.Segments, func(s *ChainSegment) bool { return of(s.Analysis) != nil }) {
			out = append(out, segmentView{title, c.byState(names, states, formats, of)})
		}
	}
	add := func(title string, format func(float64) string, states []int, of func(a *markov.Analysis) []markov.Estimate) {
		show(title, []func(float64) string{format}, states, of)
	}
	value := func(title string, of func(a *markov.Analysis) []markov.Estimate) {
		show(title, c.moneyFormats(of), all, of)
	}
	transient := slices.DeleteFunc(slices.Clone(all), func(i int) bool { return c.set(i) })
	add("LONG RUN BY SEGMENT  share of all in each state, per cent", percentBound, all, func(a *markov.Analysis) []markov.Estimate { return a.Stationary })
	add("TO THE END BY SEGMENT  steps until "+quotedList(c.Analysis.Chain.States, c.Analysis.Chain.Absorbing, "or")+", from", oneplace, transient, func(a *markov.Analysis) []markov.Estimate { return a.Steps })
	add(fmt.Sprintf("FORECAST BY SEGMENT  share in each state after %s, per cent", plural(int64(c.Questions.Forecast), "step")), percentBound, all, func(a *markov.Analysis) []markov.Estimate {
		if a.Forecast == nil {
			return nil
		}
		return a.Forecast[len(a.Forecast)-1]
	})
	value(fmt.Sprintf("VALUE BY SEGMENT  in %s", plural(int64(c.Questions.Horizon), "step")), func(a *markov.Analysis) []markov.Estimate { return a.ValueTo })
	value("VALUE BY SEGMENT  endless", func(a *markov.Analysis) []markov.Estimate { return a.Value })
	if tests := c.segmentTests(); tests != nil {
		out = append(out, segmentView{"TESTS BY SEGMENT  p and effect; a small p speaks against the hypothesis", tests})
	}
	return out
}

// moneyFormats are how amounts may be written, the finest first: without cents where they are large.
func (c *Chain) moneyFormats(of func(a *markov.Analysis) []markov.Estimate) []func(float64) string {
	const large = 10
	for _, one := range c.Segments {
		for _, e := range of(one.Analysis) {
			if math.Abs(e.Value) >= large {
				return []func(float64) string{money2, oneplace, func(v float64) string { return fixed(v, 0) }}
			}
		}
	}
	return []func(float64) string{money2}
}

// byState is a line per segment with its figures of some states, as far as the page is wide: with fewer places rather than without intervals.
func (c *Chain) byState(names []string, states []int, formats []func(float64) string, of func(a *markov.Analysis) []markov.Estimate) *grid {
	for shown := len(states); ; shown-- {
		for _, format := range formats {
			if g := c.byStateRows(names, states[:shown], true, format, of); fits(g) {
				return g
			}
		}
		if g := c.byStateRows(names, states[:shown], false, formats[0], of); shown == 0 || fits(g) {
			return g
		}
	}
}

func (c *Chain) byStateRows(names []string, states []int, intervals bool, format func(float64) string, of func(a *markov.Analysis) []markov.Estimate) *grid {
	g := &grid{right: []bool{false}, rows: [][]string{{"segment"}}}
	g.stateHeads("", names, states, intervals)
	for _, one := range c.Segments {
		row := []string{clip(printable(one.Name), stateWidth)}
		at := orUnknown(of(one.Analysis))
		for k := range states {
			cell, interval := dash, ""
			if e := at(k); !math.IsNaN(e.Value) {
				cell, interval = format(e.Value), bracket(e, format)
			}
			if row = append(row, cell); intervals {
				row = append(row, interval)
			}
		}
		g.rows = append(g.rows, row)
	}
	return g
}

// segmentTests is a line per segment with its tests; nil where none was asked for.
func (c *Chain) segmentTests() *grid {
	if len(c.Segments) == 0 || c.Segments[0].Tests == nil {
		return nil
	}
	g := &grid{right: []bool{false}}
	head := []string{"segment"}
	for _, t := range c.Segments[0].Tests {
		head = append(head, testNames[t.Name], "effect")
		g.right = append(g.right, true, true)
	}
	g.rows = append(g.rows, head)
	for _, one := range c.Segments {
		row := []string{clip(printable(one.Name), stateWidth)}
		for _, t := range one.Tests {
			row = append(row, pValue(t.Verdict()), fixedOrDash(t.Effect, 3))
		}
		g.rows = append(g.rows, row)
	}
	return g
}

// testNames are what a hypothesis is called in a heading.
var testNames = map[string]string{"order-0": "order 0", "order-1": "order 1", "stationarity": "no change"}

// segmentStatesTable is a row per segment and state.
func segmentStatesTable(c *Chain) *Table {
	k := len(c.Pool.States)
	b := newColumns("segment_states", k*len(c.Segments))
	at := func(i int) (*ChainSegment, int) { return c.Segments[i/k], i % k }
	b.key("segment", "the segment", func(i int) string { return c.Segments[i/k].Name })
	b.key("state", "the state, in the order of the chain", func(i int) string { return c.Pool.States[i%k] })
	b.integer("moves", "moves of the segment out of it, those that stay included", func(i int) int64 { return c.Segments[i/k].Analysis.Chain.N.Leaving(i % k) })
	b.float("start", "how many of the segment are in it where the forecast starts", func(i int) float64 {
		s, state := at(i)
		if s.Questions.Start == nil {
			return math.NaN()
		}
		return s.Questions.Start[state]
	})
	add := func(name, doc string, of func(a *markov.Analysis) []markov.Estimate, place func(a *markov.Analysis, state int) int) {
		b.estimateColumns(name, doc, func(i int) markov.Estimate {
			s, state := at(i)
			return finiteOnly(orUnknown(of(s.Analysis))(place(s.Analysis, state)))
		})
	}
	itself := func(_ *markov.Analysis, state int) int { return state }
	add("stationary", "long-run share, by the pooled chain; null as in `states`", func(a *markov.Analysis) []markov.Estimate { return a.Stationary }, itself)
	add("steps", "expected steps to absorption; null as in `states`", func(a *markov.Analysis) []markov.Estimate { return a.Steps }, func(a *markov.Analysis, state int) int {
		if a.Absorption == nil {
			return -1
		}
		return slices.Index(a.Absorption.Transient, state)
	})
	add("forecast", "share in the state at the end of the forecast; null without one, and where nobody of the segment is in the last step", func(a *markov.Analysis) []markov.Estimate {
		if a.Forecast == nil {
			return nil
		}
		return a.Forecast[len(a.Forecast)-1]
	}, itself)
	add("value_to_horizon", "discounted reward of this step and those up to the horizon; null without --horizon", func(a *markov.Analysis) []markov.Estimate { return a.ValueTo }, itself)
	add("value", "discounted reward of this step and all to come; null without --reward or where it is endless", func(a *markov.Analysis) []markov.Estimate { return a.Value }, itself)
	add("stay", "expected steps that the state is kept; null without --times and where nobody leaves", func(a *markov.Analysis) []markov.Estimate { return a.Stay }, itself)
	return &b.t
}

// segmentTestsTable is a row per segment and test.
func segmentTestsTable(c *Chain) *Table {
	n := len(c.Segments[0].Tests)
	b := newColumns("segment_tests", n*len(c.Segments))
	at := func(i int) *markov.Test { return c.Segments[i/n].Tests[i%n] }
	b.key("segment", "the segment", func(i int) string { return c.Segments[i/n].Name })
	b.testColumns(at)
	return &b.t
}
