package table

import (
	"context"
	"fmt"
	"math"

	"mainstay/ingest/column"
	"mainstay/ingest/key"
	"mainstay/ingest/store"
)

// batchRows is how many rows are read at a time.
const batchRows = 4096

// readParquet appends the rows of a Parquet file. Columns that cannot be read are noted.
func (t *Table) readParquet(ctx context.Context, o store.Object, r store.Reader) error {
	f, err := column.Open(o.Name, r, o.Size)
	if err != nil {
		return err
	}
	if t.namesOnly {
		f.Rows, f.RowGroups = 0, nil
	}
	start := t.Rows
	if err := t.grow(f.Rows, len(f.Columns)); err != nil {
		return err
	}
	for _, info := range f.Columns {
		if info.Type.Kind == column.Unsupported {
			t.note(o.Name, "column %q (%s) is left out: %s", info.Name, info.Type.Name, info.Type.Why)
			continue
		}
		if _, err := f.Find(info.Name); err != nil { // two columns have the name
			return err
		}
		c := t.column(info.Name)
		c.begin(info.Type.Name, start, false)
		for g := range f.RowGroups {
			if err := ctx.Err(); err != nil {
				return err
			}
			store.Expect(r, f, g, &info)
			if err := c.readGroup(f, g, &info); err != nil {
				return err
			}
		}
	}
	return nil
}

// readGroup appends the values of one row group.
func (c *Column) readGroup(f *column.File, group int, info *column.Info) error {
	r, err := f.NewReader(group, info)
	if err != nil {
		return err
	}
	defer r.Close()
	var v column.Vector
	for left := int(f.RowGroups[group]); left > 0; left -= v.N {
		n, err := r.Next(&v, min(left, batchRows))
		if err != nil {
			return err
		}
		if n == 0 {
			return &column.Error{File: f.Name, RowGroup: group, Column: info.Name, Row: -1, Err: fmt.Errorf("ends %d rows early: the file is damaged, export it again", left)}
		}
		c.addVector(&v, info.Type)
	}
	return nil
}

// addVector appends a batch. Not-finite floats are null, and no keys.
func (c *Column) addVector(v *column.Vector, t column.Type) {
	var scratch []byte
	for i := range v.N {
		if t.Kind == column.Text {
			if v.IsNull(i) {
				c.Text = append(c.Text, "")
			} else {
				c.addText(v.Dict.Value(v.Code[i]))
			}
			continue
		}
		if c.badKey < 0 && isBadKey(v, t, i) {
			c.badKey = len(c.Text)
		}
		scratch = scratch[:0]
		if t.Kind != column.Float || !v.IsNull(i) && !math.IsNaN(v.Float[i]) && !math.IsInf(v.Float[i], 0) {
			scratch = key.AppendValue(scratch, v, t, i)
		}
		c.addValue(scratch, isNumber(v, t, i))
	}
}

// isBadKey reports whether row i is a number that key.Append refuses.
func isBadKey(v *column.Vector, t column.Type, i int) bool {
	switch {
	case v.IsNull(i):
		return false
	case t.Kind == column.Float:
		return math.IsNaN(v.Float[i]) || math.IsInf(v.Float[i], 0)
	}
	return v.IsBad(i) && t.Kind != column.Int
}

// isNumber reports whether row i, which may be null, is of a numeric column and fits
// a float64.
func isNumber(v *column.Vector, t column.Type, i int) bool {
	switch t.Kind {
	case column.Float:
		return true
	case column.Decimal:
		return !v.IsBad(i)
	case column.Int:
		return v.IsNull(i) || !v.IsBad(i) && -maxExactFloat <= v.Int[i] && v.Int[i] <= maxExactFloat
	}
	return false
}
