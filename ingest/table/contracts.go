package table

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"strings"

	"mainstay/ingest/store"
)

// ContractsConfig names the columns of the contracts table; empty = find by name, "none" = do
// without (not customer and start).
type ContractsConfig struct {
	Customer string `yaml:"customer" json:"customer"`
	Start    string `yaml:"start" json:"start"`
	End      string `yaml:"end" json:"end"`
	Notice   string `yaml:"notice" json:"notice"`
	Value    string `yaml:"value" json:"value"`
	Ended    string `yaml:"ended" json:"ended"`
	Ends     string `yaml:"ends" json:"ends,omitempty"` // what the ends are: auto (""), planned, notice, actual
}

// Roles are the roles of a contracts table.
func (c *ContractsConfig) Roles() []Role {
	return []Role{
		{"customer", &c.Customer, true, nil},
		{"start", &c.Start, true, []string{
			`start startdate contractstart contractstartdate begin begindate validfrom effectivefrom effectivedate
			开始 开始日期 合同开始日期 起始日期 生效日期`, `signed signeddate signdate 签约日期 签订日期`}},
		{"end", &c.End, false, []string{
			`end enddate contractend contractenddate expiry expirydate expirationdate validto validuntil terminationdate
			结束 结束日期 合同结束日期 到期 到期日 到期日期 终止日期 截止日期`}},
		{"notice", &c.Notice, false, []string{
			`notice noticedays noticeperiod noticeperioddays noticedate noticeby 通知期 提前通知天数 通知天数 通知日期`}},
		{"value", &c.Value, false, []string{
			`value contractvalue amount 合同金额 合同价值 金额 价值`, `annualvalue acv arr arramount 年合同额 年金额`, `tcv mrr mrramount`}},
		{"ended", &c.Ended, false, []string{endedNames}},
	}
}

// endedNames are columns that say whether a contract, or an account, was lost.
const endedNames = `churn churned churnflag ischurned cancelled canceled iscancelled ended terminated 是否流失 已流失 是否终止`

// Contract is one contract, in days since 1970-01-01.
type Contract struct {
	Start, End int32   // first and last day; End = NoDay: open
	NoticeBy   int32   // last day to give notice, NoDay where unknown
	Notice     int32   // days from notice to the end, NoDay where unknown
	Value      float64 // NaN where unknown
}

// Open reports whether the contract is in force on a day. It is known from its start on; when its end was known, see KnownEnd.
func (c *Contract) Open(day int32) bool {
	return c.Start <= day && (c.End == NoDay || day <= c.End)
}

// Contracts is the contracts table as of a day: contracts that start later are not in it.
type Contracts struct {
	byKey[Contract] // by start, end
	Tally           Tally
	Chosen          ContractsConfig
	Ends            string // when the ends were known: EndsPlanned, EndsNotice or EndsActual
}

// OpenOn reports whether a customer has a contract in force on a day. A nil table has none.
func (c *Contracts) OpenOn(key []byte, day int32) bool {
	if c == nil {
		return false
	}
	for _, x := range c.Of(key) {
		if x.Open(day) {
			return true
		}
	}
	return false
}

// ReadContracts reads the contracts known on the scope's day. Rows that cannot be used are set aside and counted. Errors: *MappingError where a column
// has to be chosen, else *column.Error.
func ReadContracts(ctx context.Context, st store.Store, sources []string, cfg ContractsConfig, scope Scope) (*Contracts, error) {
	t, err := Read(ctx, st, sources, scope.Threads)
	if err != nil {
		return nil, err
	}
	c := &Contracts{Chosen: cfg, Ends: cfg.Ends}
	if err := cfg.CheckEnds(); err != nil {
		return nil, &MappingError{"ends", err.Error()}
	}
	r, err := newReading(t, "contracts", c.Chosen.Roles(), scope)
	if err != nil {
		return nil, err
	}
	var rows []keyed[Contract]
	repeated := r.repeated()
	labels := labels{asOf: scope.AsOf}
	for row := range t.Rows {
		key, x, ok := r.contract(row)
		if !ok || repeated(row) {
			continue
		}
		labels.see(r.text(row, "ended"), x.End)
		r.use(x.Start, "", 0)
		rows = append(rows, keyed[Contract]{key, x})
	}
	r.tally.Notes = append(r.tally.Notes, labels.notes()...)
	c.byKey = group(rows, func(a, b Contract) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), cmp.Compare(a.NoticeBy, b.NoticeBy), cmp.Compare(a.Notice, b.Notice), cmp.Compare(a.Value, b.Value))
	})
	why := "as configured"
	if c.Ends == "" || c.Ends == EndsAuto {
		c.Ends, why = endsOf(c.rows, scope.AsOf)
	}
	c.Tally = r.done()
	c.Tally.Ends, c.Tally.EndsWhy = c.Ends, why
	return c, nil
}

// contract reads one row; false where it was set aside.
func (r *reading) contract(row int) (key string, c Contract, ok bool) {
	if key, ok = r.customer(row); !ok {
		return
	}
	if c.Start, ok = r.day(row, "start"); !ok {
		return
	}
	if c.End, ok = r.day(row, "end"); !ok {
		return
	}
	if c.Value, ok = r.number(row, "value"); !ok {
		return
	}
	switch {
	case c.Start == NoDay:
		r.aside(row, "start", ReasonNoDate, "the contract has no start")
		return key, c, false
	case c.End != NoDay && c.End < c.Start:
		r.aside(row, "end", ReasonEndBeforeFrom, fmt.Sprintf("the contract ends (%s) before it starts (%s)", r.text(row, "end"), r.text(row, "start")))
		return key, c, false
	case c.Start > r.scope.AsOf:
		r.aside(row, "start", ReasonAfterAsOf, "the contract starts after the as-of date")
		return key, c, false
	}
	if c.NoticeBy, c.Notice, ok = r.notice(row, c.End); !ok {
		return
	}
	key, ok = r.whose(row, key, c.Start)
	return
}

// notice is the last day to give notice and the days from then to the end, NoDay where unknown: told as the date, or as so many days or months.
func (r *reading) notice(row int, end int32) (by, days int32, ok bool) {
	s := r.text(row, "notice")
	if by, ok = parseDay(s); ok {
		if by == NoDay || end == NoDay || by > end {
			return by, NoDay, true
		}
		return by, end - by, true
	}
	n, ok := parseNotice(s)
	switch {
	case !ok:
		r.aside(row, "notice", ReasonBadValue, fmt.Sprintf("%q: expected whole days of notice from 0 on, such as 90, \"90 days\" or \"3 months\", or the last day to give it", clip(s)))
		return NoDay, NoDay, false
	case end == NoDay:
		return NoDay, n, true
	}
	return end - n, n, true
}

const (
	mostNotice  = 3660 // days: ten years and a week; 20240131 is a date
	noticeMonth = 30   // days that a month of notice counts
)

// parseNotice reads a term of notice in days.
func parseNotice(s string) (days int32, ok bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	factor := 1.0
	number := strings.TrimRight(s, " abcdefghijklmnopqrstuvwxyz个天日月")
	switch strings.TrimSpace(s[len(number):]) {
	case "", "d", "day", "days", "天", "日":
	case "m", "mo", "month", "months", "个月", "月":
		factor = noticeMonth
	default:
		return 0, false
	}
	n, ok := parseNumber(number)
	if n *= factor; !ok || !(n >= 0 && n <= mostNotice) || n != math.Trunc(n) {
		return 0, false
	}
	return int32(n), true
}

// labels compares a column that says whether a contract has ended with its dates.
type labels struct {
	asOf                              int32
	endedButOpen, openButEnded, other int
}

func (l *labels) see(label string, end int32) {
	if label == "" {
		return
	}
	says, ok := parseBool(label)
	ended := end != NoDay && end <= l.asOf
	switch {
	case !ok:
		l.other++
	case says && !ended:
		l.endedButOpen++
	case !says && ended:
		l.openButEnded++
	}
}

func (l *labels) notes() []string {
	var notes []string
	if l.endedButOpen+l.openButEnded > 0 {
		notes = append(notes, fmt.Sprintf("labels contradict dates: %d contracts are labelled ended but have not ended by the as-of date, %d are labelled not ended but have; the dates are used",
			l.endedButOpen, l.openButEnded))
	}
	if l.other > 0 {
		notes = append(notes, fmt.Sprintf("%d labels of ended contracts are neither yes nor no", l.other))
	}
	return notes
}
