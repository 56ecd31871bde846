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
// gives the same bytes, in one piece or in batches.
func WriteParquet(w io.Writer, t *Table) error { return writeWhole(newParquetWriter(w, t), t) }

// parquetWriter writes tables of one shape, one after the other.
type parquetWriter struct {
	w       *parquet.GenericWriter[any]
	pending int // rows in the row group at hand
	batch   []parquet.Value
	text    []byte // backs the texts of batch
}

func newParquetWriter(w io.Writer, shape *Table) *parquetWriter {
	schema := parquet.NewSchema(shape.Name, orderedGroup(shape.Columns))
	return &parquetWriter{
		w:     parquet.NewGenericWriter[any](w, schema, parquet.CreatedBy("mainstay", "", "")),
		batch: make([]parquet.Value, 0, parquetBatch),
	}
}

// rows implements tableWriter.
func (p *parquetWriter) rows(t *Table) error {
	for lo := 0; lo < t.Rows; {
		hi := min(t.Rows, lo+rowGroupRows-p.pending)
		for k, cw := range p.w.ColumnWriters() {
			c := &t.Columns[k]
			for at := lo; at < hi; at += parquetBatch {
				p.values(c, at, min(at+parquetBatch, hi), k)
				if _, err := cw.WriteRowValues(p.batch); err != nil {
					return fmt.Errorf("table %s, column %s: %w", t.Name, c.Name, err)
				}
			}
		}
		p.pending += hi - lo
		lo = hi
		if p.pending == rowGroupRows {
			if err := p.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// flush ends the row group.
func (p *parquetWriter) flush() error {
	p.pending = 0
	return p.w.Flush()
}

// close implements tableWriter.
func (p *parquetWriter) close() error { return p.w.Close() }

// values fills the batch with rows lo to hi of c, the k-th column of the schema. It is the hot part of writing Parquet, hence a
// loop for each type.
func (p *parquetWriter) values(c *Column, lo, hi, k int) {
	p.text, p.batch = p.text[:0], p.batch[:hi-lo]
	out := p.batch
	switch c.Type {
	case String:
		p.texts(c, lo, hi, k)
		return
	case Float:
		for i, v := range c.Flt[lo:hi] {
			if v-v == 0 { // finite
				out[i] = parquet.DoubleValue(v+0).Level(0, 1, k)
			}
		}
	case Boolean:
		for i, v := range c.Bool[lo:hi] {
			out[i] = parquet.BooleanValue(v)
		}
	case Date:
		for i, v := range c.Int[lo:hi] {
			out[i] = parquet.Int32Value(int32(v))
		}
	default:
		for i, v := range c.Int[lo:hi] {
			out[i] = parquet.Int64Value(v)
		}
	}
	if !c.Optional() {
		return
	}
	null := parquet.NullValue().Level(0, 0, k)
	for i := lo; i < hi; i++ {
		switch {
		case c.IsNull(i):
			out[i-lo] = null
		case c.Type != Float:
			out[i-lo] = out[i-lo].Level(0, 1, k)
		}
	}
}

// texts is values of a text column. Neighbours are often the same.
func (p *parquetWriter) texts(c *Column, lo, hi, k int) {
	defined := 0
	if c.Optional() {
		defined = 1
	}
	null := parquet.NullValue().Level(0, 0, k)
	var last parquet.Value
	text, any := "", false
	for i := lo; i < hi; i++ {
		switch s := c.Str[i]; {
		case c.Null != nil && c.Null[i]:
			p.batch[i-lo] = null
			continue
		case !any || s != text:
			start := len(p.text)
			p.text = append(p.text, c.text(i)...)
			last = parquet.ByteArrayValue(p.text[start:]).Level(0, defined, k)
			text, any = s, true
		}
		p.batch[i-lo] = last
	}
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
