// Package store is the seam between Mainstay and where files lie. Readers see
// only Store and Object, so that an object store can come later without touching
// them.
package store

import (
	"context"
	"io"
)

// Object is one file to read: its name (as shown to people and recorded in the
// manifest), its size in bytes, and its Hive partition values (year=2011/…), in
// path order.
type Object struct {
	Name       string
	Size       int64
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
	Open(ctx context.Context, name string) (Reader, error)
}
