package table

import (
	"cmp"
	"context"
	"fmt"
	"math"

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
	Value      float64 // NaN where unknown
}

// Open reports whether the contract is in force on a day. It is known from its start on, its end
// with it.
func (c *Contract) Open(day int32) bool {
	return c.Start <= day && (c.End == NoDay || day <= c.End)
}

// Contracts is the contracts table as of a day: contracts that start later are not in it.
type Contracts struct {
	byKey[Contract] // by start, end
	Tally           Tally
	Chosen          ContractsConfig
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
	c := &Contracts{Chosen: cfg}
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
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), cmp.Compare(a.NoticeBy, b.NoticeBy), cmp.Compare(a.Value, b.Value))
	})
	c.Tally = r.done()
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
	if c.NoticeBy, ok = r.noticeBy(row, c.End); !ok {
		return
	}
	key, ok = r.whose(row, key, c.Start)
	return
}

// noticeBy is the last day to give notice: as a date, or so many days before the end.
func (r *reading) noticeBy(row int, end int32) (int32, bool) {
	s := r.text(row, "notice")
	const mostDays = 3660 // ten years and a week; 20240131 is a date
	if days, ok := parseNumber(s); ok && math.Abs(days) <= mostDays {
		if days < 0 || days != math.Trunc(days) {
			r.aside(row, "notice", ReasonBadValue, fmt.Sprintf("a notice of %g days: expected whole days from 0 on, or a date", days))
			return NoDay, false
		}
		if end == NoDay {
			return NoDay, true
		}
		return end - int32(days), true
	}
	return r.day(row, "notice")
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
