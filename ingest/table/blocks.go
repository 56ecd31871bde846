package table

import (
	"context"
	"fmt"
	"path"
	"strings"

	"mainstay/ingest/column"
	"mainstay/ingest/store"
)

// Blocks are the rows of a table that is not held whole: a row group of a Parquet file is one, a file of another kind is one.
type Blocks struct {
	Files []string
	Rows  []int64 // by block; 0 of files that are no Parquet, until they are read

	store  store.Store
	blocks []block
}

type block struct {
	object store.Object
	group  int // −1 = the whole file
	start  int64
}

// OpenBlocks lists the blocks of all files of all sources, in the order of their names. Errors as of Read.
func OpenBlocks(ctx context.Context, st store.Store, sources []string) (*Blocks, error) {
	objects, err := listAll(ctx, st, sources)
	if err != nil {
		return nil, err
	}
	b := &Blocks{store: st}
	for _, o := range objects {
		b.Files = append(b.Files, o.Name)
		if !isParquet(o.Name) {
			b.blocks, b.Rows = append(b.blocks, block{o, -1, 0}), append(b.Rows, 0)
			continue
		}
		if err := b.groups(ctx, o); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func isParquet(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".numbers":
		return false
	}
	return true
}

func (b *Blocks) groups(ctx context.Context, o store.Object) error {
	r, err := b.store.Open(ctx, o)
	if err != nil {
		return err
	}
	defer r.Close()
	f, err := column.Open(o.Name, r, o.Size)
	if err != nil {
		return err
	}
	start := int64(0)
	for g, rows := range f.RowGroups {
		b.blocks, b.Rows = append(b.blocks, block{o, g, start}), append(b.Rows, rows)
		start += rows
	}
	return nil
}

// Len is how many blocks there are.
func (b *Blocks) Len() int { return len(b.blocks) }

// Read reads columns of a block (nil = all) as a table of its own. A name that the file has not, in any spelling, is left out. Safe for several at a time.
func (b *Blocks) Read(ctx context.Context, k int, names []string) (*Table, error) {
	at := b.blocks[k]
	if at.group < 0 {
		return Read(ctx, b.store, []string{at.object.Name}, 1)
	}
	r, err := b.store.Open(ctx, at.object)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	f, err := column.Open(at.object.Name, r, at.object.Size)
	if err != nil {
		return nil, err
	}
	t := &Table{index: map[string]int{}, store: b.store, threads: 1, Files: []string{at.object.Name}, starts: []int{-int(at.start)}}
	t.short = shortNames([]store.Object{at.object})
	for _, info := range wanted(f, names) {
		if info.Type.Kind == column.Unsupported {
			t.note(at.object.Name, "column %q (%s) is left out: %s", info.Name, info.Type.Name, info.Type.Why)
			continue
		}
		if _, err := f.Find(info.Name); err != nil {
			return nil, err
		}
		c := t.column(info.Name)
		c.begin(info.Type.Name, 0, false)
		store.Expect(r, f, at.group, info)
		if err := c.readGroup(f, at.group, info); err != nil {
			return nil, err
		}
	}
	if t.Rows = int(f.RowGroups[at.group]); len(t.Columns) == 0 {
		return nil, fmt.Errorf("%s: none of the columns named is in it", at.object.Name)
	}
	for _, p := range at.object.Partitions {
		if !t.has(p.Key, 0) {
			t.column(p.Key).repeat(p.Value, 0, t.Rows)
		}
	}
	for i := range t.Columns {
		if t.Columns[i].full {
			return nil, fmt.Errorf("%s: column %q holds more than %d MB of different texts in one row group, the most that is held in memory: leave it out", at.object.Name, t.Columns[i].Name, maxText>>20)
		}
		t.Columns[i].finish(t.Rows)
	}
	return t, nil
}

// wanted are the columns of a file that go by the names, as Table.Column finds them; nil = all.
func wanted(f *column.File, names []string) (out []*column.Info) {
	all := &Table{}
	for i := range f.Columns {
		all.Columns = append(all.Columns, Column{Name: f.Columns[i].Name})
	}
	keep := map[string]bool{}
	for _, name := range names {
		if c, err := all.Column(name); err == nil {
			keep[c.Name] = true
		}
	}
	for i := range f.Columns {
		if names == nil || keep[f.Columns[i].Name] {
			out = append(out, &f.Columns[i])
		}
	}
	return out
}
