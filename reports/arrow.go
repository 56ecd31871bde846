package reports

import (
	"errors"
	"io"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// arrowBatchRows is the size of a record batch: bounds the memory that a large table takes twice.
const arrowBatchRows = 64 * 1024

// arrowWriter appends tables of one shape to an Arrow IPC file (Feather v2) that pandas, Polars and DuckDB open: utf8,
// int64, float64, decimal128(18, scale), bool, date32, nulls in bitmaps, no compression.
type arrowWriter struct {
	fw      *ipc.FileWriter
	b       *array.RecordBuilder
	pending int // rows in the record at hand

	valid, flags []bool // room for the values of a column
	floats       []float64
	ints         []int64
	days         []arrow.Date32
	decimals     []decimal128.Num
}

func newArrowWriter(w io.Writer, shape *Table, mem memory.Allocator) (*arrowWriter, error) {
	schema := arrowSchema(shape)
	fw, err := ipc.NewFileWriter(&counting{w: w}, ipc.WithSchema(schema), ipc.WithAllocator(mem))
	if err != nil {
		return nil, err
	}
	return &arrowWriter{fw: fw, b: array.NewRecordBuilder(mem, schema)}, nil
}

// rows implements tableWriter.
func (a *arrowWriter) rows(t *Table) error {
	for lo := 0; lo < t.Rows; {
		hi := min(t.Rows, lo+arrowBatchRows-a.pending)
		for k := range t.Columns {
			if a.pending == 0 {
				a.b.Field(k).Reserve(min(arrowBatchRows, t.Rows-lo))
			}
			a.append(a.b.Field(k), &t.Columns[k], lo, hi)
		}
		a.pending += hi - lo
		lo = hi
		if a.pending == arrowBatchRows {
			if err := a.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// flush writes the record at hand.
func (a *arrowWriter) flush() error {
	if a.pending == 0 {
		return nil
	}
	a.pending = 0
	rec := a.b.NewRecord()
	defer rec.Release()
	return a.fw.Write(rec)
}

// close implements tableWriter.
func (a *arrowWriter) close() error {
	err := a.flush()
	a.b.Release()
	return errors.Join(err, a.fw.Close())
}

func arrowSchema(t *Table) *arrow.Schema {
	fields := make([]arrow.Field, len(t.Columns))
	for k := range t.Columns {
		c := &t.Columns[k]
		fields[k] = arrow.Field{Name: c.Name, Type: arrowType(c), Nullable: c.Optional()}
	}
	return arrow.NewSchema(fields, nil)
}

func arrowType(c *Column) arrow.DataType {
	switch c.Type {
	case String:
		return arrow.BinaryTypes.String
	case Float:
		return arrow.PrimitiveTypes.Float64
	case Decimal:
		return &arrow.Decimal128Type{Precision: decimalDigits, Scale: int32(c.Scale)}
	case Boolean:
		return arrow.FixedWidthTypes.Boolean
	case Date:
		return arrow.FixedWidthTypes.Date32
	default:
		return arrow.PrimitiveTypes.Int64
	}
}

// append appends rows lo to hi of a column. What lies in the room of a null is always the same: zero.
func (a *arrowWriter) append(b array.Builder, c *Column, lo, hi int) {
	valid := a.valid[:0]
	if c.Optional() {
		for i := lo; i < hi; i++ {
			valid = append(valid, !c.IsNull(i))
		}
	}
	a.valid = valid
	switch b := b.(type) {
	case *array.StringBuilder:
		for i := lo; i < hi; i++ {
			if len(valid) > 0 && !valid[i-lo] {
				b.AppendNull()
			} else {
				b.Append(c.text(i))
			}
		}
	case *array.Float64Builder:
		b.AppendValues(spread(&a.floats, valid, hi-lo, func(i int) float64 { return c.float(lo + i) }), valid)
	case *array.Decimal128Builder:
		b.AppendValues(spread(&a.decimals, valid, hi-lo, func(i int) decimal128.Num { return decimal128.FromI64(c.Int[lo+i]) }), valid)
	case *array.BooleanBuilder:
		b.AppendValues(spread(&a.flags, valid, hi-lo, func(i int) bool { return c.Bool[lo+i] }), valid)
	case *array.Date32Builder:
		b.AppendValues(spread(&a.days, valid, hi-lo, func(i int) arrow.Date32 { return arrow.Date32(c.Int[lo+i]) }), valid)
	case *array.Int64Builder:
		b.AppendValues(spread(&a.ints, valid, hi-lo, func(i int) int64 { return c.Int[lo+i] }), valid)
	}
}

// spread makes n values in room, those that are not valid zero; no valid at all means that every value is.
func spread[T any](room *[]T, valid []bool, n int, value func(i int) T) []T {
	out := append((*room)[:0], make([]T, n)...)
	for i := range out {
		if len(valid) == 0 || valid[i] {
			out[i] = value(i)
		}
	}
	*room = out
	return out
}

// counting lets the Arrow writer, which only asks where it is, write to any stream.
type counting struct {
	w   io.Writer
	pos int64
}

func (c *counting) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.pos += int64(n)
	return n, err
}

func (c *counting) Seek(offset int64, whence int) (int64, error) {
	if offset != 0 || whence != io.SeekCurrent {
		return 0, errors.New("a stream cannot seek")
	}
	return c.pos, nil
}
