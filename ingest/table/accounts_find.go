package table

import (
	"bytes"
	"slices"
	"strings"
)

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
