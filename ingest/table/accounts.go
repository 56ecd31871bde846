package table

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"mainstay/ingest/key"
	"mainstay/ingest/store"
)

// AccountsConfig names the columns of the accounts table; empty = find by name,
// "none" = do without (not the key).
type AccountsConfig struct {
	Key    string `yaml:"key" json:"key"`
	Name   string `yaml:"name" json:"name"`
	Parent string `yaml:"parent" json:"parent"`
}

// Roles are the roles of an accounts table.
func (c *AccountsConfig) Roles() []Role {
	return []Role{{"key", &c.Key, true, nil}, {"name", &c.Name, false, nameNames}, {"parent", &c.Parent, false, parentNames}}
}

// Accounts is the accounts table, sorted by key bytes, keys unique.
type Accounts struct {
	Keys       [][]byte
	Name       []string       // parallel to Keys; "" = unknown
	Parent     []string       // spelled like a key; "" = none
	Attributes []Attribute    // every other supported column, in file order
	Chosen     AccountsConfig // "none" where there is none
	Duplicates int            // rows left out because they repeat another row
	Notes      []string       // for people: columns that cannot be read
}

// Attribute is one column of account attributes. Exactly one of Text and Number is
// set, parallel to Accounts.Keys; "" and NaN are null. Integers, floats and
// decimals are numbers; what a float64 cannot hold exactly (an external id beyond
// 2^53) makes the column Text.
type Attribute struct {
	Name   string
	Text   []string
	Number []float64
}

// Find returns the row of a key, or -1.
func (a *Accounts) Find(key []byte) int {
	i, ok := slices.BinarySearchFunc(a.Keys, key, bytes.Compare)
	if !ok {
		return -1
	}
	return i
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
// is an error that names both rows, and null keys are an error with their count: a
// *MappingError where a column has to be chosen, else a *column.Error.
// customerColumn is the transactions' customer column: an accounts column of the
// same name is the key.
func ReadAccounts(ctx context.Context, st store.Store, sources []string, cfg AccountsConfig, customerColumn string) (*Accounts, error) {
	t, err := Read(ctx, st, sources)
	if err != nil {
		return nil, err
	}
	chosen := cfg
	c := chooser{table: "accounts", flag: func(role string) string { return "--accounts-" + role }, columns: t.Names(), customer: customerColumn}
	if err := c.choose(chosen.Roles()); err != nil {
		return nil, err
	}
	keys, err := t.keys(chosen.Key)
	if err != nil {
		return nil, err
	}
	a := &Accounts{Chosen: chosen, Notes: t.Notes}
	rows, err := t.unique(keys, a)
	if err != nil {
		return nil, err
	}
	a.Keys = make([][]byte, len(rows))
	for i, r := range rows {
		a.Keys[i] = []byte(keys[r])
	}
	a.Name, a.Parent = make([]string, len(rows)), make([]string, len(rows))
	for c := range t.Columns {
		switch col := &t.Columns[c]; col.Name {
		case chosen.Name:
			a.Name = pick(col.Text, rows)
		case chosen.Parent:
			a.Parent = pick(col.Text, rows)
		case chosen.Key:
		default:
			a.Attributes = append(a.Attributes, attribute(col, rows))
		}
	}
	return a, nil
}

// keys are the keys of all rows, none of them null.
func (t *Table) keys(name string) ([]string, error) {
	c, err := t.Column(name)
	if err != nil {
		return nil, err
	}
	if c.badKey >= 0 {
		return nil, t.Fail(c.badKey, name, fmt.Errorf("the account key is not UTF-8, not finite, too large, or longer than %d bytes: correct it in the export", key.MaxLen))
	}
	nulls := 0
	for _, s := range c.Text {
		if s == "" {
			nulls++
		}
	}
	if nulls > 0 {
		return nil, t.Fail(slices.Index(c.Text, ""), name, fmt.Errorf("%d of %d accounts have no key, this row first: fill in the key or remove the rows", nulls, t.Rows))
	}
	return c.Text, nil
}

// unique returns the rows to keep, sorted by key.
func (t *Table) unique(keys []string, a *Accounts) ([]int, error) {
	order := make([]int, len(keys))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool { return keys[order[i]] < keys[order[j]] })
	kept := order[:0]
	for _, r := range order {
		if len(kept) == 0 || keys[kept[len(kept)-1]] != keys[r] {
			kept = append(kept, r)
			continue
		}
		first := kept[len(kept)-1]
		for c := range t.Columns {
			if x, y := t.Columns[c].Text[first], t.Columns[c].Text[r]; x != y {
				file, row := t.At(first)
				return nil, t.Fail(r, t.Columns[c].Name, fmt.Errorf("account key %q has two different rows: %s here, %s in %s row %d; keep one row per account",
					clip(keys[r]), clip(strconv.Quote(y)), clip(strconv.Quote(x)), file, row))
			}
		}
		a.Duplicates++
	}
	return kept, nil
}

// attribute gives a column its type: what a file stores as text stays text, even where it looks like
// numbers, unless the file is CSV, which has no types.
func attribute(col *Column, rows []int) Attribute {
	if col.Number == nil || col.NumericText && !col.untyped {
		return Attribute{Name: col.Name, Text: pick(col.Text, rows)}
	}
	return Attribute{Name: col.Name, Number: pick(col.Number, rows)}
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
