package reports

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"mainstay/segment"
)

// Targets of a replay's outcomes, beside targetChurn, as in segment.Outcome.Target.
const (
	targetLabel   = "value_label"
	targetDecline = "decline"
	targetYear    = "value_12m"
)

// The charts of a replay.
const (
	replayRows = 7  // lines
	replayMost = 24 // dates: with three columns each they fit the page
)

// replayPage writes the text of a replay.
type replayPage struct {
	*page
	*Replay
}

// replayText is the text of replay.txt.
func replayText(x *Replay, style Style) []byte {
	p := &replayPage{page: newPageOf(style, "replay.label."), Replay: x}
	first, last := x.Published[0], x.Published[len(x.Published)-1]
	p.out.WriteString(style.say("replay.head", first.AsOf, last.AsOf, stepWords(style, x.Step), len(x.Published), x.DataAsOf) + "\n")
	p.target(targetChurn, heads)
	p.target(targetDecline, heads)
	p.money(targetLabel)
	p.money(targetYear)
	p.keys()
	p.calibrated()
	p.champions()
	p.stability()
	return p.out.Bytes()
}

// stepWords is the step in the style's language.
func stepWords(style Style, step string) string {
	if n, days := strings.CutSuffix(step, "d"); days {
		return style.say("replay.step.days", n)
	}
	return style.say("replay.step." + step)
}

// heads is an expected number of customers: a tenth matters only where there are few.
func heads(v float64) string {
	if v < 100 {
		return fixed(v, 1)
	}
	return fixed(v, 0)
}

// of lists the outcomes of a target, by date.
func (p *replayPage) of(target string) (out []*segment.Outcome) {
	for i := range p.Outcomes {
		if p.Outcomes[i].Target == target {
			out = append(out, &p.Outcomes[i])
		}
	}
	return out
}

func (p *replayPage) money(target string) {
	p.target(target, func(v float64) string { return p.style.money(v, p.Currency) })
}

// target shows forecast against what came: a table, a chart, and how often the interval held.
func (p *replayPage) target(target string, format func(float64) string) {
	out := p.of(target)
	p.section("replay.label." + target)
	p.text(p.style.say("replay."+target+"."+p.Published[0].Basis, lengths(out)), 0)
	if !slices.ContainsFunc(out, func(o *segment.Outcome) bool { return o.Closed }) {
		p.text(p.style.say("replay.allopen", out[0].Until), 0)
		return
	}
	header := []string{"date", "n", "forecast", "", "came", "bias", "inside"}
	g := grid{right: []bool{false, true, true, false, true, true, false, true, true, true}}
	switch target {
	case targetChurn, targetDecline:
		header = append(header, "auc", "logloss", "brier")
	case targetYear:
		header = append(header, "capture", "coverage", "")
	default:
		header = append(header, "", "", "")
	}
	row := make([]string, len(header))
	for i, k := range header {
		if k != "" {
			row[i] = p.style.say("replay.column." + k)
		}
	}
	g.rows = append(g.rows, row)
	for _, o := range out {
		g.rows = append(g.rows, p.row(o, format))
	}
	p.grid(&g)
	p.chart(out, format)
	p.held(out)
}

func (p *replayPage) row(o *segment.Outcome, format func(float64) string) []string {
	row := []string{o.AsOf.String(), count(o.N), format(o.Predicted), p.style.interval(o.Low, o.High, format),
		p.style.say("replay.open"), "", "", "", "", ""}
	if !o.Closed {
		return row
	}
	row[4], row[5] = format(o.Actual), signed(o.Bias)
	if inside, ok := o.Inside(); ok {
		row[6] = p.style.say(fmt.Sprintf("replay.inside.%v", inside))
	}
	switch o.Target {
	case targetChurn, targetDecline:
		row[4] = fixed(o.Actual, 0)
		row[7], row[8], row[9] = fixed(o.AUC, 2), fixed(o.LogLoss, 3), fixed(o.Brier, 3)
	case targetYear:
		row[7], row[8] = percent(o.Capture), percent(o.Coverage)
	}
	return row
}

// lengths is the length of the forecasts in days: "84", or "83–84" where the runs differ.
func lengths(out []*segment.Outcome) string {
	least, most := out[0].Days, out[0].Days
	for _, o := range out {
		least, most = min(least, o.Days), max(most, o.Days)
	}
	if least == most {
		return count(least)
	}
	return count(least) + "–" + count(most)
}

// chart draws the latest dates.
func (p *replayPage) chart(out []*segment.Outcome, format func(float64) string) {
	out = out[max(0, len(out)-replayMost):]
	points := make([]forecastPoint, len(out))
	for i, o := range out {
		points[i] = forecastPoint{o.Predicted, o.Low, o.High, o.Actual}
	}
	lines := forecastChart(points, replayRows, 3, format)
	if lines == nil {
		return
	}
	for _, l := range lines {
		p.line(l)
	}
	p.line(p.style.say("replay.legend", string(markForecast), string(markInterval), string(markActual), string(markBoth), out[0].AsOf, out[len(out)-1].AsOf))
}

// held sums up: totals of the closed forecasts, and how many intervals held.
func (p *replayPage) held(out []*segment.Outcome) {
	inside, intervals, closed := 0, 0, 0
	for _, o := range out {
		if o.Closed {
			closed++
		}
		if in, ok := o.Inside(); ok {
			intervals++
			if in {
				inside++
			}
		}
	}
	if intervals > 0 {
		p.text(p.style.say("replay.held", inside, intervals, fmt.Sprintf("%.0f %%", 100*p.style.Level)), 0)
	}
	if open := len(out) - closed; open > 0 {
		p.text(p.style.say("replay.opens", open, p.DataAsOf), 0)
	}
}

// keys counts the key accounts that were warned of and those that left.
func (p *replayPage) keys() {
	p.section("replay.label.keys")
	warned, lost, both, n := 0, 0, 0, 0
	for _, o := range p.of(targetChurn) {
		if !o.Closed {
			continue
		}
		for _, k := range o.Keys {
			n++
			if k.Warned {
				warned++
			}
			if k.Lost {
				lost++
			}
			if k.Warned && k.Lost {
				both++
			}
		}
	}
	if n == 0 {
		p.line(p.style.say("replay.nokeys"))
		return
	}
	p.text(p.style.say("replay.keys", n, warned, both, lost, both), 0)
}

// calibrated shows predicted beside observed churn, all closed dates together.
func (p *replayPage) calibrated() {
	bins := segment.PooledCalibration(p.Outcomes)
	if len(bins) == 0 {
		return
	}
	p.section("replay.label.calibration")
	g := grid{right: []bool{true, true, true}}
	g.rows = append(g.rows, []string{p.style.say("replay.column.n"), p.style.say("replay.column.predicted"), p.style.say("replay.column.observed")})
	for _, b := range bins {
		g.rows = append(g.rows, []string{count(b.N), percent(b.Predicted), percent(b.Observed)})
	}
	p.grid(&g)
}

// champions names the models over time, where they change.
func (p *replayPage) champions() {
	p.section("replay.label.models")
	var parts []string
	last := ""
	for _, x := range p.Published {
		name := x.ChurnModel + " | " + x.ValueModel
		if !x.ChurnCertified || !x.ValueCertified {
			name += " (" + p.style.say("explain.uncertified") + ")"
		}
		if name != last {
			parts = append(parts, p.style.say("replay.from", x.AsOf, name))
			last = name
		}
	}
	p.text(strings.Join(parts, " · "), 0)
}

// stability is the share of customers whose tier moved from date to date.
func (p *replayPage) stability() {
	if len(p.Published) < 2 {
		return
	}
	p.section("replay.label.stability")
	compared, moved, in, out, most := 0, 0, 0, 0, 0.0
	var worst string
	for i := 1; i < len(p.Published); i++ {
		m := segment.CompareTiers(p.Published[i-1], p.Published[i])
		compared, moved, in, out = compared+m.Compared, moved+m.Tiers, in+m.KeysIn, out+m.KeysOut
		if share := float64(m.Tiers) / math.Max(float64(m.Compared), 1); share >= most {
			most, worst = share, p.Published[i].AsOf.String()
		}
	}
	p.text(p.style.say("replay.moved", percent(float64(moved)/math.Max(float64(compared), 1)), percent(most), worst, in, out), 0)
}
