package reports

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strings"

	"mainstay/internal/num"
	"mainstay/markov/ctmc"
)

// ContinuousChain is what mainstay markov continuous reports.
type ContinuousChain struct {
	Files      []string
	IDs        int64
	AsOf       string
	Unit       string // of time, in words,
	Units      string // and of more than one
	Level      float64
	After      []float64 // times for which probabilities are given
	Fit        *ctmc.Fit
	Plain      *ctmc.Fit         // without covariates; nil where there are none
	Prevalence []ctmc.Prevalence // nil: not asked for
	Mistaken   *Mistaken         // states are seen with mistakes; else nil
	Remarks    []string
}

// LikelihoodRatio tests that no covariate matters: χ², degrees of freedom; ok is false where there is none to test, or the
// plain model was refused.
func (c *ContinuousChain) LikelihoodRatio() (chi2 float64, df int, ok bool) {
	if c.Plain == nil || !c.Plain.Certificate.Certified() {
		return 0, 0, false
	}
	return max(0, 2*(c.Fit.LogLik-c.Plain.LogLik)), len(c.Fit.Effects), true
}

// ContinuousText writes c for a terminal.
func ContinuousText(w io.Writer, c *ContinuousChain) error {
	b := bufio.NewWriter(w)
	paragraph(b, c.headline())
	f := c.Fit
	section(b, "INTENSITIES  moves per "+printable(c.Unit)+" in the state they leave, and where a move leads", c.intensities())
	section(b, "TIMES  in "+printable(c.Units)+": how long a state is kept, and until a state that nobody leaves", c.times())
	c.mistaken(b)
	if len(f.Effects) > 0 {
		section(b, "WHAT MOVES OWE  by what one unit more multiplies an intensity"+c.verdict(), c.ratios())
	}
	for _, t := range c.After {
		g, err := c.probabilities(t)
		if err != nil {
			return err
		}
		section(b, fmt.Sprintf("PROBABILITIES  after %s, per cent, from row to column", c.span(t)), g)
	}
	if c.Prevalence != nil {
		section(b, "PREVALENCE  per cent of the ids followed so long that are in each state, seen and expected", c.prevalence())
	}
	notes(b, c.notes())
	return b.Flush()
}

// prevalence is the shares of ids in each state.
func (c *ContinuousChain) prevalence() *grid {
	g := &grid{right: []bool{true, true, false, true, false, true, false}}
	g.rows = append(g.rows, []string{"after", "ids", "state", "seen", "", "expected", ""})
	for _, p := range c.Prevalence {
		after, ids := fmt.Sprintf("%g", p.Time), count(int64(p.Total))
		expected := c.expected(&p)
		for j, seen := range c.observed(&p) {
			e := expected[j]
			g.rows = append(g.rows, []string{after, ids, c.name(j), percentBound(seen.Value), between(seen.Low, seen.High, percentBound), percentBound(e.Value), between(e.Low, e.High, percentBound)})
			after, ids = "", ""
		}
	}
	g.squeeze(2, pageWidth-len(columnGap), nameLeast)
	return g
}

// observed are the shares of ids seen in each state, with Wilson's intervals; NaN where none was followed so long.
func (c *ContinuousChain) observed(p *ctmc.Prevalence) (out []ctmc.Estimate) {
	n := float64(p.Total)
	for _, seen := range p.Observed {
		share := float64(seen) / n
		e := ctmc.Estimate{Value: share, SE: math.Sqrt(share * (1 - share) / n), Low: math.NaN(), High: math.NaN()}
		if n > 0 {
			e.Low, e.High = num.Wilson(float64(seen), n, c.Level)
		}
		out = append(out, e)
	}
	return out
}

// expected are the shares that the chain expects; NaN where none was followed so long.
func (c *ContinuousChain) expected(p *ctmc.Prevalence) (out []ctmc.Estimate) {
	n := float64(p.Total)
	for j, v := range p.Expected {
		out = append(out, num.OnLogit(v/n, p.SE[j]/n, c.Level))
	}
	return out
}

// notes are remarks on the fit and on the table.
func (c *ContinuousChain) notes() (out []string) {
	for _, w := range c.Fit.Certificate.Warnings {
		out = append(out, printable(w.Message))
	}
	for _, r := range append(c.mistakenNotes(), c.Remarks...) {
		out = append(out, printable(r))
	}
	return out
}

// span is a length of time.
func (c *ContinuousChain) span(t float64) string {
	unit := c.Units
	if t == 1 {
		unit = c.Unit
	}
	return fmt.Sprintf("%g %s", t, printable(unit))
}

func (c *ContinuousChain) headline() string {
	s := fmt.Sprintf("%s: %s between %s of %s", printable(strings.Join(c.Files, ", ")), plural(int64(c.Fit.Intervals), "interval"),
		plural(int64(len(c.Fit.States)), "state"), plural(c.IDs, "id"))
	if c.AsOf != "" {
		s += " as of " + c.AsOf
	}
	s += fmt.Sprintf("; −2 log L %s, intervals of %s", fixed(-2*c.Fit.LogLik, 4), confidence(c.Level))
	if len(c.Fit.Covariates) > 0 {
		s += "; at the mean of the covariates"
		for _, v := range c.Fit.Limits {
			s += fmt.Sprintf(", %s at %g", printable(c.Fit.Covariates[c.Fit.Effects[v.Effect].Covariate]), v.At)
		}
	}
	return s
}

func (c *ContinuousChain) name(state int) string {
	return clip(printable(c.Fit.States[state]), stateWidth)
}

func (c *ContinuousChain) intensities() *grid {
	g := &grid{right: []bool{false, false, true, true, false, true, false}}
	g.rows = append(g.rows, []string{"from", "to", "intensity", "SE", "", "leads", ""})
	next := c.Fit.Next(nil, c.Level)
	for r, e := range c.Fit.Intensities(nil, c.Level) {
		rate := c.Fit.Rates[r]
		g.rows = append(g.rows, []string{c.name(rate.From), c.name(rate.To), significant(e.Value), significant(e.SE), between(e.Low, e.High, significant),
			percent(next[r].Value), between(next[r].Low, next[r].High, percentBound)})
	}
	for k := range 2 {
		g.squeeze(k, pageWidth-len(columnGap), nameLeast)
	}
	return g
}

func (c *ContinuousChain) times() *grid {
	g := &grid{right: []bool{false, true, false, true, false}}
	g.rows = append(g.rows, []string{"state", "kept", "", "until the end", ""})
	lives := c.Fit.Lives(nil, c.Level)
	for i, e := range c.Fit.Stays(nil, c.Level) {
		row := []string{c.name(i), significant(e.Value), between(e.Low, e.High, significant), dash, ""}
		if lives != nil && lives[i].Value > 0 {
			row[3], row[4] = significant(lives[i].Value), between(lives[i].Low, lives[i].High, significant)
		}
		g.rows = append(g.rows, row)
	}
	return g
}

func (c *ContinuousChain) ratios() *grid {
	g := &grid{right: []bool{false, false, true, false}}
	g.rows = append(g.rows, []string{"covariate", "move", "ratio", ""})
	for e, v := range c.Fit.HazardRatios(c.Level) {
		effect := c.Fit.Effects[e]
		var moves []string
		for _, r := range effect.Rates {
			moves = append(moves, c.name(c.Fit.Rates[r].From)+" to "+c.name(c.Fit.Rates[r].To))
		}
		move := strings.Join(moves, ", ")
		if len(moves) > 1 && len(moves) == len(c.Fit.Rates) {
			move = "all"
		}
		g.rows = append(g.rows, []string{clip(printable(c.Fit.Covariates[effect.Covariate]), stateWidth), move, limitText(v.Value), between(v.Low, v.High, limitText)})
	}
	for k := range 2 {
		g.squeeze(k, pageWidth-len(columnGap), nameLeast)
	}
	return g
}

// limitText is a ratio, which may be 0 or endless where an effect is at a limit.
func limitText(v float64) string {
	switch {
	case v == 0:
		return "0"
	case math.IsInf(v, 1):
		return "∞"
	}
	return ratioText(v)
}

// verdict is the likelihood-ratio test against the plain chain, for a heading.
func (c *ContinuousChain) verdict() string {
	chi2, df, ok := c.LikelihoodRatio()
	if !ok {
		return ""
	}
	return fmt.Sprintf(" (all: χ² %s, df %d, %s)", statisticText(chi2), df, withP(chiSquareP(chi2, df)))
}

func (c *ContinuousChain) probabilities(t float64) (*grid, error) {
	p, err := c.Fit.Probabilities(t, nil, c.Level)
	if err != nil {
		return nil, err
	}
	return c.stateGrid(p), nil
}

// stateGrid are figures from state to state, with intervals where these fit.
func (c *ContinuousChain) stateGrid(p [][]ctmc.Estimate) *grid {
	for _, intervals := range []bool{true, false} {
		g := &grid{right: []bool{false}}
		head := []string{""}
		for j := range p {
			head = append(head, c.name(j))
			g.right = append(g.right, true)
			if intervals {
				head = append(head, "")
				g.right = append(g.right, false)
			}
		}
		g.rows = append(g.rows, head)
		for i, row := range p {
			cells := []string{c.name(i)}
			for _, e := range row {
				cells = append(cells, percentBound(e.Value))
				if intervals {
					cells = append(cells, between(e.Low, e.High, percentBound))
				}
			}
			g.rows = append(g.rows, cells)
		}
		if fits(g) || !intervals {
			g.squeeze(0, pageWidth-len(columnGap), nameLeast)
			return g
		}
	}
	return nil
}
