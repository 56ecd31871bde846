package segment

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"mainstay/ingest"
	"mainstay/ingest/spelling"
	"mainstay/ingest/table"
)

// Attribute is one attribute of every member as of the book's day, looked up when it is asked for: in the accounts,
// and, of customers, among the codes of a side table. It is in numbers, unknown NaN, or in text, unknown "".
type Attribute struct {
	Name      string // as in its source
	Numeric   bool
	Prospects bool // whether prospects have it: it comes from the accounts

	book    *Book
	texts   *table.Texts // by row of the accounts: either of the two, or none
	numbers []float64
	side    int      // of the Ledger, −1 for none
	values  []string // of the side table
	codes   codes    // by customer, of values; read by attribute
}

// attribute finds an attribute by name (any case; spaces and signs as "_"): a column of the accounts,
// "name" or "parent", else a side table of the Ledger by its role or column; nil where there is none.
// What the accounts leave empty is filled from a side table of the same name; a number that a side table
// names too is a code, and becomes text. Of a side table, a customer has the value of the latest day on
// or before the as-of date that names one; the one of most rows on that day; the smallest by bytes among
// equals. Spaces around a text do not count.
func (b *Book) attribute(name string) *Attribute {
	a := b.describedAttribute(name)
	if a != nil && a.side >= 0 {
		a.codes = b.latestCodes()[a.side]
	}
	return a
}

// describedAttribute is attribute without a look at the Ledger: what it says of a customer who has no account is
// not known.
func (b *Book) describedAttribute(name string) *Attribute {
	want := identifier(name)
	var found *Attribute
	if b.Accounts != nil {
		found = b.accountAttribute(want)
	}
	side := slices.IndexFunc(b.Ledger.Sides, func(s ingest.SideInfo) bool {
		return identifier(s.Role) == want || identifier(s.Column) == want
	})
	if side < 0 {
		return found
	}
	info := &b.Ledger.Sides[side]
	if found == nil {
		found = &Attribute{Name: info.Role, book: b}
		if identifier(info.Role) != want {
			found.Name = info.Column
		}
	}
	found.Numeric, found.side, found.values = false, side, info.Values
	return found
}

func (b *Book) accountAttribute(want string) *Attribute {
	for i := range b.Accounts.Attributes {
		if a := &b.Accounts.Attributes[i]; identifier(a.Name) == want {
			return &Attribute{Name: a.Name, Numeric: a.Number != nil, texts: a.Text, numbers: a.Number, Prospects: true, book: b, side: -1}
		}
	}
	var texts *table.Texts
	switch want {
	case "name":
		texts = b.Accounts.Name
	case "parent":
		texts = b.Accounts.Parent
	}
	if texts == nil {
		return nil
	}
	return &Attribute{Name: want, texts: texts, Prospects: true, book: b, side: -1}
}

// at is the text of a member, numbers by their shortest decimal; "" where it is unknown, or a is nil.
func (a *Attribute) at(m int) string {
	if a == nil {
		return ""
	}
	if t := a.ofAccount(m); t != "" || a.side < 0 || !a.book.isCustomer(m) {
		return t
	}
	return strings.TrimSpace(a.values[a.codes.at(m)])
}

// one is at for one member, of an attribute that was only described: it reads the Ledger for that member.
func (a *Attribute) one(m int) string {
	if t := a.ofAccount(m); t != "" || a.side < 0 || !a.book.isCustomer(m) {
		return t
	}
	k, row := a.book.Profiles.Place(m)
	return strings.TrimSpace(a.values[latestCode(a.book.Ledger.Shard(k), a.side, row, a.book.Clock.AsOf)])
}

// ofAccount is what the accounts say of a member, "" for nothing.
func (a *Attribute) ofAccount(m int) string {
	if a.texts == nil && a.numbers == nil {
		return ""
	}
	row := a.book.accountRow(m)
	switch {
	case row < 0:
		return ""
	case a.texts != nil:
		return strings.TrimSpace(a.texts.At(row))
	case math.IsNaN(a.numbers[row]):
		return ""
	}
	return decimal(a.numbers[row])
}

// byCode is find, which depends on nothing but the text of a member, asked once for each text of the accounts and of the side
// table rather than for each member: texts lie far apart in memory, and to look each up is a cache miss for every member.
func (a *Attribute) byCode(find func(m int) int32) func(m int) int32 {
	find = a.bySideCode(find)
	if a.texts == nil {
		return find
	}
	const unasked, elsewhere = 0, -1           // elsewhere: empty here, so that a side table fills it
	answers := make([]int32, a.texts.Values()) // plus one
	return func(m int) int32 {
		row := a.book.accountRow(m)
		if row < 0 {
			return find(m)
		}
		answer := &answers[a.texts.Code(row)]
		if *answer == unasked {
			if *answer = elsewhere; a.side < 0 || a.ofAccount(m) != "" {
				*answer = find(m) + 1
			}
		}
		if *answer == elsewhere {
			return find(m)
		}
		return *answer - 1
	}
}

// bySideCode is byCode of members of whom the accounts say nothing.
func (a *Attribute) bySideCode(find func(m int) int32) func(m int) int32 {
	if a.side < 0 || a.numbers != nil {
		return find
	}
	answers := make([]int32, len(a.values)) // plus one; 0 = not asked
	return func(m int) int32 {
		if !a.book.isCustomer(m) || a.texts != nil && a.ofAccount(m) != "" {
			return find(m)
		}
		answer := &answers[a.codes.at(m)]
		if *answer == 0 {
			*answer = find(m) + 1
		}
		return *answer - 1
	}
}

// number is the number of a member, of an attribute in numbers.
func (a *Attribute) number(m int) float64 {
	if row := a.book.accountRow(m); row >= 0 {
		return a.numbers[row]
	}
	return math.NaN()
}

// attributeNames lists what attribute finds: accounts first, then side tables, in file order.
func (b *Book) attributeNames() []string {
	var names []string
	add := func(name string) {
		if name != "" && !slices.ContainsFunc(names, func(n string) bool { return identifier(n) == identifier(name) }) {
			names = append(names, name)
		}
	}
	if b.Accounts != nil {
		if b.Accounts.Name != nil {
			add("name")
		}
		if b.Accounts.Parent != nil {
			add("parent")
		}
		for i := range b.Accounts.Attributes {
			add(b.Accounts.Attributes[i].Name)
		}
	}
	for _, s := range b.Ledger.Sides {
		add(s.Role)
		add(s.Column)
	}
	return names
}

// identifier is the name as conditions spell it: lower case, everything but letters and digits as "_".
func identifier(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return '_'
	}, strings.TrimSpace(name))
}

// maxNamesShown bounds the list of names in an error.
const maxNamesShown = 40

// unknownName is the error for a name that is not among those known: the nearest first.
func unknownName(kind, name string, known []string) error {
	msg := fmt.Sprintf("there is no %s %q", kind, name)
	if near := spelling.Nearest(name, known); near != "" {
		msg += fmt.Sprintf("; did you mean %q?", near)
	}
	if len(known) == 0 {
		return &ingest.ConfigError{Msg: msg + "; none is known: give --accounts, or map the column as an attribute"}
	}
	list := known
	if len(list) > maxNamesShown {
		list = list[:maxNamesShown]
	}
	msg += "; known: " + strings.Join(list, ", ")
	if n := len(known) - len(list); n > 0 {
		msg += fmt.Sprintf(" and %d more", n)
	}
	return &ingest.ConfigError{Msg: msg}
}
