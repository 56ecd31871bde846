package ingest

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mainstay/ingest/store"
)

// plainRow is a row without anything optional.
type plainRow struct {
	Customer string  `parquet:"customer"`
	Date     int32   `parquet:"date,date"`
	Amount   float64 `parquet:"amount"`
}

func plainRows(customer string, amount float64, dates ...string) (rows []plainRow) {
	for _, d := range dates {
		rows = append(rows, plainRow{customer, day(d), amount})
	}
	return rows
}

// storing makes a folder of files and returns what appends to it.
func storing(t *testing.T, files store.Memory, change func(*Config)) (folder string, night func(o AppendOptions, change func(*Config), files store.Memory) (*Stored, error)) {
	t.Helper()
	folder = t.TempDir()
	cfg := DefaultConfig()
	if change != nil {
		change(&cfg)
	}
	p, err := NewPlan(context.Background(), files, []string{"in"}, cfg, 1, planNow)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := StoreLedger(context.Background(), files, p, folder, quietOptions); err != nil {
		t.Fatal(err)
	}
	return folder, func(o AppendOptions, change func(*Config), files store.Memory) (*Stored, error) {
		cfg, err := StoredConfig(context.Background(), store.Dir{}, []string{folder})
		if err != nil {
			t.Fatal(err)
		}
		if change != nil {
			change(cfg)
		}
		if o.Threads == 0 {
			o.StoreOptions = quietOptions
		}
		if o.Restate == "" {
			o.Restate = RestateNone
		}
		return AppendLedger(context.Background(), files, folder, []string{"in"}, *cfg, o)
	}
}

// A late row in a closed month is history that changed: said with rows, money and customers, and held by the gate.
func TestChangedHistory(t *testing.T) {
	rows := append(plainRows("A", 100, "2024-03-05", "2024-04-05", "2024-05-20"), plainRows("B", 50, "2024-04-07")...)
	folder, night := storing(t, store.Memory{"in/a.parquet": parquetOf(t, rows, 10)}, nil)
	same, err := night(AppendOptions{}, nil, store.Memory{"in/b.parquet": parquetOf(t, plainRows("C", 7, "2024-05-02", "2024-05-21"), 10)})
	if err != nil {
		t.Fatal(err)
	}
	if n := same.Night; len(n.Changed) != 0 || n.Compared != "2024-04-30" || n.AsOf != "2024-05-21" {
		t.Errorf("rows of the open month: %+v", n)
	}
	late := store.Memory{"in/c.parquet": parquetOf(t, append(plainRows("A", -20, "2024-04-30"), plainRows("D", 5, "2024-02-01")...), 10)}
	o := quietOptions
	o.MaxChange = 0.1
	before := content(t, folder)
	_, err = night(AppendOptions{StoreOptions: o}, nil, late)
	var held *QualityError
	if !errors.As(err, &held) || content(t, folder)[manifestName] != before[manifestName] {
		t.Errorf("the gate: %v", err)
	}
	mustContain(t, err, "2024-02 changed by 100.00 %", "stays as it was")
	s, err := night(AppendOptions{}, nil, late)
	if err != nil {
		t.Fatal(err)
	}
	want := []ChangedPeriod{
		{"2024-02", 0, 1, "0.0000", "5.0000", "0.0000", "0.0000", 1, 1},
		{"2024-04", 2, 3, "150.0000", "150.0000", "0.0000", "-20.0000", 1, 20.0 / 150},
	}
	if !slices.Equal(s.Night.Changed, want) {
		t.Errorf("%+v", s.Night.Changed)
	}
	if got := s.Night.ChangedNote(); !strings.Contains(got, "2 closed months changed: 2024-02 (+1 rows, sales 0.0000 → 5.0000") {
		t.Error(got)
	}
	// The same sum through other customers is a change, too: here by a rebuild over the folder.
	moved := append(plainRows("B", 100, "2024-03-05"), append(rows[1:], plainRows("C", 7, "2024-05-21")...)...)
	files := store.Memory{"in/a.parquet": parquetOf(t, append(moved, append(plainRows("A", -20, "2024-04-30"), plainRows("D", 5, "2024-02-01")...)...), 10)}
	p, err := NewPlan(context.Background(), files, []string{"in"}, DefaultConfig(), 1, planNow)
	if err != nil {
		t.Fatal(err)
	}
	if s, err = StoreLedger(context.Background(), files, p, folder, quietOptions); err != nil {
		t.Fatal(err)
	}
	if c := s.Night.Changed; len(c) != 1 || c[0].Period != "2024-03" || c[0].Customers != 2 || c[0].Change != 0 || len(s.Manifest.Periods) != 3 {
		t.Errorf("%+v %+v", c, s.Manifest.Periods)
	}
}

// What a rebuild would decide otherwise stops the night, and leaves the Ledger.
func TestNightThatNeedsRebuild(t *testing.T) {
	type decimals struct {
		Customer string `parquet:"customer"`
		Date     int32  `parquet:"date,date"`
		Amount   int64  `parquet:"amount,decimal(6:18)"`
	}
	type texts struct {
		Customer string  `parquet:"customer"`
		Date     string  `parquet:"date"`
		Amount   float64 `parquet:"amount"`
	}
	type narrow struct {
		Customer string `parquet:"customer"`
		Date     int32  `parquet:"date,date"`
	}
	first := store.Memory{"in/a.parquet": parquetOf(t, plainRows("A", 100, "2024-03-05", "2024-04-05"), 10)}
	folder, night := storing(t, first, nil)
	before := content(t, folder)
	fails := func(files store.Memory, want ...string) {
		t.Helper()
		_, err := night(AppendOptions{}, nil, files)
		mustContain(t, err, want...)
	}
	fails(store.Memory{"in/b.parquet": parquetOf(t, []decimals{{"A", day("2024-04-06"), 1}}, 10)}, "more decimal places", "rebuild")
	fails(store.Memory{"in/b.parquet": parquetOf(t, []texts{{"A", "2024-04-06", 1}}, 10)}, "times of the new files are read as iso", "rebuild")
	fails(store.Memory{"in/b.parquet": parquetOf(t, []narrow{{"A", day("2024-04-06")}}, 10)}, "amount")
	fails(first, "a.parquet is in the ledger already", "--again")
	_, err := night(AppendOptions{}, func(c *Config) { c.Zone = "Asia/Tokyo" }, first)
	mustContain(t, err, "zone is", "rebuild")
	_, err = night(AppendOptions{Restate: "weeks"}, nil, first)
	mustContain(t, err, "restate")
	rows := plainRows("A", 1, "2024-04-06")
	rows[0].Amount = math.Inf(1)
	fails(store.Memory{"in/b.parquet": parquetOf(t, rows, 10)}, "1 of 1 rows are bad")
	if got := content(t, folder); got[manifestName] != before[manifestName] {
		t.Error("the ledger changed")
	}
	if _, err := night(AppendOptions{Restate: RestateDays}, nil, first); err != nil || content(t, folder)[manifestName] != before[manifestName] {
		t.Errorf("days that replace themselves: %v", err)
	}
}

// Rows of a day that was not over yet wait in the Ledger, and count once it is.
func TestLaterRowsComeIntoScope(t *testing.T) {
	today := planNow.Format(time.DateOnly)
	folder, night := storing(t, store.Memory{"in/a.parquet": parquetOf(t, plainRows("A", 1, "2024-04-01", today), 10)}, nil)
	s, err := readStored(context.Background(), store.Dir{}, folder)
	if err != nil || s.manifest.Rows.Used != 1 || s.manifest.LastDay != today {
		t.Fatalf("%v %+v", err, s.manifest)
	}
	o := quietOptions
	o.Now = planNow.AddDate(0, 1, 0)
	out, err := night(AppendOptions{StoreOptions: o}, nil, store.Memory{"in/b.parquet": parquetOf(t, plainRows("A", 1, "2024-04-02"), 10)})
	if err != nil || out.Manifest.Rows.Used != 3 || out.Manifest.AsOf != today {
		t.Errorf("%v %+v", err, out)
	}
}

// Lists and rates are held to those of the Ledger; new rates may follow.
func TestNightWithTables(t *testing.T) {
	type foreign struct {
		Customer string  `parquet:"customer"`
		Date     int32   `parquet:"date,date"`
		Amount   float64 `parquet:"amount"`
		Currency string  `parquet:"currency"`
	}
	rates := "date,USD\n2024-04-01,2\n2024-04-05,4\n"
	with := func(rates, list string, rows ...foreign) store.Memory {
		return store.Memory{"in/a.parquet": parquetOf(t, rows, 10), "fx.csv": []byte(rates), "gone.txt": []byte(list)}
	}
	set := func(c *Config) {
		c.Exclude, c.Rates.Source, c.Currency, c.RateDirection = []string{"gone.txt"}, []string{"fx.csv"}, "EUR", "local-per-base"
	}
	first := []foreign{{"A", day("2024-04-02"), 10, "USD"}, {"A", day("2024-04-03"), 10, "EUR"}, {"X", day("2024-04-03"), 10, "EUR"}}
	more := []foreign{{"B", day("2024-04-06"), 10, "USD"}, {"X", day("2024-04-06"), 1, "USD"}}
	folder, night := storing(t, with(rates, "X\n", first...), set)
	_, err := night(AppendOptions{}, func(c *Config) { set(c); c.Exclude = nil }, with(rates, "", more...))
	mustContain(t, err, "exclude", "--exclude")
	_, err = night(AppendOptions{}, set, with(rates, "X\nB\n", more...))
	mustContain(t, err, "exclude", "rebuild")
	_, err = night(AppendOptions{}, set, with("date,USD\n2024-04-01,3\n", "X\n", more...))
	mustContain(t, err, "rates: up to 2024-04-03", "rebuild")
	longer := rates + "2024-04-06,5\n"
	if _, err = night(AppendOptions{}, set, with(longer, "X\n", more...)); err != nil {
		t.Fatal(err)
	}
	whole := filepath.Join(t.TempDir(), "whole")
	st, cfg := with(longer, "X\n", append(first, more...)...), DefaultConfig()
	set(&cfg)
	p, err := NewPlan(context.Background(), st, []string{"in"}, cfg, 1, planNow)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := StoreLedger(context.Background(), st, p, whole, quietOptions); err != nil {
		t.Fatal(err)
	}
	for name, want := range content(t, whole) {
		if got := content(t, folder)[name]; got != want {
			t.Errorf("%s is not that of a rebuild", name)
		}
	}
	if err := openStored(folder); err == nil || !strings.Contains(err.Error(), "give the same with --exclude gone.txt") {
		t.Errorf("without the list: %v", err)
	}
}
