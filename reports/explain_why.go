package reports

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"mainstay/ingest"
	"mainstay/segment"
)

// leastShare is the smallest share of the log-odds that has a line of its own: it moves the odds by 1 %.
const leastShare = 0.01

// certified says whether a model earned its place.
func (b *brief) certified(ok bool) string {
	if ok {
		return b.style.say("explain.certified")
	}
	return b.style.say("explain.uncertified")
}

// churn takes the probability apart; the lines add up to it.
func (b *brief) churn() {
	w := b.Now.Churn
	if w == nil {
		return
	}
	b.section("explain.label.churn")
	b.text(b.style.say("explain.churn", percent(b.s.Churn)+b.within(b.s.ChurnLow, b.s.ChurnHigh, percent), b.level(), b.res.Clock.Horizon, percent(w.Mean),
		w.Model, b.certified(b.res.ChurnCertified)), 0)
	says := cmp.Or(w.Before, b.s.Churn)
	if w.Contract != nil {
		says = w.Contract.Model
	}
	switch {
	case w.Linear != nil:
		b.linear(w.Linear, says)
	case w.Chain != nil:
		b.chain(w.Chain)
	case w.Latent != nil:
		l := w.Latent
		b.text(b.style.say("explain.latent", count(l.Days), count(l.Tenure), count(l.Recency), percent(l.Alive)+b.within(l.AliveLow, l.AliveHigh, percent), l.Law, b.res.Clock.Horizon, percent(l.Silent)), 0)
	case w.Rule.Everybody:
		b.text(b.style.say("explain.everybody", percent(w.Rule.Rate), fixed(w.Rule.N, 0)), 0)
	default:
		b.text(b.style.say("explain.rule", w.Rule.From, w.Rule.To-1, percent(w.Rule.Rate), fixed(w.Rule.N, 0)), 0)
	}
	if w.Contract != nil {
		b.bound(w.Contract)
	}
	if w.Before != 0 {
		b.text(b.style.say("explain.corrected", percent(w.Before), percent(b.s.Churn)), 0)
	}
}

// bound says what a contract does to the probability, or that there is none.
func (b *brief) bound(w *segment.ContractWhy) {
	switch from, to := percent(w.Model), percent(w.Chance); {
	case w.Held:
		b.text(b.style.say("explain.bound.held", ingest.Day(w.Until), from), 0)
	case w.Ending:
		b.text(b.style.say("explain.bound.ending", ingest.Day(w.Until), percent(w.Lapse)+b.within(w.LapseLow, w.LapseHigh, percent), from, to), 0)
	case w.Open:
		b.text(b.style.say("explain.bound.open", from, to), 0)
	case from != to:
		b.text(b.style.say("explain.bound.none", from, to), 0)
	}
}

// linear adds up the parts on the link scale, the largest first, to what the model says.
func (b *brief) linear(w *segment.LinearWhy, says float64) {
	terms := slices.Clone(w.Terms)
	slices.SortStableFunc(terms, func(x, y segment.Term) int { return cmp.Compare(math.Abs(y.Share), math.Abs(x.Share)) })
	makes := func(at float64) string { return percent(w.Baseline.Probability(at)) }
	g := grid{right: []bool{false, true, true, true, true}}
	g.rows = append(g.rows, b.header([]string{"column.term", "column.value", "column.mean", "column." + w.Baseline.Link, "column.becomes"}))
	at := w.Baseline.At
	g.rows = append(g.rows, []string{b.style.say("explain.mean"), "", "", plus(at), makes(at)})
	rest, few := 0.0, 0
	for _, t := range terms {
		if math.Abs(t.Share) < leastShare {
			rest += t.Share
			few++
			continue
		}
		at += t.Share
		g.rows = append(g.rows, []string{b.style.term(printable(t.Name)), fixed(t.Value, textMoneyPlaces), fixed(t.Mean, textMoneyPlaces), plus(t.Share), makes(at)})
	}
	if few > 0 {
		g.rows = append(g.rows, []string{b.style.say("explain.rest", few), "", "", plus(rest), makes(at + rest)})
	}
	g.rows = append(g.rows, []string{b.style.say("explain.sum"), "", "", plus(w.At), makes(w.At)})
	b.grid(&g)
	if math.Abs(w.Baseline.Probability(w.At)-says) > clamped {
		b.text(b.style.say("explain.kept", percent(says)), 0)
	}
}

// clamped is the least difference that is no rounding.
const clamped = 1e-9

// plus is a number with its sign.
func plus(v float64) string {
	s := fixed(v, textMoneyPlaces)
	if v > 0 {
		return "+" + s
	}
	return s
}

func (b *brief) chain(w *segment.ChainWhy) {
	var silence []string
	for k, p := range w.Silence {
		silence = append(silence, b.style.say("explain.silence", fixed(math.Min(float64(k+1), w.Periods), 1), percent(p)))
	}
	b.text(b.style.say("explain.chain", b.style.tell(w.State), count(w.Departures), b.style.say("explain.period."+b.res.Clock.Period.String()),
		joined(silence), fixed(w.Periods, 1)), 0)
}

// joined puts steps in their order.
func joined(steps []string) string {
	out := ""
	for i, s := range steps {
		if i > 0 {
			out += " → "
		}
		out += s
	}
	return out
}

// century is the longest of which days are told, in days.
const century = 36525

// value takes the expected value apart.
func (b *brief) value() {
	w := b.Now.Value
	if w == nil {
		return
	}
	b.section("explain.label.value")
	b.estimated(w)
	b.valuedBy(w)
	if w.Band != nil {
		b.text(b.style.say("explain.band", b.level(), fixed(w.Band.Low, 2), fixed(w.Band.High, 2)), 0)
	}
	if b.s.AtRisk {
		b.valueAtRisk(w)
	}
	if !math.IsNaN(b.s.Residual) {
		b.residual(w)
	}
}

// estimated is the estimate of value, and of one who has returned how the regression came to it.
func (b *brief) estimated(w *segment.ValueWhy) {
	v := b.estimate
	if r := w.Return; r != nil {
		b.text(b.style.say("explain.value", b.basis(), v(b.s.Value12), w.Model, b.style.say("explain.uncertified")), 0)
		b.text(b.style.say("explain.returns", b.style.say("explain.silent."+r.Silence), percent(r.Rate), b.res.Clock.Horizon), 0)
		floored := ""
		if b.s.Value12 == 0 {
			floored = b.style.say("explain.floored")
		}
		b.text(b.style.say("explain.line", v(r.Mean), fixed(r.Slope, 2), v(r.Own), v(r.OwnMean), floored), 0)
		if r.Most > 0 {
			b.text(b.style.say("explain.most", fixed(r.Most, 2)), 0)
		}
	} else {
		b.text(b.style.say("explain.value", b.basis(), v(b.s.Value12)+b.within(b.s.Value12Low, b.s.Value12High, v), w.Model, b.certified(b.res.ValueCertified)), 0)
	}
}

// valuedBy is how the champion of value came to its estimate.
func (b *brief) valuedBy(w *segment.ValueWhy) {
	v := b.estimate
	switch {
	case w.Spend != nil:
		s, words, unit := w.Spend, "explain.spend", b.style.say("explain.periods."+b.res.Clock.Period.String())
		if s.ByDay {
			words, unit = "explain.spendday", b.style.say("explain.purchasedays")
		}
		b.text(b.style.say(words, fixed(s.Visits, 2), unit, v(s.Worth),
			fixed(s.Z, 2), v(s.Own), count(s.Periods), fixed(1-s.Z, 2), v(s.Book)), 0)
		if !math.IsNaN(s.Alive) {
			b.text(b.style.say("explain.stillalive", percent(s.Alive), fixed(s.Visits/s.Alive, 2)), 0)
		}
	case w.Life != nil:
		l := w.Life
		half := b.style.say("explain.lifehalf", fixed(l.Median, 0), b.res.Clock.Horizon)
		if l.Median > century {
			half = b.style.say("explain.lifelong")
		}
		b.text(b.style.say("explain.life", v(l.Alive), fixed(l.Days, 0), fixed(l.Year, 0), half), 0)
		b.terms(l.Terms)
	case w.Hurdle != nil:
		b.hurdle(w)
	case w.Return == nil:
		b.text(b.style.say("explain.lastyearrule"), 0)
	}
}

// valueAtRisk is what of the value is at risk, and why.
func (b *brief) valueAtRisk(w *segment.ValueWhy) {
	v := b.estimate
	switch {
	case math.IsNaN(b.s.ValueAtRisk): // no churn model could be judged
	case b.s.ValueAtRisk == 0:
		b.text(b.style.say("explain.risknone", v(0)), 0)
	case math.IsNaN(w.Stayed):
		b.text(b.style.say("explain.riskchurn", v(b.s.ValueAtRisk), percent(b.s.Churn), v(b.s.Value12)), 0)
	default:
		b.text(b.style.say("explain.riskstayed", v(b.s.ValueAtRisk), v(w.Stayed), v(b.s.Value12)), 0)
	}
}

// residual is the value beyond the horizon, by the rule that extends it.
func (b *brief) residual(w *segment.ValueWhy) {
	v := b.estimate
	times := fixed(w.Residual.Multiplier, 2)
	switch {
	case w.Residual.ByCurve:
		b.text(b.style.say("explain.residualcurve", v(b.s.Residual), v(b.s.Value12), times), 0)
	case w.Residual.ByLaw:
		b.text(b.style.say("explain.residuallaw", v(b.s.Residual), v(b.s.Value12), times), 0)
	case w.Residual.ByChain:
		b.text(b.style.say("explain.residualchain", v(b.s.Residual), v(b.s.Value12), times), 0)
	default:
		b.text(b.style.say("explain.residualyears", v(b.s.Residual), v(b.s.Value12), times, percent(w.Residual.Survival)), 0)
	}
}

// hurdle shows the two parts: what a label brings in which the customer buys, and label after label.
func (b *brief) hurdle(w *segment.ValueWhy) {
	h := w.Hurdle
	b.text(b.style.say("explain.hurdle", w.LabelDays, percent(h.Buys), b.estimate(h.Mean), percent(h.Back)), 0)
	var labels []string
	for _, l := range h.Labels {
		part := fmt.Sprintf("%s × %s", percent(l.Active), b.estimate(h.Mean))
		if l.Length < 1 {
			part = fixed(l.Length, 2) + " × " + part
		}
		labels = append(labels, part)
	}
	sum := ""
	for i, l := range labels {
		if i > 0 {
			sum += " + "
		}
		sum += l
	}
	b.text(b.style.say("explain.labels", b.estimate(b.s.Value12), sum), 0)
	b.terms(h.Terms)
}

// terms is the table of a linear predictor in money.
func (b *brief) terms(terms []segment.Term) {
	g := grid{right: []bool{false, true, true}}
	g.rows = append(g.rows, b.header([]string{"column.term", "column.value", "column.adds"}))
	total := 0.0
	for _, t := range terms {
		total += t.Share
		g.rows = append(g.rows, []string{b.style.term(printable(t.Name)), fixed(t.Value, textMoneyPlaces), b.estimate(t.Share)})
	}
	g.rows = append(g.rows, []string{b.style.say("explain.sum"), "", b.estimate(total)})
	b.grid(&g)
}

// tier says which rule gave the tier, and how far the next ones are.
func (b *brief) tier() {
	w := b.Now.Tier
	b.section("explain.label.tier")
	b.text(b.style.say("explain.tierwhy", b.s.Tier, b.style.tell(printable(b.s.TierReason))), 0)
	if b.s.KeyAccount && w.ByValue != "" {
		b.text(b.style.say("explain.byvalue", w.ByValue), 0)
	}
	switch {
	case w.Rank == 1:
		b.text(b.style.say("explain.rankfirst"), 0)
	case w.Rank > 1:
		b.text(b.style.say("explain.rank", percent(w.Larger)), 0)
	}
	if b.s.AtRisk {
		for _, step := range w.Steps {
			b.step(&step)
		}
		if !w.Threatened && w.ByValue != "" && w.ByValue != "gold" && !b.s.KeyAccount {
			b.text(b.style.say("explain.threat", percent(w.Churn), percent(b.s.Churn), b.estimate(w.RiskFrom), b.estimate(b.s.ValueAtRisk)), 0)
		}
	}
	b.key(&w.Key)
}

func (b *brief) step(s *segment.TierStep) {
	switch {
	case math.IsInf(s.From, 1):
	case s.Missing > 0:
		b.text(b.style.say("explain.stepup", s.Tier, b.estimate(s.From), b.estimate(s.Missing)), 0)
	default:
		b.text(b.style.say("explain.stepdown", s.Tier, b.estimate(s.From), b.estimate(-s.Missing)), 0)
	}
}

func (b *brief) key(k *segment.KeyWhy) {
	if !k.ByRank {
		for _, c := range k.Conditions {
			key := "explain.holds"
			if !c.Holds {
				key = "explain.fails"
			}
			b.text(b.style.say(key, printable(c.Condition)), 0)
		}
		return
	}
	switch {
	case b.s.Profile == nil:
	case !b.s.AtRisk:
		b.text(b.style.say("explain.keylapsed", b.res.Clock.Horizon), 0)
	case k.From == math.MaxInt64:
		b.text(b.style.say("explain.keynone"), 0)
	case k.Rank == 0:
		b.text(b.style.say("explain.keyzero", count(k.Chosen), b.basis(), b.amount(k.From)), 0)
	case k.Selected:
		b.text(b.style.say("explain.keyin", count(k.Rank), count(k.Of), count(k.Chosen), b.basis(), b.amount(k.From), b.amount(b.s.Realised12-k.From)), 0)
	default:
		b.text(b.style.say("explain.keyout", count(k.Rank), count(k.Of), count(k.Chosen), b.basis(), b.amount(k.From), b.amount(k.From-b.s.Realised12)), 0)
	}
}
