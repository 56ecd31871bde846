package reports

import (
	"io"
	"maps"
	"strings"

	"mainstay/ingest"
)

func init() { maps.Copy(phrases, ledgerPhrases) }

// ledgerPhrases are the words of what ledger prints: English, 中文.
var ledgerPhrases = map[string][2]string{
	"ledger.label.ledger":  {"LEDGER", "账本"},
	"ledger.label.night":   {"NIGHT", "本次"},
	"ledger.label.holds":   {"HOLDS", "内容"},
	"ledger.label.history": {"HISTORY", "历史"},

	"ledger.head":     {"%s · as of %s (%s) · content %s", "%s · 截至 %s（%s）· 内容 %s"},
	"ledger.input":    {"%s · %s {row|rows}", "%s · %s 条记录"},
	"ledger.more":     {"and %s more {file|files}", "另有 %s 个文件"},
	"ledger.replaced": {"%s {row|rows} of %s replaced (--restate %s)", "替换 %s 条记录，金额 %s（--restate %s）"},
	"ledger.rows":     {"%s {row|rows}: %s used by %s {customer|customers}, %s set aside", "%s 条记录：采用 %s（%s 个客户），未采用 %s"},
	"ledger.money":    {"%s read = %s used + %s set aside, exactly", "读入 %s = 采用 %s + 未采用 %s，分毫不差"},
	"ledger.closed":   {"%s closed {month|months}, %s to %s", "%s 个已结月份，%s 至 %s"},
	"ledger.none":     {"no month is closed yet", "尚无已结月份"},
	"ledger.same":     {"closed months to %s unchanged", "截至 %s 的已结月份没有变化"},
	"ledger.changed":  {"%s closed {month|months} changed", "%s 个已结月份有变化"},
	"ledger.periods":  {"and %s more in ledger.json", "另有 %s 个，见 ledger.json"},
	"ledger.month":    {"month", "月份"},
	"ledger.rowsdiff": {"rows", "记录"},
	"ledger.sales":    {"sales", "销售"},
	"ledger.returns":  {"returns", "退货"},
	"ledger.by":       {"customers", "客户"},
	"ledger.share":    {"change", "变化"},
}

// How much of a night is shown; ledger.json has all of it.
const (
	nightFiles   = 4
	nightPeriods = 12
)

// Stored writes what ledger or ledger append made of a folder.
func Stored(w io.Writer, folder string, s *ingest.Stored, style Style) error {
	p, m := newPageOf(style, "ledger.label."), &s.Manifest
	p.section("ledger.label.ledger")
	p.text(style.say("ledger.head", printable(folder), m.AsOf, m.AsOfWhy, s.Content), 0)
	p.section("ledger.label.night")
	for i, f := range s.Night.Inputs {
		if i == nightFiles {
			p.line(style.say("ledger.more", count(len(s.Night.Inputs)-nightFiles)))
			break
		}
		p.line(style.say("ledger.input", printable(f.Name), count(f.Rows)))
	}
	if s.Night.Restate != ingest.RestateNone {
		p.line(style.say("ledger.replaced", count(s.Night.Rows.Replaced), compact(s.Night.Money.Replaced), s.Night.Restate))
	}
	p.section("ledger.label.holds")
	p.line(style.say("ledger.rows", count(m.Rows.Read), count(m.Rows.Used), count(m.Customers), count(m.Rows.SetAside)))
	var reasons []string
	for _, r := range m.SetAside {
		reasons = append(reasons, count(r.Rows)+" "+style.say("reason."+r.Reason))
	}
	if len(reasons) > 0 {
		p.text(strings.Join(reasons, " · "), 0)
	}
	p.text(style.say("ledger.money", compact(m.Money.Read), compact(m.Money.Used), compact(m.Money.SetAside)), 0)
	p.section("ledger.label.history")
	if n := len(m.Periods); n > 0 {
		p.line(style.say("ledger.closed", count(n), m.Periods[0].Period, m.Periods[n-1].Period))
	} else {
		p.line(style.say("ledger.none"))
	}
	changedPeriods(p, &s.Night)
	for _, n := range s.Notes {
		p.text(printable(n), 0)
	}
	_, err := w.Write(p.out.Bytes())
	return err
}

// changedPeriods says whether closed months changed, and shows those that did.
func changedPeriods(p *page, n *ingest.StoredNight) {
	switch {
	case n.Compared == "":
		return
	case len(n.Changed) == 0:
		p.line(p.style.say("ledger.same", n.Compared))
		return
	}
	p.line(p.style.say("ledger.changed", count(len(n.Changed))))
	g := &grid{right: []bool{false, true, true, true, true, true}} // what matters most first: long lines are clipped
	g.rows = append(g.rows, []string{p.style.say("ledger.month"), p.style.say("ledger.share"), p.style.say("ledger.by"),
		p.style.say("ledger.rowsdiff"), p.style.say("ledger.sales"), p.style.say("ledger.returns")})
	change := func(a, b string) string {
		if a == b {
			return "="
		}
		return a + " → " + b
	}
	for i, c := range n.Changed {
		if i == nightPeriods {
			break
		}
		g.rows = append(g.rows, []string{c.Period, percent2(c.Change), count(c.Customers), change(count(c.RowsBefore), count(c.RowsAfter)),
			change(compact(c.SalesBefore), compact(c.SalesAfter)), change(compact(c.ReturnsBefore), compact(c.ReturnsAfter))})
	}
	p.grid(g)
	if more := len(n.Changed) - nightPeriods; more > 0 {
		p.line(p.style.say("ledger.periods", count(more)))
	}
}

// StoredJSONSchema is the version of what ledger --json prints.
const StoredJSONSchema = "mainstay.ledger-written/1"

// StoredJSON writes the same for machines: the content's name, its manifest, and the night.
func StoredJSON(w io.Writer, s *ingest.Stored) error {
	b, err := encodeJSON(struct {
		Schema   string                `json:"schema"`
		Content  string                `json:"content"`
		Night    ingest.StoredNight    `json:"night"`
		Notes    []string              `json:"notes"`
		Manifest ingest.StoredManifest `json:"manifest"`
	}{StoredJSONSchema, s.Content, s.Night, notNil(s.Notes), s.Manifest})
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}
