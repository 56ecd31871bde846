package reports

import (
	"fmt"
	"io"
	"math"
	"strings"

	"mainstay/ingest"
	"mainstay/segment"
)

// Explained is one customer as of a day, and what there is to compare it with.
type Explained struct {
	Now       *segment.Explanation
	Before    *segment.Explanation // the same customer as of an earlier day; nil where there is none
	BeforeDay ingest.Day
	BeforeWhy string // why Before is nil: BeforeYoung, BeforeUnknown or BeforeModel; "" when nobody asked
	Rows      *ingest.CustomerRows
	Stored    bool // Rows are the postings of a stored Ledger, which does not know whose the rows set aside were
	Has       ingest.Has
}

// Why there is no earlier score to compare with.
const (
	BeforeYoung   = "young"   // the export begins later
	BeforeModel   = "model"   // the stored model that scores was learnt later, or does not suit what the data was then
	BeforeUnknown = "unknown" // the customer had no row then
)

// brief writes the account brief: what is known, what changed, why the score is what it is.
type brief struct {
	*page
	*Explained
	res *segment.Result
	s   *segment.Score
}

// Explain writes the account brief of a customer for a terminal.
func Explain(w io.Writer, x *Explained, style Style) error {
	b := &brief{page: newPageOf(style, "explain.label."), Explained: x, res: x.Now.Result, s: x.Now.Score}
	b.head()
	b.who()
	b.worth()
	b.contracts()
	b.people()
	b.activities()
	b.rows()
	b.days()
	b.history()
	b.habits()
	b.changed()
	b.state()
	b.churn()
	b.value()
	b.tier()
	if line := storedLine(b.style, b.res); line != "" {
		b.section("explain.label.models")
		b.text(line, 0)
	}
	_, err := w.Write(b.out.Bytes())
	return err
}

// amount is an exact amount of the Ledger in short, value an estimate.
func (b *brief) amount(x int64) string     { return b.estimate(float64(x) / math.Pow10(b.res.Scale)) }
func (b *brief) estimate(v float64) string { return b.style.money(v, b.res.Currency) }
func (b *brief) basis() string             { return b.style.say("basis." + b.res.Basis) }
func (b *brief) exact(x int64) string      { return compact(string(appendDecimal(nil, x, b.res.Scale))) }
func (b *brief) units(x int64) string {
	return compact(string(appendDecimal(nil, x, b.res.UnitsScale)))
}
func (b *brief) level() string { return fmt.Sprintf("%.0f %%", 100*b.style.Level) }
func (b *brief) within(low, high float64, format func(float64) string) string {
	if i := b.style.interval(low, high, format); i != "" {
		return " " + i
	}
	return ""
}

// headMost is the columns of the head for key and name: the rest must fit too.
const headMost = pageWidth * 2 / 5

// head is the line a person reads first: who, what tier, what is at stake.
func (b *brief) head() {
	who := strings.TrimSpace(printable(b.s.Key) + " " + printable(b.s.Name))
	parts := []string{clip(who, headMost)}
	if b.s.KeyAccount {
		parts = append(parts, b.style.say("explain.key"))
	}
	parts = append(parts, b.style.say("explain.tier", b.s.Tier), b.style.say("explain.relation."+b.s.Relation), b.style.say("explain.asof", b.res.Clock.AsOf))
	b.out.WriteString(clip(strings.Join(parts, " · "), pageWidth) + "\n")
	if b.Now.ByName {
		b.line(b.style.say("explain.byname", printable(b.s.Key)))
	}
}

func (b *brief) who() {
	b.section("explain.label.who")
	var parts []string
	add := func(name, value string) {
		if value != "" {
			parts = append(parts, printable(name)+" "+clip(printable(value), pageWidth/2))
		}
	}
	add(b.style.say("explain.parent"), b.s.Parent)
	for _, a := range b.Now.Attributes {
		add(a.Name, a.Value)
	}
	if len(parts) == 0 {
		parts = []string{b.style.say("explain.nothing")}
	}
	b.text(strings.Join(parts, " · "), 0)
}

// worth is the score in three lines.
func (b *brief) worth() {
	b.section("explain.label.worth")
	if b.s.Profile == nil {
		b.text(b.style.say("explain.prospect"), 0)
		return
	}
	if b.s.Profile.Frequency == 0 {
		b.text(b.style.say("explain.never"), 0)
		return
	}
	line := b.style.say("explain.worth", b.basis(), b.amount(b.s.Realised12), b.estimate(b.s.Value12)+b.within(b.s.Value12Low, b.s.Value12High, b.estimate))
	if !math.IsNaN(b.s.Residual) {
		line += b.style.say("explain.residual", b.estimate(b.s.Residual))
	}
	b.text(line, 0)
	switch {
	case b.s.AtRisk && !math.IsNaN(b.s.Churn):
		b.text(b.style.say("explain.risk", b.res.Clock.Horizon, percent(b.s.Churn)+b.within(b.s.ChurnLow, b.s.ChurnHigh, percent), b.estimate(b.s.ValueAtRisk)), 0)
		if !math.IsNaN(b.s.Decline) {
			how := "explain.decline"
			if b.res.Ladder {
				how = "explain.rung"
			}
			b.text(b.style.say(how, b.res.Forecast.DeclineDays, b.basis(), b.estimate(b.s.DeclineBelow), percent(b.s.Decline)+b.within(b.s.DeclineLow, b.s.DeclineHigh, percent)), 0)
		}
	case !math.IsNaN(b.s.Return):
		b.text(b.style.say("explain.return", b.res.Clock.Horizon, percent(b.s.Return)), 0)
	}
	var why []string
	for _, r := range b.s.Reasons {
		if r != "" {
			why = append(why, b.style.because(printable(r)))
		}
	}
	b.text(b.style.say("explain.why", strings.Join(why, " · ")), 0)
}

func (b *brief) rows() {
	b.section("explain.label.rows")
	r := b.Rows
	if b.Stored {
		b.text(b.style.say("explain.stored", count(r.Used)), 0)
		b.rowTable(r.Latest, false)
		return
	}
	var reasons []string
	for _, x := range r.Reasons {
		reasons = append(reasons, count(x.Rows)+" "+b.style.say("reason."+x.Reason))
	}
	aside := ""
	if len(reasons) > 0 {
		aside = b.style.say("explain.reasons", strings.Join(reasons, " · "))
	}
	b.text(b.style.say("explain.rows", count(r.Read), count(r.Used), count(r.Read-r.Used))+aside, 0)
	if r.MoneyRead != r.MoneyUsed {
		b.text(b.style.say("explain.money", compact(r.MoneyRead.Format(b.res.Scale)), compact(r.MoneyUsed.Format(b.res.Scale))), 0)
	}
	b.rowTable(r.Latest, false)
	b.rowTable(r.SetAside, true)
}

// rowTable lists rows with the place where they stand in the export.
func (b *brief) rowTable(rows []ingest.CustomerRow, aside bool) {
	if len(rows) == 0 {
		return
	}
	g := grid{right: []bool{false, false, true, true, false, false}}
	header := []string{"column.day", "column.file", "column.row", "column.amount", "column.order", ""}
	if aside {
		header[5] = "column.why"
	}
	g.rows = append(g.rows, b.header(header))
	for i := range rows {
		r := &rows[i]
		day, amount, why := dash, dash, ""
		if r.HasDay {
			day = r.Day.String()
		}
		if r.HasAmount {
			amount = b.exact(r.Amount)
		}
		if aside {
			why = b.style.say("reason." + r.Reason)
			if r.Value != "" {
				why += ": " + clip(printable(r.Value), accountLeast)
			}
		}
		g.rows = append(g.rows, []string{day, clip(printable(r.File), accountMost), count(r.Row), amount, clip(printable(r.Order), accountLeast), why})
	}
	b.grid(&g)
}

// header is a row of phrases; "" stays empty.
func (b *brief) header(keys []string) []string {
	row := make([]string, len(keys))
	for i, k := range keys {
		if k != "" {
			row[i] = b.style.say("explain." + k)
		}
	}
	return row
}

func (b *brief) habits() {
	p, h := b.s.Profile, b.Now.History
	if h == nil || p.Frequency == 0 {
		return
	}
	b.section("explain.label.habits")
	gap := b.style.say("explain.gap", p.RecencyDays(b.res.Clock.AsOf), fixed(h.UsualGap, 0))
	if p.Frequency > 2 {
		gap += b.style.say("explain.spread", fixed(p.GapMean, 0), fixed(p.GapSD, 0), fixed(p.GapMedian, 0))
	}
	b.text(gap, 0)
	line := b.style.say("explain.bought", count(int64(p.Frequency)), count(int64(p.Frequency12)))
	if b.Has.Orders {
		line += b.style.say("explain.orders", count(p.Orders))
	}
	tenure := "explain.tenure"
	if p.LeftTruncated {
		tenure = "explain.tenureleast"
	}
	line += b.style.say(tenure, p.First, fixed(float64(b.res.Clock.AsOf-p.First)/daysInYear, 1))
	if p.Sales > 0 && p.Returns < 0 {
		line += b.style.say("explain.returned", percent(-float64(p.Returns)/float64(p.Sales)))
	}
	b.text(line, 0)
}

// daysInYear is the mean length of a Julian year.
const daysInYear = 365.25

// changed compares the last twelve months with the twelve before, and the score with an earlier one.
func (b *brief) changed() {
	h := b.Now.History
	if h == nil {
		return
	}
	b.section("explain.label.changed")
	var parts []string
	one := func(key string, now, before int64, format func(int64) string) {
		text := b.style.say(key, format(now))
		switch {
		case !h.WholeBefore:
		case before > 0:
			text += b.style.say("explain.against", signed(float64(now)/float64(before)-1), format(before))
		default:
			text += b.style.say("explain.before", format(before))
		}
		parts = append(parts, text)
	}
	one("explain.revenue", h.Now.Net, h.Before.Net, b.amount)
	if b.margin() {
		one("explain.margin", h.Now.Value, h.Before.Value, b.amount)
	}
	one("explain.purchases", int64(h.Now.Purchases), int64(h.Before.Purchases), func(n int64) string { return count(n) })
	if b.Has.Units {
		one("explain.units", h.Now.Units, h.Before.Units, b.units)
	}
	b.text(b.style.say("explain.year", strings.Join(parts, " · ")), 0)
	if !h.WholeBefore {
		b.text(b.style.say("explain.young", b.res.Clock.First), 0)
	}
	b.since()
}

// since compares with the earlier day.
func (b *brief) since() {
	switch {
	case b.Before != nil:
	case b.BeforeWhy != "":
		b.text(b.style.say("explain.nobefore."+b.BeforeWhy, b.BeforeDay), 0)
		return
	default:
		return
	}
	old := b.Before.Score
	was := func(before, now string) string {
		if before == now {
			return now
		}
		return before + " → " + now
	}
	share := func(s *segment.Score) string {
		if s.AtRisk {
			return percent(s.Churn)
		}
		return b.style.say("explain.relation." + s.Relation)
	}
	var parts []string
	add := func(key, before, now string) { parts = append(parts, b.style.say(key, was(before, now))) }
	add("explain.since.state", b.style.tell(old.State), b.style.tell(b.s.State))
	if old.AtRisk || b.s.AtRisk {
		add("explain.since.leaves", share(old), share(b.s))
	}
	if !math.IsNaN(old.Value12) || !math.IsNaN(b.s.Value12) {
		add("explain.since.value", b.estimate(old.Value12), b.estimate(b.s.Value12))
	}
	if old.AtRisk || b.s.AtRisk {
		add("explain.since.risk", b.estimate(old.ValueAtRisk), b.estimate(b.s.ValueAtRisk))
	}
	add("explain.since.tier", old.Tier, b.s.Tier)
	b.text(b.style.say("explain.since", b.BeforeDay, strings.Join(parts, " · ")), 0)
	if was, is := b.Before.Result.ChurnModel+"|"+b.Before.Result.ValueModel, b.res.ChurnModel+"|"+b.res.ValueModel; was != is {
		b.text(b.style.say("explain.models", was, is), 0)
	}
}

func (b *brief) state() {
	w := b.Now.State
	if w == nil {
		return
	}
	b.section("explain.label.state")
	b.text(b.style.say("explain.state", b.style.tell(w.State), count(w.Purchase), b.basis(), b.estimate(w.Own)), 0)
	if len(w.Row) == 0 {
		b.text(b.style.say("explain.norow"), 0)
		return
	}
	var moves []string
	var n int64
	for _, t := range w.Row {
		n += t.Count
		moves = append(moves, fmt.Sprintf("%s %s%s", b.style.tell(t.To), percent(t.P), b.within(t.Low, t.High, percent)))
	}
	b.text(b.style.say("explain.moves", b.style.say("explain.period."+b.res.Clock.Period.String()), count(n), strings.Join(moves, " · ")), 0)
}
