package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"mainstay/ingest/store"
)

// nightRow is a row of a made-up export with everything that a Ledger keeps. Price has more places
// than are kept, so that rounding shows.
type nightRow struct {
	Customer *string  `parquet:"customer,optional,dict"`
	Date     *int32   `parquet:"date,optional,date"`
	Amount   *float64 `parquet:"amount,optional"`
	OrderID  *string  `parquet:"order_id,optional"`
	Status   string   `parquet:"status,dict"`
	Channel  *string  `parquet:"channel,optional,dict"`
	Manager  int64    `parquet:"manager"`
	Quantity int32    `parquet:"quantity"`
	Cost     *float64 `parquet:"cost,optional"`
	Currency string   `parquet:"currency,dict"`
}

// some is a pointer to one of values, or nil.
func some[T any](t *rapid.T, label string, values ...T) *T {
	if i := rapid.IntRange(-1, len(values)-1).Draw(t, label); i >= 0 {
		return &values[i]
	}
	return nil
}

var nightDay = day("2024-06-10")

func drawNightRow(t *rapid.T, days int) nightRow {
	r := nightRow{
		Customer: some(t, "customer", "A", "B", "17", "Zoë", "B2", "000"),
		Amount:   some(t, "amount", 10.0, 20.5, 3.33335, -10, 0, 0.00005, 1e6),
		OrderID:  some(t, "order", "1", "2", "x-3", "4", "5"),
		Status:   rapid.SampledFrom([]string{"ok", "ok", "ok", "void"}).Draw(t, "status"),
		Channel:  some(t, "channel", "web", "", "phone"),
		Manager:  rapid.Int64Range(1, 3).Draw(t, "manager"),
		Quantity: rapid.Int32Range(0, 4).Draw(t, "quantity"),
		Cost:     some(t, "cost", 1.0, 2.5),
		Currency: rapid.SampledFrom([]string{"eur", "EUR "}).Draw(t, "currency"),
	}
	d := nightDay - rapid.Int32Range(-4, int32(days)).Draw(t, "day")
	if rapid.IntRange(0, 30).Draw(t, "no day") > 0 {
		r.Date = &d
	}
	return r
}

// nightConfig accepts any number of bad rows: the gates have their own tests.
func nightConfig() Config {
	c := DefaultConfig()
	c.MaxBadRate = 1
	return c
}

var quietOptions = StoreOptions{Threads: 1, Now: planNow, MaxChange: -1}

// storeRows stores rows as one export; fatal when that fails.
func storeRows(t rapid.TB, folder string, rows []nightRow, cfg Config, o StoreOptions) (*Stored, error) {
	t.Helper()
	st := store.Memory{"in/a.parquet": nightParquet(t, rows)}
	p, err := NewPlan(context.Background(), st, []string{"in"}, cfg, o.Threads, o.Now)
	if err != nil {
		return nil, err
	}
	return StoreLedger(context.Background(), st, p, folder, o)
}

func appendRows(t rapid.TB, folder string, rows []nightRow, o AppendOptions) (*Stored, error) {
	t.Helper()
	st := store.Memory{"in/b.parquet": nightParquet(t, rows)}
	cfg, err := StoredConfig(context.Background(), store.Dir{}, []string{folder})
	if err != nil {
		t.Fatal(err)
	}
	return AppendLedger(context.Background(), st, folder, []string{"in"}, *cfg, o)
}

func nightParquet(t rapid.TB, rows []nightRow) []byte {
	var buf bytes.Buffer
	w := newNightWriter(&buf)
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// content reads the files of the current content.
func content(t rapid.TB, folder string) map[string]string {
	t.Helper()
	s, err := readStored(context.Background(), store.Dir{}, folder)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, name := range []string{manifestName, postingsName, asideName} {
		b, err := os.ReadFile(filepath.Join(s.content, name))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = string(b)
	}
	return out
}

// memoryDir is a folder in memory where there is one: every content waits for the disk several times.
func memoryDir() string {
	const shm = "/dev/shm"
	if info, err := os.Stat(shm); err == nil && info.IsDir() {
		return shm
	}
	return ""
}

// restated is what is left of rows when a night comes, as docs/ledger.md says.
func restated(rows, night []nightRow, how string) []nightRow {
	days, orders := map[int32]bool{}, map[string]bool{}
	for _, r := range night {
		if r.Date != nil {
			days[*r.Date] = true
		}
		if r.OrderID != nil {
			orders[*r.OrderID] = true
		}
	}
	rows = slices.DeleteFunc(slices.Clone(rows), func(r nightRow) bool {
		switch how {
		case RestateDays:
			return r.Date != nil && days[*r.Date]
		case RestateOrders:
			return r.OrderID != nil && orders[*r.OrderID]
		}
		return false
	})
	return append(rows, night...)
}

// empty reports whether rows were refused because none of them can be used, the one reason that rows drawn at random
// may have.
func empty(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "no row has a usable time") || strings.Contains(err.Error(), "rows can be used"))
}

// Night after night, with late and restated rows, gives the content that one reading of all rows that
// are left gives, byte for byte, for any number of threads; and it reads as the export does, at
// any as-of date.
func TestAppendIsRebuild(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp(memoryDir(), "stored")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		nightly, whole := filepath.Join(dir, "nightly"), filepath.Join(dir, "whole")
		rows := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) nightRow { return drawNightRow(t, 60) }), 1, 30).Draw(t, "first")
		if _, err := storeRows(t, nightly, rows, nightConfig(), quietOptions); err != nil {
			if !empty(err) {
				t.Fatal(err)
			}
			t.Skip(err)
		}
		for i := range rapid.IntRange(1, 2).Draw(t, "nights") {
			night := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) nightRow { return drawNightRow(t, 40) }), 1, 12).Draw(t, "night")
			how := rapid.SampledFrom([]string{RestateNone, RestateOrders, RestateDays}).Draw(t, "restate")
			o := AppendOptions{StoreOptions: quietOptions, Restate: how, Again: true}
			o.Threads = 1 + i
			left := restated(rows, night, how)
			_, rebuildErr := storeRows(t, whole, left, nightConfig(), StoreOptions{Threads: 2, Now: planNow, MaxChange: -1})
			_, appendErr := appendRows(t, nightly, night, o)
			if rebuildErr != nil || appendErr != nil {
				if !empty(rebuildErr) || !empty(appendErr) {
					t.Fatalf("rebuild: %v, append: %v", rebuildErr, appendErr)
				}
				return
			}
			rows = left
			got, want := content(t, nightly), content(t, whole)
			for name := range want {
				if got[name] != want[name] && name == manifestName {
					t.Fatalf("%s after night %d (%s):\n%s\nwant\n%s", name, i, how, got[name], want[name])
				} else if got[name] != want[name] {
					t.Errorf("%s after night %d (%s) differs", name, i, how)
				}
			}
		}
		asOf := ""
		if rapid.Bool().Draw(t, "another day") {
			asOf = Day(nightDay - rapid.Int32Range(-2, 30).Draw(t, "as of")).String()
		}
		sameLedger(t, nightly, rows, asOf)
	})
}

// sameLedger compares what a folder and an export of the rows give as of a day.
func sameLedger(t rapid.TB, folder string, rows []nightRow, asOf string) {
	t.Helper()
	st := store.Memory{"in/a.parquet": nightParquet(t, rows)}
	ctx, cfg := context.Background(), nightConfig()
	cfg.AsOf = asOf
	build := func(st store.Store, source string, cfg Config) (string, *Plan, error) {
		p, err := NewPlan(ctx, st, []string{source}, cfg, 2, planNow)
		if err != nil {
			return "", nil, err
		}
		l, err := Build(ctx, st, p, 2, nil, nil)
		if err != nil {
			return "", nil, err
		}
		return l.Digest() + fmt.Sprint(l.Tally, l.First, l.Currency, p.AsOf, p.AsOfWhy, p.Notes, p.Roles, p.Config), p, nil
	}
	want, wantPlan, wantErr := build(st, "in", cfg)
	stored, err := StoredConfig(ctx, store.Dir{}, []string{folder})
	if err != nil {
		t.Fatal(err)
	}
	stored.AsOf = asOf
	got, gotPlan, gotErr := build(store.Dir{}, folder, *stored)
	if fmt.Sprint(gotErr) != fmt.Sprint(wantErr) && !bothGates(gotErr, wantErr) {
		t.Fatalf("as of %q: %v, want %v", asOf, gotErr, wantErr)
	}
	if got != want {
		t.Fatalf("as of %q:\n got %s\nwant %s\n%+v\n%+v", asOf, got, want, gotPlan, wantPlan)
	}
}

// bothGates reports whether both are held for the same data: a stored Ledger knows no example row.
func bothGates(a, b error) bool {
	var x, y *QualityError
	return errors.As(a, &x) && errors.As(b, &y)
}

// Threads and the order of rows leave no trace in a content.
func TestSameContent(t *testing.T) {
	rows := manyNightRows(3000)
	folders := make([]string, 2)
	for i := range folders {
		folders[i] = t.TempDir()
		if i == 1 {
			slices.Reverse(rows)
		}
		if _, err := storeRows(t, folders[i], rows, nightConfig(), StoreOptions{Threads: 1 + 2*i, Now: planNow, MaxChange: -1}); err != nil {
			t.Fatal(err)
		}
	}
	if !maps.Equal(content(t, folders[0]), content(t, folders[1])) {
		t.Error("another content")
	}
	sameLedger(t, folders[0], rows, "")
	sameLedger(t, folders[0], rows, "2024-05-31")
}

// manyNightRows makes n rows of 200 customers.
func manyNightRows(n int) []nightRow {
	rows := make([]nightRow, n)
	for i, r := range saleRows(n) {
		order, cost, date := fmt.Sprint("O", i/4), float64(i%7), r.Date-14
		rows[i] = nightRow{
			Customer: r.Customer, Date: &date, Amount: r.Amount, OrderID: &order, Status: r.Status, Channel: r.Channel,
			Manager: int64(i % 5), Quantity: r.Quantity, Cost: &cost, Currency: "EUR",
		}
	}
	return rows
}

func mustContain(t *testing.T, err error, want ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error; want %q", want)
	}
	for _, w := range want {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q does not say %q", err, w)
		}
	}
}
