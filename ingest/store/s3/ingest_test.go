package s3

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"mainstay/ingest"
	"mainstay/ingest/column"
	"mainstay/ingest/store"
	"mainstay/ingest/store/s3/s3test"
	"mainstay/ingest/table"
)

type sale struct {
	Customer string `parquet:"customer"`
	Note     []byte `parquet:"note"` // far more than the gap that is read over
	Date     int32  `parquet:"date,date"`
	Photo    []byte `parquet:"photo"`
	Amount   int64  `parquet:"amount"`
	Units    int64  `parquet:"units"`
}

const groups = 3

// export is a file of three row groups, whose columns customer, date, and amount with units lie apart.
func export(t *testing.T) []byte {
	var b bytes.Buffer
	w := parquet.NewGenericWriter[sale](&b)
	noise := content(8 << 20)
	for g := range groups {
		rows := make([]sale, 5000)
		for i := range rows {
			rows[i] = sale{fmt.Sprintf("C%d", i*7%900), noise[i*200 : i*200+200], int32(19000 + (g*5000+i)%400), noise[i*300 : i*300+300], int64(i % 100), int64(i%3 + 1)}
		}
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
	return b.Bytes()
}

var now = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

func build(t *testing.T, st store.Store, source string, between func()) (*ingest.Ledger, error) {
	p, err := ingest.NewPlan(t.Context(), st, []string{source}, ingest.DefaultConfig(), 2, now)
	if err != nil {
		return nil, err
	}
	between()
	return ingest.Build(t.Context(), st, p, 2, nil, nil)
}

// An export is read with one GET for the footer, one for each chunk of a column that is needed, or of several that
// lie together; and the Ledger is the same as from memory.
func TestIngestCountsGETs(t *testing.T) {
	server, s := start(t)
	file := export(t)
	server.Put(t, "in/a.parquet", file)
	want, err := build(t, store.Memory{"in/a.parquet": file}, "in", func() {})
	if err != nil {
		t.Fatal(err)
	}
	var planned []string
	got, err := build(t, s, s3test.Name("in"), func() { planned = server.Requests("GET") })
	if err != nil {
		t.Fatal(err)
	}
	if got.Digest() != want.Digest() {
		t.Error("another Ledger than from memory")
	}
	planned = slices.DeleteFunc(planned, func(r string) bool { return !strings.Contains(r, "bytes=") }) // lists
	if len(planned) < 2 || len(planned) > 1+groups {
		t.Errorf("the plan: %d GETs, want the footer and the time column of at most %d row groups: %q", len(planned), groups, planned)
	}
	if built := server.Requests("GET"); len(built) != 3*groups {
		t.Errorf("the build: %d GETs, want customer, date, and amount with units of %d row groups: %q", len(built), groups, built)
	}
	server.Fail(func(r *http.Request) s3test.Fault { // every second GET fails, one way or another
		if n := len(planned); r.Method == http.MethodGet {
			planned = append(planned, "")
			return []s3test.Fault{nil, s3test.Truncate(5000), nil, s3test.Status(503, "SlowDown"), nil, s3test.Reset, nil, s3test.Stall(100)}[n%8]
		}
		return nil
	})
	if got, err = build(t, client(t, impatient), s3test.Name("in"), func() {}); err != nil || got.Digest() != want.Digest() {
		t.Errorf("over a bad network: %v, or another Ledger", err)
	}
}

// An object that is replaced between plan and build, by one with the same footer even, stops the build and is named.
func TestIngestOfAChangedObject(t *testing.T) {
	server, s := start(t)
	file := export(t)
	server.Put(t, "in/a.parquet", file)
	_, err := build(t, s, s3test.Name("in"), func() {
		changed := bytes.Clone(file)
		changed[1000]++
		server.Put(t, "in/a.parquet", changed)
	})
	if input := (*column.Error)(nil); !errors.As(err, &input) || !errors.Is(err, column.ErrChanged) || !strings.HasPrefix(err.Error(), s3test.Name("in/a.parquet")+", row group ") {
		t.Error(err)
	}
}

// Small tables beside the transactions are read as from memory, workbooks, which are read here and there, included.
func TestTablesOfEveryKind(t *testing.T) {
	server, s := start(t)
	var sheet, book bytes.Buffer
	for i := range 20_000 {
		fmt.Fprintf(&sheet, `<row><c t="inlineStr"><is><t>C%d</t></is></c><c><v>%d</v></c></row>`, i*7919%100_000, i)
	}
	z := zip.NewWriter(&book)
	for name, content := range map[string]string{
		"xl/workbook.xml": `<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml" ` +
			`Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/></Relationships>`,
		"xl/worksheets/sheet1.xml": `<worksheet><sheetData>` + sheet.String() + `</sheetData></worksheet>`,
		"docProps/filler.bin":      string(content(3 << 20)),
	} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, content)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	files := store.Memory{
		"in/a.xlsx": book.Bytes(), "in/b.csv": []byte("customer;amount\nC1;2\nC2;3\n"), "in/c.csv": {}, "in/d.parquet": export(t), "in/y=1/e.tsv": []byte("customer\ty\nC1\t2\n"),
	}
	for name, b := range files {
		server.Put(t, name, b)
		want, err1 := table.Read(t.Context(), files, []string{name}, 2)
		got, err2 := table.Read(t.Context(), s, []string{s3test.Name(name)}, 2)
		if fmt.Sprint(err2) != strings.ReplaceAll(fmt.Sprint(err1), "in/", s3test.Name("in/")) {
			t.Errorf("%s: %v, want %v", name, err2, err1)
			continue
		}
		if err1 == nil && (want.Rows == 0 || got.Rows != want.Rows || !reflect.DeepEqual(got.Columns, want.Columns) || !slices.Equal(got.Notes, want.Notes)) {
			t.Errorf("%s: another table than from memory (%d and %d rows)", name, got.Rows, want.Rows)
		}
	}
}
