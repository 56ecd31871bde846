package table

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"maps"
	"math/bits"
	"slices"
	"time"
)

// Scope is what the tables share with the transactions.
type Scope struct {
	Customer string // the transactions' customer column
	AsOf     int32
	Threads  int // that read the file; none = one
	// Whose says who has a customer's row of a day: the customer, or its buying group; false where
	// they are excluded. Nil = the customer.
	Whose func(key string, day int32) (string, bool)
}

// reading is a table on its way to being typed.
type reading struct {
	*Table
	tally Tally
	roles map[string]*Column // nil where no column serves
	days  map[*Column]*daysMet
	scope Scope
	all   Part
	parts map[string]*Part
}

// newReading settles the roles of a table. flag names the flag of a role in errors.
func newReading(t *Table, what string, roles []Role, scope Scope) (*reading, error) {
	c := chooser{table: what, columns: t.Names(), customer: scope.Customer,
		flag: func(role string) string { return fmt.Sprintf("--%s-columns %s=COLUMN", what, role) }}
	if err := c.choose(roles); err != nil {
		return nil, err
	}
	r := &reading{Table: t, roles: map[string]*Column{}, scope: scope, parts: map[string]*Part{}, days: map[*Column]*daysMet{},
		tally: Tally{Table: what, Rows: t.Rows, Aside: []Aside{}, Notes: t.Notes}, all: Part{first: NoDay, last: NoDay}}
	for _, role := range roles {
		r.tally.Columns = append(r.tally.Columns, Served{role.Name, *role.Column})
		if *role.Column != none {
			col, err := t.Column(*role.Column)
			if err != nil {
				return nil, err
			}
			r.roles[role.Name] = col
		}
	}
	return r, nil
}

// aside sets a row aside.
func (r *reading) aside(row int, role, reason, why string) {
	for i := range r.tally.Aside {
		if r.tally.Aside[i].Reason == reason {
			r.tally.Aside[i].Rows++
			return
		}
	}
	name := ""
	if c := r.roles[role]; c != nil {
		name = c.Name
	}
	r.tally.Aside = append(r.tally.Aside, Aside{Reason: reason, Rows: 1, Bad: !slices.Contains(outOfScope, reason),
		First: r.place(row, name, why)})
}

// use counts a row that is used, with its date and the lag of its value, in its group.
func (r *reading) use(day int32, group string, lag int) {
	r.all.add(day, lag)
	if r.parts[group] == nil {
		r.parts[group] = &Part{Name: group, first: NoDay, last: NoDay}
	}
	r.parts[group].add(day, lag)
}

func (g *Part) add(day int32, lag int) {
	g.Rows++
	g.Lag = max(g.Lag, lag)
	if day != NoDay && (g.first == NoDay || day < g.first) {
		g.first = day
	}
	g.last = max(g.last, day)
}

// date is a day in ISO 8601, "" for NoDay.
func date(day int32) string {
	if day == NoDay {
		return ""
	}
	return time.Unix(int64(day)*86400, 0).UTC().Format(time.DateOnly)
}

// done closes the tally.
func (r *reading) done() Tally {
	t := r.tally
	slices.SortFunc(t.Aside, func(a, b Aside) int { return cmp.Compare(a.Reason, b.Reason) })
	t.Used, t.First, t.Last = r.all.Rows, date(r.all.first), date(r.all.last)
	t.Groups = r.groups()
	return t
}

// mostGroups bounds what is listed of free text that was taken for a kind.
const mostGroups = 50

// groups are the parts by name: of too many those with the most rows, and the others together.
func (r *reading) groups() []Part {
	byRows := slices.SortedFunc(maps.Values(r.parts), func(a, b *Part) int {
		return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Name, b.Name))
	})
	var out []Part
	others := Part{Name: "(others)", first: NoDay, last: NoDay}
	for i, g := range byRows {
		g.First, g.Last = date(g.first), date(g.last)
		if i < mostGroups {
			out = append(out, *g)
		} else {
			others.Rows += g.Rows
		}
	}
	slices.SortFunc(out, func(a, b Part) int { return cmp.Compare(a.Name, b.Name) })
	if others.Rows > 0 {
		out = append(out, others)
	}
	return out
}

// text is the value of a role, "" without one.
func (r *reading) text(row int, role string) string {
	if c := r.roles[role]; c != nil {
		return c.At(row)
	}
	return ""
}

// customer is the key of a row; false where it was set aside.
func (r *reading) customer(row int) (string, bool) {
	k := r.text(row, "customer")
	switch {
	case k == "":
		r.aside(row, "customer", ReasonNoCustomer, "the row has no customer")
	case !isKey(k):
		r.aside(row, "customer", ReasonBadKey, "this is no customer key: it is too long or not UTF-8")
	default:
		return k, true
	}
	return "", false
}

// whose is the key that has a row of a day; false where it was set aside. A row that may be used
// is asked last, so that it is set aside for what is wrong with it first.
func (r *reading) whose(row int, key string, day int32) (string, bool) {
	if r.scope.Whose == nil {
		return key, true
	}
	whose, ok := r.scope.Whose(key, day)
	if !ok {
		r.aside(row, "customer", ReasonExcluded, "the customer is excluded")
	}
	return whose, ok
}

// daysMet are the dates of a column's values, each parsed when it is first met: many rows share a day.
type daysMet struct {
	day     []int32
	met, ok []bool
}

// day is a date of a row, NoDay where it has none; false where it was set aside.
func (r *reading) day(row int, role string) (int32, bool) {
	c := r.roles[role]
	if c == nil {
		return NoDay, true
	}
	m := r.days[c]
	if m == nil {
		n := c.Values()
		m = &daysMet{make([]int32, n), make([]bool, n), make([]bool, n)}
		r.days[c] = m
	}
	code := c.Code(row)
	if !m.met[code] {
		m.met[code] = true
		m.day[code], m.ok[code] = parseDay(c.value(code))
	}
	if !m.ok[code] {
		r.aside(row, role, ReasonBadDate, fmt.Sprintf("%q: %s", clip(c.At(row)), wantDay))
	}
	return m.day[code], m.ok[code]
}

// number is a value of a row, NaN where it has none; false where it was set aside.
func (r *reading) number(row int, role string) (float64, bool) {
	s := r.text(row, role)
	v, ok := parseNumber(s)
	if !ok {
		r.aside(row, role, ReasonBadValue, fmt.Sprintf("%q is no number: write it with a decimal point, without signs and separators", clip(s)))
	}
	return v, ok
}

// repeated reports, and sets aside, a row that is the same as one before in every column. Rows are told apart by the codes of their texts, in open addressing: a slot is
// 32 bits of the hash and a row + 1, 0 = free.
func (r *reading) repeated() func(row int) bool {
	slots := make([]uint64, 1<<bits.Len(uint(2*r.Rows)))
	mask := uint64(len(slots) - 1)
	var b []byte
	return func(row int) bool {
		b = b[:0]
		for i := range r.Columns {
			b = binary.LittleEndian.AppendUint32(b, r.Columns[i].code[row])
		}
		sum := maphash.Bytes(textSeed, b) >> 32
		for h := sum; ; h++ {
			s := &slots[h&mask]
			switch {
			case *s == 0:
				*s = sum<<32 | uint64(row+1)
				return false
			case *s>>32 == sum && r.same(row, int(uint32(*s))-1):
				r.aside(row, "customer", ReasonRepeated, "the row repeats an earlier one")
				return true
			}
		}
	}
}

// same reports whether two rows agree in every column.
func (r *reading) same(a, b int) bool {
	for i := range r.Columns {
		if code := r.Columns[i].code; code[a] != code[b] {
			return false
		}
	}
	return true
}
