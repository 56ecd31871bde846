package column

import (
	"encoding/binary"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// Bounds is what the footer says of a column in one row group.
type Bounds struct {
	Known    bool // whether Min and Max are to be trusted: every value that is not null is Min ≤ value ≤ Max
	Min, Max int64
	Nulls    int64 // −1 = not known
}

// Bounds lists what the footer says of a column, by row group. Values are those of Vector.Int.
//
// Trusted are whole numbers, decimals, dates and timestamps in INT32 or INT64, whose order is that of
// signed integers in every version of the format. Not trusted are unsigned integers (older writers order
// them as signed), INT96, floats (NaN), decimals in bytes and text (cut off, or ordered by signed bytes), and
// bounds that the writer calls inexact.
func (f *File) Bounds(c *Info) []Bounds {
	out := make([]Bounds, len(f.RowGroups))
	for g := range out {
		out[g].Nulls = -1
	}
	var meta boundsOfFile
	if err := meta.decode(f.footer); err != nil || len(meta.RowGroups) != len(out) {
		return out
	}
	for g := range out {
		if chunks := meta.RowGroups[g].Columns; c.leaf < len(chunks) {
			out[g] = chunks[c.leaf].MetaData.Statistics.of(c, f.RowGroups[g])
		}
	}
	return out
}

// The part of the footer that holds statistics. Unlike format.Statistics it tells a count that is not there
// from 0, and has the marks of bounds that are not exact.
type (
	boundsOfFile struct {
		RowGroups []boundsOfGroup `thrift:"4"`
	}
	boundsOfGroup struct {
		Columns []boundsOfChunk `thrift:"1"`
	}
	boundsOfChunk struct {
		MetaData boundsOfColumn `thrift:"3"`
	}
	boundsOfColumn struct {
		Statistics statistics `thrift:"12"`
	}
	statistics struct {
		SignedMax  []byte             `thrift:"1"` // deprecated: of any type by signed comparison
		SignedMin  []byte             `thrift:"2"`
		NullCount  thrift.Null[int64] `thrift:"3,optional"`
		MaxValue   []byte             `thrift:"5"`
		MinValue   []byte             `thrift:"6"`
		IsMaxExact thrift.Null[bool]  `thrift:"7,optional"`
		IsMinExact thrift.Null[bool]  `thrift:"8,optional"`
	}
)

// decode reads a footer that measure has passed.
func (m *boundsOfFile) decode(footer []byte) (err error) {
	defer guard(&err)
	return decodeThrift(footer, m)
}

// of judges the statistics of a chunk of rows.
func (s *statistics) of(c *Info, rows int64) Bounds {
	b := Bounds{Nulls: -1}
	switch {
	case !c.Optional:
		b.Nulls = 0
	case s.NullCount.Valid && s.NullCount.V >= 0 && s.NullCount.V <= rows:
		b.Nulls = s.NullCount.V
	}
	low, high := s.MinValue, s.MaxValue
	if len(low) == 0 && len(high) == 0 {
		low, high = s.SignedMin, s.SignedMax
	}
	inexact := s.IsMinExact.Valid && !s.IsMinExact.V || s.IsMaxExact.Valid && !s.IsMaxExact.V
	if !ordered(c) || inexact || b.Nulls == rows {
		return b
	}
	var okLow, okHigh bool
	b.Min, okLow = plainInteger(low, c.element.Type.V)
	b.Max, okHigh = plainInteger(high, c.element.Type.V)
	b.Known = okLow && okHigh && b.Min <= b.Max
	return b
}

// ordered reports whether the values of a column have the order of the signed integers that they are stored as.
func ordered(c *Info) bool {
	switch c.Type.Kind {
	case Int, Decimal, Date, Timestamp:
		return (c.element.Type.V == format.Int32 || c.element.Type.V == format.Int64) && !unsigned(c.element)
	}
	return false
}

func plainInteger(b []byte, t format.Type) (int64, bool) {
	switch {
	case t == format.Int32 && len(b) == 4:
		return int64(int32(binary.LittleEndian.Uint32(b))), true
	case t == format.Int64 && len(b) == 8:
		return int64(binary.LittleEndian.Uint64(b)), true
	}
	return 0, false
}
