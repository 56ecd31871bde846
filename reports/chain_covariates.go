package reports

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"mainstay/internal/num"
	"mainstay/markov"
)

// Influence is what moves owe to covariates.
type Influence struct {
	*markov.Dependent
	Segments []Profile // with segments: what their covariates say of each
	Profiles []Profile // of those asked for
}

// Profile is a matrix at some values of the covariates.
type Profile struct {
	Name             string
	P, SE, Low, High *mat.Dense
}

// NewProfile adds intervals, normal on the logit scale; of probabilities without error they are these themselves.
func NewProfile(name string, p, se *mat.Dense, level float64) Profile {
	low, high := mat.DenseCopyOf(p), mat.DenseCopyOf(p)
	k, _ := p.Dims()
	for i := range k {
		for j := range k {
			if e := num.OnLogit(p.At(i, j), se.At(i, j), level); se.At(i, j) > 0 && !math.IsNaN(e.Low) {
				low.Set(i, j, e.Low)
				high.Set(i, j, e.High)
			}
		}
	}
	return Profile{name, p, se, low, high}
}

func (c *Chain) influenceTitle() string {
	chi2, df, p := c.Influence.Test()
	if df == 0 {
		return "WHAT MOVES OWE  to covariates: nothing could be fitted"
	}
	return fmt.Sprintf("WHAT MOVES OWE  odds ratios (all covariates: χ² %s, df %s, %s)", statisticText(chi2), count(df), withP(p))
}

// odds is a line per coefficient.
func (c *Chain) odds(names []string) *grid {
	g := &grid{right: []bool{false, false, false, true, false, true}}
	g.rows = append(g.rows, []string{"from", "to, not", "covariate", "ratio", "", "p"})
	for _, o := range c.Influence.Odds() {
		g.rows = append(g.rows, []string{names[o.From], names[o.To] + ", not " + names[o.Base], clip(printable(c.Influence.Terms[o.Term]), stateWidth),
			ratioText(o.Ratio.Value), between(o.Ratio.Low, o.Ratio.High, ratioText), pValue(o.P)})
	}
	if len(g.rows) == 1 {
		return &grid{}
	}
	for k := range 3 {
		g.squeeze(k, pageWidth-len(columnGap), nameLeast)
	}
	return g
}

// stays is the chance of staying of profiles, as far as the page is wide.
func (c *Chain) stays(label string, names []string, profiles []Profile) *grid {
	for shown := len(names); ; shown-- {
		for _, intervals := range []bool{true, false} {
			g := c.staysRows(label, names[:shown], profiles, intervals)
			if shown == 0 || fits(g) {
				return g
			}
		}
	}
}

func (c *Chain) staysRows(label string, names []string, profiles []Profile, intervals bool) *grid {
	g := &grid{right: []bool{false}}
	head := []string{label}
	for i, name := range names {
		if c.set(i) {
			continue
		}
		head = append(head, "stays "+name)
		g.right = append(g.right, true)
		if intervals {
			head = append(head, "")
			g.right = append(g.right, false)
		}
	}
	g.rows = append(g.rows, head)
	for _, p := range profiles {
		row := []string{clip(printable(p.Name), stateWidth)}
		for i := range names {
			if c.set(i) {
				continue
			}
			if row = append(row, percentBound(p.P.At(i, i))); intervals {
				row = append(row, between(p.Low.At(i, i), p.High.At(i, i), percentBound))
			}
		}
		g.rows = append(g.rows, row)
	}
	return g
}

// profile is the matrix of a profile with intervals, or without where the page is too narrow for them.
func (c *Chain) profile(names []string, p Profile) *grid {
	for _, intervals := range []bool{true, false} {
		g := &grid{right: []bool{false}}
		head := []string{""}
		for _, name := range names {
			head = append(head, name)
			g.right = append(g.right, true)
			if intervals {
				head = append(head, "")
				g.right = append(g.right, false)
			}
		}
		g.rows = append(g.rows, head)
		for i, name := range names {
			row := []string{name}
			for j := range names {
				v := p.P.At(i, j)
				cell, bounds := percentBound(v), ""
				switch {
				case v == 0:
					cell = never
				case p.SE.At(i, j) > 0:
					bounds = between(p.Low.At(i, j), p.High.At(i, j), percentBound)
				}
				if row = append(row, cell); intervals {
					row = append(row, bounds)
				}
			}
			g.rows = append(g.rows, row)
		}
		if fits(g) {
			return g
		}
	}
	return c.stays("profile", names, []Profile{p})
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
		case row.Fit != nil && !row.Fit.Penalised:
			model = append(model, i)
		}
	}
	if clustered != nil {
		note := "; the test of all covariates takes moves as independent"
		if c.Influence.Weighted() {
			note = ", and so is the test of all covariates, Wald's, for moves with weights have no likelihood"
		}
		out = append(out, "intervals and p of odds ratios out of "+quotedList(c.Influence.States, clustered, "and")+" are clustered by id"+note)
	}
	if model != nil {
		kind := ""
		if c.Influence.Weighted() {
			kind = " (HC1)"
		}
		out = append(out, "intervals and p of odds ratios out of "+quotedList(c.Influence.States, model, "and")+" take moves as independent"+kind+": there are too few ids to cluster by")
	}
	out = append(append(out, c.Influence.droppedNotes()...), c.Influence.penalisedNotes()...)
	for i, row := range c.Influence.Rows {
		if row.Fit == nil && row.Why != "absorbing by request" {
			out = append(out, fmt.Sprintf("moves out of %s do not depend on covariates: %s", printable(c.Influence.States[i]), printable(row.Why)))
		}
	}
	return out
}

// droppedNotes say which covariates have no odds ratios, and out of which states.
func (d *Influence) droppedNotes() (out []string) {
	said := make([]bool, len(d.Rows))
	for i, row := range d.Rows {
		if said[i] || row.Fit == nil || len(row.Fit.Dropped) == 0 {
			continue
		}
		var of []int
		for j, other := range d.Rows {
			if other.Fit != nil && slices.Equal(other.Fit.Dropped, row.Fit.Dropped) {
				of, said[j] = append(of, j), true
			}
		}
		out = append(out, fmt.Sprintf("no odds ratios out of %s of %s: constant there, or determined by the covariates before", quotedList(d.States, of, "and"), fewOf(row.Fit.Dropped)))
	}
	return out
}

// penalisedNotes say where the likelihood has no maximum, and what stands there instead.
func (d *Influence) penalisedNotes() (out []string) {
	for i, row := range d.Rows {
		if row.Fit == nil || !row.Fit.Penalised {
			continue
		}
		why, rest := "the likelihood of moves out of "+quotedList(d.States, []int{i}, "and")+" did not settle", ""
		if row.By != nil {
			why = fmt.Sprintf("where moves out of %s go is separated by %s, so that their likelihood has no maximum", quotedList(d.States, []int{i}, "and"), fewOf(row.By))
		}
		for _, w := range row.Fit.Certificate.Warnings {
			if w.Code == num.WarnNoProfile {
				rest = "; " + w.Message + ", and those are Wald's"
			}
		}
		out = append(out, why+": they are fitted by Firth's penalised likelihood; intervals and p of odds ratios are of its profile, which takes moves as independent"+printable(rest))
	}
	return out
}

// fewOf are names, of many only the first.
func fewOf(names []string) string {
	const most = 5
	shown, more := names, ""
	if len(names) > most+1 {
		shown, more = names[:most], fmt.Sprintf(" and %s more", count(len(names)-most))
	}
	quoted := make([]string, len(shown))
	for i, name := range shown {
		quoted[i] = clip(printable(name), stateWidth)
	}
	return strings.Join(quoted, ", ") + more
}
