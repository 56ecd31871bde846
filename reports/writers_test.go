package reports

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	_ "mainstay/internal/seeded"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"
	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"
)

// zoo has every type, with and without nulls, and the values that writers get wrong.
func zoo() *Table {
	return &Table{Name: "zoo", Rows: 4, Columns: []Column{
		{Name: "zeta", Type: String, Str: []string{"b", "", "a,\"b\"\nc", "市公交"}},
		{Name: "alpha", Type: String, Str: []string{"x", "x", "", "bad\xff"}, Null: []bool{false, false, true, false}},
		{Name: "count", Type: Integer, Int: []int64{1, -2, math.MaxInt64, math.MinInt64}},
		{Name: "maybe", Type: Integer, Int: []int64{1, 0, 3, 4}, Null: []bool{false, true, false, false}},
		{Name: "p", Type: Float, Flt: []float64{0.1, nan, math.Inf(1), math.Copysign(0, -1)}},
		{Name: "money", Type: Decimal, Scale: 2, Int: []int64{123450, -5, maxCoefficient, 0}},
		{Name: "money0", Type: Decimal, Scale: 0, Int: []int64{7, -5, 0, 0}, Null: []bool{false, false, true, true}},
		{Name: "yes", Type: Boolean, Bool: []bool{true, false, true, false}},
		{Name: "day", Type: Date, Int: []int64{0, -1, 20779, 0}, Null: []bool{false, false, false, true}},
	}}
}

// zooCSV is what any reader of text must see.
const zooCSV = `zeta,alpha,count,maybe,p,money,money0,yes,day
b,x,1,1,0.1,1234.50,7,true,1970-01-01
,x,-2,,,-0.05,-5,false,1969-12-31
"a,""b""
c",,9223372036854775807,3,,9999999999999999.99,,true,2026-11-22
市公交,bad�,-9223372036854775808,4,0,0.00,,false,
`

// reporter is what testing.T, testing.B and rapid.T have in common.
type reporter interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

func encoded(t reporter, write func(io.Writer, *Table) error, table *Table) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, table); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestCSV(t *testing.T) {
	got := string(encoded(t, WriteCSV, zoo()))
	if got != zooCSV {
		t.Errorf("got\n%s\nwant\n%s", got, zooCSV)
	}
	rows, err := csv.NewReader(strings.NewReader(got)).ReadAll()
	if err != nil || len(rows) != 5 || rows[3][0] != "a,\"b\"\nc" {
		t.Errorf("read back %q, %v", rows, err)
	}
}

func TestCSVOneEmptyCellIsARow(t *testing.T) {
	table := &Table{Name: "t", Rows: 2, Columns: []Column{{Name: "a", Type: String, Str: []string{"", "x"}}}}
	rows, err := csv.NewReader(bytes.NewReader(encoded(t, WriteCSV, table))).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Errorf("read back %q, %v", rows, err)
	}
}

func TestGuarded(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if got := guarded(in); got != want {
			t.Errorf("guarded(%q) = %q, want %q", in, got, want)
		}
	}
	for _, s := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\tx", "\rx", "\nx", " =1", "\u00a0=1", "\u3000=1",
		"＝1", "＋1", "－1", "＠x", " ＝cmd|' /C calc'!A0", "\ufeff=1", "\u200b=1", "\x00=1", "-"} {
		f(s, "'"+s)
	}
	for _, s := range []string{"", " ", "C0042", "a=b", "1-2", "市公交", "'=1", "x@y.org", "17850.0", "−5"} {
		f(s, s)
	}
}

// Whatever a text holds, the cell is read back as the text, or as an apostrophe and the text, and never
// begins like a formula; numbers stay as they are.
func TestCSVTextProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ \t=+@'",;-]{0,4}[a-z=,"\n]{0,6}`)).Draw(t, "text")
		n := rapid.Int64().Draw(t, "number")
		table := &Table{Name: "t", Rows: 1, Columns: []Column{
			{Name: "n", Type: Integer, Int: []int64{n}}, {Name: "s", Type: String, Str: []string{s}},
		}}
		checkCell(t, encoded(t, WriteCSV, table), s)
	})
}

func FuzzCSVText(f *testing.F) {
	for _, s := range []string{"=1+1", " ＝x", "a\"b", "\r\n", "\xff="} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		table := &Table{Name: "t", Rows: 1, Columns: []Column{
			{Name: "n", Type: Integer, Int: []int64{-5}}, {Name: "s", Type: String, Str: []string{s}},
		}}
		checkCell(t, encoded(t, WriteCSV, table), s)
	})
}

func checkCell(t reporter, b []byte, s string) {
	if !utf8.Valid(b) {
		t.Fatalf("not UTF-8: %q", b)
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil || len(rows) != 2 || len(rows[1]) != 2 {
		t.Fatalf("%q reads as %q, %v", b, rows, err)
	}
	cell := rows[1][1]
	// encoding/csv reads CR LF inside a quoted cell as LF.
	plain := strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	if cell != plain && cell != "'"+plain {
		t.Fatalf("%q reads back as %q", s, cell)
	}
	if lead := strings.TrimLeft(cell, " \t\r\n\u3000"); lead != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(lead)[0]) {
		t.Fatalf("cell %q begins like a formula", cell)
	}
}

func TestJSON(t *testing.T) {
	b := encoded(t, WriteJSON, zoo())
	var rows []map[string]any
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&rows); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	want := map[string]any{"zeta": "a,\"b\"\nc", "alpha": nil, "count": json.Number("9223372036854775807"), "maybe": json.Number("3"),
		"p": nil, "money": "9999999999999999.99", "money0": nil, "yes": true, "day": "2026-11-22"}
	for k, v := range want {
		if rows[2][k] != v {
			t.Errorf("%s is %v, want %v", k, rows[2][k], v)
		}
	}
	if rows[3]["p"] != json.Number("0") {
		t.Errorf("negative zero is written as %v", rows[3]["p"])
	}
	var none []any
	if err := json.Unmarshal(encoded(t, WriteJSON, &Table{Name: "empty"}), &none); err != nil || len(none) != 0 {
		t.Errorf("empty table: %v, %v", none, err)
	}
}

func TestParquetReadsBackWithParquetGo(t *testing.T) {
	b := encoded(t, WriteParquet, zoo())
	f, err := parquet.OpenFile(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, field := range f.Schema().Fields() {
		got = append(got, field.Name()+" "+field.Type().String())
	}
	want := []string{"zeta STRING", "alpha STRING", "count INT(64,true)", "maybe INT(64,true)", "p DOUBLE", "money DECIMAL(18,2)",
		"money0 DECIMAL(18,0)", "yes BOOLEAN", "day DATE"}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("schema is %q, want %q", got, want)
	}
	rows := make([]parquet.Row, 8)
	n, _ := f.RowGroups()[0].Rows().ReadRows(rows)
	if n != 4 {
		t.Fatalf("%d rows", n)
	}
	if v := rows[2]; v[5].Int64() != maxCoefficient || !v[4].IsNull() || !v[6].IsNull() || v[8].Int32() != 20779 || v[0].String() != "a,\"b\"\nc" {
		t.Errorf("row 2 reads back as %v", v)
	}
}

// arrow v17 is the second opinion on what the Parquet file says.
func TestParquetReadsBackWithArrow(t *testing.T) {
	r, err := file.NewParquetReader(bytes.NewReader(encoded(t, WriteParquet, zoo())))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	fr, err := pqarrow.NewFileReader(r, pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	table, err := fr.ReadTable(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer table.Release()
	records := array.NewTableReader(table, 0)
	defer records.Release()
	records.Next()
	checkZoo(t, records.Record())
}

func TestArrowReadsBackAndReleasesMemory(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	var b bytes.Buffer
	if err := writeArrow(&b, zoo(), mem); err != nil {
		t.Fatal(err)
	}
	r, err := ipc.NewFileReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if r.NumRecords() != 1 {
		t.Fatalf("%d record batches", r.NumRecords())
	}
	rec, err := r.Record(0)
	if err != nil {
		t.Fatal(err)
	}
	checkZoo(t, rec)
}

// checkZoo compares an Arrow record with zoo, cell by cell.
func checkZoo(t *testing.T, rec arrow.Record) {
	t.Helper()
	want := zoo()
	if int(rec.NumRows()) != want.Rows || int(rec.NumCols()) != len(want.Columns) {
		t.Fatalf("%d × %d", rec.NumRows(), rec.NumCols())
	}
	for k := range want.Columns {
		c, got := &want.Columns[k], rec.Column(k)
		if f := rec.Schema().Field(k); f.Name != c.Name || f.Nullable != c.Optional() || !arrow.TypeEqual(f.Type, arrowType(c)) {
			t.Errorf("field %d is %v", k, f)
		}
		for i := range want.Rows {
			if got.IsNull(i) != c.IsNull(i) {
				t.Errorf("%s[%d]: null is %v", c.Name, i, got.IsNull(i))
			}
			if c.IsNull(i) {
				continue
			}
			ok := true
			switch a := got.(type) {
			case *array.String:
				ok = a.Value(i) == c.text(i)
			case *array.Int64:
				ok = a.Value(i) == c.Int[i]
			case *array.Float64:
				ok = a.Value(i) == c.Flt[i] && !math.Signbit(a.Value(i))
			case *array.Decimal128:
				ok = int64(a.Value(i).LowBits()) == c.Int[i]
			case *array.Boolean:
				ok = a.Value(i) == c.Bool[i]
			case *array.Date32:
				ok = int64(a.Value(i)) == c.Int[i]
			}
			if !ok {
				t.Errorf("%s[%d] reads back as %s", c.Name, i, got.ValueStr(i))
			}
		}
	}
}

// Several row groups and record batches, empty tables, and the same bytes twice.
func TestWritersAreDeterministic(t *testing.T) {
	big := &Table{Name: "big", Rows: rowGroupRows + 10}
	texts, floats := make([]string, big.Rows), make([]float64, big.Rows)
	for i := range texts {
		texts[i], floats[i] = formatDecimal(int64(i*7919%big.Rows), 1), float64(i)/3
	}
	big.Columns = []Column{{Name: "k", Type: String, Str: texts}, {Name: "x", Type: Float, Flt: floats}}
	empty := &Table{Name: "empty"}
	for _, c := range zoo().Columns {
		empty.Columns = append(empty.Columns, Column{Name: c.Name, Type: c.Type, Scale: c.Scale, Null: []bool{}})
	}
	for _, table := range []*Table{zoo(), big, empty} {
		for name, write := range map[string]func(io.Writer, *Table) error{"parquet": WriteParquet, "csv": WriteCSV, "arrow": arrowFile, "json": WriteJSON} {
			if !bytes.Equal(encoded(t, write, table), encoded(t, write, table)) {
				t.Errorf("%s of %s differs between two writes", name, table.Name)
			}
		}
		b := encoded(t, WriteParquet, table)
		f, err := parquet.OpenFile(bytes.NewReader(b), int64(len(b)))
		if err != nil || f.NumRows() != int64(table.Rows) {
			t.Errorf("%s: %v", table.Name, err)
		}
	}
}

func TestCheckNamesTheFault(t *testing.T) {
	f := func(want string, c ...Column) {
		t.Helper()
		err := WriteCSV(io.Discard, &Table{Name: "t", Rows: 1, Columns: c})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want %q", err, want)
		}
	}
	f("0 values", Column{Name: "a", Type: String})
	f("no name of its own", Column{Name: "a", Type: String, Str: []string{""}}, Column{Name: "a", Type: String, Str: []string{""}})
	f("more than 18 digits", Column{Name: "a", Type: Decimal, Scale: 2, Int: []int64{maxCoefficient + 1}})
	f("scale 19", Column{Name: "a", Type: Decimal, Scale: 19, Int: []int64{1}})
}

func TestDecimalText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, scale := rapid.Int64().Draw(t, "x"), rapid.IntRange(0, 18).Draw(t, "scale")
		s := formatDecimal(x, scale)
		digits := strings.Replace(s, ".", "", 1)
		sign := strings.HasPrefix(digits, "-")
		digits = strings.TrimLeft(strings.TrimPrefix(digits, "-"), "0")
		if digits == "" {
			digits = "0"
		}
		if sign {
			digits = "-" + digits
		}
		if digits != formatDecimal(x, 0) || scale > 0 && len(s)-strings.IndexByte(s, '.')-1 != scale || strings.HasPrefix(strings.TrimPrefix(s, "-"), ".") {
			t.Fatalf("%d at %d is %s", x, scale, s)
		}
	})
}

func TestCoefficientRoundsHalfToEven(t *testing.T) {
	f := func(v float64, scale int, want int64, ok bool) {
		t.Helper()
		if got, gotOK := coefficient(v, scale); got != want || gotOK != ok {
			t.Errorf("coefficient(%v, %d) = %d, %v", v, scale, got, gotOK)
		}
	}
	f(0.125, 2, 12, true)
	f(0.375, 2, 38, true)
	f(-0.125, 2, -12, true)
	f(1e30, 2, 0, false)
	f(nan, 2, 0, false)
	f(math.Inf(-1), 2, 0, false)
}

// writeArrow writes a table at hand.
func writeArrow(w io.Writer, t *Table, mem memory.Allocator) error {
	a, err := newArrowWriter(w, t, mem)
	if err != nil {
		return err
	}
	return writeWhole(a, t)
}

func arrowFile(w io.Writer, t *Table) error { return writeArrow(w, t, memory.DefaultAllocator) }
