package reports

import (
	"fmt"
	"slices"
	"strings"

	"mainstay/markov"
)

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
