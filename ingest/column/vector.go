// Package column reads single Parquet columns, page by page, into typed vectors
// that the rest of ingest works on. It turns every failure of a foreign file
// (errors and panics alike) into an error that names file, row group and column.
//
// The footer and page headers are decoded by parquet-go, once measure has proved that
// their lists are as long as they claim. Pages are decompressed and decoded here, by
// streams that produce values as they are asked for, because parquet-go's decoders (0.32)
// allocate by what a page claims, beyond the reach of recover and of any check of declared
// sizes: six bytes of levels, fe ff ff ff 03 01, make one run of 2^29 values and 512 MB; two
// bytes of LZ4, 0f ff, make its buffer double without end; gzip is inflated past the
// size that the page declares. It also takes the codec of a column's first row group for
// all of them. Reading in place saves a copy of each string besides.
//
// From the footer to a value:
//
//	footer.go, thrift.go   metadata, measured before it is decoded
//	file.go, types.go      columns and what their types mean
//	chunk.go, decompress.go  the pages of one column of one row group
//	page.go                one page: streams of levels and values
//	hybrid.go, delta.go, numbers.go, text.go  the encodings
//	reader.go, convert.go  batches across pages and dictionaries
package column

// Kind is how the values of a Vector are held.
type Kind uint8

// The kinds. Date and Timestamp values are whole numbers in Int; their meaning is
// in Type.Unit.
const (
	Unsupported Kind = iota
	Bool             // Int: 0 or 1
	Int              // Int
	Float            // Float
	Decimal          // Int: the coefficient; value = Int · 10^-Type.Scale
	Text             // Dict and Code
	Date             // Int: days since 1970-01-01
	Timestamp        // Int: Type.Unit since 1970-01-01T00:00:00
)

// Unit is the resolution of a timestamp.
type Unit uint8

// The units of a timestamp.
const (
	Second Unit = iota
	Milli
	Micro
	Nano
)

// Type describes a column of a file.
type Type struct {
	Kind  Kind
	Scale int    // Decimal: places after the point as they are held, at most heldPlaces
	Unit  Unit   // Timestamp
	UTC   bool   // Timestamp: adjusted to UTC (true) or local wall-clock time (false)
	Name  string // for people: "DECIMAL(19,4)", "INT96", "TIMESTAMP(MICROS)", …
	Why   string // Unsupported: what cannot be read and what to do
}

// Dict holds the distinct values of a text vector, or, where the page was plain,
// the values one by one. A consumer may cache what it learned about entry i for as
// long as it sees the same *Dict and Shared is true.
type Dict struct {
	Bytes  []byte
	Start  []uint32 // len = entries + 1
	Shared bool     // a real dictionary: entries recur across batches of the row group
}

// Len is the number of entries.
func (d *Dict) Len() int { return len(d.Start) - 1 }

// Value is entry i. The bytes belong to the Dict: valid until the next batch
// unless Shared.
func (d *Dict) Value(i uint32) []byte { return d.Bytes[d.Start[i]:d.Start[i+1]] }

// Vector is one batch of one column: N rows. Exactly the slices that Kind calls
// for are filled, each of length N.
type Vector struct {
	N     int
	Null  []bool  // nil when no row of the batch is null
	Bad   []bool  // nil when none: the value exists but does not fit (see Type.Scale, and unsigned integers from 2^63 on)
	Int   []int64 // of a Bad unsigned integer its 64 bits
	Float []float64
	Dict  *Dict
	Code  []uint32 // Text: row → entry of Dict; undefined where Null
}

// IsNull reports whether row i is null.
func (v *Vector) IsNull(i int) bool { return v.Null != nil && v.Null[i] }

// IsBad reports whether row i held a value that does not fit.
func (v *Vector) IsBad(i int) bool { return v.Bad != nil && v.Bad[i] }
