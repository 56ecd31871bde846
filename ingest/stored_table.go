package ingest

import (
	"context"
	"fmt"

	"mainstay/ingest/column"
	"mainstay/ingest/store"
)

// tableReader reads row groups of a file of a content, some columns of it.
type tableReader struct {
	source store.Reader
	file   *column.File
}

func (s *stored) reader(ctx context.Context, st store.Store, f *PlannedFile) (*tableReader, error) {
	source, err := st.Open(ctx, f.Object)
	if err != nil {
		return nil, err
	}
	file, err := reopen(f, source)
	if err != nil {
		source.Close()
		return nil, err
	}
	return &tableReader{source, file}, nil
}

func (t *tableReader) close() { t.source.Close() }

// damaged is the error of a row group that does not hold what a content does.
func (t *tableReader) damaged(group int, format string, args ...any) error {
	return &InputError{File: t.file.Name, RowGroup: group, Row: -1, Err: fmt.Errorf(format+": "+rebuild, args...)}
}

// rebuild is what to do about a stored Ledger that cannot be used.
const rebuild = "the stored ledger is damaged or was not written by mainstay ledger; rebuild it from the export"

// group reads columns of a row group. The kinds are those that the columns must have. visit
// gets the vectors in the order of names.
func (t *tableReader) group(ctx context.Context, g int, names []string, kinds []column.Kind, visit func(v []*column.Vector, n int) error) error {
	readers, vecs := make([]*column.Reader, len(names)), make([]column.Vector, len(names))
	refs, wanted := make([]*column.Vector, len(names)), make([]*column.Info, len(names))
	for i, name := range names {
		info, err := t.file.Find(name)
		if err != nil {
			return err
		}
		if info.Type.Kind != kinds[i] {
			return t.damaged(g, "column %s is %s", name, info.Type.Name)
		}
		if readers[i], err = t.file.NewReader(g, info); err != nil {
			return err
		}
		defer readers[i].Close()
		refs[i], wanted[i] = &vecs[i], info
	}
	store.Expect(t.source, t.file, g, wanted...)
	for left := t.file.RowGroups[g]; left > 0; {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		want := int(min(batchRows, left))
		for i, r := range readers {
			if n, err := r.Next(refs[i], want); err != nil {
				return err
			} else if n != want {
				return t.damaged(g, "column %s ends early", names[i])
			}
		}
		if err := visit(refs, want); err != nil {
			return err
		}
		left -= int64(want)
	}
	return nil
}
