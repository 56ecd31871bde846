package table

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding/simplifiedchinese"

	"mainstay/ingest/column"
	"mainstay/ingest/store"
)

func readTable(t testing.TB, files store.Memory) (*Table, error) {
	t.Helper()
	return Read(context.Background(), files, []string{"in"}, 2)
}

// show is a table in one line per column.
func show(tb *Table) string {
	var b strings.Builder
	for _, c := range tb.Columns {
		kind := ""
		if c.Number != nil {
			kind = " number"
		}
		if c.NumericText {
			kind += " of text"
		}
		fmt.Fprintf(&b, "%s (%s%s) %q\n", c.Name, c.Type, kind, c.All())
	}
	return b.String()
}

func TestReadCSV(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		tb, err := readTable(t, store.Memory{"in/a.csv": []byte(in)})
		if err != nil {
			t.Errorf("%q: %v", in, err)
			return
		}
		if got := show(tb); got != want {
			t.Errorf("%q\n got %s\nwant %s", in, got, want)
		}
	}
	f("id,v\n1,a\n", "id (CSV number of text) [\"1\"]\nv (CSV) [\"a\"]\n")
	f("\xEF\xBB\xBFid;v\r\n007;1,5\r\n", "id (CSV) [\"007\"]\nv (CSV) [\"1,5\"]\n") // a code, and a decimal comma that nobody guesses
	f("id\tv\n1\t\n2\t0.5\n\t\n", "id (CSV number of text) [\"1\" \"2\"]\nv (CSV number of text) [\"\" \"0.5\"]\n")
	f("sep=;\n\"a,b\";v\n\"x\n\"\"y\"\"\";1e3\n", "a,b (CSV) [\"x\\n\\\"y\\\"\"]\nv (CSV number of text) [\"1e3\"]\n")
	f("a,b\r1,x\r2,\"y\"\r", "a (CSV number of text) [\"1\" \"2\"]\nb (CSV) [\"x\" \"y\"]\n") // Macintosh
	f("a,b,\n1,2,\n,,\n", "a (CSV number of text) [\"1\"]\nb (CSV number of text) [\"2\"]\n") // an empty column and an empty row
	f("n\n9007199254740993\n", "n (CSV) [\"9007199254740993\"]\n")
	f("n\n0x1F\n", "n (CSV) [\"0x1F\"]\n")
	f("n\nInf\n", "n (CSV) [\"Inf\"]\n")
	f("n\n-0.5\n+3\n.5\n0\n", "n (CSV number of text) [\"-0.5\" \"+3\" \".5\" \"0\"]\n")
	gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte("客户,城市\n北京公交,北京\n"))
	if err != nil {
		t.Fatal(err)
	}
	f(string(gb), "客户 (CSV) [\"北京公交\"]\n城市 (CSV) [\"北京\"]\n")
	if tb, _ := readTable(t, store.Memory{"in/a.csv": gb}); len(tb.Notes) != 1 || !strings.Contains(tb.Notes[0], `read as GB18030 (the first such text is "客户")`) {
		t.Errorf("what was assumed must be said: %q", tb.Notes)
	}
	wide := []byte{0xFF, 0xFE}
	for _, u := range utf16.Encode([]rune("a\tb\n1\t客\n")) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	f(string(wide), "a (CSV number of text) [\"1\"]\nb (CSV) [\"客\"]\n")
}

func TestReadErrors(t *testing.T) {
	f := func(name, in string, want ...string) {
		t.Helper()
		_, err := Read(context.Background(), store.Memory{name: []byte(in)}, []string{name}, 2)
		var c *column.Error
		if !errors.As(err, &c) {
			t.Errorf("%q: got %v, want a *column.Error", in, err)
			return
		}
		for _, w := range append(want, name) {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%q: %q does not say %q", in, err, w)
			}
		}
	}
	f("in/a.csv", "a,b\n1,2\n3\n", "row 1", "line 3", "1 field", "2 columns")
	f("in/a.csv", "a,b\n1,2,3\n", "3 fields")
	f("in/a.csv", "a,b,a\n1,2,3\n", "columns 1 and 3", `"a"`)
	f("in/a.csv", "a,\n1,2\n", "line 2", `"2"`, "no name")
	f("in/a.csv", ",a\n1,2\n3,4\n", "line 3", `"3"`, "no name") // numbers, but not of the rows
	f("in/a.csv", ",a\nx,2\n", "line 2", `"x"`, "no name")
	f("in/a.csv", "", "no rows")
	f("in/a.csv", "a\n\"x\n", "quote")
	f("in/a.csv", "name\nM\xfcller\n", "neither UTF-8 nor Chinese", "save it as UTF-8") // Windows-1252
	f("in/a.csv", "\xEF\xBB\xBFa\n\xff\n", "UTF-8")
	f("in/a.xls", "x", ".xlsx")
	f("in/a.xlsx", "x", "not an XLSX workbook")
	f("in/a.parquet", "x", "Parquet")
	if _, err := readTable(t, store.Memory{"in/a.csv": []byte("id,UnitPrice\n1,2\n")}); err != nil {
		t.Error(err)
	}
}

// pandas and R write the numbers of the rows into a first column without a name.
func TestRowNumbers(t *testing.T) {
	for _, text := range []string{",a\n0,x\n1,y\n", "\"\",\"a\"\n\"1\",\"x\"\n\"2\",\"y\"\n"} {
		got, err := readTable(t, store.Memory{"in/a.csv": []byte(text)})
		if err != nil || !got.Numbered || got.Rows != 2 || len(got.Columns) != 1 || got.Columns[0].At(1) != "y" || len(got.Notes) != 1 {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}

func TestColumnNames(t *testing.T) {
	tb, err := readTable(t, store.Memory{"in/a.csv": []byte("id,Unit Price\n1,2\n")})
	if err != nil {
		t.Fatal(err)
	}
	if c, err := tb.Column("unit_price"); err != nil || c.Number[0] != 2 {
		t.Errorf("%v", err)
	}
	_, err = tb.Column("UnitPrise")
	var m *MappingError
	if !errors.As(err, &m) || !strings.Contains(err.Error(), `did you mean "Unit Price"?`) {
		t.Errorf("%v", err)
	}
}

func TestSeveralKindsOfFiles(t *testing.T) {
	tb, err := readTable(t, store.Memory{
		"in/a.parquet":       parquetOf(t, intKeys{42, "private", "1"}),
		"in/year=2024/b.csv": []byte("customer_id,extra\n00042,x\n"),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `customer_id (INT32) ["42" "00042"]
industry (STRING) ["private" ""]
zip (STRING number of text) ["1" ""]
extra (CSV) ["" "x"]
year (partition number of text) ["" "2024"]
`
	if got := show(tb); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if err := tb.Fail(1, "extra", errors.New("bad")); err.Error() != `in/year=2024/b.csv, column "extra", row 0: line 2: bad` {
		t.Error(err)
	}
}

func TestReadWorkbook(t *testing.T) {
	raw, err := os.ReadFile("testdata/workbook.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	tb, err := readTable(t, store.Memory{"in/w.xlsx": raw})
	if err != nil {
		t.Fatal(err)
	}
	want := `customer (XLSX) ["A 公司" "42" ""]
开始 (XLSX) ["2024-01-31" "1900-02-28" "2024-12-31"]
value (XLSX number) ["1234.5" "0.3" "-3"]
open (XLSX) ["true" "false" ""]
code (XLSX) ["00501" "7" ""]
when (XLSX) ["2024-02-29T13:30:00" "" ""]
note (XLSX) ["" "x<y & z" ""]
`
	if got := show(tb); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if notes := strings.Join(tb.Notes, "\n"); !strings.Contains(notes, `"合同", the first of 2`) || !strings.Contains(notes, "1 formulas") {
		t.Errorf("notes %q", tb.Notes)
	}
	start, err := tb.Days(&tb.Columns[1])
	if err != nil || !slices.Equal(start, []int32{19753, -25509, 20088}) {
		t.Errorf("%v %v", start, err)
	}
}

// workbookOf is a workbook with shared strings, as Excel writes it.
func workbookOf(t testing.TB, sheet, shared, properties string) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for name, text := range map[string]string{
		"xl/workbook.xml": `<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">` + properties +
			`<sheets><sheet name="h" state="hidden" r:id="rId9"/><sheet name="s" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/styles.xml": `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="&quot;days&quot;\ #,##0"/><numFmt numFmtId="165" formatCode="[$-804]yyyy/m/d"/></numFmts>
			<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>`,
		"xl/sharedStrings.xml":     `<sst count="99999999999">` + shared + `</sst>`,
		"xl/worksheets/sheet1.xml": `<worksheet><sheetData>` + sheet + `</sheetData></worksheet>`,
	} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

const sharedNames = `<si><t>a</t></si><si><r><t>b</t></r><r><t xml:space="preserve"> c</t></r><rPh><t>phonetic</t></rPh></si>`

func TestWorkbookCells(t *testing.T) {
	header := `<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>`
	f := func(rows, properties, want string) {
		t.Helper()
		tb, err := readTable(t, store.Memory{"in/w.xlsx": workbookOf(t, header+rows, sharedNames, properties)})
		got := fmt.Sprint(err)
		if err == nil {
			got = fmt.Sprintf("%q %q", tb.Columns[0].All(), tb.Columns[1].All())
		}
		if got != want && (err == nil || !strings.Contains(got, want)) {
			t.Errorf("%s\n got %s\nwant %s", rows, got, want)
		}
	}
	f(`<row r="2"><c r="B2" s="1"><v>61</v></c></row>`, "", `[""] ["1900-03-01"]`)
	f(`<row r="2"><c r="B2" s="3"><v>1</v></c></row>`, "", `[""] ["1900-01-01"]`)
	f(`<row r="2"><c r="B2" s="3"><v>0</v></c></row>`, `<workbookPr date1904="1"/>`, `[""] ["1904-01-01"]`)
	f(`<row r="2"><c r="A2" s="2"><v>45000</v></c><c r="B2" t="e"><v>#N/A</v></c></row>`, "", `["45000"] [""]`)
	f(`<row r="2"><c r="A2" t="str"><f>x</f><v>007</v></c><c><v>1E2</v></c></row>`, "", `["007"] ["100"]`)
	f(`<row r="2"><c r="A2" t="s"><v>-1</v></c></row>`, "", "row 2: a cell refers to text")
	f(`<row r="2"><c r="A2"><v>1e999</v></c></row>`, "", "is no number")
	f(`<row r="2"><c r="C2"><v>1</v></c></row>`, "", "column 3 holds")
	f(`<row r="2"><c r="B2"><v>1</v></c><c r="A2"><v>1</v></c></row>`, "", "out of order")
	f(`<row r="2"><c r="ZZZZZZZZ2"><v>1</v></c></row>`, "", "beyond column")
	f(`<row r="2"><c r="A2" s="1"><v>-5</v></c></row>`, "", "is no date")
	f(`<row r="2"><c r="A2">`, "", "row 2")
}

// bombMemory is the most that reading a small workbook may allocate in all: eight times the largest part, since a
// growing buffer is allocated anew, and the race detector's own buffers are larger.
const bombMemory = 8 * maxPartBytes

// TestWorkbookBombs reads small files that claim much. A cell at the last column makes excelize fill
// the row: 1.6 GB for the five kilobytes of the first.
func TestWorkbookBombs(t *testing.T) {
	f := func(name, sheet, properties, want string) {
		t.Helper()
		b := workbookOf(t, sheet, sharedNames, properties)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := readTable(t, store.Memory{"in/w.xlsx": b})
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > bombMemory {
			t.Errorf("%s: %d MB allocated for %d kB", name, used>>20, len(b)>>10)
		}
		if got := fmt.Sprint(err); !strings.Contains(got, want) {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	wide := `<row r="1"><c t="str"><v>id</v></c></row>`
	for r := range 500 {
		wide += fmt.Sprintf(`<row r="%d"><c><v>1</v></c><c r="XFD%d" s="1"/></row>`, r+2, r+2)
	}
	f("rows up to the last column", wide, "", "<nil>")
	f("a far row", `<row r="1"><c t="str"><v>id</v></c></row><row r="1048576"><c><v>1</v></c></row>`, "", "<nil>")
	f("a long text", `<row><c t="str"><v>`+strings.Repeat("x", 1<<22)+`</v></c></row>`, "", "a million bytes")
	f("a part that unpacks to much", wide, strings.Repeat(" ", 1<<24), "xl/workbook.xml is too large when unpacked")
}

func TestDays(t *testing.T) {
	f := func(s string, want int32, ok bool) {
		t.Helper()
		if got, k := parseDay(s); k != ok || ok && got != want {
			t.Errorf("%q: %d %v", s, got, k)
		}
	}
	f("1970-01-02", 1, true)
	f("1969-12-31", -1, true)
	f("2024/1/31", 19753, true)
	f("2024年1月31日", 19753, true)
	f("20240131", 19753, true)
	f("2024-01-31T23:59:59.5Z", 19753, true)
	f("2024-01-31 23:59", 19753, true)
	f(" ", NoDay, true)
	f("31/01/2024", 0, false)
	f("2024-02-30", 0, false)
	f("2024-01-31 lunch", 0, false)
	f("2024年1月", 0, false)
	f("202401", 0, false)
}

func FuzzReadCSV(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "sep=;\na;b\n", "\xEF\xBB\xBFa\n", "a\n\"x\"\"\n\"\n", "\xFF\xFEa\x00", "\xbf\xcd,b\n1,2\n", "customer_id,start,end,notice,value\nA,2024-01-01,,30,1\n", "id,date,kind,value\nA,20240101,x,1\n", "customer,person,from,to\nA,B,,2024-01-01\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) { checkForeign(t, "in/a.csv", b) })
}

func FuzzReadXLSX(f *testing.F) {
	raw, err := os.ReadFile("testdata/workbook.xlsx")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add(workbookOf(f, `<row r="1"><c t="s"><v>0</v></c></row><row><c><v>1</v></c></row>`, sharedNames, ""))
	f.Fuzz(func(t *testing.T, b []byte) { checkForeign(t, "in/a.xlsx", b) })
}

// FuzzSheet fuzzes what lies inside the zip, which its checksums keep from FuzzReadXLSX.
func FuzzSheet(f *testing.F) {
	f.Add(`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row><row r="2"><c r="A2" s="1"><v>45000.5</v></c></row>`, sharedNames)
	f.Fuzz(func(t *testing.T, sheet, shared string) {
		checkForeign(t, "in/a.xlsx", workbookOf(t, sheet, shared, ""))
	})
}

// typed reads foreign bytes as every kind of table; a column that is missing is no fault.
func typed(t *testing.T, name string, b []byte) []*Tally {
	ctx, st, in, scope := context.Background(), store.Memory{name: b}, []string{name}, Scope{AsOf: 20000}
	var x Inputs
	var errs [4]error
	x.Contracts, errs[0] = ReadContracts(ctx, st, in, ContractsConfig{}, scope)
	x.Activities, errs[1] = ReadActivities(ctx, st, in, ActivitiesConfig{}, scope)
	x.People, errs[2] = ReadPeople(ctx, st, in, PeopleConfig{}, scope)
	x.Series, errs[3] = ReadSeries(ctx, st, in, SeriesConfig{}, scope.AsOf)
	for _, err := range errs {
		var m *MappingError
		if err != nil && !errors.As(err, &m) {
			t.Errorf("%T %v", err, err)
		}
	}
	return x.Tallies()
}

func asideRows(x *Tally) int {
	n := 0
	for _, a := range x.Aside {
		n += a.Rows
	}
	return n
}

// checkForeign reads foreign bytes: an error of the file, or columns of equal length.
func checkForeign(t *testing.T, name string, b []byte) {
	files := store.Memory{name: b}
	tb, err := readTable(t, files)
	names, _ := Names(context.Background(), files, store.Object{Name: name, Size: int64(len(b))})
	if err == nil && len(b) < maxHeader && bytes.HasSuffix(b, []byte("\n")) && !slices.Equal(names, tb.Names()) {
		t.Errorf("the columns are %q, alone %q", tb.Names(), names)
	}
	var c *column.Error
	if err != nil {
		if !errors.As(err, &c) {
			t.Errorf("%T %v", err, err)
		}
		return
	}
	for _, x := range typed(t, name, b) {
		if aside := x.Rows - x.Used; aside < 0 || aside != asideRows(x) {
			t.Errorf("%s: %d rows, %d used, %d set aside", x.Table, x.Rows, x.Used, asideRows(x))
		}
	}
	for _, c := range tb.Columns {
		if c.Len() != tb.Rows || c.Number != nil && len(c.Number) != tb.Rows {
			t.Errorf("column %q has %d and %d of %d rows", c.Name, c.Len(), len(c.Number), tb.Rows)
		}
	}
}
