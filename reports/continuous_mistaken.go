package reports

import (
	"bufio"
	"cmp"
	"fmt"
	"math"
	"slices"

	"mainstay/internal/num"
	"mainstay/markov/ctmc"
	"mainstay/segment/moves"
)

// Mistaken are states that are seen with mistakes.
type Mistaken struct {
	Fit  *ctmc.MisclassifiedFit
	Seen *moves.SeenStates
	True *ctmc.TrueStates
}

// ContinuousTableNames are the names of all tables that a chain in continuous time may have.
var ContinuousTableNames = []string{"intensities", "seen_as", "true_states"}

// ContinuousTables are the intensities, and of states that are seen with mistakes how often they are, and the likely true state of every row.
func ContinuousTables(c *ContinuousChain) []*Table {
	out := []*Table{IntensitiesTable(c)}
	if c.Mistaken != nil {
		out = append(out, c.seenAsTable(), c.trueStatesTable())
	}
	return out
}

// mistaken are how true states are seen, and who is probably in another now.
func (c *ContinuousChain) mistaken(b *bufio.Writer) {
	if c.Mistaken == nil {
		return
	}
	section(b, "SEEN AS  per cent, from the true state (row)"+c.mistakenVerdict(), c.stateGrid(c.Mistaken.Fit.SeenAs(c.Level)))
	if first := c.Mistaken.Fit.Beginnings(c.Level); first != nil {
		g := &grid{right: []bool{false, true, false}}
		g.rows = append(g.rows, []string{"state", "per cent", ""})
		for s, e := range first {
			g.rows = append(g.rows, []string{c.name(s), percentBound(e.Value), between(e.Low, e.High, percentBound)})
		}
		section(b, "BEGINNINGS  the true state in the first row of an id", g)
	}
	c.doubts(b)
}

// mistakenVerdict is the test that no mistakes are made, for a heading.
func (c *ContinuousChain) mistakenVerdict() string {
	chi2, df, p := c.Mistaken.Fit.Mistaken()
	switch {
	case math.IsNaN(chi2):
		return ""
	case math.IsInf(chi2, 1):
		return " (without mistakes what was seen cannot be)"
	case df > 1:
		return fmt.Sprintf(" (no mistakes: χ² %s, at most %s)", statisticText(chi2), withP(p))
	}
	return fmt.Sprintf(" (no mistakes: χ² %s, %s)", statisticText(chi2), withP(p))
}

// doubtful are the last rows of ids whose true state is probably another than what was seen, the surest first: the look, and by how much.
func (c *ContinuousChain) doubtful() (looks []int) {
	m := c.Mistaken
	for i, begin := range m.Seen.Begins[1:] {
		last := begin - 1
		if last >= m.Seen.Begins[i] && m.Seen.Seen[last] >= 0 && m.True.Smoothed[last][m.Seen.Seen[last]] < 1-rather {
			looks = append(looks, last)
		}
	}
	chance := func(at int) float64 { return m.True.Smoothed[at][m.Seen.Seen[at]] }
	slices.SortStableFunc(looks, func(a, b int) int { return cmp.Compare(chance(a), chance(b)) })
	return looks
}

// doubts lists them.
func (c *ContinuousChain) doubts(b *bufio.Writer) {
	m, looks := c.Mistaken, c.doubtful()
	if len(looks) == 0 {
		b.WriteString("\nPROBABLY ANOTHER  nobody is likely to be in another state than the last row says\n")
		return
	}
	title := fmt.Sprintf("PROBABLY ANOTHER  state than the last row says: %s, the surest first", plural(int64(len(looks)), "id"))
	if len(looks) > warned {
		title += fmt.Sprintf("; the first %d", warned)
	}
	g := &grid{right: []bool{false, false, false, false, true}}
	g.rows = append(g.rows, []string{"id", "time", "seen", "likelier", "probability"})
	for _, at := range looks[:min(warned, len(looks))] {
		likely := likeliestOf(m.True.Smoothed[at])
		g.rows = append(g.rows, []string{clip(printable(m.Seen.ID[at]), stateWidth), clip(printable(m.Seen.Time[at]), stateWidth), clip(printable(m.Seen.State[at]), stateWidth), c.name(likely), percent(m.True.Smoothed[at][likely])})
	}
	section(b, title, g)
}

// likeliestOf is the first of the largest.
func likeliestOf(prob []float64) (at int) {
	for i, v := range prob {
		if v > prob[at] {
			at = i
		}
	}
	return at
}

// mistakenNotes are for people.
func (c *ContinuousChain) mistakenNotes() (out []string) {
	if c.Mistaken == nil {
		return nil
	}
	f, changed := c.Mistaken.Fit, 0
	for at, seen := range c.Mistaken.Seen.Seen {
		changed += int(num.Indicator(seen >= 0 && c.Mistaken.True.Path[at] != seen))
	}
	out = append(out, fmt.Sprintf("on the likeliest paths of true states %s of %s hold another state than was seen", count(changed), plural(int64(len(c.Mistaken.Seen.Seen)), "row")))
	for s, row := range f.SeenAs(c.Level) {
		for o, e := range row {
			if o != s && e.Value > row[s].Value {
				out = append(out, fmt.Sprintf("the true state %q is more often seen as %q than as itself: the two may have changed places", f.States[s], f.States[o]))
			}
		}
	}
	switch _, df, p := f.Mistaken(); {
	case df > 1 && p > 0:
		out = append(out, "p of the test that no mistakes are made is the largest that any weights of its mixture of χ² give")
	case df > 0 && math.IsNaN(p):
		out = append(out, "whether mistakes are made was not tested: the chain without was refused: "+f.Without.Certificate.Warnings[0].Message)
	}
	return out
}

func (c *ContinuousChain) seenAsTable() *Table {
	f := c.Mistaken.Fit
	all, k := f.SeenAs(c.Level), len(f.States)
	b := newColumns("seen_as", k*k)
	b.key("true_state", "the true state", func(i int) string { return f.States[i/k] })
	b.key("seen_state", "what is seen of it", func(i int) string { return f.States[i%k] })
	b.estimateColumns("probability", "of seeing that", func(i int) ctmc.Estimate { return all[i/k][i%k] })
	return &b.t
}

func (c *ContinuousChain) trueStatesTable() *Table {
	m := c.Mistaken
	chance := func(at, state int) float64 {
		if state < 0 {
			return math.NaN()
		}
		return m.True.Smoothed[at][state]
	}
	b := newColumns("true_states", len(m.Seen.ID))
	b.key("id", "who it is", func(i int) string { return m.Seen.ID[i] })
	b.text("time", "time of the row", func(i int) string { return m.Seen.Time[i] })
	b.text("seen", "state that was seen", func(i int) string { return m.Seen.State[i] })
	b.float("probability_seen", "that the true state is that one, given all rows of the id; null of a label that may be several", func(i int) float64 { return chance(i, m.Seen.Seen[i]) })
	b.text("state", "true state on the id's likeliest path", func(i int) string { return m.Fit.States[m.True.Path[i]] })
	b.float("probability", "that it is in that state, given all rows of the id", func(i int) float64 { return m.True.Smoothed[i][m.True.Path[i]] })
	b.float("probability_then", "the same, given only the rows up to this one", func(i int) float64 { return m.True.Filtered[i][m.True.Path[i]] })
	return &b.t
}
