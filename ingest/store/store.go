// Package store is the seam between Mainstay and where files lie: folders of this machine
// (Dir), object stores (a Remote, registered by its package under the scheme of its names), or
// a test's memory (Memory). Readers see only Store and Object.
package store

import (
	"context"
	"io"

	"mainstay/ingest/column"
)

// Object is one file to read: its name (as shown to people and recorded in the
// manifest), its size in bytes, and its Hive partition values (year=2011/…), in
// path order.
type Object struct {
	Name       string
	Size       int64
	Version    string // of the content, where the store knows one (an ETag); what is read is of this version or an error
	Partitions []Partition
}

// Partition is one key=value folder of a Hive-partitioned path.
type Partition struct{ Key, Value string }

// Reader is an open object. ReadAt must be safe for concurrent use.
type Reader interface {
	io.ReaderAt
	io.Closer
}

// Store lists and opens objects.
type Store interface {
	// List expands one source (a file, a glob, or a folder, searched recursively)
	// into objects sorted by name. Below the source, names that start with "." or "_"
	// are skipped, files and folders alike (a partition folder such as _c0=1 is
	// not). A source that matches nothing is an error that says so. Errors are
	// *column.Error: of an input that cannot be read. Of a folder, files are taken whose
	// names end in one of endings (lower case, compared in any case); none = Parquet's.
	List(ctx context.Context, source string, endings ...string) ([]Object, error)
	// Open opens an object as it was listed, or what lies now under the Name alone; what
	// is not there is fs.ErrNotExist. Reading ends when ctx does, where reading may wait.
	Open(ctx context.Context, o Object) (Reader, error)
}

// Range is the bytes from Off up to, not including, End.
type Range struct{ Off, End int64 }

// Ahead is a Reader to which a read is dear: a round trip. Expect tells it the ranges that will be read
// next, each from front to back and no longer than until the next Expect. What it
// does not foresee, or another goroutine's Expect made it forget, is read all the same.
type Ahead interface {
	Reader
	Expect(ranges ...Range)
}

// Expect tells a reader, where it wants to know, that columns of a row group of f will be read.
func Expect(r Reader, f *column.File, group int, columns ...*column.Info) {
	a, ok := r.(Ahead)
	if !ok {
		return
	}
	var ranges []Range
	for _, c := range columns {
		if off, n := f.Extent(group, c); n > 0 {
			ranges = append(ranges, Range{off, off + n})
		}
	}
	a.Expect(ranges...)
}
