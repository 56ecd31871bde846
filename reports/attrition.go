package reports

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"mainstay/ingest"
	"mainstay/internal/num"
	"mainstay/markov/attrition"
	"mainstay/segment/latent"
)

// Attrition is what mainstay attrition reports.
type Attrition struct {
	Files  []string
	Ledger *ingest.Ledger // nil of a table of histories
	Study  *latent.Study
}

// AttritionText writes a for a terminal.
func AttritionText(w io.Writer, a *Attrition) error {
	b := bufio.NewWriter(w)
	s := a.Study
	paragraph(b, a.headline())
	section(b, "MODELS  the lower the BIC, the better for its size", a.models())
	if s.Fit.Certificate.Certified() {
		section(b, "PARAMETERS  of "+a.name(s.Fit)+", time in "+s.Config.Unit+"s", a.parameters())
		if s.Influence != nil {
			section(b, "COVARIATES  how many times the rates, by a unit or level", a.effects())
		}
		if p := s.Segments; p != nil && p.Pooled.Certificate.Certified() {
			section(b, "SEGMENTS  by "+s.Config.By+", pooled; rates of somebody new, by "+s.Config.Unit, a.segments())
			section(b, "  and how much they differ: a standard deviation between segments, of the logarithm", a.spread())
		}
		section(b, "AHEAD  the next "+a.horizon()+", and all to come", a.ahead())
		if s.Holdout != nil {
			section(b, "HOLDOUT  "+a.held()+", by repeat purchases before", a.holdout())
			section(b, "  and how near it came, beside what x ÷ T goes on to", a.accuracy())
			if len(s.Curve) > 0 {
				what := "purchase days"
				if s.Fit.Model == attrition.BGBB {
					what = s.Config.Unit + "s with any purchase"
				}
				section(b, "TRACKING  "+what+" of all since their first, until", a.tracking())
			}
		}
		if len(s.Scores) > 0 {
			first := "who will buy most"
			if s.Spend != nil {
				first = "most worth"
			}
			section(b, "CUSTOMERS  "+first+"; --out has all", a.top())
		}
	}
	notes(b, a.notes())
	return b.Flush()
}

func (a *Attrition) headline() string {
	s := a.Study
	repeats := s.Customers.Repeaters()
	until, timing := "", ""
	if s.Customers.Names == nil {
		k := fixed(s.Timing.K, 2)
		if half := num.ZLevel(s.Config.Level) * s.Timing.SE; half > 0 {
			k += " " + Style{}.interval(max(0, s.Timing.K-half), s.Timing.K+half, func(v float64) string { return fixed(v, 2) })
		}
		until, timing = fmt.Sprintf(" until %s", s.Until), fmt.Sprintf("; regularity of timing k = %s (1 = by chance)", k)
	}
	return fmt.Sprintf("%s: %s%s, %s of them bought again%s; intervals of %s",
		printable(strings.Join(a.Files, ", ")), plural(s.Customers.Count(), "customer"), until, count(repeats), timing, confidence(s.Config.Level))
}

// name is a model's, with its k.
func (a *Attrition) name(f *attrition.Fit) string {
	name := string(f.Model)
	if f.Model == attrition.MBGCNBD {
		name = strings.TrimSuffix(name, "k") + count(f.K)
	}
	if len(f.Coefficients) > 0 {
		name += ", covariates"
	}
	return name
}

func (a *Attrition) models() *grid {
	g := &grid{right: []bool{false, true, true, false}}
	g.rows = append(g.rows, []string{"model", "log L", "BIC", ""})
	for _, f := range a.Study.Fits {
		row := []string{a.name(f), dash, dash, ""}
		if f.Certificate.Certified() {
			row[1], row[2] = fixed(f.Certificate.LogLik, 2), fixed(f.BIC(), 1)
			if f == a.Study.Fit {
				row[3] = "chosen"
			}
		} else if len(f.Certificate.Warnings) > 0 {
			row[3] = "refused: " + f.Certificate.Warnings[0].Code
		}
		g.rows = append(g.rows, row)
	}
	return g
}

func (a *Attrition) parameters() *grid {
	f := a.Study.Fit
	g := &grid{right: []bool{false, true, true, false, false}}
	g.rows = append(g.rows, []string{"parameter", "estimate", "SE", "", ""})
	for i, name := range f.Names {
		b, how := a.Study.Bounds[i], ""
		if b.Profile {
			how = "profile likelihood"
		}
		g.rows = append(g.rows, []string{name, fixed(f.Params[i], 4), fixed(f.SE[i], 4), Style{}.interval(b.Low, b.High, openEnd), how})
	}
	if c := a.Study.Spend; c != nil && c.Certificate.Certified() {
		r := c.Independence.Pearson
		g.rows = append(g.rows, []string{"spend per " + a.purchase() + ", of all", money2(c.Mean), money2(c.MeanSE), "", ""},
			[]string{"correlation of spend and frequency", fixed(r.Value, 3), "", Style{}.interval(r.Low, r.High, func(v float64) string { return fixed(v, 3) }), ""})
	}
	return g
}

// purchase is what is counted as one: bg/bb knows periods only.
func (a *Attrition) purchase() string {
	if a.Study.Fit.Model == attrition.BGBB {
		return a.Study.Config.Unit + " with any"
	}
	return "purchase day"
}

// openEnd is an end of an interval, or that there is none.
func openEnd(v float64) string {
	if math.IsInf(v, 0) {
		return "no end"
	}
	return fixed(v, 4)
}

func (a *Attrition) ahead() *grid {
	s := a.Study
	t := s.Totals
	n := s.Customers.Count()
	whole := func(v float64) string { return fixed(v, 0) }
	g := &grid{right: []bool{false, true, false}}
	g.rows = [][]string{
		{"alive, expected", oneplace(t.Alive.Value) + " of " + count(n) + ", " + percent(t.Alive.Value/float64(n)), Style{}.interval(t.Alive.Low, t.Alive.High, oneplace)},
		{"purchase days", oneplace(t.Expected.Value), Style{}.interval(t.Expected.Low, t.Expected.High, oneplace)},
	}
	what, coming, toCome := "purchase days", t.Purchases, oneplace
	if s.Spend != nil {
		g.rows = append(g.rows, []string{"value", whole(t.Value.Value), Style{}.interval(t.Value.Low, t.Value.High, whole)})
		if s.Spend.Certificate.Certified() {
			what, coming, toCome = "all", t.Residual, whole
		}
	}
	if s.Config.Rate > 0 {
		g.rows = append(g.rows, []string{fmt.Sprintf("%s to come, discounted by %s a year", what, percent(s.Config.Rate)), toCome(coming.Value), Style{}.interval(coming.Low, coming.High, toCome)})
	}
	return g
}

// horizon is its length: of a table of histories in the unit of the table.
func (a *Attrition) horizon() string {
	s := a.Study
	if s.Customers.Names != nil {
		return fmt.Sprintf("%s %ss", fixed(math.Round(10*s.Horizon())/10, -1), s.Config.Unit)
	}
	return fixed(s.Horizon()*s.UnitDays, 0) + " days"
}

// held is what was held out.
func (a *Attrition) held() string {
	s := a.Study
	if s.Customers.Names != nil {
		return fmt.Sprintf("purchases in the %s %ss that followed", fixed(s.Holdout.Units, -1), s.Config.Unit)
	}
	return fmt.Sprintf("purchase days from %s to %s", s.Until+1, s.AsOf)
}

func (a *Attrition) holdout() *grid {
	g := &grid{right: []bool{true, true, true, true}}
	g.rows = append(g.rows, []string{"repeats", "customers", "bought", "expected"})
	for _, r := range a.Study.Holdout.ByCount {
		name := count(r.Count)
		if r.Count == 7 {
			name = "7+"
		}
		g.rows = append(g.rows, []string{name, count(r.Customers), fixed(r.Bought, 3), fixed(r.Expected, 3)})
	}
	return g
}

func (a *Attrition) accuracy() *grid {
	h := a.Study.Holdout
	g := &grid{right: []bool{false, true, false, true, true, true, true}}
	g.rows = [][]string{
		{"", "total", "", "bias", "MAE", "RMSE", "correlation"},
		{"bought", fixed(h.Bought, 0), "", "", "", "", ""},
		{a.name(a.Study.Fit), fixed(h.Total, 1), Style{}.interval(h.Sum.Low, h.Sum.High, oneplace), signed(h.Total/h.Bought - 1), fixed(h.MAE, 4), fixed(h.RMSE, 4), fixed(h.Correlation, 4)},
		{"x ÷ T", fixed(h.NaiveTotal, 1), "", signed(h.NaiveTotal/h.Bought - 1), fixed(h.NaiveMAE, 4), fixed(h.NaiveRMSE, 4), fixed(h.NaiveCorrelation, 4)},
	}
	return g
}

// tracked is how many points of the curve the terminal shows; --json has all.
const tracked = 8

// tracking is the curve as far as it is known, thinned from its end.
func (a *Attrition) tracking() *grid {
	g := &grid{right: []bool{false, true, true, false, false}}
	g.rows = append(g.rows, []string{"", "bought", "expected", "", ""})
	var known []latent.CurvePoint
	for _, p := range a.Study.Curve {
		if !math.IsNaN(p.BoughtCumulative) {
			known = append(known, p)
		}
	}
	step := max(1, (len(known)+tracked-1)/tracked)
	for i := (len(known) - 1) % step; i >= 0 && i < len(known); i += step {
		p, held := known[i], ""
		if p.Day > a.Study.Until {
			held = "held out"
		}
		e := p.Cumulative
		g.rows = append(g.rows, []string{p.Day.String(), fixed(p.BoughtCumulative, 0), fixed(e.Value, 1), Style{}.interval(e.Low, e.High, oneplace), held})
	}
	return g
}

// topCustomers is how many the terminal shows.
const topCustomers = 10

func (a *Attrition) top() *grid {
	s := a.Study
	order := make([]int, len(s.Scores))
	for i := range order {
		order[i] = i
	}
	worth := func(i int) float64 {
		if v := s.Worth[i].Value.Value; !math.IsNaN(v) {
			return v
		}
		return s.Scores[i].Expected.Value
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case worth(i) > worth(j):
			return -1
		case worth(i) < worth(j):
			return 1
		}
		return 0
	})
	g := &grid{right: []bool{false, true, true, true, false, true, false}}
	g.rows = append(g.rows, []string{"customer", "repeats", "alive", "purchase days", "", "value", ""})
	for _, i := range order[:min(topCustomers, len(order))] {
		x, e, v := s.Scores[i].Alive, s.Scores[i].Expected, s.Worth[i].Value
		g.rows = append(g.rows, []string{printable(a.key(i)), fixed(s.Customers.Data.X[i], 0), percent(x.Value), oneplace(e.Value), Style{}.interval(e.Low, e.High, oneplace), fixed(v.Value, 0),
			Style{}.interval(v.Low, v.High, func(v float64) string { return fixed(v, 0) })})
	}
	if s.Spend == nil { // no value of anybody
		for r := range g.rows {
			g.rows[r] = g.rows[r][:5]
		}
	}
	g.squeeze(0, pageWidth-len(columnGap), nameLeast)
	return g
}

func (a *Attrition) key(i int) string {
	if names := a.Study.Customers.Names; names != nil {
		return names[i]
	}
	return string(a.Ledger.Key(int(a.Study.Customers.Shard[i]), int(a.Study.Customers.Row[i])))
}

// notes are all remarks: of the fit, of spend, of what the data cannot say.
func (a *Attrition) notes() []string {
	s := a.Study
	out := slices.Clone(s.Notes)
	add := func(c *num.Certificate, whose string) {
		for _, w := range c.Warnings {
			out = append(out, whose+": "+w.Code+": "+w.Message)
		}
	}
	for _, f := range s.Fits {
		if f == s.Fit || !f.Certificate.Certified() {
			add(&f.Certificate, a.name(f))
		}
	}
	if s.Spend != nil {
		add(&s.Spend.Certificate, "spend")
	}
	if r := s.Leaving; r != nil {
		out = append(out, fmt.Sprintf("whether anybody leaves, against nbd: 2 Δ log L = %s, %s", fixed(r.Statistic, 2), withP(r.P)))
	}
	if t := s.Timing; !math.IsNaN(t.P) {
		out = append(out, fmt.Sprintf("whether timing is by chance (k = 1): the first of two gaps varies %s times as much as it then would, in whole days; z = %s, %s, %s", fixed(t.Ratio, 2), fixed(t.Z, 2), withP(t.P), plural(int64(t.Customers), "customer")))
	}
	out = append(out, a.testNotes()...)
	if s.Fit.Model == attrition.NBD && s.Fit.Certificate.Certified() {
		out = append(out, "nbd: nobody leaves, as far as this book tells: P(alive) is 1 and expected purchase days are a rate; observe longer where customers do leave")
	}
	if s.Fit.Model == attrition.BGBB {
		out = append(out, fmt.Sprintf("bg/bb counts periods: repeats and purchase days are %ss with a purchase, the first beginning the day after a customer's first purchase", s.Config.Unit))
		if days := s.Horizon() * s.UnitDays; math.Abs(days-s.Config.Horizon) > 1 {
			out = append(out, fmt.Sprintf("bg/bb counts whole periods: the horizon of %s days is taken as %s, %s days", fixed(s.Config.Horizon, 0), plural(int64(s.Horizon()), s.Config.Unit), fixed(days, 0)))
		}
	}
	if s.Config.On != "" && s.Config.Model == latent.Auto && s.Timing.Nearest > 1 {
		out = append(out, "timing is regular, but mbg/cnbd-k takes no covariates: it was not tried")
	}
	if s.Fit.Model == attrition.BGNBD && s.Fit.Certificate.Certified() {
		out = append(out, "bg/nbd says of everybody without a repeat purchase that they are alive, by construction: take mbg/nbd or pareto/nbd to find who has left")
	}
	out = append(out, "P(alive) of different models is not to be compared; a customer's first purchase is the first in the data, so that whoever bought before them looks new")
	return out
}
