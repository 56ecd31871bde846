package ingest

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/parquet-go/parquet-go"

	"mainstay/ingest/money"
)

// Names of the files of a content.
const (
	postingsName = "postings.parquet"
	asideName    = "aside.parquet"
)

// roundingScale is that of money.Rounding.Sum.
const roundingScale = money.MaxScale

// storedColumn is a column of a table of T: its values by row.
type storedColumn[T any] struct {
	name  string
	node  parquet.Node
	value func(t T, i int) parquet.Value // null = the value is not there
}

// Kinds of columns. Text is coded by a dictionary where values recur, else by the bytes that it shares
// with the value before: the rows are sorted.
var (
	textNode   = compressed(parquet.Encoded(parquet.String(), &parquet.RLEDictionary))
	orderNode  = compressed(parquet.Encoded(parquet.Optional(parquet.String()), &parquet.DeltaByteArray))
	labelNode  = compressed(parquet.Encoded(parquet.Optional(parquet.String()), &parquet.RLEDictionary))
	numberNode = compressed(parquet.Encoded(parquet.Int(64), &parquet.DeltaBinaryPacked))
	dayNode    = compressed(parquet.Encoded(parquet.Date(), &parquet.DeltaBinaryPacked))
	flagNode   = compressed(parquet.Leaf(parquet.BooleanType))
)

func compressed(n parquet.Node) parquet.Node { return parquet.Compressed(n, &parquet.Snappy) }

func textValue(b []byte) parquet.Value { return parquet.ByteArrayValue(b) }

// labelValue is null for "".
func labelValue(b []byte) parquet.Value {
	if len(b) == 0 {
		return parquet.NullValue()
	}
	return parquet.ByteArrayValue(b)
}

func roundingValue(r money.Rounding) parquet.Value {
	if r.Rows == 0 {
		return parquet.NullValue()
	}
	return parquet.ByteArrayValue([]byte(r.Sum.Format(roundingScale)))
}

// sideColumn is the name of side k's column.
func sideColumn(k int) string { return fmt.Sprintf("side_%d", k) }

// postingColumns is the table of postings. sides counts the side tables; currency says that
// one more side of the postings is the currency.
func postingColumns(has Has, sides int, currency bool) []storedColumn[*postings] {
	number := func(name string, of func(p *postings) []int64) storedColumn[*postings] {
		return storedColumn[*postings]{name, numberNode, func(p *postings, i int) parquet.Value { return parquet.Int64Value(of(p)[i]) }}
	}
	label := func(name string, k int) storedColumn[*postings] {
		return storedColumn[*postings]{name, labelNode, func(p *postings, i int) parquet.Value { return labelValue(p.sideTexts[k].value(p.sides[k][i])) }}
	}
	columns := []storedColumn[*postings]{
		{"customer", textNode, func(p *postings, i int) parquet.Value { return textValue(p.Key(p.customerOf(i))) }},
		{"day", dayNode, func(p *postings, i int) parquet.Value { return parquet.Int32Value(int32(p.Day[i])) }},
		{"first", flagNode, func(p *postings, i int) parquet.Value { return parquet.BooleanValue(p.first[i]) }},
		{"lines", numberNode, func(p *postings, i int) parquet.Value { return parquet.Int64Value(int64(p.Lines[i])) }},
		number("sales", func(p *postings) []int64 { return p.Sales }),
		number("returns", func(p *postings) []int64 { return p.Returns }),
		{"rounded", numberNode, func(p *postings, i int) parquet.Value { return parquet.Int64Value(p.roundingOf(i).Rows) }},
		{"rounding", labelNode, func(p *postings, i int) parquet.Value { return roundingValue(p.roundingOf(i)) }},
	}
	if has.Orders {
		columns = append(columns, storedColumn[*postings]{"order", orderNode, func(p *postings, i int) parquet.Value { return labelValue(p.orders.value(p.order[i])) }})
	}
	if has.Units {
		columns = append(columns, number("units", func(p *postings) []int64 { return p.Units }))
	}
	if has.Cost {
		columns = append(columns, number("cost", func(p *postings) []int64 { return p.Cost }), number("costed", func(p *postings) []int64 { return p.Costed }))
	}
	if has.Discount {
		columns = append(columns, number("discount", func(p *postings) []int64 { return p.Discount }))
	}
	for k := range sides {
		columns = append(columns, label(sideColumn(k), k))
	}
	if currency {
		columns = append(columns, label("currency", sides))
	}
	return columns
}

func (p *postings) roundingOf(i int) money.Rounding {
	if p.rounding == nil {
		return money.Rounding{}
	}
	return p.rounding[i]
}

// asideRow is a row of the table of rows set aside.
type asideRow struct {
	asideKey
	asideCount
}

func asideColumns(scale int, orders, currency bool) []storedColumn[[]asideRow] {
	columns := []storedColumn[[]asideRow]{
		{"day", compressed(parquet.Optional(parquet.Date())), func(t []asideRow, i int) parquet.Value {
			if t[i].day == noDay {
				return parquet.NullValue()
			}
			return parquet.Int32Value(int32(t[i].day))
		}},
		{"reason", textNode, func(t []asideRow, i int) parquet.Value { return textValue([]byte(reasons[t[i].reason].code)) }},
		{"rows", numberNode, func(t []asideRow, i int) parquet.Value { return parquet.Int64Value(t[i].rows) }},
		{"amount", textNode, func(t []asideRow, i int) parquet.Value { return textValue([]byte(t[i].money.Format(scale))) }},
		{"rounded", numberNode, func(t []asideRow, i int) parquet.Value { return parquet.Int64Value(t[i].rounding.Rows) }},
		{"rounding", labelNode, func(t []asideRow, i int) parquet.Value { return roundingValue(t[i].rounding) }},
	}
	columns = append(columns, storedColumn[[]asideRow]{"entry", compressed(parquet.Optional(parquet.Int(64))), func(t []asideRow, i int) parquet.Value {
		if t[i].entry == noEntry {
			return parquet.NullValue()
		}
		return parquet.Int64Value(int64(t[i].entry))
	}})
	if orders {
		columns = append(columns, storedColumn[[]asideRow]{"order", orderNode, func(t []asideRow, i int) parquet.Value { return labelValue([]byte(t[i].order)) }})
	}
	if currency {
		columns = append(columns, storedColumn[[]asideRow]{"currency", labelNode, func(t []asideRow, i int) parquet.Value { return labelValue([]byte(t[i].currency)) }})
	}
	return columns
}

// tableFile is a Parquet file of a table of T that is being written.
type tableFile[T any] struct {
	columns []storedColumn[T]
	at      []int // of each column: its place in the file
	f       *os.File
	buf     *bufio.Writer
	w       *parquet.GenericWriter[any]
}

func createTable[T any](path, name string, columns []storedColumn[T]) (*tableFile[T], error) {
	group := parquet.Group{}
	for _, c := range columns {
		group[c.name] = c.node
	}
	schema := parquet.NewSchema(name, group)
	f, err := os.OpenFile(filepath.Join(path, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, err
	}
	t := &tableFile[T]{columns: columns, f: f, buf: bufio.NewWriterSize(f, 1<<18)}
	for _, c := range columns {
		leaf, _ := schema.Lookup(c.name)
		t.at = append(t.at, leaf.ColumnIndex)
	}
	t.w = parquet.NewGenericWriter[any](t.buf, schema, parquet.CreatedBy("mainstay", "", ""))
	return t, nil
}

// encode turns n rows into a row group, which commit appends to the file. Several may be encoded at once.
func (t *tableFile[T]) encode(group *parquet.ConcurrentRowGroupWriter, rows T, n int) error {
	const batch = 1024
	values := make([]parquet.Value, 0, batch)
	for k, c := range t.columns {
		to := group.ColumnWriters()[t.at[k]]
		for lo := 0; lo < n; lo += batch {
			values = values[:0]
			for i := lo; i < min(lo+batch, n); i++ {
				v, defined := c.value(rows, i), 0
				if c.node.Optional() && !v.IsNull() {
					defined = 1
				}
				values = append(values, v.Level(0, defined, t.at[k]))
			}
			if _, err := to.WriteRowValues(values); err != nil {
				return fmt.Errorf("column %s: %w", c.name, err)
			}
		}
	}
	return group.Flush()
}

// close writes the footer and waits until the file is on disk.
func (t *tableFile[T]) close() error {
	err := t.w.Close()
	if err == nil {
		err = t.buf.Flush()
	}
	if err == nil {
		err = t.f.Sync()
	}
	if cerr := t.f.Close(); err == nil {
		err = cerr
	}
	return err
}

// wave is how many shards are encoded for each worker before they are appended to the file in
// order: enough that a large shard does not leave the others waiting, few enough to hold.
const wave = 4

// writePostings writes the postings of every shard, as postingsOf gives them, and returns which shards
// have any. It visits each shard's postings from the worker that made them.
func writePostings(ctx context.Context, folder string, columns []storedColumn[*postings], threads int, postingsOf func(shard int) (*postings, error), visit func(worker int, p *postings)) (shards []int, err error) {
	t, err := createTable(folder, postingsName, columns)
	if err != nil {
		return nil, err
	}
	defer func() {
		if cerr := t.close(); err == nil {
			err = cerr
		}
	}()
	var begin sync.Mutex
	for lo := 0; lo < Shards; lo += wave * threads {
		n := min(wave*threads, Shards-lo)
		groups := make([]*parquet.ConcurrentRowGroupWriter, n)
		err := inParallel(ctx, threads, n, func(_ context.Context, worker, i int) error {
			p, err := postingsOf(lo + i)
			if err != nil || p.len() == 0 {
				return err
			}
			visit(worker, p)
			begin.Lock()
			groups[i] = t.w.BeginRowGroup()
			begin.Unlock()
			return t.encode(groups[i], p, p.len())
		})
		if err != nil {
			return nil, err
		}
		for i, g := range groups {
			if g != nil {
				if _, err := g.Commit(); err != nil {
					return nil, err
				}
				shards = append(shards, lo+i)
			}
		}
	}
	return shards, nil
}

// asideGroup is the rows of a row group of the table of rows set aside.
const asideGroup = 128 * 1024

// writeAside writes the rows set aside.
func writeAside(folder string, columns []storedColumn[[]asideRow], counts asideCounts) (err error) {
	t, err := createTable(folder, asideName, columns)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := t.close(); err == nil {
			err = cerr
		}
	}()
	keys := counts.sorted()
	for lo := 0; lo < len(keys); lo += asideGroup {
		group := keys[lo:min(lo+asideGroup, len(keys))]
		rows := make([]asideRow, 0, len(group))
		for _, k := range group {
			rows = append(rows, asideRow{k, counts[k]})
		}
		encoded := t.w.BeginRowGroup()
		if err := t.encode(encoded, rows, len(rows)); err != nil {
			return err
		}
		if _, err := encoded.Commit(); err != nil {
			return err
		}
	}
	return nil
}
