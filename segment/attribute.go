package segment

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"mainstay/ingest"
	"mainstay/ingest/spelling"
)

// Attribute is one attribute of every member as of the book's day; exactly one of Text and Number is
// set. "" and NaN are unknown.
type Attribute struct {
	Name      string // as in its source
	Text      []string
	Number    []float64
	Prospects bool // whether prospects have it: it comes from the accounts
}

// attribute finds an attribute by name (any case; spaces and signs as "_"): a column of the accounts,
// "name" or "parent", else a side table of the Ledger by its role or column; nil where there is none.
// What the accounts leave empty is filled from a side table of the same name; a number that a side table
// names too is a code, and becomes text. Of a side table, a customer has the value of the latest day on
// or before the as-of date that names one; the one of most rows on that day; the smallest by bytes among
// equals. Spaces around a text do not count.
func (b *Book) attribute(name string) *Attribute {
	want := identifier(name)
	var found *Attribute
	if b.Accounts != nil {
		found = b.accountAttribute(want)
	}
	side := slices.IndexFunc(b.Ledger.Sides, func(s ingest.SideInfo) bool {
		return identifier(s.Role) == want || identifier(s.Column) == want
	})
	switch {
	case found == nil && side < 0:
		return nil
	case found == nil:
		info := &b.Ledger.Sides[side]
		found = &Attribute{Name: info.Role, Text: make([]string, b.Members())}
		if identifier(info.Role) != want {
			found.Name = info.Column
		}
		b.fillFromSide(side, found.Text)
	case side >= 0:
		found.Text, found.Number = found.spelt(), nil
		b.fillFromSide(side, found.Text)
	}
	for m, t := range found.Text {
		found.Text[m] = strings.TrimSpace(t)
	}
	return found
}

// spelt is the attribute as text, numbers by their shortest decimal; "" where unknown.
func (a *Attribute) spelt() []string {
	if a.Number == nil {
		return a.Text
	}
	text := make([]string, len(a.Number))
	for m, v := range a.Number {
		if !math.IsNaN(v) {
			text[m] = decimal(v)
		}
	}
	return text
}

// texts is an attribute as text by member; "" where it, or its name, is unknown.
func (b *Book) texts(name string) []string {
	if a := b.attribute(name); a != nil {
		return a.spelt()
	}
	return make([]string, b.Members())
}

func (b *Book) accountAttribute(want string) *Attribute {
	for i := range b.Accounts.Attributes {
		a := &b.Accounts.Attributes[i]
		if identifier(a.Name) != want {
			continue
		}
		if a.Number != nil {
			return &Attribute{Name: a.Name, Number: byMember(b, a.Number, math.NaN()), Prospects: true}
		}
		return &Attribute{Name: a.Name, Text: byMember(b, a.Text, ""), Prospects: true}
	}
	switch {
	case want == "name" && b.Accounts.Name != nil:
		return &Attribute{Name: want, Text: byMember(b, b.Accounts.Name, ""), Prospects: true}
	case want == "parent" && b.Accounts.Parent != nil:
		return &Attribute{Name: want, Text: byMember(b, b.Accounts.Parent, ""), Prospects: true}
	}
	return nil
}

// byMember spreads a column of the accounts over the members.
func byMember[T any](b *Book, column []T, unknown T) []T {
	out := make([]T, b.Members())
	for m := range out {
		if row := b.accountRow(m); row >= 0 {
			out[m] = column[row]
		} else {
			out[m] = unknown
		}
	}
	return out
}

// fillFromSide fills the empty texts of customers.
func (b *Book) fillFromSide(side int, text []string) {
	values := b.Ledger.Sides[side].Values
	b.Ledger.Scan(b.Threads, func(k int, s *ingest.Shard) {
		lo, hi := b.Profiles.OfShard(k)
		for i := lo; i < hi; i++ {
			if text[i] == "" {
				text[i] = values[latestCode(s, side, b.Profiles.Row(k, i), b.Clock.AsOf)]
			}
		}
	})
}

// latestCode is the code of a side table for customer i as of a day, 0 (empty) without one.
func latestCode(s *ingest.Shard, side, i int, asOf ingest.Day) uint32 {
	t := s.Side(side)
	lo, hi := s.Cells(i)
	for j := hi - 1; j >= lo; j-- {
		if s.Day[j] > asOf {
			continue
		}
		var best, lines uint32
		for e := t.Start[j]; e < t.Start[j+1]; e++ {
			// Codes ascend in the order of the values' bytes: the first of equals is the smallest.
			if t.Code[e] != 0 && t.Lines[e] > lines {
				best, lines = t.Code[e], t.Lines[e]
			}
		}
		if best != 0 {
			return best
		}
	}
	return 0
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
