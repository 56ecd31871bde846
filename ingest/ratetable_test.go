package ingest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"

	"mainstay/ingest/money"
	"mainstay/ingest/store"
	"mainstay/internal/refdata"
)

// euroSales are rows in euros, dollars and yuan.
func euroSales() []foreignSale {
	eur, usd, cny, yen := "EUR", "USD", "cny ", "JPY"
	d := day("2024-03-01")
	return []foreignSale{
		{"A", d, 1000, 500, &eur, nil},
		{"A", d + 1, 1000, 500, &usd, nil},
		{"B", d + 9, 1000, 400, &usd, nil},
		{"B", d + 9, 770, 77, &cny, nil},
		{"C", d - 1, 1000, 0, &usd, nil},
		{"C", d + 60, 1000, 0, &usd, nil},
		{"C", d, 1000, 0, &yen, nil},
		{"C", d, 1000, 0, nil, nil},
	}
}

func TestDatedRates(t *testing.T) {
	want := "28.09: 4 no_rate currency=\"USD: no rate on or before 2024-02-29\"; " +
		"5 no_rate currency=\"USD on 2024-04-30: the newest rate is of 2024-03-11\"; 6 no_rate currency=\"JPY: no rates\"; 7 no_currency currency=\"\""
	check := func(name, content string) {
		t.Helper()
		files := store.Memory{"in/a.parquet": parquetOf(t, euroSales(), 3), name: []byte(content)}
		var rejects []string
		l, err := buildFiles(t, files, 2, func(b []Reject) error {
			for _, r := range b {
				rejects = append(rejects, fmt.Sprintf("%d %s %s=%q", r.Row, r.Reason, r.Column, r.Value))
			}
			return nil
		}, func(c *Config) {
			c.Currency, c.Rates.Source, c.RateDirection, c.MaxBadRate = "EUR", []string{name}, "local-per-base", 1
		})
		if err != nil {
			t.Fatal(err)
		}
		// 10.00 + 10.00/1.10 + 10.00/1.25 + 7.70/7.70, each rounded once.
		if got := l.Tally.MoneyUsed.Format(2) + ": " + strings.Join(rejects, "; "); got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
	check("long.csv", "date,currency,rate\n2024-03-01,USD,1.10\n2024-03-08,usd,1.25\n2024-03-11,USD,99\n2024-03-01,CNY,7.7\n2024-03-08,USD,1.250\n2099-01-01,EUR,5\n")
	check("series.csv", "date,name,value,lag\n2024-02-20,USD,1.10,10\n2024-03-08,USD,1.25,\n2024-03-01,USD,88,10\n2024-02-28,CNY,7.7,2\n2024-03-01,copper,9000,0\n")
	check("wide.csv", "Date,USD,CNY,GBP,Note\n2024-03-08,1.25,N/A,,x\n2024-03-01,1.10,7.70,.,y\n2024-03-11,99,,0.85,z\n")
}

func TestRateErrors(t *testing.T) {
	fails := func(content string, change func(*Config), want ...string) {
		t.Helper()
		files := store.Memory{"in/a.parquet": parquetOf(t, euroSales(), 3), "r.csv": []byte(content)}
		_, err := planOf(files, "in", func(c *Config) {
			c.Currency, c.Rates.Source, c.RateDirection = "EUR", []string{"r.csv"}, "local-per-base"
			if change != nil {
				change(c)
			}
		})
		if err == nil {
			t.Errorf("no error for %q", content)
			return
		}
		for _, w := range want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%q does not say %q", err, w)
			}
		}
	}
	const good = "date,currency,rate\n2024-03-01,USD,1.1\n"
	fails(good+"2024-03-01,usd,1.2\n", nil, "r.csv", "row 1", "two rates of USD on 2024-03-01", "1.2 here", "1.1 in r.csv row 0")
	fails(good+"2024-03-02,USD,-1\n", nil, "r.csv", "row 1", `"-1"`, "above zero")
	fails(good+"2024-03-02,USD,\"1,1\"\n", nil, "row 1", `"1,1"`)
	fails(good+",USD,1\n", nil, "row 1", "without a date")
	fails(good+"2024-03-02,,1\n", nil, "row 1", "no currency")
	fails("date,currency,rate,lag\n2024-03-01,USD,1,soon\n", nil, "row 0", "publication lag", `"soon"`)
	fails("day,value\n2024-03-01,1\n", nil, "no column of currencies", "--rates-currency")
	fails(good, func(c *Config) { c.Rates.Rate = "rat" }, "--rates-rate", `did you mean "rate"`)
	fails(good, func(c *Config) { c.RateDirection = "" }, "rate_direction", "no default")
	fails(good, func(c *Config) { c.Currency = "" }, "currency is not", "--currency")
	fails(good, func(c *Config) { c.RateColumn = "fx" }, "both")
	fails(good, func(c *Config) { c.Columns.Currency = "none" }, "--currency-column")
}

// A rate is the newest on or before the day, whatever the order of the table, and a later rate changes
// nothing.
func TestNewestRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.SliceOfNDistinct(rapid.IntRange(0, 60), 1, 20, rapid.ID).Draw(t, "days")
		var rates []datedRate
		for _, d := range days {
			rates = append(rates, datedRate{currency: "USD", day: Day(d), rate: money.Decimal{Coef: int64(d) + 1}})
		}
		b, err := newRateBook(nil, rates, rapid.IntRange(0, 30).Draw(t, "max age"))
		if err != nil {
			t.Fatal(err)
		}
		on := Day(rapid.IntRange(-2, 70).Draw(t, "on"))
		want := -1
		for _, d := range days {
			if Day(d) <= on {
				want = max(want, d)
			}
		}
		rate, published, ok := b.of["USD"].at(on, b.maxAge)
		if want < 0 {
			if ok || published != noDay {
				t.Fatalf("on %d: %v of %d", on, rate, published)
			}
			return
		}
		if int(published) != want || rate.Coef != int64(want)+1 || ok != (int(on)-want <= b.maxAge) {
			t.Fatalf("on %d: %v of %d (%v), want that of %d", on, rate, published, ok, want)
		}
	})
}

// Contoso's rows carry the rate of their currency and day: a table of those rates gives the same Ledger.
func TestContosoAtATableOfRates(t *testing.T) {
	type row struct {
		Date     int32   `parquet:"order_date,date"`
		Currency string  `parquet:"currency_code"`
		Rate     float64 `parquet:"exchange_rate"`
	}
	raw, err := os.ReadFile(refdata.Shared(t, "data", "contoso_sales.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	all, err := parquet.Read[row](bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "rates.csv")
	var csv strings.Builder
	csv.WriteString("date,currency,rate\n")
	for _, r := range all {
		fmt.Fprintf(&csv, "%s,%s,%v\n", Day(r.Date), r.Currency, r.Rate)
	}
	if err := os.WriteFile(file, []byte(csv.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	build := func(change func(*Config)) (*Ledger, *Plan) {
		p, err := planReal(t, "contoso_sales.parquet", func(c *Config) {
			c.Currency, c.RateDirection = "USD", "local-per-base"
			change(c)
		})
		if err != nil {
			t.Fatal(err)
		}
		l, err := Build(context.Background(), store.Dir{}, p, 2, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		return l, p
	}
	byColumn, _ := build(func(c *Config) { c.RateColumn = "exchange_rate" })
	byTable, p := build(func(c *Config) { c.Rates.Source = []string{file} })
	if byColumn.Digest() != byTable.Digest() || fmt.Sprint(byColumn.Tally) != fmt.Sprint(byTable.Tally) {
		t.Errorf("another ledger:\n%v\n%v", byColumn.Tally, byTable.Tally)
	}
	if r := p.rateReports(); len(r) != 4 || r[0].Rates == 0 || r[0].Gap == 0 {
		t.Errorf("rates in use: %+v", r)
	}
}
