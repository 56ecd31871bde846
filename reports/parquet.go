package reports

import (
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
)

// rowGroupRows is the size of a row group: what DuckDB reads as one unit of parallel work, and few
// enough that a dictionary of unique keys stays small.
const rowGroupRows = 128 * 1024

// parquetBatch is how many values are handed to the column writer at once.
const parquetBatch = 1024

// WriteParquet writes t as one Parquet file: snappy; text as UTF-8 with dictionaries, decimals as
// DECIMAL(18, scale) on INT64, days as DATE; optional columns where nulls may occur. The same table
// gives the same bytes.
func WriteParquet(w io.Writer, t *Table) error {
	if err := t.check(); err != nil {
		return err
	}
	p := newParquetWriter(w, t)
	for lo := 0; lo < t.Rows; lo += rowGroupRows {
		if err := p.writeRowGroup(t, lo, min(lo+rowGroupRows, t.Rows)); err != nil {
			return err
		}
	}
	return p.close()
}

// parquetWriter writes row groups of tables of one shape.
type parquetWriter struct {
	w     *parquet.GenericWriter[any]
	batch []parquet.Value
	text  []byte // backs the texts of batch
}

func newParquetWriter(w io.Writer, shape *Table) *parquetWriter {
	schema := parquet.NewSchema(shape.Name, orderedGroup(shape.Columns))
	return &parquetWriter{
		w:     parquet.NewGenericWriter[any](w, schema, parquet.CreatedBy("mainstay", "", "")),
		batch: make([]parquet.Value, 0, parquetBatch),
	}
}

// writeRowGroup writes rows lo to hi of t as one row group.
func (p *parquetWriter) writeRowGroup(t *Table, lo, hi int) error {
	for k, cw := range p.w.ColumnWriters() {
		c := &t.Columns[k]
		for at := lo; at < hi; at += parquetBatch {
			p.batch, p.text = p.batch[:0], p.text[:0]
			for i := at; i < min(at+parquetBatch, hi); i++ {
				p.batch = append(p.batch, p.value(c, i, k))
			}
			if _, err := cw.WriteRowValues(p.batch); err != nil {
				return fmt.Errorf("table %s, column %s: %w", t.Name, c.Name, err)
			}
		}
	}
	return p.w.Flush()
}

func (p *parquetWriter) close() error { return p.w.Close() }

// value is row i of c, the k-th column of the schema; it is valid until the next batch.
func (p *parquetWriter) value(c *Column, i, k int) parquet.Value {
	var defined int
	if c.Optional() {
		if c.IsNull(i) {
			return parquet.NullValue().Level(0, 0, k)
		}
		defined = 1
	}
	var v parquet.Value
	switch c.Type {
	case String:
		start := len(p.text)
		p.text = append(p.text, c.text(i)...)
		v = parquet.ByteArrayValue(p.text[start:])
	case Float:
		v = parquet.DoubleValue(c.float(i))
	case Boolean:
		v = parquet.BooleanValue(c.Bool[i])
	case Date:
		v = parquet.Int32Value(int32(c.Int[i]))
	default:
		v = parquet.Int64Value(c.Int[i])
	}
	return v.Level(0, defined, k)
}

// parquetNode is the schema node of a column.
func parquetNode(c *Column) parquet.Node {
	var n parquet.Node
	switch c.Type {
	case String:
		n = parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
	case Float:
		n = parquet.Leaf(parquet.DoubleType)
	case Decimal:
		n = parquet.Decimal(c.Scale, decimalDigits, parquet.Int64Type)
	case Boolean:
		n = parquet.Leaf(parquet.BooleanType)
	case Date:
		n = parquet.Date()
	default:
		n = parquet.Int(64)
	}
	n = parquet.Compressed(n, &parquet.Snappy)
	if c.Optional() {
		n = parquet.Optional(n)
	}
	return n
}

// group is a parquet.Group that keeps the order of its columns, where parquet.Group sorts by name.
type group struct {
	parquet.Group
	fields []parquet.Field
}

// Fields lists the columns in table order.
func (g group) Fields() []parquet.Field { return g.fields }

func orderedGroup(columns []Column) parquet.Node {
	nodes := make(parquet.Group, len(columns))
	for i := range columns {
		nodes[columns[i].Name] = parquetNode(&columns[i])
	}
	byName := make(map[string]parquet.Field, len(columns))
	for _, f := range nodes.Fields() {
		byName[f.Name()] = f
	}
	g := group{Group: nodes}
	for i := range columns {
		g.fields = append(g.fields, byName[columns[i].Name])
	}
	return g
}
