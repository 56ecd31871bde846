package reports

import (
	"cmp"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"

	"mainstay/internal/num"
)

// rowGroupRows is the size of a row group: what DuckDB reads as one unit of parallel work, and few
// enough that a dictionary of unique keys stays small.
const rowGroupRows = 128 * 1024

// parquetBatch is how many values are handed to the column writer at once.
const parquetBatch = 1024

// WriteParquet writes t as one Parquet file: snappy; text as UTF-8 with dictionaries (but for keys), decimals as
// DECIMAL(18, scale) on INT64, days as DATE; optional columns where nulls may occur. The same table
// gives the same bytes, in one piece or in batches.
func WriteParquet(w io.Writer, t *Table) error { return writeWhole(newParquetWriter(w, t), t) }

// parquetWriter writes tables of one shape, one after the other.
type parquetWriter struct {
	w       *parquet.GenericWriter[any]
	pending int // rows in the row group at hand
	halves  [2]parquetHalf
}

// parquetHalf encodes every other column, so that a table of many columns does not wait for one thread: columns share nothing
// before their row group is ended.
type parquetHalf struct {
	batch []parquet.Value
	text  []byte // backs the texts of batch
}

func newParquetWriter(w io.Writer, shape *Table) *parquetWriter {
	schema := parquet.NewSchema(shape.Name, orderedGroup(shape.Columns))
	p := &parquetWriter{w: parquet.NewGenericWriter[any](w, schema, parquet.CreatedBy("mainstay", "", ""))}
	for h := range p.halves {
		p.halves[h].batch = make([]parquet.Value, 0, parquetBatch)
	}
	return p
}

// rows implements tableWriter.
func (p *parquetWriter) rows(t *Table) error {
	for lo := 0; lo < t.Rows; {
		hi := min(t.Rows, lo+rowGroupRows-p.pending)
		p.pending += hi - lo
		full := p.pending == rowGroupRows
		err := p.eachColumn(func(h *parquetHalf, k int, cw *parquet.ColumnWriter) error {
			if err := h.column(cw, &t.Columns[k], k, lo, hi); err != nil {
				return fmt.Errorf("table %s, column %s: %w", t.Name, t.Columns[k].Name, err)
			}
			if full {
				return cw.Flush()
			}
			return nil
		})
		if err != nil {
			return err
		}
		if full {
			if err := p.flush(); err != nil {
				return err
			}
		}
		lo = hi
	}
	return nil
}

// flush ends the row group.
func (p *parquetWriter) flush() error {
	p.pending = 0
	return p.w.Flush()
}

// eachColumn visits the columns of the row group at hand, each half on a goroutine. The error is that of the first half.
func (p *parquetWriter) eachColumn(visit func(h *parquetHalf, k int, cw *parquet.ColumnWriter) error) error {
	var failed [len(p.halves)]error
	columns := p.w.ColumnWriters()
	num.Blocks(len(p.halves), 1, len(p.halves), func(n, _, _ int) {
		for k := n; k < len(columns) && failed[n] == nil; k += len(p.halves) {
			failed[n] = visit(&p.halves[n], k, columns[k])
		}
	})
	return cmp.Or(failed[:]...)
}

// column hands rows lo to hi of c, the k-th column of the schema, to its writer.
func (h *parquetHalf) column(cw *parquet.ColumnWriter, c *Column, k, lo, hi int) error {
	for ; lo < hi; lo += parquetBatch {
		h.values(c, lo, min(lo+parquetBatch, hi), k)
		if _, err := cw.WriteRowValues(h.batch); err != nil {
			return err
		}
	}
	return nil
}

// close implements tableWriter.
func (p *parquetWriter) close() error { return p.w.Close() }

// values fills the batch with rows lo to hi of c, the k-th column of the schema. It is the hot part of writing Parquet, hence a
// loop for each type.
func (h *parquetHalf) values(c *Column, lo, hi, k int) {
	h.text, h.batch = h.text[:0], h.batch[:hi-lo]
	switch c.Type {
	case String:
		h.texts(c, lo, hi, k)
	case Float:
		null := parquet.NullValue().Level(0, 0, k)
		for i, v := range c.Flt[lo:hi] {
			h.batch[i] = null
			if v-v == 0 && (c.Null == nil || !c.Null[lo+i]) { // finite
				h.batch[i] = parquet.DoubleValue(v+0).Level(0, 1, k)
			}
		}
	case Boolean:
		leveled(h.batch, c, c.Bool, lo, k, parquet.BooleanValue)
	case Date:
		leveled(h.batch, c, c.Int, lo, k, func(v int64) parquet.Value { return parquet.Int32Value(int32(v)) })
	default:
		leveled(h.batch, c, c.Int, lo, k, parquet.Int64Value)
	}
}

// leveled fills out with the values of rows from lo on of a column.
func leveled[T any](out []parquet.Value, c *Column, values []T, lo, k int, value func(T) parquet.Value) {
	values = values[lo : lo+len(out)]
	if c.Null == nil {
		for i, v := range values {
			out[i] = value(v)
		}
		return
	}
	null, absent := parquet.NullValue().Level(0, 0, k), c.Null[lo:lo+len(out)]
	for i, v := range values {
		if absent[i] {
			out[i] = null
		} else {
			out[i] = value(v).Level(0, 1, k)
		}
	}
}

// texts is values of a text column. Neighbours are often the same.
func (h *parquetHalf) texts(c *Column, lo, hi, k int) {
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
			h.batch[i-lo] = null
			continue
		case !any || s != text:
			start := len(h.text)
			h.text = append(h.text, c.text(i)...)
			last = parquet.ByteArrayValue(h.text[start:]).Level(0, defined, k)
			text, any = s, true
		}
		h.batch[i-lo] = last
	}
}

// parquetNode is the schema node of a column.
func parquetNode(c *Column) parquet.Node {
	var n parquet.Node
	switch c.Type {
	case String:
		n = parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
		if c.Keys {
			n = parquet.Encoded(parquet.String(), &parquet.Plain)
		}
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
