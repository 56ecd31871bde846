package reports

import (
	"mainstay/markov"
)

func (c *Chain) remaining(names []string) *grid {
	r := c.Analysis.Remaining
	g := &grid{right: []bool{false, true, false, false}}
	for i, s := range r.States {
		g.rows = append(g.rows, []string{names[s], percent(r.Share[i].Value), bracket(r.Share[i], percentBound), bar(r.Share[i].Value, barWidth)})
	}
	g.rows = append(g.rows, []string{"remain after a step", percent(r.Keep.Value), bracket(r.Keep, percentBound), ""})
	return g
}

type remainingInfo struct {
	Share []estimateInfo `json:"share"`
	Keep  estimateInfo   `json:"keep"`
}

func newRemaining(a *markov.Analysis) *remainingInfo {
	r := a.Remaining
	if r == nil {
		return nil
	}
	return &remainingInfo{perState(pickNames(a.Chain.States, r.States), r.Share), estimateOf("", r.Keep)}
}

// absorption shows where people end with intervals where these fit on the page, else without, else not at all:
// --out has them.
func (c *Chain) absorption(names []string) *grid {
	g := c.absorptionGrid(names, true, true)
	if !fits(g) {
		g = c.absorptionGrid(names, true, false)
	}
	if !fits(g) {
		g = c.absorptionGrid(names, false, false)
	}
	return g
}

func (c *Chain) absorptionGrid(names []string, ends, intervals bool) *grid {
	a := c.Analysis
	ends = ends && len(a.Absorption.Absorbing) > 1 // else it is certain where everybody ends
	g := &grid{right: []bool{false, true, false, true}}
	head := []string{"from", "steps", "", "SD"}
	add := func(row []string, cell, bracket string) []string {
		if row = append(row, cell); intervals {
			row = append(row, bracket)
		}
		return row
	}
	if ends {
		for _, s := range a.Absorption.Absorbing {
			head = add(head, "ends in "+names[s], "")
			g.right = append(g.right, true)
			if intervals {
				g.right = append(g.right, false)
			}
		}
	}
	g.rows = append(g.rows, head)
	for i, s := range a.Absorption.Transient {
		e := a.Steps[i]
		row := []string{names[s], oneplace(e.Value), bracket(e, oneplace), oneplace(a.Spread(i))}
		if ends {
			for _, e := range a.Ends[i] {
				row = add(row, percent(e.Value), bracket(e, percentBound))
			}
		}
		g.rows = append(g.rows, row)
	}
	return g
}
