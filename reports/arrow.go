package reports

import (
	"errors"
	"io"
	"slices"

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
	texts        []string
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
		b.AppendValues(a.textsOf(c, lo, hi), valid)
	case *array.Float64Builder:
		b.AppendValues(spread(&a.floats, valid, c.Flt[lo:hi], func(v float64) float64 { return v + 0 }), valid)
	case *array.Decimal128Builder:
		b.AppendValues(spread(&a.decimals, valid, c.Int[lo:hi], decimal128.FromI64), valid)
	case *array.BooleanBuilder:
		b.AppendValues(spread(&a.flags, valid, c.Bool[lo:hi], func(v bool) bool { return v }), valid)
	case *array.Date32Builder:
		b.AppendValues(spread(&a.days, valid, c.Int[lo:hi], func(v int64) arrow.Date32 { return arrow.Date32(v) }), valid)
	case *array.Int64Builder:
		b.AppendValues(spread(&a.ints, valid, c.Int[lo:hi], func(v int64) int64 { return v }), valid)
	}
}

// textsOf are the texts of some rows, "" for null.
func (a *arrowWriter) textsOf(c *Column, lo, hi int) []string {
	a.texts = a.texts[:0]
	for i := lo; i < hi; i++ {
		text := ""
		if c.Null == nil || !c.Null[i] {
			text = c.text(i)
		}
		a.texts = append(a.texts, text)
	}
	return a.texts
}

// spread turns values into another type in room, those that are not valid into zero; no valid at all means that every value is.
func spread[T, V any](room *[]T, valid []bool, values []V, turn func(V) T) []T {
	out := slices.Grow((*room)[:0], len(values))[:len(values)]
	*room = out
	if len(valid) == 0 {
		for i, v := range values {
			out[i] = turn(v)
		}
		return out
	}
	var zero T
	for i, v := range values {
		if out[i] = zero; valid[i] {
			out[i] = turn(v)
		}
	}
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
