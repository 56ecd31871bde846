package reports

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"mainstay/internal/num"
	"mainstay/markov/hidden"
	"mainstay/segment/moves"
)

// HiddenChain is what mainstay markov hidden reports.
type HiddenChain struct {
	Files  []string
	Panel  *moves.HiddenPanel
	Level  float64
	Choice *hidden.Choice
	Fit    *hidden.Fit // the chosen one
	States *hidden.States
}

// hiddenName is a state's name: they have none but their rank.
func hiddenName(state int) string { return strconv.Itoa(state + 1) }

// HiddenText writes c for a terminal.
func HiddenText(w io.Writer, c *HiddenChain) error {
	b := bufio.NewWriter(w)
	paragraph(b, c.headline())
	section(b, "STATES  from the weakest: share of periods, activity and spend a period, and the long run", c.states())
	if c.Fit.States > 1 {
		section(b, "MOVES  from one period to the next, per cent, from row to column", c.moves())
	}
	if len(c.Choice.Candidates) > 1 {
		section(b, "HOW MANY  states: the lowest BIC, and the likeliest periods held out", c.howMany())
	}
	var remarks []string
	for _, r := range c.remarks() {
		remarks = append(remarks, printable(r))
	}
	notes(b, remarks)
	return b.Flush()
}

// remarks are those of the table, then those of the fit.
func (c *HiddenChain) remarks() []string {
	out := append([]string{}, c.Panel.Notes...)
	for _, w := range c.Fit.Certificate.Warnings {
		out = append(out, w.Message)
	}
	return out
}

func (c *HiddenChain) headline() string {
	s := fmt.Sprintf("%s: %s of %s in %s", printable(strings.Join(c.Files, ", ")), plural(int64(c.Fit.Seen), "period"), plural(int64(len(c.Panel.IDs)), "id"),
		plural(int64(c.Fit.Model.States), "hidden state"))
	if c.Panel.AsOf != "" {
		s += " as of " + c.Panel.AsOf
	}
	return s + fmt.Sprintf("; %s, log L %s, BIC %s, intervals of %s", c.Fit.Activity, fixed(c.Fit.LogLik, 4), fixed(c.Fit.BIC, 1), confidence(c.Level))
}

func (c *HiddenChain) states() *grid {
	f := c.Fit
	g := &grid{right: []bool{false, true, true, false}}
	head := []string{"state", "periods", "activity", ""}
	means, spends, run := f.MeanEstimates(c.Level), f.SpendMeanEstimates(c.Level), f.LongRun(c.Level)
	if spends != nil {
		head, g.right = append(head, "spend", ""), append(g.right, true, false)
	}
	g.right = append(g.right, true, false)
	g.rows = append(g.rows, append(head, "long run", ""))
	total := num.Sum(f.Occupied)
	for i, m := range means {
		row := []string{hiddenName(i), percent(f.Occupied[i] / total), significant(m.Value), between(m.Low, m.High, significant)}
		if spends != nil {
			row = append(row, significant(spends[i].Value), between(spends[i].Low, spends[i].High, significant))
		}
		g.rows = append(g.rows, append(row, percent(run[i].Value), between(run[i].Low, run[i].High, percentBound)))
	}
	return g
}

func (c *HiddenChain) moves() *grid {
	all := c.Fit.MoveEstimates(c.Level)
	for _, intervals := range []bool{true, false} {
		g := &grid{right: []bool{false}}
		head := []string{""}
		for j := range all {
			head = append(head, hiddenName(j))
			g.right = append(g.right, true)
			if intervals {
				head = append(head, "")
				g.right = append(g.right, false)
			}
		}
		g.rows = append(g.rows, head)
		for i, row := range all {
			cells := []string{hiddenName(i)}
			for _, e := range row {
				cells = append(cells, percentBound(e.Value))
				if intervals {
					cells = append(cells, between(e.Low, e.High, percentBound))
				}
			}
			g.rows = append(g.rows, cells)
		}
		if fits(g) || !intervals {
			return g
		}
	}
	return nil
}

func (c *HiddenChain) howMany() *grid {
	g := &grid{right: []bool{true, true, true, true, false}}
	g.rows = append(g.rows, []string{"states", "log L", "BIC", "a held-out period", ""})
	for i, k := range c.Choice.Candidates {
		var said []string
		if !k.Fit.Certificate.Certified() {
			said = append(said, "refused: "+k.Fit.Certificate.Warnings[0].Code)
		}
		if i == c.Choice.ByBIC {
			said = append(said, "lowest BIC")
		}
		if i == c.Choice.ByHoldout {
			said = append(said, "best held out")
		}
		g.rows = append(g.rows, []string{strconv.Itoa(k.States), fixed(k.Fit.LogLik, 1), fixed(k.Fit.BIC, 1), fixed(k.Holdout, 4), strings.Join(said, ", ")})
	}
	return g
}

// HiddenStatesTable is the state of every period.
func HiddenStatesTable(c *HiddenChain) *Table {
	p, s := c.Panel, c.States
	customer := make([]string, 0, len(s.Path))
	for i, id := range p.IDs {
		for range p.Data.Begins[i+1] - p.Data.Begins[i] {
			customer = append(customer, id)
		}
	}
	b := newColumns("hidden_states", len(s.Path))
	b.key("id", "who it is", func(i int) string { return customer[i] })
	b.integer("period", "number of the period in the id, from 1", func(i int) int64 { return p.Number[i] })
	b.text("time", "time of the first row of the period; null without a row", func(i int) string { return p.Times[i] })
	b.integer("state", "state on the id's likeliest path, from 1, the weakest", func(i int) int64 { return int64(s.Path[i]) + 1 })
	b.float("probability", "that it is in that state, given all periods of the id", func(i int) float64 { return s.Smoothed[i][s.Path[i]] })
	b.float("probability_then", "the same, given only the periods up to this one", func(i int) float64 { return s.Filtered[i][s.Path[i]] })
	return &b.t
}
