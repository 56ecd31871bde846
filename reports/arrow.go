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

// WriteArrow writes t as an Arrow IPC file (Feather v2) that pandas, Polars and DuckDB open: utf8,
// int64, float64, decimal128(18, scale), bool, date32, nulls in bitmaps, no compression.
func WriteArrow(w io.Writer, t *Table) error { return writeArrow(w, t, memory.NewGoAllocator()) }

func writeArrow(w io.Writer, t *Table, mem memory.Allocator) error {
	if err := t.check(); err != nil {
		return err
	}
	schema := arrowSchema(t)
	fw, err := ipc.NewFileWriter(&counting{w: w}, ipc.WithSchema(schema), ipc.WithAllocator(mem))
	if err != nil {
		return err
	}
	for lo := 0; lo < t.Rows; lo += arrowBatchRows {
		if err := writeRecord(fw, t, schema, lo, min(lo+arrowBatchRows, t.Rows), mem); err != nil {
			return errors.Join(err, fw.Close())
		}
	}
	return fw.Close()
}

func writeRecord(fw *ipc.FileWriter, t *Table, schema *arrow.Schema, lo, hi int, mem memory.Allocator) error {
	b := array.NewRecordBuilder(mem, schema)
	defer b.Release()
	for k := range t.Columns {
		appendArrow(b.Field(k), &t.Columns[k], lo, hi)
	}
	rec := b.NewRecord()
	defer rec.Release()
	return fw.Write(rec)
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

func appendArrow(b array.Builder, c *Column, lo, hi int) {
	b.Reserve(hi - lo)
	for i := lo; i < hi; i++ {
		if c.IsNull(i) {
			b.AppendNull()
			continue
		}
		switch b := b.(type) {
		case *array.StringBuilder:
			b.Append(c.text(i))
		case *array.Float64Builder:
			b.Append(c.float(i))
		case *array.Decimal128Builder:
			b.Append(decimal128.FromI64(c.Int[i]))
		case *array.BooleanBuilder:
			b.Append(c.Bool[i])
		case *array.Date32Builder:
			b.Append(arrow.Date32(c.Int[i]))
		case *array.Int64Builder:
			b.Append(c.Int[i])
		}
	}
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
