package table

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

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
	var infos []*column.Info
	var at []int
	for i := range f.Columns {
		info := &f.Columns[i]
		if info.Type.Kind == column.Unsupported {
			t.note(o.Name, "column %q (%s) is left out: %s", info.Name, info.Type.Name, info.Type.Why)
			continue
		}
		if _, err := f.Find(info.Name); err != nil { // two columns have the name
			return err
		}
		infos, at = append(infos, info), append(at, t.columnAt(info.Name))
		t.Columns[at[len(at)-1]].begin(info.Type.Name, start, false)
	}
	order := longestFirst(f, infos)
	return inParallel(t.threads, len(infos), func(i int) error {
		i = order[i]
		own, f := r, f
		if _, dear := r.(store.Ahead); dear { // it looks ahead for one column at a time
			var err error
			if own, err = t.store.Open(ctx, o); err != nil {
				return err
			}
			defer own.Close()
			f = f.From(own)
		}
		return t.Columns[at[i]].readFile(ctx, own, f, infos[i], t.last)
	})
}

// longestFirst is the order of columns by their bytes in the file, so that no thread is left alone with a long one.
func longestFirst(f *column.File, infos []*column.Info) []int {
	size, order := make([]int64, len(infos)), make([]int, len(infos))
	for i, info := range infos {
		order[i] = i
		for g := range f.RowGroups {
			_, n := f.Extent(g, info)
			size[i] += n
		}
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(size[y], size[x]) })
	return order
}

// readFile appends the values of a file. After the last one the column is finished, so that the columns that
// are being made at a time take the memory for it, and not all of them.
func (c *Column) readFile(ctx context.Context, r store.Reader, f *column.File, info *column.Info, last bool) error {
	c.code = slices.Grow(c.code, int(f.Rows))
	for g := range f.RowGroups {
		if err := ctx.Err(); err != nil {
			return err
		}
		store.Expect(r, f, g, info)
		if err := c.readGroup(f, g, info); err != nil {
			return err
		}
	}
	if last {
		c.finish(len(c.code))
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
	var known knownCells
	for left := int(f.RowGroups[group]); left > 0; left -= v.N {
		n, err := r.Next(&v, min(left, batchRows))
		if err != nil {
			return err
		}
		if n == 0 {
			return &column.Error{File: f.Name, RowGroup: group, Column: info.Name, Row: -1, Err: fmt.Errorf("ends %d rows early: the file is damaged, export it again", left)}
		}
		if info.Type.Kind == column.Text {
			c.addTexts(&v, &known)
		} else {
			c.addValues(&v, info.Type)
		}
	}
	return nil
}

// knownCells are the entries of a dictionary that batches share, as far as they were met.
type knownCells struct {
	dict *column.Dict
	at   []cell
	met  []bool
}

// addTexts appends a batch of text.
func (c *Column) addTexts(v *column.Vector, known *knownCells) {
	if !v.Dict.Shared {
		for i := range v.N {
			if v.IsNull(i) {
				c.code = append(c.code, 0)
			} else {
				c.addText(v.Dict.Value(v.Code[i]))
			}
		}
		return
	}
	if known.dict != v.Dict {
		*known = knownCells{v.Dict, make([]cell, v.Dict.Len()), make([]bool, v.Dict.Len())}
	}
	for i, e := range v.Code[:v.N] {
		if v.IsNull(i) {
			c.code = append(c.code, 0)
			continue
		}
		if !known.met[e] {
			known.met[e], known.at[e] = true, c.look(v.Dict.Value(e))
		}
		c.addCell(known.at[e])
	}
}

// addValues appends a batch of another type. Not-finite floats are null, and no keys.
func (c *Column) addValues(v *column.Vector, t column.Type) {
	var scratch []byte
	for i := range v.N {
		if c.badKey < 0 && isBadKey(v, t, i) {
			c.badKey = len(c.code)
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
