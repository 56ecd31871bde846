package table

import (
	"context"
	"math"
	"strconv"
	"strings"

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
