package reports

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"mainstay/internal/num"
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
		section(b, "FORECAST  share of all, per cent, by step; the last with its interval", c.forecast(names))
	}
	if a.Value != nil || a.ValueTo != nil {
		section(b, fmt.Sprintf("VALUE  reward of this step and all to come, discounted by %g a step", c.Questions.Rate), c.value(names))
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

// notes are remarks as a list, if there are any.
func notes(b *bufio.Writer, all []string) {
	for i, note := range all {
		if i == 0 {
			b.WriteString("\nNOTES\n")
		}
		for k, line := range wrap(note, pageWidth-2*len(columnGap)) {
			if k > 0 {
				line = columnGap + line
			}
			b.WriteString(columnGap + line + "\n")
		}
	}
}

func paragraph(b *bufio.Writer, text string) {
	for _, line := range wrap(text, pageWidth) {
		b.WriteString(line + "\n")
	}
}

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

// confidence is a level level in words.
func confidence(v float64) string { return strings.TrimSuffix(fixed(100*v, 1), ".0") + " %" }

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

func longRun(names []string, share []markov.Estimate) *grid {
	g := &grid{right: []bool{false, true, false, false}}
	for i, e := range share {
		g.rows = append(g.rows, []string{names[i], percent(e.Value), bracket(e, percentBound), bar(e.Value, barWidth)})
	}
	return g
}

// bracket is the interval of an estimate, "" where there is none.
func bracket(e markov.Estimate, format func(float64) string) string {
	return Style{}.interval(e.Low, e.High, format)
}

func percentBound(v float64) string { return fixed(100*v, 1) }

func oneplace(v float64) string { return fixed(v, 1) }

// barWidth is the length of the bar of a share of 1.
const barWidth = 20

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

// forecastColumns is the most steps that the terminal shows.
const forecastColumns = 8

func (c *Chain) forecast(names []string) *grid {
	a := c.Analysis
	last := len(a.Forecast) - 1
	stride := (last + forecastColumns - 2) / (forecastColumns - 1)
	steps := []int{}
	for n := 0; n < last; n += stride {
		steps = append(steps, n)
	}
	steps = append(steps, last)
	g := &grid{right: []bool{false}}
	head := []string{"step"}
	for _, n := range steps {
		g.right = append(g.right, true)
		head = append(head, count(n))
	}
	g.right = append(g.right, false)
	head = append(head, "")
	if a.Heads != nil {
		g.right = append(g.right, true, false)
		head = append(head, "of "+count(int64(num.Sum(c.Questions.Start))), "")
	}
	g.rows = append(g.rows, head)
	for i, name := range names {
		row := []string{name}
		for _, n := range steps {
			row = append(row, percentBound(a.Forecast[n][i].Value))
		}
		row = append(row, bracket(a.Forecast[last][i], percentBound))
		if a.Heads != nil {
			row = append(row, oneplace(a.Heads[last][i].Value), bracket(a.Heads[last][i], oneplace))
		}
		g.rows = append(g.rows, row)
	}
	g.squeeze(0, pageWidth-len(columnGap), nameLeast)
	return g
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

func money2(v float64) string { return fixed(v, textMoneyPlaces) }

// notes are all remarks: of the table, of the fit, of what the analysis leaves open.
func (c *Chain) notes() []string {
	a := c.Analysis
	var out []string
	for _, w := range a.Chain.Certificate.Warnings {
		out = append(out, printable(w.Message))
	}
	for _, note := range c.Moves.Notes {
		out = append(out, printable(note))
	}
	if len(a.Unleft) > 0 && len(c.Questions.Absorbing) == 0 {
		var flags []string
		for _, s := range a.Unleft {
			flags = append(flags, a.Chain.States[s])
		}
		out = append(out, fmt.Sprintf("nobody was seen to leave %s; if that is final, --absorbing %s tells the time until then", quotedList(a.Chain.States, a.Unleft, "or"), printable(strings.Join(flags, ","))))
	}
	if closed := slices.DeleteFunc(slices.Clone(a.Classes), func(c markov.Class) bool { return !c.Closed }); len(closed) > 1 && a.Absorption == nil {
		var sets []string
		for _, class := range closed {
			sets = append(sets, quotedList(a.Chain.States, class.States, "and"))
		}
		out = append(out, "there is no single long run: who is once in one of these sets of states stays in it: "+strings.Join(sets, "; "))
	}
	if a.NoEndless != nil {
		out = append(out, "no endless value: "+a.NoEndless.Error())
	}
	return append(out, c.furtherNotes()...)
}

// furtherNotes are remarks on tests, segments and samples.
func (c *Chain) furtherNotes() []string {
	out := testNotes(c.Tests, c.Analysis.Chain.States)
	if c.Pool != nil {
		for _, w := range c.Pool.Warnings {
			out = append(out, printable(w.Message))
		}
	}
	out = append(out, c.influenceNotes()...)
	if n := c.Analysis.Drawn; n > 0 {
		out = append(out, "standard errors and intervals are of "+plural(int64(n), "sample")+" of ids, drawn with replacement")
	}
	for _, r := range c.Remarks {
		out = append(out, printable(r))
	}
	return out
}

// method says what the errors and intervals of probabilities are.
func (c *Chain) method() string {
	switch q := c.Questions; {
	case c.Analysis.Drawn == 0 && c.Analysis.Chain.Leapt > 0:
		return "observed-information standard errors and Wilson intervals"
	case c.Analysis.Drawn > 0:
		return "bootstrap standard errors and intervals"
	case q.Prior > 0:
		return "posterior standard deviations and intervals"
	case q.Weights != nil:
		return "linearised standard errors and Wilson intervals"
	}
	return "multinomial standard errors and Wilson intervals"
}
