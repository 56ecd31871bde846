package reports

import (
	"bufio"
	"cmp"
	"fmt"
	"math"
	"slices"
)

// effects are what moves owe to covariates, and moves at profiles.
func (c *HiddenChain) effects(b *bufio.Writer) {
	if c.Fit.Covariates == nil || c.Fit.States == 1 {
		return
	}
	chi2, df, p := c.Fit.LikelihoodRatio()
	section(b, fmt.Sprintf("WHAT MOVES OWE  odds ratios against staying (all covariates: χ² %s, df %s, %s)", statisticText(chi2), count(df), withP(p)), c.odds())
	for _, profile := range c.Profiles {
		section(b, clip("AT "+printable(profile.Name)+"  per cent, from row to column, all else as it was", pageWidth), moveGrid(profile.Moves, nil))
	}
}

// onAll tests that covariates do not act on the moves they were kept from; df is 0 where they were kept from none, or cannot act on them.
func (c *HiddenChain) onAll() (chi2 float64, df int, p float64) {
	if c.OnAll == nil {
		return 0, 0, math.NaN()
	}
	return c.OnAll.Against(c.Fit)
}

// saysOnAll is what came of that, or why nothing did; "" where covariates were kept from no move.
func (c *HiddenChain) saysOnAll() string {
	chi2, df, p := c.onAll()
	switch {
	case c.OnAll == nil:
		return ""
	case !c.OnAll.Certificate.Certified():
		return "whether the other moves depend on covariates too was not tested: that fit was refused: " + refusedFor(c.OnAll)
	case df == 0:
		return "there are no other moves that could depend on covariates"
	}
	return fmt.Sprintf("that covariates do not act on the other moves: χ² %s, df %s, %s", statisticText(chi2), count(df), withP(p))
}

func (c *HiddenChain) odds() *grid {
	g := &grid{right: []bool{false, false, false, true, false, true}}
	g.rows = append(g.rows, []string{"from", "to, not", "covariate", "ratio", "", "p"})
	for _, o := range c.Fit.Odds(c.Level) {
		g.rows = append(g.rows, []string{hiddenName(o.From), hiddenName(o.To) + ", not " + hiddenName(o.Base), clip(printable(c.Fit.Covariates[o.Covariate]), stateWidth),
			ratioText(o.Ratio.Value), between(o.Ratio.Low, o.Ratio.High, ratioText), pValue(o.P)})
	}
	g.squeeze(2, pageWidth-len(columnGap), nameLeast)
	return g
}

// Who is warned of: rather weaker than not; how many are shown.
const (
	rather = 0.5
	warned = 10
)

// byLoss are the ids in the last period that are weaker than they were with at least so much probability, those who lose most first.
func (c *HiddenChain) byLoss(least float64) (ids []int) {
	for i, d := range c.Declines {
		if c.Panel.Latest[i] && d.Weaker >= least {
			ids = append(ids, i)
		}
	}
	loss := func(i int) float64 { return c.Declines[i].Before - c.Declines[i].Next }
	slices.SortStableFunc(ids, func(a, b int) int { return cmp.Compare(loss(b), loss(a)) })
	return ids
}

// warning lists who has come down.
func (c *HiddenChain) warning(b *bufio.Writer) {
	if c.Fit.States == 1 {
		return
	}
	ids := c.byLoss(rather)
	what := "activity"
	if c.Fit.Spend {
		what = "spend"
	}
	if len(ids) == 0 {
		fmt.Fprintf(b, "\nEARLY WARNING  nobody is likely to be in a weaker state than %s ago\n", plural(int64(c.Back), "period"))
		return
	}
	title := fmt.Sprintf("EARLY WARNING  %s likely in a weaker state than %s ago, by what is lost", plural(int64(len(ids)), "id"), plural(int64(c.Back), "period"))
	if len(ids) > warned {
		title += fmt.Sprintf("; the first %d", warned)
	}
	g := &grid{right: []bool{false, false, true, true, true}}
	g.rows = append(g.rows, []string{"id", "state", "weaker", what + " then", "next period"})
	for _, i := range ids[:min(warned, len(ids))] {
		d := c.Declines[i]
		g.rows = append(g.rows, []string{clip(printable(c.Panel.IDs[i]), stateWidth), hiddenName(d.Then) + " → " + hiddenName(d.Now), percent(d.Weaker), significant(d.Before), significant(d.Next)})
	}
	section(b, title, g)
}
