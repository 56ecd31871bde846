package reports

import (
	"mainstay/markov"
)

func (c *Chain) decision(names []string) *grid {
	d := c.Analysis.Decision
	g := &grid{right: []bool{false, false, true, false, true}}
	g.rows = append(g.rows, []string{"state", "", "value", "", "against serving all"})
	for i, name := range names {
		word, more := "let go", dash
		if d.Serve[i] {
			word = "serve"
		}
		if a := c.Analysis; a.Value != nil {
			more = signedMoney(d.Value[i].Value - a.Value[i].Value)
		}
		g.rows = append(g.rows, []string{name, word, money2(d.Value[i].Value), bracket(d.Value[i], money2), more})
	}
	return g
}

func signedMoney(v float64) string {
	if v < 0 {
		return money2(v)
	}
	return "+" + money2(v)
}

type decisionInfo struct {
	State string       `json:"state"`
	Serve bool         `json:"serve"`
	Value estimateInfo `json:"value"`
}

func newDecision(a *markov.Analysis) (out []decisionInfo) {
	for i, name := range a.Chain.States {
		if a.Decision != nil {
			out = append(out, decisionInfo{name, a.Decision.Serve[i], estimateOf(name, a.Decision.Value[i])})
		}
	}
	return out
}

func (c *Chain) value(names []string) *grid {
	a := c.Analysis
	g := &grid{right: []bool{false, true}}
	head := []string{"state", "reward"}
	if a.ValueTo != nil {
		g.right = append(g.right, true, false)
		head = append(head, "in "+plural(int64(c.Questions.Horizon), "step"), "")
	}
	if a.Value != nil {
		g.right = append(g.right, true, false)
		head = append(head, "endless", "")
	}
	g.rows = append(g.rows, head)
	for i, name := range names {
		row := []string{name, money2(c.Questions.Reward[i])}
		for _, v := range [][]markov.Estimate{a.ValueTo, a.Value} {
			if v != nil {
				row = append(row, money2(v[i].Value), bracket(v[i], money2))
			}
		}
		g.rows = append(g.rows, row)
	}
	return g
}
