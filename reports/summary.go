package reports

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"mainstay/ingest"
	"mainstay/ingest/money"
	"mainstay/segment"
)

// summary writes the page of a run: what came in, the book, who leaves, what it is worth, what to do.
type summary struct {
	*page
	run   *Run
	plan  *ingest.Plan
	tally *ingest.Tally
	res   *segment.Result
}

// Summary prints the published run's summary.txt and where the files are: the screen and the file
// never differ.
func Summary(w io.Writer, r *Run, style Style) error {
	b, err := r.Read(summaryName)
	if err != nil {
		return err
	}
	p := newPage(style)
	history, same := r.History(), ""
	switch {
	case history == nil:
	case len(history.Changed) == 0:
		same = " · " + history.say(style)
	default:
		p.section("label.history")
		p.text(history.say(style), 0)
	}
	if drift := r.Drift().say(style); drift != "" {
		p.section("label.drift")
		p.text(drift, 0)
	}
	p.section("label.files")
	where := "files"
	if r.Reused {
		where = "files.reused"
	}
	p.text(style.say(where, printable(r.Path()))+same, 0)
	if r.Behind != "" {
		p.text(r.behind(style), 0)
	}
	_, err = w.Write(append(b, p.out.Bytes()...))
	return err
}

// summarise is the text of summary.txt.
func summarise(r *Run, plan *ingest.Plan, l *ingest.Ledger, res *segment.Result, style Style) []byte {
	s := &summary{page: newPage(style), run: r, plan: plan, tally: &l.Tally, res: res}
	s.out.WriteString(style.say("head", res.Clock.AsOf, r.Name) + "\n")
	s.input()
	s.book()
	s.bridge()
	s.leaving()
	s.models()
	s.outlook()
	s.segments()
	s.tiers()
	s.attention()
	s.warnings()
	return s.out.Bytes()
}

func (s *summary) input() {
	s.section("label.input")
	var aside int64
	var reasons []string
	var rejected money.Total
	for _, x := range s.tally.Reasons {
		if x.Rows == 0 {
			continue
		}
		aside += x.Rows
		rejected.Merge(x.Money)
		reasons = append(reasons, s.reason(&x))
	}
	files := s.style.say("input.file")
	if n := len(s.plan.Files); s.plan.Stored() {
		files = s.style.say("input.ledger")
	} else if n != 1 {
		files = s.style.say("input.files", count(n))
	}
	s.line(s.style.say("input.rows", count(s.tally.RowsRead), files, count(s.tally.RowsUsed), count(aside),
		percent2(float64(aside)/float64(s.tally.RowsRead))))
	if c := &s.plan.Config; c.From != "" || c.To != "" {
		s.text(s.style.say("input.outside", count(s.tally.RowsOutside), s.window(c.From, c.To)), 0)
	}
	if len(reasons) > 0 {
		s.text(strings.Join(reasons, " · "), 2)
	}
	exact := func(t money.Total) string { return s.exact(t.Format(s.res.Scale)) }
	s.text(s.style.say("input.money", exact(s.tally.MoneyRead), exact(s.tally.MoneyUsed), exact(rejected)), 2)
	if r := s.tally.Rounding; r.Rows > 0 {
		s.line(s.style.say("input.rounded", count(r.Rows), s.rounding(r.Sum.Float64(roundingScale))))
	}
	if tables := s.tables(); tables != "" {
		s.text(s.style.say("input.tables", tables), mappingLines)
	}
	s.text(s.style.say("input.columns", s.columns()), mappingLines)
}

// window is the days that are looked at.
func (s *summary) window(from, to string) string {
	switch {
	case to == "":
		return s.style.say("window.from", from)
	case from == "":
		return s.style.say("window.to", to)
	}
	return s.style.say("window.both", from, to)
}

// tables counts what is used of the tables beside the transactions; the accounts have a line of their own.
func (s *summary) tables() string {
	var parts []string
	for _, t := range s.res.Tables {
		if t.Table != accountsTable {
			part := s.style.say("input.table", s.style.say("table."+t.Table), count(int64(t.Used)), count(int64(t.Rows)))
			if t.Ends != "" {
				part += s.style.say("input.ends." + t.Ends)
			}
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, " · ")
}

const accountsTable = "accounts"

// underContract chooses the words of what being at risk means: with contracts more than with purchases alone.
func (s *summary) underContract(without, with string) string {
	for _, t := range s.res.Tables {
		if t.Table == "contracts" {
			return with
		}
	}
	return without
}

// reason counts the rows set aside for one reason; revenue without a customer is named, because the
// book below is without it.
func (s *summary) reason(x *ingest.ReasonTally) string {
	text := count(x.Rows) + " " + s.style.say("reason."+x.Reason)
	if x.Reason == ingest.ReasonNoCustomer && x.Money.Sign() != 0 {
		text += " (" + s.value(x.Money.Float64(s.res.Scale)) + ")"
	}
	return text
}

// leastRounding is the smallest sum of roundings that is worth a figure.
const leastRounding = 0.01

func (s *summary) rounding(sum float64) string {
	if math.Abs(sum) < leastRounding {
		return s.style.say("input.least", fixed(leastRounding, textMoneyPlaces))
	}
	return fixed(sum, textMoneyPlaces)
}

// percent2 is a share as a percentage with two places: few rows set aside must not read as none.
func percent2(v float64) string {
	if s := fixed(100*v, 2); s != dash {
		return s + " %"
	}
	return dash
}

// exact is an amount to the last digit, with the currency's sign.
func (s *summary) exact(decimal string) string {
	return symbols[strings.ToUpper(s.res.Currency)] + compact(decimal)
}

// mappingLines is the most lines that the mapping takes; the manifest has all of it.
const mappingLines = 3

// columns shows the mapping: which column serves which role; one name where they are the same.
// Roles that a run does not use are left to the manifest.
// Where rows were set aside by their status, it says what that means: the export knows only today's status.
func (s *summary) columns() string {
	byStatus := slices.ContainsFunc(s.tally.Reasons, func(r ingest.ReasonTally) bool {
		return r.Reason == ingest.ReasonExcludedStatus && r.Rows > 0
	})
	var parts []string
	for _, c := range s.plan.Roles {
		if c.Source == "" || c.Role == ingest.RoleProduct || c.Role == ingest.RoleLineType {
			continue
		}
		part := c.Role
		if c.Source != c.Role {
			part += "=" + clip(printable(c.Source), pageWidth/2)
		}
		if c.Role == ingest.RoleStatus && byStatus {
			part += s.style.say("input.status")
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// amount is a coefficient of the Ledger for people.
func (s *summary) amount(x int64) string {
	return s.value(float64(x) / math.Pow10(s.res.Scale))
}

// value is money in units for people.
func (s *summary) value(v float64) string { return s.style.money(v, s.res.Currency) }

// margin reports whether value means margin, so that revenue and value are two things to show.
func (s *summary) margin() bool { return s.res.Basis == "margin" }

func ratio(a, b int64) float64 { return float64(a) / float64(b) }

func (s *summary) book() {
	s.section("label.book")
	t := &s.res.Totals
	line := s.style.say(s.underContract("book.customers", "book.contract"), count(t.Customers), count(t.AtRisk), s.res.Clock.Horizon, count(t.Lapsed))
	if t.NeverBought > 0 {
		line += s.style.say("book.never", count(t.NeverBought))
	}
	if t.Prospects > 0 {
		line += s.style.say("book.prospects", count(t.Prospects))
	}
	s.text(line, 2)

	if s.plan.Config.Unit == ingest.UnitParent {
		s.text(s.groups(), 2)
	}
	line = s.style.say("book.revenue1", s.amount(t.Net12))
	if b := s.wholeBridge(); b != nil && t.NetPrior12 > 0 {
		line = s.style.say("book.revenue", s.amount(t.Net12), signed(ratio(t.Net12, t.NetPrior12)-1))
	}
	if s.margin() {
		line += s.style.say("book.margin", s.amount(t.Value12))
	}
	s.text(line, 2)

	line = s.style.say("book.key", count(t.KeyAccounts), percent(ratio(int64(t.KeyAccounts), int64(t.AtRisk))), percent(ratio(t.KeyNet12, t.Net12)))
	if s.margin() && t.Value12 > 0 {
		line += s.style.say("book.keymargin", percent(ratio(t.KeyValue12, t.Value12)))
	}
	if top := topTenth(s.res.Concentration.Top); top != nil {
		line += s.style.say("book.top", strings.Replace(percent(top.Share), ".0 %", " %", 1), percent(top.Revenue))
	}
	s.text(line, 2)
	if a := s.res.Accounts; a.Given {
		table := "book.accounts"
		if s.plan.Config.Unit == ingest.UnitParent {
			table = "book.heads"
		}
		s.text(s.style.say(table, count(a.Accounts), count(a.Matched), count(a.Prospects), count(a.CustomersWithout)), 2)
	}
}

// wholeBridge is the bridge of the book's revenue, nil where the export does not hold 24 months.
func (s *summary) wholeBridge() *segment.BridgeRow {
	if rows := s.res.Bridge; len(rows) > 0 && rows[0].Whole {
		return &rows[0]
	}
	return nil
}

// bridge leads from the revenue of the 12 months before to that of the last 12, in the magnitude of the
// larger of the two.
func (s *summary) bridge() {
	b := s.wholeBridge()
	if b == nil {
		return
	}
	s.section("label.bridge")
	scale := math.Pow10(s.res.Scale)
	m := s.style.magnitude(float64(max(b.Prior, b.Now)) / scale)
	var line []string
	for _, step := range steps(b) {
		text := fixed(float64(step.value)/scale/m.factor, max(m.places, 1))
		switch {
		case step.level:
			line = append(line, text)
		case step.value != 0:
			if step.value > 0 {
				text = "+" + text
			}
			line = append(line, text+" "+s.style.say(step.key+".short"))
		}
	}
	last := len(line) - 1
	line[last] = "= " + inCurrency(line[last]+m.suffix, s.res.Currency)
	s.line(strings.Join(line, " "))
	s.text(s.style.say("bridge.rates", percent(b.NRR()), percent(b.GRR()), count(b.Before), count(b.NewCustomers), count(b.ReturnedCustomers), count(b.LostCustomers)), 2)
}

// groups says that a customer is a buying group, and how many accounts are in how many.
func (s *summary) groups() string {
	rows := groupRows(s.plan)
	accounts, several := 0, 0
	for _, i := range rows {
		members := len(s.plan.Accounts.Members[i])
		accounts += members
		if members > 1 {
			several++
		}
	}
	return s.style.say("book.groups", count(accounts), count(len(rows)), count(several))
}

// topTenth is the entry of the top-share table nearest to a tenth of the customers.
func topTenth(top []segment.TopShare) *segment.TopShare {
	var best *segment.TopShare
	for i := range top {
		if best == nil || math.Abs(top[i].Share-0.1) < math.Abs(best.Share-0.1) {
			best = &top[i]
		}
	}
	return best
}

func (s *summary) leaving() {
	s.section("label.leaving")
	t, h := &s.res.Totals, s.res.Clock.Horizon
	if !math.IsNaN(t.ObservedChurn) {
		s.text(s.style.say(s.underContract("leaving.observed", "leaving.contract"), h, percent(t.ObservedChurn), s.style.interval(t.ObservedChurnLow, t.ObservedChurnHigh, percent)), 2)
	}
	line := s.style.say("leaving.expected", h, fixed(t.ExpectedLeavers, 0), count(t.AtRisk))
	declining := s.declining()
	if d := s.res.Forecast.DeclineDays; declining != "" && d == h {
		line += s.style.say("leaving.and") + declining
	} else if declining != "" {
		s.text(line, 2)
		line = s.style.say("leaving.next", d) + declining
	}
	s.text(line, 2)
	line = s.style.say("leaving.risk", s.value(t.AtRiskValue), s.value(t.KeyAtRiskValue))
	if !math.IsNaN(t.FivePercent) && !math.IsNaN(t.FivePoints) {
		line += s.style.say("leaving.whatif", s.value(t.FivePercent), s.value(t.FivePoints))
	}
	s.text(line, 2)
}

// declining is how many customers are expected to buy less, and by which model where it alone is not certified; "" where it is not known.
func (s *summary) declining() string {
	f := &s.res.Forecast
	if math.IsNaN(f.Decliners) || f.Declinable == 0 {
		return ""
	}
	below := "leaving.decline"
	if s.res.Ladder {
		below = "leaving.rung"
	}
	line := s.style.say(below, fixed(f.Decliners, 0), count(f.Declinable), fmt.Sprintf("%.0f %%", 100*s.res.DeclineShare))
	if r := s.res; !r.DeclineCertified && r.ChurnCertified && r.ValueCertified { // else it goes without saying
		line += " (" + s.res.DeclineModel + ", " + s.style.say("explain.uncertified") + ")"
	}
	return line
}

func (s *summary) outlook() {
	s.section("label.outlook")
	t := &s.res.Totals
	line := s.style.say("outlook", s.style.say("basis."+s.res.Basis), s.value(t.Expected))
	if i := s.style.interval(t.ExpectedLow, t.ExpectedHigh, s.value); i != "" {
		line += s.style.say("outlook.interval", fmt.Sprintf("%.0f %%", 100*s.style.Level), i)
	}
	s.text(line+s.style.say("outlook.before", s.amount(t.Value12)), 2)
}
