package table

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"mainstay/ingest/store"
)

// PeopleConfig names the columns of the people table; empty = find by name, "none" = do without
// (not customer and person).
type PeopleConfig struct {
	Customer string `yaml:"customer" json:"customer"`
	Person   string `yaml:"person" json:"person"`
	Role     string `yaml:"role" json:"role"`
	From     string `yaml:"from" json:"from"`
	To       string `yaml:"to" json:"to"`
}

// Roles are the roles of a people table.
func (c *PeopleConfig) Roles() []Role {
	return []Role{
		{"customer", &c.Customer, true, nil},
		{"person", &c.Person, true, []string{
			`person personid contact contactid 人员 人员编号 联系人 联系人编号`, `personname contactname name fullname 姓名 联系人姓名`, `email 邮箱`}},
		{"role", &c.Role, false, []string{`role function position jobtitle title 角色 职务 职位 岗位`}},
		{"from", &c.From, false, []string{`from start startdate validfrom since begin 自 开始 开始日期 起始日期 任职开始`}},
		{"to", &c.To, false, []string{`to end enddate validto until 至 结束 结束日期 截止日期 任职结束`}},
	}
}

// Person is the role of one person at a customer.
type Person struct {
	Name, Role string
	From, To   int32 // first and last day; From = NoDay: since always, To = NoDay: until today
}

// There reports whether the person has the role on a day.
func (p *Person) There(day int32) bool {
	return p.From <= day && (p.To == NoDay || day <= p.To) // NoDay is before every day
}

// People is the people table as of a day: roles that begin later are not in it, and those that end later have
// no end, because nobody knew it.
type People struct {
	byKey[Person] // by name, role, from
	Tally         Tally
	Chosen        PeopleConfig
}

// ReadPeople reads the roles that have begun on the scope's day, as ReadContracts does contracts. Rows
// without a first day are taken as since always, and noted: they describe today.
func ReadPeople(ctx context.Context, st store.Store, sources []string, cfg PeopleConfig, scope Scope) (*People, error) {
	t, err := Read(ctx, st, sources, scope.Threads)
	if err != nil {
		return nil, err
	}
	p := &People{Chosen: cfg}
	r, err := newReading(t, "people", p.Chosen.Roles(), scope)
	if err != nil {
		return nil, err
	}
	var rows []keyed[Person]
	repeated, undated := r.repeated(), 0
	for row := range t.Rows {
		key, x, ok := r.person(row)
		if !ok || repeated(row) {
			continue
		}
		if x.From == NoDay {
			undated++
		}
		if x.To > scope.AsOf {
			x.To = NoDay
		}
		r.use(x.From, x.Role, 0)
		rows = append(rows, keyed[Person]{key, x})
	}
	if undated > 0 {
		r.tally.Notes = append(r.tally.Notes, fmt.Sprintf("rows without a first day count as since always, and earlier as-of dates see today's people: %d", undated))
	}
	p.byKey = group(rows, func(a, b Person) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Role, b.Role), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	p.Tally = r.done()
	return p, nil
}

// person reads one row; false where it was set aside.
func (r *reading) person(row int) (key string, p Person, ok bool) {
	if key, ok = r.customer(row); !ok {
		return
	}
	if p.From, ok = r.day(row, "from"); !ok {
		return
	}
	if p.To, ok = r.day(row, "to"); !ok {
		return
	}
	p.Name, p.Role = strings.TrimSpace(r.text(row, "person")), strings.TrimSpace(r.text(row, "role"))
	switch {
	case p.Name == "":
		r.aside(row, "person", ReasonNoPerson, "the row names no person")
		return key, p, false
	case p.From != NoDay && p.To != NoDay && p.To < p.From:
		r.aside(row, "to", ReasonEndBeforeFrom, fmt.Sprintf("the role ends (%s) before it begins (%s)", r.text(row, "to"), r.text(row, "from")))
		return key, p, false
	case p.From > r.scope.AsOf:
		r.aside(row, "from", ReasonAfterAsOf, "the role begins after the as-of date")
		return key, p, false
	}
	key, ok = r.whose(row, key, p.From)
	return
}
