package reports

import (
	"math"

	"mainstay/markov"
)

// times is how long states are kept, and how long it takes from one to another, as far as the page is wide.
func (c *Chain) times(names []string) *grid {
	for shown := len(names); shown > 0; shown-- {
		if g := c.timesGrid(names, shown); fits(g) {
			return g
		}
	}
	return c.timesGrid(names, 0)
}

func (c *Chain) timesGrid(names []string, shown int) *grid {
	a := c.Analysis
	g := &grid{right: []bool{false, true, false, true}}
	head := []string{"state", "stay", "", "SD"}
	for j := range shown {
		head = append(head, "to "+names[j])
		g.right = append(g.right, true)
	}
	g.rows = append(g.rows, head)
	for i, name := range names {
		row := []string{name, timeText(a.Stay[i].Value), bracket(a.Stay[i], oneplace), timeText(a.StaySD[i])}
		if math.IsInf(a.Stay[i].Value, 1) {
			row[3] = dash
		}
		for j := range shown {
			row = append(row, timeText(a.Passages[i][j].Value))
		}
		g.rows = append(g.rows, row)
	}
	return g
}

// timeText is a number of steps; one without end is a dash.
func timeText(v float64) string {
	if math.IsInf(v, 1) || math.IsNaN(v) {
		return dash
	}
	return fixed(v, 1)
}

type timesInfo struct {
	State    string         `json:"state"`
	Stay     estimateInfo   `json:"stay"`
	StaySD   number         `json:"stay_sd"`
	Passages []estimateInfo `json:"passages"`
}

func newTimes(a *markov.Analysis) (out []timesInfo) {
	for i, name := range a.Chain.States {
		if a.Stay != nil {
			out = append(out, timesInfo{name, estimateOf(name, a.Stay[i]), number(a.StaySD[i]), perState(a.Chain.States, a.Passages[i])})
		}
	}
	return out
}

func passagesTable(c *Chain) *Table {
	a := c.Analysis
	k := len(a.Chain.States)
	b := newColumns("passages", k*k)
	b.key("from_state", "where somebody is now", func(i int) string { return a.Chain.States[i/k] })
	b.key("to_state", "state that is entered; from a state to itself: entered again", func(i int) string { return a.Chain.States[i%k] })
	b.estimateColumns("steps", "expected steps until then; null where it may never be", func(i int) markov.Estimate { return finiteOnly(a.Passages[i/k][i%k]) })
	return &b.t
}

// finiteOnly is unknown instead of endless.
func finiteOnly(e markov.Estimate) markov.Estimate {
	if math.IsInf(e.Value, 0) {
		return unknownEstimate
	}
	return e
}
