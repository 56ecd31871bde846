package ingest

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"mainstay/ingest/store"
)

// keyedSale is a row whose customer column has the type T.
type keyedSale[T any] struct {
	Customer T       `parquet:"customer_id"`
	Date     int32   `parquet:"date,date"`
	Amount   float64 `parquet:"amount"`
}

func salesOf[T any](customers ...T) []keyedSale[T] {
	rows := make([]keyedSale[T], len(customers))
	for i, c := range customers {
		rows[i] = keyedSale[T]{c, 19000, 1}
	}
	return rows
}

// linesByKey are the customers as `"key" lines of the first day`, sorted.
func linesByKey(l *Ledger) []string {
	var got []string
	for i := range Shards {
		s := l.Shard(i)
		for c := range s.Customers() {
			lo, _ := s.Cells(c)
			got = append(got, fmt.Sprintf("%q %d", s.Key(c), s.Lines[lo]))
		}
	}
	slices.Sort(got)
	return got
}

// An integer, a float, a DECIMAL and a text that spell the same key are one
// customer; leading zeros, blanks around and fractions make another.
func TestKeysJoinAcrossTypes(t *testing.T) {
	type decimalSale struct {
		Customer int64   `parquet:"customer_id,decimal(2:18)"`
		Date     int32   `parquet:"date,date"`
		Amount   float64 `parquet:"amount"`
	}
	files := store.Memory{
		"in/a.parquet": parquetOf(t, salesOf[int32](42, 17850, -7), 10),
		"in/b.parquet": parquetOf(t, salesOf(42, 17850.0, 17850.5, math.NaN(), math.Inf(1)), 10),
		"in/c.parquet": parquetOf(t, salesOf("42", "00042", " 42", "-7", "17850.5", "", " ", "\xff", strings.Repeat("k", 1025)), 10),
		"in/d.parquet": parquetOf(t, []decimalSale{{4200, 19000, 1}, {1785050, 19000, 1}}, 10),
	}
	l, err := buildFiles(t, files, 2, nil, func(c *Config) { c.MaxBadRate = 1 })
	if err != nil {
		t.Fatal(err)
	}
	got := linesByKey(l)
	want := []string{`" 42" 1`, `"-7" 2`, `"00042" 1`, `"17850" 2`, `"17850.5" 3`, `"42" 4`}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if r := l.Tally.Reasons; len(r) != 2 || r[0].Reason != ReasonNoCustomer || r[0].Rows != 2 || r[1].Reason != ReasonBadCustomer || r[1].Rows != 4 {
		t.Errorf("set aside: %v", r)
	}
}

func TestExcludedCustomers(t *testing.T) {
	files := store.Memory{
		"in/a.parquet": parquetOf(t, salesOf[int64](42, 43, 421), 10),
		"in/b.parquet": parquetOf(t, salesOf("42", "INTERNAL-7", "INTERNAL-a/b", "internal-7"), 10),
	}
	l, err := buildFiles(t, files, 2, nil, func(c *Config) { c.ExcludeCustomers = []string{"42", "INTERNAL-*"} })
	if err != nil {
		t.Fatal(err)
	}
	if l.Customers() != 4 || l.Tally.Reasons[0] != (ReasonTally{Reason: ReasonExcludedCustomer, Kind: OutOfScope, Rows: 3, Money: l.Tally.Reasons[0].Money}) {
		t.Errorf("%d customers, set aside %v", l.Customers(), l.Tally.Reasons)
	}
}

// foreignSale is a row in some currency.
type foreignSale struct {
	Customer string   `parquet:"customer_id"`
	Date     int32    `parquet:"date,date"`
	Amount   int64    `parquet:"amount,decimal(2:18)"`
	Cost     int64    `parquet:"cost,decimal(2:18)"`
	Currency *string  `parquet:"currency,optional"`
	Rate     *float64 `parquet:"fx,optional"`
}

func TestCurrencyRules(t *testing.T) {
	eur, usd, lower, blank := "EUR", "USD", "eur ", " "
	two, zero := 2.0, 0.0
	rows := []foreignSale{
		{"A", 19000, 1000, 500, &eur, nil},
		{"A", 19000, 200, 100, &lower, &two},
		{"B", 19000, 4001, 2000, &usd, &two},
		{"B", 19000, 30, 1, &usd, nil},
		{"B", 19000, 30, 1, &usd, &zero},
		{"C", 19000, 7, 1, nil, &two},
		{"C", 19000, 7, 1, &blank, nil},
	}
	check := func(rows []foreignSale, change func(*Config), used, reasons string) {
		t.Helper()
		var rejects []string
		l, err := buildFiles(t, store.Memory{"in/a.parquet": parquetOf(t, rows, 3)}, 2, func(b []Reject) error {
			for _, r := range b {
				rejects = append(rejects, fmt.Sprintf("%d %s %s=%q %v", r.Row, r.Reason, r.Column, r.Value, r.HasAmount))
			}
			return nil
		}, func(c *Config) { c.MaxBadRate = 1; change(c) })
		if err != nil {
			t.Fatal(err)
		}
		if got := l.Currency + " " + l.Tally.MoneyUsed.Format(l.Scale); got != used {
			t.Errorf("used %s, want %s", got, used)
		}
		if got := strings.Join(rejects, "; "); got != reasons {
			t.Errorf("\n got %s\nwant %s", got, reasons)
		}
	}
	check(rows, func(c *Config) { c.Currency = "eur" }, "EUR 12.00",
		`2 other_currency currency="USD" false; 3 other_currency currency="USD" false; 4 other_currency currency="USD" false; 5 no_currency currency="" false; 6 no_currency currency=" " false`)
	check(rows, func(c *Config) { c.Currency, c.RateColumn, c.RateDirection = "EUR", "fx", "local-per-base" }, "EUR 32.00",
		`3 no_rate fx="" false; 4 no_rate fx="0" false; 5 no_currency currency="" false; 6 no_currency currency=" " false`)
	check(rows, func(c *Config) { c.Currency, c.RateColumn, c.RateDirection = "EUR", "fx", "base-per-local" }, "EUR 92.02",
		`3 no_rate fx="" false; 4 no_rate fx="0" false; 5 no_currency currency="" false; 6 no_currency currency=" " false`)
	check(append(rows[:2:2], rows[5:]...), func(*Config) {}, "EUR 12.14", "") // only one is in use
}
