package table

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"mainstay/ingest/column"
	"mainstay/ingest/key"
	"mainstay/ingest/store"
)

// openFiles are the files of a table and the columns that any of them has.
type openFiles struct {
	files   []openFile
	columns []string // readable ones, in order of first appearance
	notes   []string
}

type openFile struct {
	object store.Object
	source store.Reader
	file   *column.File
}

func openAll(ctx context.Context, st store.Store, sources []string) (f *openFiles, err error) {
	f = &openFiles{}
	defer func() {
		if err != nil {
			f.close()
		}
	}()
	var objects []store.Object
	for _, s := range sources {
		found, err := st.List(ctx, s)
		if err != nil {
			return f, err
		}
		objects = append(objects, found...)
	}
	slices.SortFunc(objects, func(a, b store.Object) int { return cmp.Compare(a.Name, b.Name) })
	objects = slices.CompactFunc(objects, func(a, b store.Object) bool { return a.Name == b.Name })
	for _, o := range objects {
		r, err := st.Open(ctx, o.Name)
		if err != nil {
			return f, err
		}
		f.files = append(f.files, openFile{object: o, source: r})
		last := &f.files[len(f.files)-1]
		if last.file, err = column.Open(o.Name, r, o.Size); err != nil {
			return f, err
		}
		f.note(last)
	}
	return f, nil
}

// note adds the columns of a file.
func (f *openFiles) note(o *openFile) {
	add := func(name string) {
		if !slices.Contains(f.columns, name) {
			f.columns = append(f.columns, name)
		}
	}
	for _, c := range o.file.Columns {
		if c.Type.Kind == column.Unsupported {
			f.notes = append(f.notes, fmt.Sprintf("%s: column %q (%s) is left out: %s", o.object.Name, c.Name, c.Type.Name, c.Type.Why))
			continue
		}
		add(c.Name)
	}
	for _, p := range o.object.Partitions {
		add(p.Key)
	}
}

func (f *openFiles) close() {
	for i := range f.files {
		if s := f.files[i].source; s != nil {
			s.Close()
		}
	}
}

// rawTable is a table as text: every value in its canonical spelling, null as "".
type rawTable struct {
	keys    []string
	columns []rawColumn
	starts  []int // first row of each file
	names   []string
}

type rawColumn struct {
	name     string
	values   []string
	numeric  bool // every value of every file is a number that a float64 holds
	distinct map[string]string
}

// at is where a row lies: the file, and the row within it.
func (t *rawTable) at(row int) (file string, within int64) {
	i, found := slices.BinarySearch(t.starts, row)
	if !found {
		i--
	}
	for i+1 < len(t.starts) && t.starts[i+1] == row { // files without rows start there too
		i++
	}
	return t.names[i], int64(row - t.starts[i])
}

// fail is the error of a row, in the column.
func (t *rawTable) fail(row int, name string, err error) error {
	file, within := t.at(row)
	return &column.Error{File: file, RowGroup: -1, Column: name, Row: within, Err: err}
}

// batchRows is how many rows are read at a time.
const batchRows = 4096

// read reads all columns of all files.
func (f *openFiles) read(ctx context.Context, keyColumn string) (*rawTable, error) {
	t := &rawTable{columns: make([]rawColumn, len(f.columns))}
	for i, name := range f.columns {
		t.columns[i] = rawColumn{name: name, numeric: true, distinct: map[string]string{}}
	}
	nullKeys, firstNull := 0, 0
	for i := range f.files {
		o := &f.files[i]
		t.starts, t.names = append(t.starts, len(t.keys)), append(t.names, o.object.Name)
		for g := range o.file.RowGroups {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			at := len(t.keys)
			for c := range t.columns {
				if err := t.columns[c].read(o, g, at); err != nil {
					return nil, err
				}
			}
			n, err := t.readKeys(o, g, keyColumn)
			if err != nil {
				return nil, err
			}
			if nullKeys == 0 && n > 0 {
				firstNull = at + slices.Index(t.keys[at:], "")
			}
			nullKeys += n
		}
	}
	if nullKeys > 0 {
		return nil, t.fail(firstNull, keyColumn, fmt.Errorf("%d of %d accounts have no key, this row first: fill in the key or remove the rows", nullKeys, len(t.keys)))
	}
	return t, nil
}

// read appends the values of one row group; rows is how many came before. A file
// without the column gives nulls.
func (c *rawColumn) read(o *openFile, group, rows int) error {
	n := int(o.file.RowGroups[group])
	err := o.visit(group, c.name, func(v *column.Vector, t column.Type) error {
		var scratch []byte
		for i := range v.N {
			scratch = scratch[:0]
			if t.Kind != column.Float || !v.IsNull(i) && !math.IsNaN(v.Float[i]) && !math.IsInf(v.Float[i], 0) {
				scratch = key.AppendValue(scratch, v, t, i)
			}
			c.add(scratch)
			c.numeric = c.numeric && isNumber(v, t, i)
		}
		return nil
	})
	for err == nil && len(c.values) < rows+n {
		c.values = append(c.values, "")
	}
	return err
}

// add appends a value, kept once however often it occurs.
func (c *rawColumn) add(b []byte) {
	if key.Blank(b) {
		c.values = append(c.values, "")
		return
	}
	s, ok := c.distinct[string(b)]
	if !ok {
		s = strings.ToValidUTF8(string(b), "\uFFFD")
		c.distinct[string(b)] = s
	}
	c.values = append(c.values, s)
}

// maxExactFloat: every integer up to it is a float64.
const maxExactFloat = 1 << 53

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

// readKeys appends the keys of one row group, "" for null, and counts the nulls.
func (t *rawTable) readKeys(o *openFile, group int, keyColumn string) (nulls int, err error) {
	at := len(t.keys)
	err = o.visit(group, keyColumn, func(v *column.Vector, typ column.Type) error {
		for i := range v.N {
			b, st := key.Append(nil, v, typ, i)
			if st == key.Bad {
				return t.fail(len(t.keys), keyColumn, fmt.Errorf("the account key is not UTF-8, not finite, too large, or longer than %d bytes: correct it in the export", key.MaxLen))
			}
			if st == key.None {
				nulls++
			}
			t.keys = append(t.keys, string(b))
		}
		return nil
	})
	for n := at + int(o.file.RowGroups[group]); err == nil && len(t.keys) < n; nulls++ {
		t.keys = append(t.keys, "")
	}
	return nulls, err
}

// visit reads a column of a row group in batches; none when the file does not have it.
func (o *openFile) visit(group int, name string, f func(v *column.Vector, t column.Type) error) error {
	var v column.Vector
	left := int(o.file.RowGroups[group])
	i := slices.IndexFunc(o.file.Columns, func(c column.Info) bool { return c.Name == name })
	if i < 0 {
		return o.visitPartition(name, left, f)
	}
	info, err := o.file.Find(name) // an error where two columns have the name
	if err != nil || info.Type.Kind == column.Unsupported {
		return err
	}
	r, err := o.file.NewReader(group, info)
	if err != nil {
		return err
	}
	defer r.Close()
	for left > 0 {
		n, err := r.Next(&v, min(left, batchRows))
		if err != nil {
			return err
		}
		if n == 0 {
			return &column.Error{File: o.object.Name, RowGroup: group, Column: name, Row: -1, Err: fmt.Errorf("ends %d rows early: the file is damaged, export it again", left)}
		}
		left -= n
		if err := f(&v, info.Type); err != nil {
			return err
		}
	}
	return nil
}

// visitPartition repeats a value of the path.
func (o *openFile) visitPartition(name string, rows int, f func(v *column.Vector, t column.Type) error) error {
	for _, p := range o.object.Partitions {
		if p.Key != name {
			continue
		}
		var v column.Vector
		for ; rows > 0; rows -= v.N {
			column.Constant(p.Value, min(rows, batchRows), &v)
			if err := f(&v, column.Type{Kind: column.Text, Name: "partition"}); err != nil {
				return err
			}
		}
		break
	}
	return nil
}
