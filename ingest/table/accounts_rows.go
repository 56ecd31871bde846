package table

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"

	"mainstay/ingest/key"
)

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
