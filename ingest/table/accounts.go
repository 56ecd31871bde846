package table

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"mainstay/ingest/key"
	"mainstay/ingest/store"
)

// AccountsConfig names the columns of the accounts table; empty = find by name,
// "none" = do without (not the key).
type AccountsConfig struct {
	Key       string `yaml:"key" json:"key"`
	Name      string `yaml:"name" json:"name"`
	Parent    string `yaml:"parent" json:"parent"`
	ValidFrom string `yaml:"valid_from" json:"valid_from"`
}

// Roles are the roles of an accounts table.
func (c *AccountsConfig) Roles() []Role {
	return []Role{{"key", &c.Key, true, nil}, {"name", &c.Name, false, nameNames}, {"parent", &c.Parent, false, parentNames},
		{"valid_from", &c.ValidFrom, false, []string{`validfrom effectivefrom effectivedate 生效日期 有效期起`}}}
}

// Accounts is the accounts table, sorted by key bytes. Without a valid_from column it describes
// today, and keys are unique. With one a key has a row for every change, in the order of From: what
// is known of it on a day is its latest row from that day or before.
type Accounts struct {
	Keys       [][]byte
	From       []int32        // parallel to Keys, days since 1970-01-01, NoDay = since always; nil without valid_from
	Name       *Texts         // parallel to Keys; "" = unknown
	Parent     *Texts         // spelled like a key; "" = none
	Attributes []Attribute    // every other supported column, in file order
	Members    [][]Member     // parallel to Keys, where these are buying groups; else nil
	Chosen     AccountsConfig // "none" where there is none
	Duplicates int            // rows left out because they repeat another row
	Tally      Tally
}

// Attribute is one column of account attributes. Exactly one of Text and Number is
// set, parallel to Accounts.Keys; "" and NaN are null. Integers, floats and
// decimals are numbers; what a float64 cannot hold exactly (an external id beyond
// 2^53) makes the column Text.
type Attribute struct {
	Name   string
	Text   *Texts
	Number []float64
}

// Dated reports whether the attributes carry dates.
func (a *Accounts) Dated() bool { return a.From != nil }

// Row returns the row of a key as of a day, −1 where nothing is known of it then.
func (a *Accounts) Row(key []byte, day int32) int {
	i, ok := slices.BinarySearchFunc(a.Keys, key, bytes.Compare)
	if !ok {
		return -1
	}
	return a.asOf(i, day)
}

// Finder finds rows of keys that mostly come in ascending order, as those of a Ledger's shard do: the next
// is looked for near the last, where memory is warm. It is for one goroutine.
type Finder struct {
	accounts *Accounts
	at       int // row at or after the last key asked for
}

// Finder begins a search.
func (a *Accounts) Finder() *Finder { return &Finder{accounts: a} }

// Row is Accounts.Row.
func (f *Finder) Row(key []byte, day int32) int {
	keys := f.accounts.Keys
	lo, hi, step := f.at, f.at, 1 // what is before lo is less
	if lo > 0 && bytes.Compare(keys[lo-1], key) >= 0 {
		lo, hi = 0, f.at
	} else {
		for hi < len(keys) && bytes.Compare(keys[hi], key) < 0 {
			lo, hi, step = hi+1, hi+step, 2*step
		}
		hi = min(hi, len(keys))
	}
	i, ok := slices.BinarySearchFunc(keys[lo:hi], key, bytes.Compare)
	if f.at = lo + i; !ok && (f.at == len(keys) || !bytes.Equal(keys[f.at], key)) {
		return -1
	}
	return f.accounts.asOf(f.at, day)
}

// asOf returns the row as of a day of the key whose first row is i.
func (a *Accounts) asOf(i int, day int32) int {
	if !a.Dated() {
		return i
	}
	row := -1
	for first := i; i < len(a.Keys) && bytes.Equal(a.Keys[i], a.Keys[first]) && a.From[i] <= day; i++ {
		row = i
	}
	return row
}

// Rows returns one row for each key of which anything is known on a day, ascending.
func (a *Accounts) Rows(day int32) []int {
	var rows []int
	for i := range a.Keys {
		if i > 0 && bytes.Equal(a.Keys[i], a.Keys[i-1]) {
			continue
		}
		if row := a.asOf(i, day); row >= 0 {
			rows = append(rows, row)
		}
	}
	return rows
}

// Attribute returns the attribute of that name, or else of that name in any case,
// or nil.
func (a *Accounts) Attribute(name string) *Attribute {
	for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
		for i := range a.Attributes {
			if same(a.Attributes[i].Name, name) {
				return &a.Attributes[i]
			}
		}
	}
	return nil
}

// ReadAccounts reads all sources. Keys are spelled as in the Ledger. Rows that
// repeat another in every column are dropped and counted; a key whose rows differ
// (with valid_from: of one day) is an error that names both rows, as is a valid_from that is no
// date, and null keys are an error with their count: a
// *MappingError where a column has to be chosen, else a *column.Error. Rows from after asOf are set aside:
// not even the type of an attribute depends on them. customerColumn is the transactions' customer column: an
// accounts column of the same name is the key.
func ReadAccounts(ctx context.Context, st store.Store, sources []string, cfg AccountsConfig, customerColumn string, asOf int32, threads int) (*Accounts, error) {
	t, err := Read(ctx, st, sources, threads)
	if err != nil {
		return nil, err
	}
	chosen := cfg
	c := chooser{table: "accounts", flag: func(role string) string { return "--accounts-" + strings.ReplaceAll(role, "_", "-") }, columns: t.Names(), customer: customerColumn}
	if err := c.choose(chosen.Roles()); err != nil {
		return nil, err
	}
	keys, err := t.keys(chosen.Key)
	if err != nil {
		return nil, err
	}
	a := &Accounts{Chosen: chosen}
	from, err := t.validFrom(chosen.ValidFrom)
	if err != nil {
		return nil, err
	}
	known := a.knownOn(asOf, t, from)
	rows, err := t.unique(known, keys, from, a)
	if err != nil {
		return nil, err
	}
	if from != nil {
		a.From = pick(from, rows)
	}
	a.Keys = make([][]byte, len(rows))
	for i, r := range rows {
		a.Keys[i] = keys.raw(keys.code[r])
	}
	a.count(t)
	none := newTexts()
	none.code = make([]uint32, len(rows))
	a.Name, a.Parent = &none, &none
	for c := range t.Columns {
		switch col := &t.Columns[c]; col.Name {
		case chosen.Name:
			a.Name = col.pick(rows)
		case chosen.Parent:
			a.Parent = col.pick(rows)
		case chosen.Key, chosen.ValidFrom:
		default:
			a.Attributes = append(a.Attributes, attribute(col, rows))
		}
	}
	return a, nil
}

// count fills the tally.
func (a *Accounts) count(t *Table) {
	a.Tally.Table, a.Tally.Rows, a.Tally.Notes = "accounts", t.Rows, t.Notes
	for _, r := range a.Chosen.Roles() {
		a.Tally.Columns = append(a.Tally.Columns, Served{r.Name, *r.Column})
	}
	if a.Duplicates > 0 {
		a.Tally.Aside = append(a.Tally.Aside, Aside{Reason: ReasonRepeated, Rows: a.Duplicates})
	}
	a.Tally.Used = len(a.Keys)
}

// keys are the keys of all rows, none of them null.
func (t *Table) keys(name string) (*Texts, error) {
	c, err := t.Column(name)
	if err != nil {
		return nil, err
	}
	if c.badKey >= 0 {
		return nil, t.Fail(c.badKey, name, fmt.Errorf("the account key is not UTF-8, not finite, too large, or longer than %d bytes: correct it in the export", key.MaxLen))
	}
	nulls := 0
	for _, code := range c.code {
		if code == 0 {
			nulls++
		}
	}
	if nulls > 0 {
		return nil, t.Fail(slices.Index(c.code, 0), name, fmt.Errorf("%d of %d accounts have no key, this row first: fill in the key or remove the rows", nulls, t.Rows))
	}
	return &c.Texts, nil
}

// validFrom are the days from which rows hold, nil without such a column.
func (t *Table) validFrom(name string) ([]int32, error) {
	if name == none {
		return nil, nil
	}
	c, err := t.Column(name)
	if err != nil {
		return nil, err
	}
	from := make([]int32, t.Rows)
	for row := range from {
		s := c.At(row)
		d, ok := parseDay(s)
		if !ok {
			return nil, t.Fail(row, name, fmt.Errorf("%q: %s, or say --accounts-valid-from none", clip(s), wantDay))
		}
		from[row] = d
	}
	return from, nil
}

// knownOn are the rows that hold from a day or before, all of them where they have no dates; it counts the
// others.
func (a *Accounts) knownOn(day int32, t *Table, from []int32) []int {
	a.Tally.Aside = []Aside{}
	var known []int
	for row := range t.Rows {
		if from == nil || from[row] <= day {
			known = append(known, row)
			continue
		}
		if len(a.Tally.Aside) == 0 {
			a.Tally.Aside = append(a.Tally.Aside, Aside{Reason: ReasonAfterAsOf, First: t.place(row, a.Chosen.ValidFrom, "the row holds from after the as-of date")})
		}
		a.Tally.Aside[0].Rows++
	}
	return known
}

// unique returns the rows to keep, sorted by key, then day.
func (t *Table) unique(order []int, keys *Texts, from []int32, a *Accounts) ([]int, error) {
	rows := sortRows(order, keys, from)
	kept := rows[:0]
	for _, r := range rows {
		if len(kept) == 0 || keys.code[kept[len(kept)-1]] != keys.code[r] || from != nil && from[kept[len(kept)-1]] != from[r] {
			kept = append(kept, r)
			continue
		}
		first := kept[len(kept)-1]
		for i := range t.Columns {
			c := &t.Columns[i]
			if c.code[first] != c.code[r] {
				file, row := t.At(first)
				return nil, t.Fail(r, c.Name, fmt.Errorf("account key %q has two different rows: %s here, %s in %s row %d; %s",
					clip(keys.At(r)), clip(strconv.Quote(c.At(r))), clip(strconv.Quote(c.At(first))), file, row, oneRow(from)))
			}
		}
		a.Duplicates++
	}
	return kept, nil
}

// sortRows sorts rows by key, day and their own number. The first bytes of a key, as a number, decide nearly
// always without a look at the key.
func sortRows(rows []int, keys *Texts, from []int32) []int {
	type entry struct {
		head uint64
		row  int
	}
	entries := make([]entry, len(rows))
	for i, r := range rows {
		var head [8]byte
		copy(head[:], keys.raw(keys.code[r]))
		entries[i] = entry{binary.BigEndian.Uint64(head[:]), r}
	}
	compare := func(x, y entry) int {
		if x.head != y.head {
			return cmp.Compare(x.head, y.head)
		}
		if k := keys.code; k[x.row] != k[y.row] {
			return bytes.Compare(keys.raw(k[x.row]), keys.raw(k[y.row]))
		}
		if from != nil && from[x.row] != from[y.row] {
			return cmp.Compare(from[x.row], from[y.row])
		}
		return cmp.Compare(x.row, y.row)
	}
	if !slices.IsSortedFunc(entries, compare) {
		slices.SortFunc(entries, compare)
	}
	for i, e := range entries {
		rows[i] = e.row
	}
	return rows
}

func oneRow(from []int32) string {
	if from == nil {
		return "keep one row per account, or name the column that says from when a row holds with --accounts-valid-from"
	}
	return "keep one row per account and day"
}

// attribute gives a column its type: what a file stores as text stays text, even where it looks like
// numbers, unless the file is CSV, which has no types: there, the values of the rows decide.
func attribute(col *Column, rows []int) Attribute {
	text := Attribute{Name: col.Name, Text: col.pick(rows)}
	switch {
	case col.untyped:
		return text.parsed()
	case col.Number == nil || col.NumericText:
		return text
	}
	return Attribute{Name: col.Name, Number: pick(col.Number, rows)}
}

// parsed is the attribute as numbers where every known value is one, and any is known.
func (a Attribute) parsed() Attribute {
	number, any := make([]float64, a.Text.Len()), false
	for row := range number {
		s := a.Text.At(row)
		switch {
		case s == "":
			number[row] = math.NaN()
		case !plainNumber(s):
			return a
		default:
			number[row], _ = strconv.ParseFloat(s, 64) // plainNumber has tried
			any = true
		}
	}
	if !any {
		return a
	}
	return Attribute{Name: a.Name, Number: number}
}

func pick[T any](values []T, rows []int) []T {
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = values[r]
	}
	return out
}

// clip shortens foreign text in a message.
func clip(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
