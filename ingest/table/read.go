package table

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"mainstay/ingest/column"
	"mainstay/ingest/store"
)

// maxCells bounds a table, which is held in memory whole at 4 bytes a cell and more.
const maxCells = 1 << 28

// maxTextFile bounds a CSV or XLSX file, in bytes.
const maxTextFile = 1 << 28

// Read reads a table whole: all files of all sources, in the order of their names, with
// the columns that any of them has; where a file lacks a column its rows are null.
// Hive partitions of a path are columns. A file's ending says what it is: .csv, .tsv, .txt
// (see readCSV), .xlsx, .xlsm (see readXLSX), anything else is Parquet.
//
// Errors: *column.Error names file, column and row of what cannot be read. What is left
// out or was assumed (an encoding, a sheet) is in Table.Notes. Columns of a Parquet file are read by
// so many threads.
func Read(ctx context.Context, st store.Store, sources []string, threads int) (*Table, error) {
	t := &Table{index: map[string]int{}, store: st, threads: threads}
	objects, err := listAll(ctx, st, sources)
	if err != nil {
		return nil, err
	}
	t.short = shortNames(objects)
	for i, o := range objects {
		t.last = i == len(objects)-1
		if err := t.readFile(ctx, st, o); err != nil {
			return nil, err
		}
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.full {
			return nil, fmt.Errorf("%s: column %q holds more than %d MB of different texts, the most that is held in memory: leave it out", strings.Join(t.Files, ", "), c.Name, maxText>>20)
		}
		c.finish(t.Rows)
	}
	return t, nil
}

// maxHeader bounds the first line of a CSV file whose names alone are read, in bytes.
const maxHeader = 1 << 16

// Names lists the columns of one file, in order, without reading its rows.
func Names(ctx context.Context, st store.Store, o store.Object) ([]string, error) {
	t := &Table{index: map[string]int{}, namesOnly: true, store: st, threads: 1}
	err := t.readFile(ctx, st, o)
	return t.Names(), err
}

func listAll(ctx context.Context, st store.Store, sources []string) ([]store.Object, error) {
	var objects []store.Object
	for _, s := range sources {
		found, err := st.List(ctx, s, store.TableEndings...)
		if err != nil {
			return nil, err
		}
		objects = append(objects, found...)
	}
	slices.SortFunc(objects, func(a, b store.Object) int { return cmp.Compare(a.Name, b.Name) })
	return slices.CompactFunc(objects, func(a, b store.Object) bool { return a.Name == b.Name }), nil
}

// readFile appends the rows of one file.
func (t *Table) readFile(ctx context.Context, st store.Store, o store.Object) error {
	r, err := st.Open(ctx, o)
	if err != nil {
		return err
	}
	defer r.Close()
	t.Files, t.starts = append(t.Files, o.Name), append(t.starts, t.Rows)
	read := t.readParquet
	switch strings.ToLower(path.Ext(o.Name)) {
	case ".csv", ".tsv", ".txt":
		read = t.readCSV
	case ".xlsx", ".xlsm":
		read = t.readXLSX
	case ".xls", ".xlsb", ".ods", ".numbers":
		return fileError(o.Name, fmt.Errorf("this kind of workbook is not read: save it as .xlsx or as CSV"))
	}
	if err := read(ctx, o, r); err != nil {
		var located *column.Error
		if ctx.Err() != nil || errors.As(err, &located) {
			return err
		}
		return fileError(o.Name, err)
	}
	start := t.starts[len(t.starts)-1]
	for _, p := range o.Partitions {
		if !t.has(p.Key, start) {
			t.column(p.Key).repeat(p.Value, start, t.Rows)
		}
	}
	return nil
}

// shortNames are the names of files below the folder that they have in common: what a manifest may hold,
// because they are the same wherever the files lie.
func shortNames(objects []store.Object) map[string]string {
	short := make(map[string]string, len(objects))
	folder := ""
	for i, o := range objects {
		dir := o.Name[:strings.LastIndexByte(o.Name, '/')+1]
		if i == 0 {
			folder = dir
		}
		for !strings.HasPrefix(dir, folder) {
			folder = folder[:strings.LastIndexByte(folder[:len(folder)-1], '/')+1]
		}
	}
	for _, o := range objects {
		short[o.Name] = strings.TrimPrefix(o.Name, folder)
	}
	return short
}

// note adds a remark on a file.
func (t *Table) note(file, format string, args ...any) {
	t.Notes = append(t.Notes, t.short[file]+": "+fmt.Sprintf(format, args...))
}

func fileError(name string, err error) error {
	return &column.Error{File: name, RowGroup: -1, Row: -1, Err: err}
}

// has reports whether the file that began at row start has filled the column.
func (t *Table) has(name string, start int) bool {
	i, ok := t.index[name]
	return ok && len(t.Columns[i].code) > start
}

// column returns the column of that name to append to, new if need be.
func (t *Table) column(name string) *Column { return &t.Columns[t.columnAt(name)] }

func (t *Table) columnAt(name string) int {
	i, ok := t.index[name]
	if !ok {
		i = len(t.Columns)
		t.index[name] = i
		t.Columns = append(t.Columns, Column{Name: name, Texts: newTexts(), numeric: true, badKey: -1, builder: newTextBuilder(), plain: []bool{false}})
	}
	return i
}

// grow makes room for n rows of columns, or says that the table is too large.
func (t *Table) grow(n int64, columns int) error {
	if cells := (int64(t.Rows) + n) * int64(max(columns, len(t.Columns), 1)); n > maxCells || cells > maxCells {
		return fmt.Errorf("the table has more than %d million cells, the most that is held in memory: leave out columns or rows", maxCells>>20)
	}
	t.Rows += int(n)
	return nil
}

// whole reads a file of a bounded size.
func whole(o store.Object, r io.ReaderAt) ([]byte, error) {
	if o.Size > maxTextFile {
		return nil, fmt.Errorf("the file has %d MB, more than the %d MB that are read of this kind: export it as Parquet", o.Size>>20, maxTextFile>>20)
	}
	b := make([]byte, o.Size)
	n, err := r.ReadAt(b, 0)
	if n < len(b) {
		return nil, fmt.Errorf("cannot read byte %d of %d: %w: it may have changed while it was read; run again", n, len(b), err)
	}
	return b, nil
}
