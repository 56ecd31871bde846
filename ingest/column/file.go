package column

import (
	"fmt"
	"io"

	"github.com/cespare/xxhash/v2"
	"github.com/parquet-go/parquet-go/format"
)

// Info is one top-level column of a file. Nested columns are listed as
// Unsupported, so that they can be shown and are never silently missing.
type Info struct {
	Name     string
	Type     Type
	Optional bool
	leaf     int // index of the leaf column in the file
	element  *format.SchemaElement
}

// File is an open Parquet file whose footer has been read and checked.
type File struct {
	Name      string
	Columns   []Info
	RowGroups []int64 // rows in each row group
	Rows      int64
	CreatedBy string // the program that wrote the file, as it names itself
	Footer    uint64 // hash of the footer: another one is another file
	footer    []byte // its bytes: what Bounds reads is not decoded unless it is asked for
	source    io.ReaderAt
	pagesEnd  int64 // where the footer starts
	meta      *format.FileMetaData
	byName    map[string]int // −1 where several columns have the name
}

// Open reads and checks the footer. The error names the file and says what was
// expected ("not a Parquet file", "encrypted", "truncated", …) and what to do.
// The File keeps r and is safe for concurrent use if r is.
func Open(name string, r io.ReaderAt, size int64) (*File, error) {
	f := &File{Name: name, source: r}
	if err := f.open(size); err != nil {
		return nil, fileError(name, err)
	}
	return f, nil
}

// From is the file read through another source of the same bytes.
func (f *File) From(r io.ReaderAt) *File {
	g := *f
	g.source = r
	return &g
}

func (f *File) open(size int64) (err error) {
	defer guard(&err)
	if f.meta, f.pagesEnd, f.footer, err = readFooter(f.source, size); err != nil {
		return err
	}
	f.Footer = xxhash.Sum64(f.footer)
	if f.meta.EncryptionAlgorithm.Value != nil {
		return errEncrypted
	}
	f.CreatedBy = f.meta.CreatedBy
	leaves, err := f.schema()
	if err != nil {
		return err
	}
	return f.rowGroups(leaves, size)
}

// schema lists the columns under the root and returns the number of leaves.
func (f *File) schema() (leaves int, err error) {
	s := f.meta.Schema
	if len(s) == 0 || s[0].Type.Valid {
		return 0, damaged("the footer has no schema")
	}
	f.byName = map[string]int{}
	next := 1
	for range s[0].NumChildren.V {
		if next >= len(s) {
			return 0, damaged("the schema ends early")
		}
		e := &s[next]
		info := Info{Name: e.Name, Optional: e.RepetitionType.V == format.Optional, leaf: leaves, element: e}
		n, nested := subtree(s[next:])
		if n == 0 {
			return 0, damaged("the schema ends early")
		}
		switch {
		case !e.Type.Valid:
			info.Type = unsupported(groupName(e), "nested columns are not read: export it as columns of its own")
		case e.RepetitionType.V == format.Repeated:
			info.Type = unsupported("repeated "+e.Type.V.String(), "repeated columns are not read: export one value per row")
		default:
			info.Type = typeOf(e, f.CreatedBy)
		}
		if _, twice := f.byName[e.Name]; twice {
			f.byName[e.Name] = -1
		} else {
			f.byName[e.Name] = len(f.Columns)
		}
		f.Columns = append(f.Columns, info)
		next, leaves = next+n, leaves+nested
	}
	if next != len(s) {
		return 0, damaged("the schema has %d elements more than its columns need", len(s)-next)
	}
	return leaves, nil
}

func groupName(e *format.SchemaElement) string {
	if e.LogicalType.Value != nil {
		return fmt.Sprint(e.LogicalType.Value)
	}
	return "group"
}

// subtree counts the elements and leaves of the column that starts s; no elements
// when s ends before the column does.
func subtree(s []format.SchemaElement) (elements, leaves int) {
	for open := 1; open > 0; elements++ {
		if elements == len(s) {
			return 0, 0
		}
		e := &s[elements]
		open--
		if e.Type.Valid {
			leaves++
			continue
		}
		if e.NumChildren.V < 0 || int(e.NumChildren.V) > len(s) {
			return 0, 0
		}
		open += int(e.NumChildren.V)
	}
	return elements, leaves
}

// rowGroups checks that row groups are complete and rows add up.
func (f *File) rowGroups(leaves int, size int64) error {
	limit := max(anyRows, size*maxRowsPerByte)
	for g := range f.meta.RowGroups {
		rg := &f.meta.RowGroups[g]
		if len(rg.Columns) != leaves {
			return damaged("row group %d has %d columns but the schema has %d", g, len(rg.Columns), leaves)
		}
		if rg.NumRows < 0 || rg.NumRows > limit-f.Rows {
			return damaged("row group %d claims %d rows, more than the %d that are read of a file of %d bytes", g, rg.NumRows, limit, size)
		}
		f.RowGroups = append(f.RowGroups, rg.NumRows)
		f.Rows += rg.NumRows
	}
	if f.Rows != f.meta.NumRows {
		return damaged("the footer claims %d rows but its row groups have %d", f.meta.NumRows, f.Rows)
	}
	return nil
}

// Find returns the column of that name. Several columns of one name are an error.
func (f *File) Find(name string) (*Info, error) {
	switch i, ok := f.byName[name]; {
	case !ok:
		return nil, &Error{File: f.Name, RowGroup: -1, Column: name, Row: -1, Err: fmt.Errorf("no such column: mainstay inspect lists the columns of a file")}
	case i < 0:
		return nil, &Error{File: f.Name, RowGroup: -1, Column: name, Row: -1, Err: fmt.Errorf("several columns have this name: rename all but one of them in the export")}
	default:
		return &f.Columns[i], nil
	}
}
