package generate

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	_ "mainstay/internal/seeded"

	"github.com/apache/arrow/go/v17/arrow/memory"
	arrowparquet "github.com/apache/arrow/go/v17/parquet"
	arrowfile "github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"
	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"
)

// asRows is what the export says of lines, spelled out with nothing of the encoder.
func (w *pages) asRows(lines []line) []orderRow {
	rows := make([]orderRow, len(lines))
	for i := range lines {
		l := &lines[i]
		r := &rows[i]
		*r = orderRow{OrderID: int64(l.customer)*ordersEach + int64(l.order) + 1, Industry: w.industries[l.industry].Name, Region: w.Regions[l.region],
			Manager: fmt.Sprintf("M%04d", l.manager+1), Category: categories[l.product%4], Product: fmt.Sprintf("P%04d", l.product+1),
			Channel: channels[l.channel], Quantity: l.quantity, UnitPrice: int64(l.price), UnitCost: (int64(l.price)*costShare[l.product%4] + 50) / 100,
			Status: statuses[0]}
		if at := w.micros(l); l.fate != nullDate {
			r.Date = &at
		}
		if key := fmt.Sprintf("C%08d", l.customer+1); l.fate != noCustomer {
			r.Customer = &key
		}
		if amount := l.amount(); l.fate != nullAmount {
			r.Amount = &amount
		}
		if l.fate == cancel {
			r.Status = statuses[1]
		}
	}
	return rows
}

// small is a dirty export of a few thousand rows.
func small() Parameters {
	p := Default()
	p.Customers, p.Rows, p.Dirt = 300, 6_000, 0.05
	return p
}

func write(t testing.TB, p Parameters, threads int) (dir string, truth *Truth) {
	t.Helper()
	dir = t.TempDir()
	truth, err := Write(context.Background(), dir, p, threads, func(float64) {})
	if err != nil {
		t.Fatal(err)
	}
	return dir, truth
}

// What the encoder writes is what parquet-go and arrow read: every value and every null.
func TestPagesSayWhatTheLinesSay(t *testing.T) {
	for _, compression := range Compressions {
		p := small()
		p.Compression = compression
		dir, truth := write(t, p, 2)
		path := filepath.Join(dir, "orders.parquet")
		got, err := parquet.ReadFile[orderRow](path)
		if err != nil {
			t.Fatal(err)
		}
		process, err := newProcess(p)
		if err != nil {
			t.Fatal(err)
		}
		w := newPages(process, codecs[compression])
		want := w.asRows(w.sort(process.drawn(nil)))
		if len(got) != len(want) || int64(len(got)) != truth.Rows {
			t.Fatalf("%s: %d rows, want %d; the truth has %d", compression, len(got), len(want), truth.Rows)
		}
		for i := range got {
			if a, b := show(&got[i]), show(&want[i]); a != b {
				t.Fatalf("%s: row %d is\n%s, want\n%s", compression, i, a, b)
			}
		}
		agreesWithArrow(t, path, want)
	}
}

func show(r *orderRow) string {
	text := func(p *int64) string {
		if p == nil {
			return "null"
		}
		return fmt.Sprint(*p)
	}
	key := "null"
	if r.Customer != nil {
		key = *r.Customer
	}
	return fmt.Sprint(text(r.Date), " ", key, " ", text(r.Amount), " ", r.OrderID, r.Industry, r.Region, r.Manager, r.Category, r.Product, r.Channel, r.Quantity, r.UnitPrice, r.UnitCost, r.Status)
}

// agreesWithArrow compares the nulls of every column and the text of two.
func agreesWithArrow(t *testing.T, path string, want []orderRow) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := arrowfile.NewParquetReader(bytes.NewReader(b), arrowfile.WithReadProps(arrowparquet.NewReaderProperties(memory.DefaultAllocator)))
	if err != nil {
		t.Fatal(err)
	}
	r, err := pqarrow.NewFileReader(f, pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	table, err := r.ReadTable(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer table.Release()
	nulls := map[string]int{}
	for _, w := range want {
		for name, null := range map[string]bool{"order_date": w.Date == nil, "customer_id": w.Customer == nil, "amount": w.Amount == nil} {
			if null {
				nulls[name]++
			}
		}
	}
	for i := range int(table.NumCols()) {
		column := table.Column(i)
		n, row := 0, 0
		for _, chunk := range column.Data().Chunks() {
			n += chunk.NullN()
			for j := range chunk.Len() {
				switch column.Name() {
				case "product_id":
					if got := chunk.ValueStr(j); got != want[row].Product {
						t.Fatalf("arrow reads product_id %q in row %d, want %q", got, row, want[row].Product)
					}
				case "quantity":
					if got := chunk.ValueStr(j); got != fmt.Sprint(want[row].Quantity) {
						t.Fatalf("arrow reads quantity %q in row %d, want %d", got, row, want[row].Quantity)
					}
				}
				row++
			}
		}
		if n != nulls[column.Name()] || row != len(want) {
			t.Errorf("arrow reads %d rows with %d nulls in %s, want %d with %d", row, n, column.Name(), len(want), nulls[column.Name()])
		}
	}
}

// Row groups of every shape: pages that are full, empty, all null, of one word.
func TestEncoderProperty(t *testing.T) {
	type row struct {
		A int64   `parquet:"a"`
		B *int64  `parquet:"b,optional"`
		C *string `parquet:"c,optional"`
		D float64 `parquet:"d"`
	}
	schema := schemaOf[row]()
	words := []string{"", "one", "two", "ü"}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{1, 2, 7, 8, 9, 63, 64, 100, 1000}).Draw(t, "rows")
		density := rapid.SampledFrom([]int{0, 1, 50, 99, 100}).Draw(t, "present")
		s := newStream(rapid.Uint64().Draw(t, "seed"), 0, 0)
		a, places, d, present := make([]int64, n), make([]int32, n), make([]float64, n), make([]uint8, n)
		for i := range a {
			a[i], places[i], d[i] = int64(s.bits()), int32(s.below(len(words))), s.normal()
			if s.below(100) < density {
				present[i] = 1
			}
		}
		var g rowGroup
		e := newEncoder(schema, codecs[rapid.SampledFrom(Compressions).Draw(t, "compression")])
		e.begin(&g, n)
		e.int64s(a, nil)
		e.int64s(a, present)
		e.indices(places, len(words), func(b []byte, i int) []byte { return append(b, words[i]...) }, present)
		e.float64s(d)
		dir, err := os.MkdirTemp("", "encoder")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		out, err := create(filepath.Join(dir, "f.parquet"), schema)
		if err != nil {
			t.Fatal(err)
		}
		out.add(&g)
		out.add(&rowGroup{})
		out.add(&g)
		if err := out.close(); err != nil {
			t.Fatal(err)
		}
		got, err := parquet.ReadFile[row](filepath.Join(dir, "f.parquet"))
		if err != nil || len(got) != 2*n {
			t.Fatalf("%d rows, want %d: %v", len(got), 2*n, err)
		}
		for i, r := range got {
			i %= n
			if r.A != a[i] || r.D != d[i] || (r.B != nil) != (present[i] == 1) || (r.C != nil) != (present[i] == 1) ||
				r.B != nil && *r.B != a[i] || r.C != nil && *r.C != words[places[i]] {
				t.Fatalf("row %d is %+v", i, r)
			}
		}
	})
}
