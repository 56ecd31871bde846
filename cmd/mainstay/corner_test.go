package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/schema"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	arrow "github.com/apache/arrow/go/v17/parquet"
)

// Corner cases of Parquet as apache/parquet-testing collects them, made here, through the whole program: each is
// read right, or refused with the exit code and words that say what to do.

// sale is a row of the smallest export.
type sale struct {
	Customer string    `parquet:"customer,dict"`
	Day      time.Time `parquet:"date,timestamp(millisecond:local)"`
	Amount   int64     `parquet:"amount,decimal(2:14)"`
}

// sales is a book of three dozen customers who buy about once a month.
func sales(n int) []sale {
	rows := make([]sale, n)
	start := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range rows {
		rows[i] = sale{fmt.Sprintf("C%02d", i%36), start.AddDate(0, 0, i*5/6), int64(1000 + i%7*100)}
	}
	return rows
}

const saleRows = 1200

// parquetOf is a file of one row group per slice of rows.
func parquetOf[T any](t testing.TB, groups ...[]T) []byte {
	t.Helper()
	var out bytes.Buffer
	w := parquet.NewGenericWriter[T](&out)
	for _, rows := range groups {
		if _, err := w.Write(rows); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const (
	parquetMagic = "PAR1"
	parquetTail  = 4 + len(parquetMagic)
)

// footerOf is where the footer of a file starts, and what it says.
func footerOf(t testing.TB, b []byte) (start int, meta *format.FileMetaData) {
	t.Helper()
	start = len(b) - parquetTail - int(binary.LittleEndian.Uint32(b[len(b)-parquetTail:]))
	meta = new(format.FileMetaData)
	if err := thrift.Unmarshal(new(thrift.CompactProtocol), b[start:len(b)-parquetTail], meta); err != nil {
		t.Fatal(err)
	}
	return start, meta
}

// refooted is a file with another footer over the same pages.
func refooted(t testing.TB, b []byte, change func(*format.FileMetaData)) []byte {
	t.Helper()
	start, meta := footerOf(t, b)
	change(meta)
	footer, err := thrift.Marshal(new(thrift.CompactProtocol), meta)
	if err != nil {
		t.Fatal(err)
	}
	out := append(slices.Clone(b[:start]), footer...)
	return append(binary.LittleEndian.AppendUint32(out, uint32(len(footer))), parquetMagic...)
}

// emptyGroups is the book as arrow writes it, with empty row groups before, between and behind.
func emptyGroups(t testing.TB) []byte {
	t.Helper()
	root, err := schema.NewGroupNode("schema", arrow.Repetitions.Required, schema.FieldList{
		schema.MustPrimitive(schema.NewPrimitiveNodeLogical("customer", arrow.Repetitions.Required, schema.StringLogicalType{}, arrow.Types.ByteArray, 0, -1)),
		schema.MustPrimitive(schema.NewPrimitiveNodeLogical("date", arrow.Repetitions.Required, schema.NewTimestampLogicalType(false, schema.TimeUnitMillis), arrow.Types.Int64, 0, -1)),
		schema.MustPrimitive(schema.NewPrimitiveNodeLogical("amount", arrow.Repetitions.Required, schema.NewDecimalLogicalType(14, 2), arrow.Types.Int64, 0, -1)),
	}, -1)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := file.NewParquetWriter(&out, root)
	rows := sales(saleRows)
	for _, part := range [][]sale{nil, rows[:500], nil, nil, rows[500:], nil} {
		keys, days, amounts := make([]arrow.ByteArray, len(part)), make([]int64, len(part)), make([]int64, len(part))
		for i, s := range part {
			keys[i], days[i], amounts[i] = arrow.ByteArray(s.Customer), s.Day.UnixMilli(), s.Amount
		}
		g := w.AppendRowGroup()
		for c := range 3 {
			cw, err := g.NextColumn()
			if err == nil {
				switch c {
				case 0:
					_, err = cw.(*file.ByteArrayColumnChunkWriter).WriteBatch(keys, nil, nil)
				case 1:
					_, err = cw.(*file.Int64ColumnChunkWriter).WriteBatch(days, nil, nil)
				case 2:
					_, err = cw.(*file.Int64ColumnChunkWriter).WriteBatch(amounts, nil, nil)
				}
			}
			if err == nil {
				err = cw.Close()
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := g.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// nestedBeside is the book with groups, lists and maps between its columns.
func nestedBeside(t testing.TB) []byte {
	type line struct {
		SKU   string
		Units []int32
	}
	type row struct {
		Lines    []line           `parquet:"a_lines,list"`
		Customer string           `parquet:"customer,dict"`
		Day      time.Time        `parquet:"date,timestamp(millisecond:local)"`
		Amount   int64            `parquet:"amount,decimal(2:14)"`
		Tags     []string         `parquet:"b_tags"`
		Extra    map[string]int64 `parquet:"date_extra"`
		Place    struct {
			City string
			Lat  *float64
		} `parquet:"customer_place"`
	}
	var rows []row
	for i, s := range sales(saleRows) {
		r := row{Customer: s.Customer, Day: s.Day, Amount: s.Amount, Lines: make([]line, i%4), Tags: make([]string, i%3)}
		for k := range r.Lines {
			r.Lines[k].Units = make([]int32, k)
		}
		if i%2 == 0 {
			r.Extra = map[string]int64{"x": int64(i)}
		}
		rows = append(rows, r)
	}
	return parquetOf(t, rows[:700], rows[700:])
}

// tenThousand is the book with 10,000 further columns.
func tenThousand(t testing.TB) []byte {
	const more = 10_000
	group := parquet.Group{
		"customer": parquet.String(), "date": parquet.TimestampAdjusted(parquet.Millisecond, false), "amount": parquet.Decimal(2, 14, parquet.Int64Type),
	}
	for i := range more {
		group[fmt.Sprintf("x%05d", i)] = parquet.Optional(parquet.Leaf(parquet.Int32Type))
	}
	s := parquet.NewSchema("wide", group)
	var out bytes.Buffer
	w := parquet.NewWriter(&out, s)
	at := map[string]int{}
	for i, path := range s.Columns() {
		at[path[0]] = i
	}
	var rows []parquet.Row
	for _, r := range sales(120) {
		row := make(parquet.Row, len(at))
		for i := range row {
			row[i] = parquet.NullValue().Level(0, 0, i)
		}
		row[at["customer"]] = parquet.ByteArrayValue([]byte(r.Customer)).Level(0, 0, at["customer"])
		row[at["date"]] = parquet.Int64Value(r.Day.UnixMilli()).Level(0, 0, at["date"])
		row[at["amount"]] = parquet.Int64Value(r.Amount).Level(0, 0, at["amount"])
		rows = append(rows, row)
	}
	if _, err := w.WriteRows(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// hugeDictionary has a customer per row, all of them in one dictionary.
func hugeDictionary(t testing.TB) []byte {
	rows := sales(saleRows)
	rows = append(rows, make([]sale, 150_000)...)
	for i := saleRows; i < len(rows); i++ {
		rows[i] = sale{fmt.Sprintf("once-%07d-%s", i, strings.Repeat("x", i%40)), rows[i%saleRows].Day, 100}
	}
	return parquetOf(t, rows)
}

// renamed calls a column by another's name.
func renamed(t testing.TB, b []byte, from, to string) []byte {
	return refooted(t, b, func(m *format.FileMetaData) {
		for i := range m.Schema {
			if m.Schema[i].Name == from {
				m.Schema[i].Name = to
			}
		}
	})
}

// inspectFile runs inspect and returns the exit code and what it printed.
func inspectFile(t *testing.T, b []byte) (code int, stdout, stderr string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "corner.parquet")
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	code = run(context.Background(), []string{"--log-format=console", "segment", path, "--by", "abc"}, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

// What can be read is read: the same customers and money as from the plain file.
func TestCornersThatAreRead(t *testing.T) {
	plain := parquetOf(t, sales(saleRows))
	code, want, stderr := inspectFile(t, plain)
	if code != exitOK || !strings.Contains(want, "abc") {
		t.Fatalf("exit code %d: %s%s", code, stderr, want)
	}
	for name, b := range map[string][]byte{
		"row group per row":        parquetOf(t, slices.Collect(slices.Chunk(sales(saleRows), 1))...),
		"empty row groups":         emptyGroups(t),
		"nested columns beside":    nestedBeside(t),
		"another column is double": refooted(t, nestedBeside(t), func(m *format.FileMetaData) { m.Schema[1].Name = "b_tags" }),
	} {
		code, got, stderr := inspectFile(t, b)
		if code != exitOK || got != want {
			t.Errorf("%s: exit code %d: %s%s\nwant\n%s", name, code, stderr, got, want)
		}
	}
	for name, b := range map[string][]byte{"10,000 columns": tenThousand(t), "huge dictionary": hugeDictionary(t)} {
		if code, got, stderr := inspectFile(t, b); code != exitOK {
			t.Errorf("%s: exit code %d: %s%s", name, code, stderr, got)
		}
	}
}

// cornerMemory is the most that refusing a small damaged file may allocate.
const cornerMemory = 256 << 20

// What cannot be read is refused in words, with the exit code of an input, and without claiming memory.
func TestCornersThatAreRefused(t *testing.T) {
	plain := parquetOf(t, sales(saleRows)[:600], sales(saleRows)[600:])
	start, meta := footerOf(t, plain)
	chunk := func(change func(*format.ColumnMetaData)) []byte {
		return refooted(t, plain, func(m *format.FileMetaData) {
			for g := range m.RowGroups {
				for c := range m.RowGroups[g].Columns {
					change(&m.RowGroups[g].Columns[c].MetaData)
				}
			}
		})
	}
	pareMagic := slices.Clone(plain)
	copy(pareMagic[len(pareMagic)-4:], "PARE")
	longFooter := slices.Clone(plain)
	binary.LittleEndian.PutUint32(longFooter[len(longFooter)-parquetTail:], 1<<31)
	firstPage := slices.Clone(plain)
	for i := meta.RowGroups[0].Columns[0].MetaData.DataPageOffset; i < meta.RowGroups[0].Columns[0].MetaData.DataPageOffset+12; i++ {
		firstPage[i] = 0xff
	}
	for name, c := range map[string]struct {
		b    []byte
		want string
	}{
		"nothing":     {nil, "the file is empty: export it again"},
		"text":        {[]byte("customer,day,amount\na,2024-01-01,1\n"), "not a Parquet file"},
		"magic alone": {[]byte("PAR1PAR1"), "truncated"},
		"cut":         {plain[:start], "truncated"},
		"no rows":     {parquetOf[sale](t), "no rows in the input: check that the export ran"},
		"no columns":  {refooted(t, plain, func(m *format.FileMetaData) { noColumns(m, 0) }), "no rows in the input"},
		"rows, no column": {refooted(t, plain, func(m *format.FileMetaData) { noColumns(m, saleRows) }),
			"no columns: check"},
		"no schema":               {refooted(t, plain, func(m *format.FileMetaData) { m.Schema = nil }), "export it again"},
		"the column twice":        {renamed(t, plain, "amount", "customer"), "customer"},
		"encrypted footer":        {pareMagic, "the file is encrypted: decrypt it before"},
		"plain footer, encrypted": {refooted(t, plain, func(m *format.FileMetaData) { m.EncryptionAlgorithm.Value = &format.AesGcmV1{} }), "the file is encrypted"},
		"footer beyond the file":  {longFooter, "the footer claims"},
		"more rows than bytes": {refooted(t, plain, func(m *format.FileMetaData) { m.NumRows, m.RowGroups[0].NumRows = 1<<60, 1<<60 }),
			"rows, more than"},
		"rows that do not add up": {refooted(t, plain, func(m *format.FileMetaData) { m.NumRows += 5 }), "the footer claims"},
		"negative rows":           {refooted(t, plain, func(m *format.FileMetaData) { m.RowGroups[0].NumRows = -1 }), "row group 0"},
		"more rows than pages": {refooted(t, plain, func(m *format.FileMetaData) { m.NumRows += 5; m.RowGroups[1].NumRows += 5 }),
			"row group 1"},
		"values beyond pages":    {chunk(func(c *format.ColumnMetaData) { c.NumValues = 1 << 40 }), "row group"},
		"sizes of the unpacked":  {chunk(func(c *format.ColumnMetaData) { c.TotalCompressedSize = 1 << 50 }), "row group"},
		"pages beyond the file":  {chunk(func(c *format.ColumnMetaData) { c.DataPageOffset = 1 << 50; c.DictionaryPageOffset = 0 }), "row group"},
		"pages before the file":  {chunk(func(c *format.ColumnMetaData) { c.DataPageOffset = -8; c.DictionaryPageOffset = 0 }), "row group"},
		"a codec there is not":   {chunk(func(c *format.ColumnMetaData) { c.Codec = 77 }), "row group"},
		"a type there is not":    {refooted(t, plain, func(m *format.FileMetaData) { m.Schema[1].Type.V = 77 }), "export"},
		"a page header of noise": {firstPage, "row group"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		code, stdout, stderr := inspectFile(t, c.b)
		runtime.ReadMemStats(&after)
		if code != exitInput || !strings.Contains(stderr, c.want) || !strings.Contains(stderr, "corner.parquet") && name != "the column twice" {
			t.Errorf("%s: exit code %d, want %d and %q and the file's name: %s%s", name, code, exitInput, c.want, stderr, stdout)
		}
		if strings.Contains(stderr, "internal error") || strings.Contains(stderr, "runtime error") {
			t.Errorf("%s: a panic had to be caught: %s", name, stderr)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > cornerMemory {
			t.Errorf("%s: %d MB allocated", name, used>>20)
		}
	}
}

// noColumns takes all columns away, and says that rows are left.
func noColumns(m *format.FileMetaData, rows int64) {
	m.Schema = m.Schema[:1]
	m.Schema[0].NumChildren = thrift.New[int32](0)
	m.NumRows = rows
	for g := range m.RowGroups {
		m.RowGroups[g].Columns, m.RowGroups[g].NumRows = nil, rows/int64(len(m.RowGroups))
	}
}

// A configuration is foreign bytes too: an error that says where, or a configuration; never a panic.
func FuzzConfig(f *testing.F) {
	full := defaultConfig()
	text, err := full.yaml()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte("transactions: [a.parquet]\nzone: Asia/Shanghai\ncolumns: {customer: x, attributes: [a, b]}\n"))
	f.Add([]byte("key_accounts: {any: ['revenue_12m > 5']}\nladder: [1e309, .nan]\n"))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("? !!binary"))
	f.Add([]byte("transactions: !0 #0")) // the library panics
	path := filepath.Join(f.TempDir(), "c.yaml")
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		c := defaultConfig()
		if err := c.load(path); err != nil {
			if exitCode(err, 0) != exitUsage {
				t.Errorf("exit code %d for %v", exitCode(err, 0), err)
			}
			return
		}
		// What was read can be shown, and is read again.
		shown, err := c.yaml()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, shown, 0o600); err != nil {
			t.Fatal(err)
		}
		again := defaultConfig()
		if err := again.load(path); err != nil {
			t.Errorf("what is shown cannot be read: %v\n%s", err, shown)
		}
	})
}
