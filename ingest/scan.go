package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"mainstay/ingest/column"
	"mainstay/ingest/store"
)

// theSame is the names of columns that every file has.
func theSame(names ...string) func(int) []string { return func(int) []string { return names } }

// openPlanned reads the footers of files.
func openPlanned(ctx context.Context, st store.Store, objects []store.Object, threads int) ([]PlannedFile, error) {
	files := make([]PlannedFile, len(objects))
	err := inParallel(ctx, store.AtATime(objects, threads), len(objects), func(ctx context.Context, _, i int) error {
		r, err := st.Open(ctx, objects[i])
		if err != nil {
			return err
		}
		defer r.Close()
		f, err := column.Open(objects[i].Name, r, objects[i].Size)
		files[i] = PlannedFile{Object: objects[i], File: f}
		return err
	})
	return files, err
}

// rowsRead is a batch of some columns of a row group, all with the same rows; vecs and
// types are parallel to the names asked for.
type rowsRead struct {
	file  int
	unit  int // index among the units that are scanned
	vecs  []*column.Vector
	types []column.Type
	n     int
	first int64   // row number, within the file, of the first row of the batch,
	at    []int32 // and what each row is after it; nil = all follow each other
	taken int     // rows of the file since the batch before: n, and those outside the window
}

// scanRows is scanUnits over everything that is read of the plan's files.
func scanRows(ctx context.Context, st store.Store, p *Plan, names func(file int) []string, workers int, visit func(worker int, rows *rowsRead) error) error {
	return scanUnits(ctx, st, p, unitsOf(p), names, workers, visit)
}

// scanUnits reads columns of every row of the units once, in batches, each unit by one of
// the workers. names lists the columns to read of a file; what the file does not have
// is taken from its path. visit gets the worker's number: what it gathers must not
// depend on which worker saw which rows.
func scanUnits(ctx context.Context, st store.Store, p *Plan, units []unit, names func(file int) []string, workers int, visit func(worker int, rows *rowsRead) error) error {
	readers := make([]rowReader, workers)
	for w := range readers {
		readers[w].window = p.window
		defer readers[w].close()
	}
	return inParallel(ctx, workers, len(units), func(ctx context.Context, worker, task int) error {
		r, u := &readers[worker], units[task]
		if err := r.open(ctx, st, &p.Files[u.file], u, names(u.file)); err != nil {
			return err
		}
		r.rows.unit = task
		for {
			if err := context.Cause(ctx); err != nil {
				return err
			}
			more, err := r.next()
			if err != nil || !more {
				return err
			}
			if err := visit(worker, &r.rows); err != nil {
				return err
			}
		}
	})
}

// rowReader reads some columns of one row group after another, and leaves out what lies outside the window.
type rowReader struct {
	window  *window // nil = every day is looked at
	scratch windowScratch

	source  store.Reader
	file    *column.File
	index   int
	left    int64
	after   int64 // row number, within the file, of the first row that is not yet read
	outside int64 // rows of the unit left out so far
	passed  int64 // of them, those that only the time column was read of
	memory  []column.Reader
	readers []*column.Reader // in memory; nil for a value of the path
	values  []string
	vecs    []column.Vector
	types   []column.Type
	time    int // index of the time column, where there is a window
	rows    rowsRead
}

// open starts a row group.
func (r *rowReader) open(ctx context.Context, st store.Store, f *PlannedFile, u unit, names []string) error {
	if r.source == nil || r.index != u.file {
		r.close()
		source, err := st.Open(ctx, f.Object)
		if err != nil {
			return err
		}
		r.source, r.index = source, u.file
		if r.file, err = reopen(f, source); err != nil {
			return err
		}
	}
	asked := len(names)
	if r.window != nil {
		if r.time = slices.Index(names, r.window.time.Column); r.time < 0 {
			r.time, names = asked, append(slices.Clip(names), r.window.time.Column)
		}
	}
	r.left, r.after, r.outside, r.passed = u.rows, u.first, 0, 0
	r.readers, r.values, r.types = make([]*column.Reader, len(names)), make([]string, len(names)), make([]column.Type, len(names))
	if len(r.vecs) < len(names) {
		r.vecs, r.memory = make([]column.Vector, len(names)), make([]column.Reader, len(names))
	}
	r.rows.file, r.rows.vecs = u.file, r.rows.vecs[:0]
	var wanted []*column.Info
	for i, name := range names {
		info, value, err := f.source(r.file, name)
		if err != nil {
			return err
		}
		r.values[i], r.types[i] = value, partitionType
		if info != nil {
			r.types[i] = info.Type
			r.readers[i] = &r.memory[i]
			if err := r.readers[i].Reset(r.file, u.group, info); err != nil {
				return err
			}
			wanted = append(wanted, info)
		}
		r.rows.vecs = append(r.rows.vecs, &r.vecs[i])
	}
	store.Expect(r.source, r.file, u.group, wanted...)
	r.rows.vecs, r.rows.types = r.rows.vecs[:asked], r.types[:asked]
	for _, c := range r.readers {
		if c != nil {
			if err := c.Skip(u.skip); err != nil {
				return err
			}
		}
	}
	return nil
}

// reopen reads the footer of a planned file again and makes sure that it is the same file:
// of the size that it was listed with, and with the footer that was planned from, which
// says where everything is and, in nearly all files, the least and greatest values.
func reopen(f *PlannedFile, source store.Reader) (*column.File, error) {
	if f.Object.Version != "" { // the store sees to it that nothing else is read
		return f.File.From(source), nil
	}
	changed := &InputError{File: f.Object.Name, RowGroup: -1, Row: -1, Err: errChanged}
	var end [2]byte // the last byte and one that should not be there
	if n, err := source.ReadAt(end[:], f.Object.Size-1); n != 1 && (err == nil || errors.Is(err, io.EOF)) {
		return nil, changed
	}
	file, err := column.Open(f.Object.Name, source, f.Object.Size)
	if err == nil && file.Footer != f.File.Footer {
		return nil, changed
	}
	return file, err
}

var errChanged = column.ErrChanged

// source finds a column in an open file or, where the file has none of that name,
// its value in the path.
func (f *PlannedFile) source(file *column.File, name string) (info *column.Info, value string, err error) {
	info, err = file.Find(name)
	if err == nil {
		return info, "", nil
	}
	for _, part := range f.Object.Partitions {
		if part.Key == name {
			return nil, part.Value, nil
		}
	}
	return nil, "", err
}

// next reads a batch that has rows; false at the end of the row group.
func (r *rowReader) next() (bool, error) {
	for r.rows.taken = 0; ; {
		want := int(min(batchRows, r.left))
		if want == 0 {
			return false, nil
		}
		r.rows.n, r.rows.first, r.rows.at = want, r.after, nil
		r.left, r.after, r.rows.taken = r.left-int64(want), r.after+int64(want), r.rows.taken+want
		if r.window == nil {
			for i := range r.readers {
				if err := r.read(i, want); err != nil {
					return false, err
				}
			}
			return true, nil
		}
		if some, err := r.readInside(want); some || err != nil {
			return some, err
		}
	}
}

// read fills vector i with the next rows.
func (r *rowReader) read(i, rows int) error {
	if r.readers[i] == nil {
		column.Constant(r.values[i], rows, &r.vecs[i])
		return nil
	}
	n, err := r.readers[i].Next(&r.vecs[i], rows)
	if err == nil && n != rows {
		err = &InputError{File: r.file.Name, RowGroup: -1, Row: -1, Err: fmt.Errorf("a column ends %d rows early: the file is damaged, export it again", rows-n)}
	}
	return err
}

// readInside reads those of the next rows that lie inside the window, and says whether there are any: the
// time first, and the other columns only where it has rows for them.
func (r *rowReader) readInside(rows int) (some bool, err error) {
	if err := r.read(r.time, rows); err != nil {
		return false, err
	}
	at := r.window.inside(&r.vecs[r.time], r.types[r.time], &r.scratch)
	r.outside += int64(rows - len(at))
	if len(at) == 0 {
		r.passed += int64(rows)
		return false, nil
	}
	for i, c := range r.readers {
		if i == r.time {
			continue
		}
		if c != nil {
			if err := c.Skip(r.passed); err != nil {
				return false, err
			}
		}
		if err := r.read(i, rows); err != nil {
			return false, err
		}
	}
	if r.passed = 0; len(at) < rows {
		for i := range r.readers {
			pick(&r.vecs[i], at)
		}
		r.rows.n, r.rows.at = len(at), at
	}
	return true, nil
}

// close ends the file.
func (r *rowReader) close() {
	if r.source != nil {
		r.source.Close()
		r.source = nil
	}
}
