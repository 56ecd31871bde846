package reports

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"mainstay/markov"
	"mainstay/segment/moves"
)

// Chain is what mainstay markov reports: a table's moves, the questions, and what the chain says. The
// refusal is nil unless the chain may not be used for what was asked.
type Chain struct {
	Files     []string
	Moves     *moves.Moves
	Questions markov.Questions
	Analysis  *markov.Analysis
	Refusal   *markov.RefusedError
	Tests     []*markov.Test // nil: none was asked for
	Pool      *markov.Pool   // nil: there are no segments
	Segments  []*ChainSegment
	Influence *Influence // nil: no covariates
	Remarks   []string   // of what else was asked
}

// ChainSegment is what is said of one segment. The refusal is as of Chain.
type ChainSegment struct {
	Name      string
	Questions markov.Questions
	Analysis  *markov.Analysis
	Refusal   *markov.RefusedError
	Tests     []*markov.Test // as those of Chain; nil: none was asked for
}

// ChainText writes c for a terminal.
func ChainText(w io.Writer, c *Chain) error {
	b := bufio.NewWriter(w)
	a := c.Analysis
	names := make([]string, len(a.Chain.States))
	for i, s := range a.Chain.States {
		names[i] = clip(printable(s), stateWidth)
	}
	paragraph(b, c.headline())
	c.writeMoves(b, names)
	if a.Stationary != nil {
		section(b, "LONG RUN  share of all in each state, "+c.convergence(), longRun(names, a.Stationary))
	}
	if a.Absorption != nil {
		section(b, clip("TO THE END  steps until "+quotedList(a.Chain.States, a.Absorption.Absorbing, "or"), pageWidth), c.absorption(names))
	}
	if a.Remaining != nil {
		section(b, "REMAINING  how those who have not ended are spread in the long run", c.remaining(names))
	}
	if a.LongRun != nil {
		section(b, "LONG RUN  share of all in each state, from where all are at the start", longRun(names, a.LongRun))
	}
	if a.Stay != nil {
		section(b, "TIMES  steps that a state is kept, and until another is entered", c.times(names))
	}
	if a.Forecast != nil {
		title := "FORECAST  share of all, per cent, by step; the last with its interval"
		if a.Heads != nil {
			title += ", and how many that are"
		}
		section(b, title, c.forecast(names))
	}
	if a.Value != nil || a.ValueTo != nil {
		section(b, fmt.Sprintf("VALUE  reward of this step and all to come, discounted by %.4g %% a step", 100*c.Questions.Rate), c.value(names))
	}
	if a.Decision != nil {
		section(b, "LET GO  what each state is worth when those not worth serving are let go", c.decision(names))
	}
	if c.Tests != nil {
		section(b, "TESTS  a small p speaks against the hypothesis, the effect says how much", testGrid(c.Tests))
	}
	if c.Pool != nil {
		section(b, "SEGMENTS  what few moves do not tell is borrowed from all; chance of staying, per cent", c.segmentGrid(names))
		for _, view := range c.segmentViews(names) {
			section(b, clip(view.title, pageWidth), view.grid)
		}
	}
	if c.Influence != nil {
		section(b, clip(c.influenceTitle(), pageWidth), c.odds(names))
		if c.Influence.Segments != nil {
			section(b, "SEGMENTS BY COVARIATES  chance of staying, per cent, as their covariates say", c.stays("segment", names, c.Influence.Segments))
		}
		for _, p := range c.Influence.Profiles {
			section(b, clip("AT "+printable(p.Name)+"  per cent, from row to column, all else as it was", pageWidth), c.profile(names, p))
		}
	}
	notes(b, c.notes())
	return b.Flush()
}

// The columns that a state's name takes: at most, and where there is no room.
const (
	stateWidth = 24
	nameLeast  = 8
)

func (c *Chain) headline() string {
	n := c.Analysis.Chain.N
	s := fmt.Sprintf("%s: %s between %s", printable(strings.Join(c.Files, ", ")), plural(n.Total(), "move"), plural(int64(len(n.States)), "state"))
	if c.Moves.IDs > 0 {
		s += " of " + plural(c.Moves.IDs, "id")
	}
	if c.Moves.AsOf != "" {
		s += " as of " + c.Moves.AsOf
	}
	return s + "; a step is " + printable(c.Moves.Step) + "; intervals of " + confidence(c.Questions.Level)
}

// quotedList is names of states in a sentence.
func quotedList(states []string, which []int, word string) string {
	var out []string
	for _, i := range which {
		out = append(out, printable(states[i]))
	}
	if n := len(out); n > 1 {
		return strings.Join(out[:n-1], ", ") + " " + word + " " + out[n-1]
	}
	return strings.Join(out, "")
}

// convergence says what the long run means: of an aperiodic chain the limit, else a mean over time.
func (c *Chain) convergence() string {
	for _, class := range c.Analysis.Classes {
		if class.Closed && class.Period > 1 {
			return fmt.Sprintf("averaged over time: the chain goes round in %d steps", class.Period)
		}
	}
	return "whatever the start, if nothing changes"
}
