package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"mainstay/ingest/store"
)

// parquetOf writes rows as one file with row groups of at most the size.
func parquetOf[T any](t testing.TB, rows []T, group int, opts ...parquet.WriterOption) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := parquet.NewGenericWriter[T](&buf, append(opts, parquet.MaxRowsPerRowGroup(int64(group)))...)
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// buildFiles plans and builds a store of files in memory.
func buildFiles(t testing.TB, files store.Memory, threads int, sink RejectSink, change func(*Config)) (*Ledger, error) {
	t.Helper()
	cfg := DefaultConfig()
	if change != nil {
		change(&cfg)
	}
	p, err := NewPlan(context.Background(), files, []string{"in"}, cfg, threads, planNow)
	if err != nil {
		t.Fatal(err)
	}
	return Build(context.Background(), files, p, threads, sink, nil)
}

// sideOf is the index of the side table of a role or column, or -1.
func sideOf(l *Ledger, role string) int {
	return slices.IndexFunc(l.Sides, func(s SideInfo) bool { return s.Role == role || s.Column == role })
}

// saleRow is a row of a made-up export.
type saleRow struct {
	Customer *string  `parquet:"customer,optional,dict"`
	Date     int32    `parquet:"date,date"`
	Amount   *float64 `parquet:"amount,optional"`
	OrderID  string   `parquet:"order_id"`
	Status   string   `parquet:"status,dict"`
	Channel  *string  `parquet:"channel,optional,dict"`
	Quantity int32    `parquet:"quantity"`
}

// day is a date as Parquet's DATE holds it.
func day(s string) int32 {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return int32(DayOf(d))
}

// saleRows makes n rows of 300 customers up to 2024-06-30, one in 50 set aside.
func saleRows(n int) []saleRow {
	rng := rand.New(rand.NewPCG(3, 4))
	rows := make([]saleRow, n)
	channels := []string{"web", "field", "phone"}
	for i := range rows {
		c := fmt.Sprintf("C%04d", rng.IntN(300))
		if rng.IntN(3) == 0 {
			c = fmt.Sprint(rng.IntN(300))
		}
		a := float64(rng.IntN(20000)-2000) / 100
		rows[i] = saleRow{
			Customer: &c, Date: day("2024-06-30") - rng.Int32N(400), Amount: &a,
			OrderID: fmt.Sprintf("O%d", i/3), Status: "shipped", Channel: &channels[rng.IntN(3)], Quantity: int32(rng.IntN(9)),
		}
		switch rng.IntN(200) {
		case 0:
			rows[i].Customer = nil
		case 1:
			rows[i].Status = "CANCELLED"
		case 2:
			rows[i].Date = day("2024-07-01")
		case 3:
			rows[i].Amount = nil
		case 4:
			rows[i].Channel = nil
		}
	}
	return rows
}

func asOf(date string) func(*Config) { return func(c *Config) { c.AsOf = date } }

// The same rows give the same Ledger for any order of rows, any split into files
// and row groups, any encoding of the key, and any number of threads.
func TestSameLedgerHoweverStored(t *testing.T) {
	rows := saleRows(9000)
	want, err := buildFiles(t, store.Memory{"in/a.parquet": parquetOf(t, rows, len(rows))}, 1, nil, asOf("2024-06-30"))
	if err != nil {
		t.Fatal(err)
	}
	if want.Customers() < 500 || len(want.Tally.Reasons) != 4 {
		t.Fatalf("the test export is not what it should be: %d customers, %v", want.Customers(), want.Tally.Reasons)
	}
	shuffled := slices.Clone(rows)
	rng := rand.New(rand.NewPCG(5, 6))
	rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	for name, files := range map[string]store.Memory{
		"shuffled":   {"in/a.parquet": parquetOf(t, shuffled, len(rows))},
		"row groups": {"in/a.parquet": parquetOf(t, shuffled, 777)},
		"files": {
			"in/a.parquet": parquetOf(t, shuffled[:10], 5),
			"in/b.parquet": parquetOf(t, shuffled[10:6000], 5000, parquet.Compression(&parquet.Zstd)),
			"in/c.parquet": parquetOf(t, shuffled[6000:], 1000, parquet.Compression(&parquet.Snappy), parquet.DataPageVersion(1)),
		},
	} {
		for _, threads := range []int{1, 2, 5} {
			got, err := buildFiles(t, files, threads, nil, asOf("2024-06-30"))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if got.Digest() != want.Digest() || fmt.Sprint(got.Tally) != fmt.Sprint(want.Tally) {
				t.Errorf("%s with %d threads: another ledger", name, threads)
			}
		}
	}
}

// Rows after the as-of date change nothing but the tally.
func TestLaterRowsLeaveNoTrace(t *testing.T) {
	rows := saleRows(2000)
	later := saleRows(500)
	for i := range later {
		later[i].Date = day("2024-07-02") + int32(i%40)
		c, ch := fmt.Sprintf("new-%d", i), "new channel"
		later[i].Customer, later[i].Channel = &c, &ch
	}
	files := store.Memory{"in/a.parquet": parquetOf(t, rows, 700)}
	want, err := buildFiles(t, files, 2, nil, asOf("2024-06-30"))
	if err != nil {
		t.Fatal(err)
	}
	files["in/b.parquet"] = parquetOf(t, later, 100)
	got, err := buildFiles(t, files, 2, nil, asOf("2024-06-30"))
	if err != nil {
		t.Fatal(err)
	}
	if got.Digest() != want.Digest() {
		t.Error("rows after the as-of date changed the ledger")
	}
	if got.Tally.RowsUsed != want.Tally.RowsUsed || got.Tally.RowsRead != want.Tally.RowsRead+500 {
		t.Errorf("rows used %d, read %d", got.Tally.RowsUsed, got.Tally.RowsRead)
	}
}

// Rejects come in file and row order for any number of threads, and are what the
// tally counts.
func TestRejectsComeInOrder(t *testing.T) {
	rows := saleRows(30000)
	files := store.Memory{}
	for i := range 10 {
		files[fmt.Sprintf("in/%d.parquet", i)] = parquetOf(t, rows[i*3000:(i+1)*3000], 100+i*300)
	}
	var want []Reject
	for _, threads := range []int{1, 2, 5} {
		var got []Reject
		l, err := buildFiles(t, files, threads, func(b []Reject) error {
			got = append(got, b...)
			return nil
		}, asOf("2024-06-30"))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.IsSortedFunc(got, func(a, b Reject) int {
			if a.File != b.File {
				return strings.Compare(a.File, b.File)
			}
			return int(a.Row - b.Row)
		}) {
			t.Fatalf("%d threads: not in file and row order", threads)
		}
		var counted int64
		for _, r := range l.Tally.Reasons {
			counted += r.Rows
		}
		if int64(len(got)) != counted || counted == 0 {
			t.Fatalf("%d rejects, %d counted", len(got), counted)
		}
		if want != nil && !slices.Equal(got, want) {
			t.Fatalf("%d threads gave other rejects", threads)
		}
		want = got
	}
	for _, r := range want {
		i := int(path.Base(r.File)[0]-'0')*3000 + int(r.Row)
		o := rows[i]
		switch r.Reason {
		case ReasonAfterAsOf:
			if r.Column != "date" || r.Value != "2024-07-01" || r.Kind != OutOfScope {
				t.Fatalf("%+v for %+v", r, o)
			}
		case ReasonNoCustomer:
			if o.Customer != nil || r.Column != "customer" || r.Value != "" || !r.HasAmount || r.Amount != int64(*o.Amount*10000+0.5) && *o.Amount > 0 {
				t.Fatalf("%+v for %+v", r, o)
			}
		case ReasonExcludedStatus:
			if r.Column != "status" || r.Value != "CANCELLED" {
				t.Fatalf("%+v for %+v", r, o)
			}
		case ReasonBadAmount:
			if o.Amount != nil || r.HasAmount || r.Kind != Bad || r.Column != "amount" {
				t.Fatalf("%+v for %+v", r, o)
			}
		}
	}
}

// A unit full of rejects streams, and a sink's failure stops the build.
func TestManyRejects(t *testing.T) {
	rows := saleRows(20000)
	for i := range rows[:19000] {
		rows[i].Customer = nil
	}
	files := store.Memory{"in/a.parquet": parquetOf(t, rows, 19000), "in/b.parquet": parquetOf(t, rows, 6000)}
	n := 0
	if _, err := buildFiles(t, files, 3, func(b []Reject) error { n += len(b); return nil }, asOf("2024-06-30")); err != nil {
		t.Fatal(err)
	}
	if n < 38000 {
		t.Errorf("%d rejects", n)
	}
	full := errors.New("no space left")
	for _, threads := range []int{1, 3} {
		if _, err := buildFiles(t, files, threads, func([]Reject) error { return full }, asOf("2024-06-30")); !errors.Is(err, full) {
			t.Errorf("%d threads: %v", threads, err)
		}
	}
}

func TestCancelledBuildStops(t *testing.T) {
	files := store.Memory{"in/a.parquet": parquetOf(t, saleRows(20000), 1000)}
	p, err := NewPlan(context.Background(), files, []string{"in"}, DefaultConfig(), 2, planNow)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var rows int64
	_, err = Build(ctx, files, p, 1, nil, func(n int64) { rows = n; cancel() })
	if !errors.Is(err, context.Canceled) || rows >= 20000 {
		t.Errorf("%v after %d rows", err, rows)
	}
}

// A file that breaks half-way is an error that names it.
func TestBrokenFileIsNamed(t *testing.T) {
	files := store.Memory{"in/a.parquet": parquetOf(t, saleRows(5000), 1000), "in/b.parquet": parquetOf(t, saleRows(5000), 1000)}
	p, err := NewPlan(context.Background(), files, []string{"in"}, DefaultConfig(), 2, planNow)
	if err != nil {
		t.Fatal(err)
	}
	b := files["in/b.parquet"]
	for i := len(b) / 2; i < len(b)/2+3000; i++ {
		b[i] = 0xFF
	}
	_, err = Build(context.Background(), files, p, 2, nil, nil)
	if err == nil || !strings.Contains(err.Error(), "in/b.parquet") || !strings.Contains(err.Error(), "row group") {
		t.Errorf("got %v", err)
	}
}

// A file that is another one than was planned from is an error of the input.
func TestChangedFileIsNoticed(t *testing.T) {
	rows := saleRows(5000)
	before := parquetOf(t, rows, 1000)
	other := slices.Clone(rows)
	other[0].Date = day("1999-12-31") // a statistic
	files := store.Memory{"in/a.parquet": parquetOf(t, saleRows(3000), 1000), "in/b.parquet": before}
	p, err := NewPlan(context.Background(), files, []string{"in"}, DefaultConfig(), 2, planNow)
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{
		"fewer rows": parquetOf(t, rows[:4000], 1000), "other values": parquetOf(t, other, 1000), "shorter": before[:len(before)-5],
		"longer": append(slices.Clone(before), 0), "empty": {}, "copied upon itself": append(slices.Clone(before), before...),
	} {
		files["in/b.parquet"] = b
		_, err = Build(context.Background(), files, p, 2, nil, nil)
		var input *InputError
		if !errors.As(err, &input) || input.File != "in/b.parquet" || !errors.Is(err, errChanged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	files["in/b.parquet"] = before
	if _, err = Build(context.Background(), files, p, 2, nil, nil); err != nil {
		t.Errorf("the same file: %v", err)
	}
}

// A day that 64 bits do not hold is held like bad data, with nothing but the tally.
func TestOverflowIsHeld(t *testing.T) {
	rows := saleRows(500)
	big := 9e14
	for i := range 2 {
		rows[i] = rows[0]
		rows[i].Amount = &big
	}
	l, err := buildFiles(t, store.Memory{"in/a.parquet": parquetOf(t, rows, 100)}, 2, nil, asOf("2024-06-30"))
	var q *QualityError
	if !errors.As(err, &q) || l == nil || l.Tally.RowsRead != 500 || l.Customers() != 0 || l.Sides != nil {
		t.Errorf("%v, %v", err, l)
	}
}

func TestExcludedStatusIsNoted(t *testing.T) {
	rows := saleRows(100)
	for i := range rows {
		rows[i].Status = "shipped"
	}
	for n, want := range []string{"[]", "[" + ExcludedStatusNote + " (1 row)]", "[" + ExcludedStatusNote + " (2 rows)]"} {
		for i := range n {
			rows[i] = saleRow{Customer: rows[50].Customer, Amount: rows[50].Amount, Date: day("2024-01-01"), Status: "void"}
		}
		l, err := buildFiles(t, store.Memory{"in/a.parquet": parquetOf(t, rows, 100)}, 1, nil, func(c *Config) { c.AsOf, c.MaxBadRate = "2024-06-30", 1 })
		if err != nil || fmt.Sprint(l.Tally.Notes()) != want {
			t.Fatalf("%d rows excluded: %v, %v", n, l, err)
		}
	}
}

// newNightWriter writes nightRows in small row groups.
func newNightWriter(w io.Writer) *parquet.GenericWriter[nightRow] {
	return parquet.NewGenericWriter[nightRow](w, parquet.MaxRowsPerRowGroup(700))
}
