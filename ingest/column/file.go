package column

import "io"

// Info is one top-level flat column of a file. Nested columns are listed as
// Unsupported, so that they can be shown and are never silently missing.
type Info struct {
	Name     string
	Type     Type
	Optional bool
	leaf     int // index of the leaf column in the file
}

// File is an open Parquet file whose footer has been read and checked.
type File struct {
	Name      string
	Columns   []Info
	RowGroups []int64 // rows in each row group
	Rows      int64
	// (unexported: the parquet-go file)
}

// Open reads and checks the footer. The error names the file and says what was
// expected ("not a Parquet file", "encrypted", "truncated", …) and what to do.
func Open(name string, r io.ReaderAt, size int64) (*File, error) { panic("not yet") }

// Find returns the column of that name. Several columns of one name are an error.
func (f *File) Find(name string) (*Info, error) { panic("not yet") }

// Reader yields one column of one row group in batches.
type Reader struct{}

// NewReader opens column c of row group g.
func (f *File) NewReader(g int, c *Info) (*Reader, error) { panic("not yet") }

// Next fills v with the next max rows, fewer only at the end of the row group,
// and returns how many (0 at the end). It reuses v's slices. A text vector whose
// batch spans pages or a dictionary fallback is still one Vector with one Dict.
func (r *Reader) Next(v *Vector, max int) (int, error) { panic("not yet") }

// Close releases pages.
func (r *Reader) Close() error { panic("not yet") }
