// Package table reads the small inputs beside the transactions as typed tables.
package table

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"

	"mainstay/ingest/store"
)

// AccountsConfig names the columns of the accounts table; empty = find by name,
// "none" = do without (not the key).
type AccountsConfig struct {
	Key    string `yaml:"key" json:"key"`
	Name   string `yaml:"name" json:"name"`
	Parent string `yaml:"parent" json:"parent"`
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
	files, err := openAll(ctx, st, sources)
	if err != nil {
		return nil, err
	}
	defer files.close()
	chosen, err := choose(files.columns, cfg, customerColumn)
	if err != nil {
		return nil, err
	}
	t, err := files.read(ctx, chosen.Key)
	if err != nil {
		return nil, err
	}
	a := &Accounts{Chosen: chosen, Notes: files.notes}
	rows, err := t.unique(a)
	if err != nil {
		return nil, err
	}
	a.Keys = make([][]byte, len(rows))
	for i, r := range rows {
		a.Keys[i] = []byte(t.keys[r])
	}
	a.Name, a.Parent = make([]string, len(rows)), make([]string, len(rows))
	for c := range t.columns {
		col := &t.columns[c]
		values := make([]string, len(rows))
		for i, r := range rows {
			values[i] = col.values[r]
		}
		switch col.name {
		case chosen.Name:
			a.Name = values
		case chosen.Parent:
			a.Parent = values
		case chosen.Key:
		default:
			a.Attributes = append(a.Attributes, attribute(col, values))
		}
	}
	return a, nil
}

// unique returns the rows to keep, sorted by key.
func (t *rawTable) unique(a *Accounts) ([]int, error) {
	order := make([]int, len(t.keys))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool { return t.keys[order[i]] < t.keys[order[j]] })
	kept := order[:0]
	for _, r := range order {
		if len(kept) == 0 || t.keys[kept[len(kept)-1]] != t.keys[r] {
			kept = append(kept, r)
			continue
		}
		first := kept[len(kept)-1]
		for c := range t.columns {
			if x, y := t.columns[c].values[first], t.columns[c].values[r]; x != y {
				file, row := t.at(first)
				return nil, t.fail(r, t.columns[c].name, fmt.Errorf("account key %q has two different rows: %s here, %s in %s row %d; keep one row per account",
					clip(t.keys[r]), clip(strconv.Quote(y)), clip(strconv.Quote(x)), file, row))
			}
		}
		a.Duplicates++
	}
	return kept, nil
}

// attribute gives a column its type.
func attribute(col *rawColumn, values []string) Attribute {
	if !col.numeric {
		return Attribute{Name: col.name, Text: values}
	}
	numbers := make([]float64, len(values))
	for i, s := range values {
		if s == "" {
			numbers[i] = math.NaN()
			continue
		}
		numbers[i], _ = strconv.ParseFloat(s, 64) // the text of a number of at most 64 bits
	}
	return Attribute{Name: col.name, Number: numbers}
}

// clip shortens foreign text in a message.
func clip(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
