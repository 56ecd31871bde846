package reports

import (
	"bufio"
	"fmt"
	"io"
	"math"
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
	OnAll  *hidden.Fit // with covariates that act on some moves: the fit in which they act on all; else nil
	States *hidden.States

	Moves    [][]hidden.Estimate // with covariates their mean over all periods
	Profiles []HiddenProfile
	Back     int              // so many periods before its last one, an id
	Declines []hidden.Decline // was in another state: by id
}

// HiddenProfile are the moves at values of some covariates.
type HiddenProfile struct {
	Name  string
	Moves [][]hidden.Estimate
}

// hiddenName is a state's name: they have none but their rank.
func hiddenName(state int) string { return strconv.Itoa(state + 1) }

// HiddenText writes c for a terminal.
func HiddenText(w io.Writer, c *HiddenChain) error {
	b := bufio.NewWriter(w)
	paragraph(b, c.headline())
	states := c.states(true)
	if !fits(states) {
		states = c.states(false)
	}
	title := "STATES  from the weakest: ids now, activity, periods that each is kept"
	if c.Fit.Spend {
		title = "STATES  from the weakest: ids now, activity, spend (in a period with some, in any), time kept"
	}
	section(b, title, states)
	if c.Fit.States > 1 {
		title := "MOVES  from one period to the next, per cent, from row to column"
		if c.Fit.Covariates != nil {
			title += "; mean over all periods"
		}
		section(b, title, moveGrid(c.Moves, c.Fit.LongRun(c.Level)))
	}
	c.effects(b)
	c.warning(b)
	if first := c.Choice.Candidates[0]; len(c.Choice.Candidates) > 1 || first.Training != "" || !math.IsNaN(first.Holdout) {
		section(b, "HOW MANY  states: the lowest BIC, and the likeliest periods held out", c.howMany())
	}
	var remarks []string
	for _, r := range c.remarks() {
		remarks = append(remarks, printable(r))
	}
	notes(b, remarks)
	return b.Flush()
}

// dispersed is from where on it is said that counts are not Poisson's.
const dispersed = 1.5

// remarks are those of the table, then those of the fit.
func (c *HiddenChain) remarks() []string {
	out := append([]string{}, c.Panel.Notes...)
	for _, w := range c.Fit.Certificate.Warnings {
		out = append(out, w.Message)
	}
	if f := c.Fit; f.Activity == hidden.Poisson && f.Dispersion > dispersed {
		out = append(out, fmt.Sprintf("activity varies %s times as much within the states as Poisson's: intervals are too narrow, and states may be there for its sake alone; try --negative-binomial", significant(f.Dispersion)))
	}
	if c.Fit.Covariates != nil {
		if said := c.saysOnAll(); said != "" {
			out = append(out, said)
		}
		out = append(out, "the long run is that of covariates that stay at their mean; intervals and p of odds ratios are the model's")
	}
	return append(out, c.withoutReasons()...)
}

// withoutReasons say why numbers of states were refused, and why nothing could be held out.
func (c *HiddenChain) withoutReasons() (out []string) {
	for _, k := range c.Choice.Candidates {
		states := plural(int64(k.States), "state")
		switch why := refusedFor(k.Fit); {
		case why != "":
			out = append(out, fmt.Sprintf("%s: the fit was refused: %s", states, why))
		case k.Training != "":
			out = append(out, fmt.Sprintf("%s: no period was held out: %s", states, k.Training))
		}
	}
	return out
}

// refusedFor is why a fit was refused, "" for one that was not.
func refusedFor(f *hidden.Fit) string {
	var why []string
	if !f.Certificate.Certified() {
		for _, w := range f.Certificate.Warnings {
			why = append(why, w.Message)
		}
	}
	return strings.Join(why, "; ")
}

func (c *HiddenChain) headline() string {
	s := fmt.Sprintf("%s: %s of %s in %s", printable(strings.Join(c.Files, ", ")), plural(int64(c.Fit.Seen), "period"), plural(int64(len(c.Panel.IDs)), "id"),
		plural(int64(c.Fit.Model.States), "hidden state"))
	if c.Panel.AsOf != "" {
		s += " as of " + c.Panel.AsOf
	}
	return s + fmt.Sprintf("; %s, log L %s, BIC %s, intervals of %s", c.Fit.Activity, fixed(c.Fit.LogLik, 4), fixed(c.Fit.BIC, 1), confidence(c.Level))
}

// states is a line for each; shares adds that of all periods.
func (c *HiddenChain) states(shares bool) *grid {
	f := c.Fit
	g := &grid{right: []bool{false, true, true, false}}
	head := []string{"state", "now", "activity", ""}
	means, spends := f.MeanEstimates(c.Level), f.SpendMeanEstimates(c.Level)
	if spends != nil {
		head, g.right = append(head, "spend", "", "a period"), append(g.right, true, false, true)
	}
	head, g.right = append(head, "kept for", ""), append(g.right, true, false)
	if shares {
		head, g.right = append(head, "of periods"), append(g.right, true)
	}
	g.rows = append(g.rows, head)
	total, now := num.Sum(f.Occupied), c.now()
	for i, m := range means {
		row := []string{hiddenName(i), count(now[i]), significant(m.Value), between(m.Low, m.High, significant)}
		if spends != nil {
			row = append(row, significant(spends[i].Value), between(spends[i].Low, spends[i].High, significant), significant(f.Worth(i)))
		}
		k := kept(c.Moves[i][i])
		if row = append(row, fixed(k.Value, 1), between(k.Low, k.High, oneplace)); shares {
			row = append(row, percent(f.Occupied[i]/total))
		}
		g.rows = append(g.rows, row)
	}
	return g
}

// now is how many of the ids that are in the last period of the table are in each state.
func (c *HiddenChain) now() []int {
	out := make([]int, c.Fit.States)
	for i, latest := range c.Panel.Latest {
		if latest {
			out[c.States.Path[c.Panel.Data.Begins[i+1]-1]]++
		}
	}
	return out
}

// kept is how many periods a state is kept, from the chance p of staying: 1 ÷ (1 − p), for it is left in any period with 1 − p; NaN for ever.
func kept(stay hidden.Estimate) hidden.Estimate {
	if stay.Value >= 1 {
		return hidden.Estimate{Value: math.NaN(), SE: math.NaN(), Low: math.NaN(), High: math.NaN()}
	}
	gone := 1 - stay.Value
	return hidden.Estimate{Value: 1 / gone, SE: stay.SE / (gone * gone), Low: 1 / (1 - stay.Low), High: 1 / (1 - stay.High)}
}

// moveGrid are moves, and the long run below; nil without.
func moveGrid(all [][]hidden.Estimate, run []hidden.Estimate) *grid {
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
		if run != nil {
			cells := []string{"long run"}
			for _, e := range run {
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
