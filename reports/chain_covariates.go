package reports

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"mainstay/markov"
)

// Influence is what moves owe to covariates.
type Influence struct {
	*markov.Dependent
	Segments []string     // with segments: their names,
	P, SE    []*mat.Dense // and their matrices as their covariates say
}

func (c *Chain) influenceTitle() string {
	chi2, df, p := c.Influence.LikelihoodRatio()
	if df == 0 {
		return "WHAT MOVES OWE  to covariates: nothing could be fitted"
	}
	return fmt.Sprintf("WHAT MOVES OWE  odds ratios (all covariates: χ² %s, df %s, %s)", statisticText(chi2), count(df), withP(p))
}

// odds is a line per coefficient.
func (c *Chain) odds(names []string) *grid {
	g := &grid{right: []bool{false, false, false, true, false, true}}
	g.rows = append(g.rows, []string{"from", "to, not", "covariate", "ratio", "", "p"})
	for _, o := range c.Influence.Odds(c.Questions.Level) {
		g.rows = append(g.rows, []string{names[o.From], names[o.To] + ", not " + names[o.Base], clip(printable(c.Influence.Terms[o.Term]), stateWidth),
			ratioText(o.Ratio.Value), between(o.Ratio.Low, o.Ratio.High, ratioText), pValue(o.P)})
	}
	for k := range 3 {
		g.squeeze(k, pageWidth-len(columnGap), nameLeast)
	}
	return g
}

// influenceSegments is the chance of staying of segments, as their covariates say.
func (c *Chain) influenceSegments(names []string) *grid {
	for shown := len(names); ; shown-- {
		g := &grid{right: []bool{false}}
		head := []string{"segment"}
		for _, name := range names[:shown] {
			head = append(head, "stays "+name, "SE")
			g.right = append(g.right, true, true)
		}
		g.rows = append(g.rows, head)
		for s, segment := range c.Influence.Segments {
			row := []string{clip(printable(segment), stateWidth)}
			for i := range names[:shown] {
				row = append(row, percentBound(c.Influence.P[s].At(i, i)), percentBound(c.Influence.SE[s].At(i, i)))
			}
			g.rows = append(g.rows, row)
		}
		if shown == 0 || fits(g) {
			return g
		}
	}
}

// influenceNotes say what the errors are, and where nothing was fitted.
func (c *Chain) influenceNotes() (out []string) {
	if c.Influence == nil {
		return nil
	}
	var clustered, model []int
	for i, row := range c.Influence.Rows {
		switch {
		case row.Clustered():
			clustered = append(clustered, i)
		case row.Fit != nil:
			model = append(model, i)
		}
	}
	if clustered != nil {
		out = append(out, "intervals and p of odds ratios out of "+quotedList(c.Influence.States, clustered, "and")+" are clustered by id; the test of all covariates takes moves as independent")
	}
	if model != nil {
		out = append(out, "intervals and p of odds ratios out of "+quotedList(c.Influence.States, model, "and")+" take moves as independent: there are too few ids to cluster by")
	}
	for i, row := range c.Influence.Rows {
		if row.Fit == nil && row.Why != "absorbing by request" {
			out = append(out, fmt.Sprintf("moves out of %s do not depend on covariates: %s", printable(c.Influence.States[i]), printable(row.Why)))
		}
	}
	return out
}

type influenceInfo struct {
	Terms    []string            `json:"terms"`
	Moves    int                 `json:"moves"`
	Test     *ratioTest          `json:"test"`
	Odds     []oddsInfo          `json:"odds"`
	Refused  []refusedInfo       `json:"refused"`
	Segments []segmentMatrixInfo `json:"segments"`
}

type oddsInfo struct {
	From     string `json:"from"`
	To       string `json:"to"`
	Base     string `json:"base"`
	Term     string `json:"term"`
	Estimate number `json:"estimate"`
	SE       number `json:"se"`
	Low      number `json:"low"`
	High     number `json:"high"`
	P        number `json:"p"`
	Errors   string `json:"errors"` // clustered, model
}

// errorsOf is what the standard error of an odds ratio is, in a word.
func errorsOf(o markov.Odds) string {
	if o.Clustered {
		return "clustered"
	}
	return "model"
}

type refusedInfo struct {
	State string `json:"state"`
	Why   string `json:"why"`
}

type segmentMatrixInfo struct {
	Segment     string     `json:"segment"`
	Probability [][]number `json:"probability"`
	SE          [][]number `json:"se"`
}

func newInfluence(c *Chain) *influenceInfo {
	d := c.Influence
	if d == nil {
		return nil
	}
	info := &influenceInfo{Terms: d.Terms[1:], Moves: d.Used, Odds: []oddsInfo{}, Refused: []refusedInfo{}}
	if chi2, df, p := d.LikelihoodRatio(); df > 0 {
		info.Test = &ratioTest{number(chi2), df, number(p)}
	}
	for _, o := range d.Odds(c.Questions.Level) {
		r := o.Ratio
		info.Odds = append(info.Odds, oddsInfo{d.States[o.From], d.States[o.To], d.States[o.Base], d.Terms[o.Term], number(r.Value), number(r.SE), number(r.Low), number(r.High), number(o.P), errorsOf(o)})
	}
	for i, row := range d.Rows {
		if row.Fit == nil {
			info.Refused = append(info.Refused, refusedInfo{d.States[i], row.Why})
		}
	}
	for s, name := range d.Segments {
		info.Segments = append(info.Segments, segmentMatrixInfo{name, matrix(d.P[s]), matrix(d.SE[s])})
	}
	return info
}

func oddsTable(c *Chain) *Table {
	d := c.Influence
	all := d.Odds(c.Questions.Level)
	b := newColumns("odds", len(all))
	b.key("from_state", "state before the step", func(i int) string { return d.States[all[i].From] })
	b.key("to_state", "state after it", func(i int) string { return d.States[all[i].To] })
	b.key("base_state", "state that it is compared with: staying, where that was seen", func(i int) string { return d.States[all[i].Base] })
	b.key("term", "the covariate, named as R names it", func(i int) string { return d.Terms[all[i].Term] })
	b.estimateColumns("ratio", "by what one unit more multiplies the odds", func(i int) markov.Estimate { return all[i].Ratio })
	b.float("p", "of no influence, by Wald's test", func(i int) float64 { return all[i].P })
	b.key("errors", "what `ratio_se`, the interval and p rest on: `clustered` by id, or `model` (moves are independent) where a state has fewer than three ids a coefficient", func(i int) string { return errorsOf(all[i]) })
	return &b.t
}
