package column

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	_ "mainstay/internal/seeded"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"pgregory.net/rapid"
)

// pagesOf counts the data pages of a column's first row group by encoding.
func pagesOf(t testing.TB, f *File, name string) map[format.Encoding]int {
	t.Helper()
	c, err := f.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	var ch chunk
	if err := ch.open(f, 0, c); err != nil {
		t.Fatal(err)
	}
	out := map[format.Encoding]int{}
	for {
		var h format.PageHeader
		if _, err := ch.page(&h); err != nil {
			return out
		}
		switch h.Type {
		case format.DataPage:
			out[h.DataPageHeader.V.Encoding]++
		case format.DataPageV2:
			out[h.DataPageHeaderV2.V.Encoding]++
		}
	}
}

// TestFallback reads a column whose writer gave up its dictionary in the middle of
// the chunk: batches before share one Dict, the one across has its own.
func TestFallback(t *testing.T) {
	const rows = 4000
	text := func(i int) string { return fmt.Sprintf("customer %d", i*i%3000) }
	for _, optional := range []bool{false, true} {
		b := writeColumn(t, parquet.Encoded(parquet.String(), &parquet.RLEDictionary), optional, rows, rows,
			func(i int) parquet.Value { return parquet.ByteArrayValue([]byte(text(i))) },
			parquet.PageBufferSize(500), parquet.DictionaryMaxBytes(4000))
		f := openBytes(t, b)
		if p := pagesOf(t, f, "x"); p[format.RLEDictionary] == 0 || p[format.Plain] == 0 {
			t.Fatalf("no fallback in the file: pages %v", p)
		}
		var shared, own, row int
		var first *Dict
		eachBatch(t, f, "x", 333, func(v *Vector) {
			if v.Dict.Shared {
				shared++
				if first == nil {
					first = v.Dict
				}
				if v.Dict != first {
					t.Error("a row group has two shared dictionaries")
				}
			} else {
				own++
			}
			for i := range v.N {
				switch {
				case optional && nullAt(row) != v.IsNull(i):
					t.Fatalf("row %d: null is %v", row, v.IsNull(i))
				case !v.IsNull(i) && string(v.Dict.Value(v.Code[i])) != text(row):
					t.Fatalf("row %d: %q, want %q", row, v.Dict.Value(v.Code[i]), text(row))
				}
				row++
			}
		})
		if shared == 0 || own == 0 || row != rows {
			t.Errorf("%d batches with the dictionary, %d without, %d rows", shared, own, row)
		}
	}
}

// TestBatchesDoNotMatter: however rows are split into batches, values are the same.
func TestBatchesDoNotMatter(t *testing.T) {
	cases := typeCases()
	rapid.Check(t, func(rt *rapid.T) {
		c := rapid.SampledFrom(cases).Draw(rt, "type")
		encodings := encodingsOf(c.node.Type().Kind())
		enc := encodings[rapid.IntRange(0, len(encodings)-1).Draw(rt, "encoding")]
		b := writeColumn(t, parquet.Encoded(c.node, enc), rapid.Bool().Draw(rt, "optional"), 400, rapid.IntRange(50, 400).Draw(rt, "group"), c.value,
			parquet.PageBufferSize(rapid.IntRange(50, 2000).Draw(rt, "page")), parquet.DictionaryMaxBytes(300), parquet.DataPageVersion(rapid.IntRange(1, 2).Draw(rt, "version")))
		f := openBytes(t, b)
		want := columnText(t, f, "x", 1000)
		var got []string
		info := &f.Columns[0]
		var v Vector
		for g, rows := range f.RowGroups {
			r, err := f.NewReader(g, info)
			if err != nil {
				rt.Fatal(err)
			}
			for left := rows; ; {
				n := rapid.IntRange(1, 90).Draw(rt, "batch")
				k, err := r.Next(&v, n)
				if err != nil {
					rt.Fatal(err)
				}
				if int64(k) != min(int64(n), left) {
					rt.Fatalf("batch of %d rows, want %d of %d left", k, n, left)
				}
				left -= int64(k)
				if k == 0 {
					break
				}
				for i := range v.N {
					got = append(got, textOf(&v, i))
				}
			}
		}
		if !slices.Equal(got, want) {
			rt.Fatalf("batches change values:\n%v\n%v", got, want)
		}
	})
}

func TestEmpty(t *testing.T) {
	b := writeColumn(t, parquet.String(), true, 0, 1, nil)
	f := openBytes(t, b)
	if f.Rows != 0 {
		t.Errorf("rows %d", f.Rows)
	}
	if got := columnText(t, f, "x", 10); len(got) != 0 {
		t.Errorf("read %v from a file without rows", got)
	}
}

// rewrite decodes the footer of a file, lets change alter it, and writes it back.
func rewrite(t testing.TB, b []byte, change func(*format.FileMetaData)) []byte {
	t.Helper()
	meta, start, _, err := readFooter(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	change(meta)
	footer, err := thrift.Marshal(new(thrift.CompactProtocol), meta)
	if err != nil {
		t.Fatal(err)
	}
	out := append(slices.Clone(b[:start]), footer...)
	out = append(out, byte(len(footer)), byte(len(footer)>>8), byte(len(footer)>>16), byte(len(footer)>>24))
	return append(out, magic...)
}

func TestOldAnnotations(t *testing.T) {
	b := writeColumn(t, parquet.Leaf(parquet.Int64Type), false, 3, 3, func(i int) parquet.Value { return parquet.Int64Value(-int64(i)) })
	check := func(converted deprecated.ConvertedType, want Type) {
		t.Helper()
		changed := rewrite(t, b, func(m *format.FileMetaData) {
			e := &m.Schema[1]
			e.ConvertedType, e.LogicalType = thrift.Null[deprecated.ConvertedType]{V: converted, Valid: true}, format.LogicalType{}
			e.Precision, e.Scale = thrift.Null[int32]{V: 10, Valid: true}, thrift.Null[int32]{V: 2, Valid: true}
		})
		if got := openBytes(t, changed).Columns[0].Type; got.Kind != want.Kind || got.Scale != want.Scale || got.Unit != want.Unit || got.UTC != want.UTC || (got.Kind == Unsupported) == (got.Why == "") {
			t.Errorf("converted type %d: %+v, want %+v", converted, got, want)
		}
	}
	check(deprecated.TimestampMillis, Type{Kind: Timestamp, Unit: Milli, UTC: true})
	check(deprecated.TimestampMicros, Type{Kind: Timestamp, Unit: Micro, UTC: true})
	check(deprecated.Decimal, Type{Kind: Decimal, Scale: 2})
	check(deprecated.Int64, Type{Kind: Int})
	check(deprecated.Uint64, Type{Kind: Int})
	check(deprecated.TimeMicros, Type{Kind: Unsupported})
	check(deprecated.Date, Type{Kind: Unsupported}) // a DATE must be an INT32
	check(deprecated.Uint32, Type{Kind: Unsupported})

	other := rewrite(t, b, func(m *format.FileMetaData) {
		m.Schema[1].LogicalType, m.Schema[1].ConvertedType = format.LogicalType{}, thrift.Null[deprecated.ConvertedType]{V: deprecated.Uint64, Valid: true}
	})
	if got := columnText(t, openBytes(t, other), "x", 5); !slices.Equal(got, []string{"0", "bad", "bad"}) {
		t.Errorf("UINT_64 read as %v", got)
	}
}

// TestInt96Zone: INT96 is UTC but for Impala, which writes wall-clock time.
func TestInt96Zone(t *testing.T) {
	b := writeColumn(t, parquet.Leaf(parquet.Int96Type), false, 1, 1, func(i int) parquet.Value { v, _ := int96At(i); return parquet.Int96Value(v) })
	for createdBy, utc := range map[string]bool{"parquet-mr version 1.12.3": true, "impala version 2.8.0": false} {
		f := openBytes(t, rewrite(t, b, func(m *format.FileMetaData) { m.CreatedBy = createdBy }))
		if got := f.Columns[0].Type; got.Kind != Timestamp || got.Unit != Nano || got.UTC != utc {
			t.Errorf("%s: %+v", createdBy, got)
		}
	}
}

// TestNested: nested and repeated columns are listed with the reason, and the flat
// ones beside them are read.
func TestNested(t *testing.T) {
	type line struct {
		SKU   string
		Units []int32
	}
	type row struct {
		A     int64
		Lines []line `parquet:",list"`
		M     struct{ X, Y int32 }
		Tags  []string
		Z     string
	}
	var out bytes.Buffer
	w := parquet.NewGenericWriter[row](&out)
	for i := range 50 {
		if _, err := w.Write([]row{{A: int64(i), Lines: make([]line, i%4), Tags: make([]string, i%3), Z: fmt.Sprint("z", i)}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f := openBytes(t, out.Bytes())
	for _, name := range []string{"Lines", "M", "Tags"} {
		c, err := f.Find(name)
		if err != nil {
			t.Fatal(err)
		}
		if c.Type.Kind != Unsupported || c.Type.Why == "" {
			t.Errorf("%s: %+v", name, c.Type)
		}
		if _, err := f.NewReader(0, c); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("reading %s: %v", name, err)
		}
	}
	a, z := columnText(t, f, "A", 8), columnText(t, f, "Z", 8)
	for i := range 50 {
		if a[i] != fmt.Sprint(i) || z[i] != fmt.Sprintf("\"z%d\"", i) {
			t.Fatalf("row %d: %s, %s", i, a[i], z[i])
		}
	}
}

func TestFind(t *testing.T) {
	b := writeColumn(t, parquet.String(), false, 1, 1, func(int) parquet.Value { return parquet.ByteArrayValue(nil) })
	f := openBytes(t, b)
	if _, err := f.Find("nope"); err == nil || !strings.Contains(err.Error(), `test.parquet, column "nope": no such column`) {
		t.Errorf("missing column: %v", err)
	}
	twice := rewrite(t, b, func(m *format.FileMetaData) {
		m.Schema = append(m.Schema, m.Schema[1])
		m.Schema[0].NumChildren.V = 2
		m.RowGroups[0].Columns = append(m.RowGroups[0].Columns, m.RowGroups[0].Columns[0])
	})
	if _, err := openBytes(t, twice).Find("x"); err == nil || !strings.Contains(err.Error(), `column "x": several columns have this name`) {
		t.Errorf("duplicate column: %v", err)
	}
}

// TestManyColumns opens 10,000 columns and reads the last.
func TestManyColumns(t *testing.T) {
	const n = 10_000
	group := parquet.Group{}
	row := make(parquet.Row, n)
	for i := range n {
		group[fmt.Sprintf("c%05d", i)] = parquet.Leaf(parquet.Int64Type)
		row[i] = parquet.Int64Value(int64(i)).Level(0, 0, i)
	}
	var out bytes.Buffer
	w := parquet.NewWriter(&out, parquet.NewSchema("wide", group))
	if _, err := w.WriteRows([]parquet.Row{row}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f := openBytes(t, out.Bytes())
	if got := columnText(t, f, "c09999", 5); len(f.Columns) != n || !slices.Equal(got, []string{"9999"}) {
		t.Errorf("%d columns, last %v", len(f.Columns), got)
	}
}

func TestConstant(t *testing.T) {
	var v Vector
	Constant("2011", 3, &v)
	d := v.Dict
	for i := range v.N {
		if v.IsNull(i) || string(v.Dict.Value(v.Code[i])) != "2011" {
			t.Fatalf("row %d of %+v", i, v)
		}
	}
	Constant("2011", 2, &v)
	if v.N != 2 || len(v.Code) != 2 || v.Dict != d || !d.Shared {
		t.Errorf("the same value again gives %+v", v)
	}
	Constant(hiveNull, 2, &v)
	if !v.IsNull(0) || !v.IsNull(1) {
		t.Error("the default partition is not null")
	}
	Constant("", 1, &v)
	if v.IsNull(0) || len(v.Dict.Value(v.Code[0])) != 0 {
		t.Error("an empty value is not an empty text")
	}
}

func TestShortest(t *testing.T) {
	for _, s := range []string{"17.85", "0.1", "-2.55", "16777217", "3.4028235e+38", "1e-45", "0", "1234567.9", "9999.99"} {
		var want float64
		var x float32
		fmt.Sscan(s, &want)
		fmt.Sscan(s, &x)
		if s == "16777217" { // not a float32: the nearest is shown
			want = 16777216
		}
		if got := shortest(x); got != want {
			t.Errorf("%s: %v", s, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float32().Draw(t, "x")
		var want float64
		fmt.Sscan(fmt.Sprint(x), &want)
		if got := shortest(x); got != want {
			t.Fatalf("%v: %v, want %v", x, got, want)
		}
	})
}

// TestOldLevels reads the deprecated BIT_PACKED levels, most significant bit first.
func TestOldLevels(t *testing.T) {
	body := []byte{0b10110000, 0b01000000} // rows 0, 2, 3 and 9 are present
	for i := range 4 {
		body = append(body, byte(10+i), 0, 0, 0, 0, 0, 0, 0)
	}
	h := pageHeader(10, len(body), format.Plain, body)
	h.DataPageHeader.V.DefinitionLevelEncoding = format.BitPacked
	f := openBytes(t, onePage(t, typeCases()[2], 10, format.Uncompressed, h, body))
	want := []string{"10", "null", "11", "12", "null", "null", "null", "null", "null", "13"}
	if got := columnText(t, f, "x", 3); !slices.Equal(got, want) {
		t.Errorf("read %v, want %v", got, want)
	}
}

// TestCodecPerRowGroup: row groups of one file may be compressed differently, as
// files merged by their footers are.
func TestCodecPerRowGroup(t *testing.T) {
	part := func(codec int, first int64) []byte {
		return writeColumn(t, parquet.Compressed(parquet.Leaf(parquet.Int64Type), codecs[codec]), false, 3, 3, func(i int) parquet.Value { return parquet.Int64Value(first + int64(i)) })
	}
	a, b := part(1, 0), part(3, 10)
	metaA, endA, _, err := readFooter(bytes.NewReader(a), int64(len(a)))
	if err != nil {
		t.Fatal(err)
	}
	metaB, endB, _, err := readFooter(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	rg := metaB.RowGroups[0]
	rg.Columns[0].MetaData.DataPageOffset += endA - int64(len(magic))
	metaA.RowGroups, metaA.NumRows = append(metaA.RowGroups, rg), 6
	footer, err := thrift.Marshal(new(thrift.CompactProtocol), metaA)
	if err != nil {
		t.Fatal(err)
	}
	f := openBytes(t, withFooter(slices.Concat(a[:endA], b[len(magic):endB]), footer))
	if got, want := columnText(t, f, "x", 2), []string{"0", "1", "2", "10", "11", "12"}; !slices.Equal(got, want) {
		t.Errorf("read %v, want %v", got, want)
	}
}

func TestErrorText(t *testing.T) {
	b := sample(t)
	f := openBytes(t, b)
	var c chunk
	if err := c.open(f, 0, &f.Columns[0]); err != nil {
		t.Fatal(err)
	}
	clear(b[c.next+100 : c.end])
	var v Vector
	err := readSome(openBytes(t, b), 0, &f.Columns[0], &v, 1000)
	if err == nil || !strings.HasPrefix(err.Error(), `test.parquet, row group 0, column "x", row 0: `) || !strings.HasSuffix(err.Error(), remedy) {
		t.Errorf("%v", err)
	}
}
