package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"mainstay/ingest/store"

	"github.com/parquet-go/parquet-go"
)

// fileOf writes rows as a Parquet file with small row groups.
func fileOf[T any](t testing.TB, rows ...T) []byte {
	t.Helper()
	var b bytes.Buffer
	w := parquet.NewGenericWriter[T](&b, parquet.MaxRowsPerRowGroup(3))
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func planOf(files store.Memory, source string, change func(c *Config)) (*Plan, error) {
	cfg := DefaultConfig()
	if change != nil {
		change(&cfg)
	}
	return NewPlan(context.Background(), files, []string{source}, cfg, 2, planNow)
}

// order is a row whose time is an integer or text.
type order[T any] struct {
	Customer string  `parquet:"customer_id"`
	Date     T       `parquet:"order_date"`
	Amount   float64 `parquet:"amount"`
}

func ordersOn[T any](dates ...T) []order[T] {
	var rows []order[T]
	for i, d := range dates {
		rows = append(rows, order[T]{fmt.Sprint("C", i%3), d, float64(i) + 0.25})
	}
	return rows
}

func TestTimeFormatIsFound(t *testing.T) {
	many := func(x int64, n int) (out []int64) {
		for i := range n {
			out = append(out, x+int64(i%9))
		}
		return out
	}
	for _, c := range []struct {
		name    string
		file    []byte
		format  string // "" = an error
		asOf    string
		problem string
	}{
		{"yyyymmdd", fileOf(t, ordersOn(int64(20240105), 20240229, 20240301)...), "yyyymmdd", "2024-03-01", ""},
		{"int32 days", fileOf(t, ordersOn(int32(19000), 19001, 19002)...), "epoch-days", "2022-01-10", ""},
		{"seconds", fileOf(t, ordersOn(int64(1704067199), 1704067200)...), "epoch-s", "2024-01-01", ""},
		{"milliseconds", fileOf(t, ordersOn(int64(1704067199000))...), "epoch-ms", "2023-12-31", ""},
		{"a placeholder or two", fileOf(t, ordersOn(append(many(20240101, 300), 0, 99991231)...)...), "yyyymmdd", "2024-01-09", ""},
		{"integers become floats, as pandas does with nulls", fileOf(t, ordersOn(20240105., 20240106, math.NaN(), math.NaN(), 20240107)...), "yyyymmdd", "2024-01-07", ""},
		{"seconds with a fraction", fileOf(t, ordersOn(1704067199.9, 1704067200.5)...), "epoch-s", "2024-01-01", ""},
		{"one typing error in a small file", fileOf(t, ordersOn("2024-01-05", "2024-01-06", "2024-01-07", "2024-01-08", "n/a")...), "iso", "2024-01-08", ""},
		{"later rows do not decide", fileOf(t, ordersOn(append(many(22000101, 30), 20240105)...)...), "yyyymmdd", "2024-01-05", ""},
		{"later rows of another format do not decide", fileOf(t, ordersOn(append(many(22000101, 30), 19000, 19001)...)...), "epoch-days", "2022-01-09", ""},
		{"numbers that are no dates", fileOf(t, ordersOn(int64(1), 2, 3)...), "", "", `the time column "order_date" holds numbers, 3 values: none in a known format, and such as "1"; say how to read it with --time-format`},
		{"too many typing errors", fileOf(t, ordersOn("2024-01-05", "2024-01-06", "05/01/2024")...), "", "", `2 as iso, and such as "05/01/2024"; say with --time-format iso that the others are wrong`},
		{"of two kinds", fileOf(t, ordersOn(int64(20240101), 19000)...), "", "", "1 as yyyymmdd, 1 as epoch-days"},
		{"iso text", fileOf(t, ordersOn("2024-01-05", "2024-01-06T23:59:59Z", " 2024/1/7 ")...), "iso", "2024-01-07", ""},
		{"yyyymmdd text", fileOf(t, ordersOn("20240105", "20240106", "")...), "yyyymmdd", "2024-01-06", ""},
		{"day first or month first", fileOf(t, ordersOn("05/01/2024", "06/01/2024")...), "", "", `such as "05/01/2024"; say how to read it with --time-format`},
		{"no values", fileOf(t, ordersOn("", " ")...), "", "", `the time column "order_date" has no values`},
	} {
		p, err := planOf(store.Memory{"f.parquet": c.file}, "f.parquet", nil)
		if c.format == "" {
			var m *MappingError
			if !errors.As(err, &m) || !strings.Contains(err.Error(), c.problem) {
				t.Errorf("%s: error is %v, want %s", c.name, err, c.problem)
			}
			continue
		}
		if err != nil || p.Time.Format != c.format || p.AsOf.String() != c.asOf || p.Config.TimeFormat != c.format {
			t.Errorf("%s: %v, plan %+v", c.name, err, p)
		}
	}
}

func TestTimeFormatThatIsSet(t *testing.T) {
	files := store.Memory{"text": fileOf(t, ordersOn("05/01/2024", "06/01/2024")...), "int": fileOf(t, ordersOn(int64(20240101))...),
		"ts": fileOf(t, order[time.Time]{"C", time.Date(2024, 1, 1, 20, 0, 0, 0, time.UTC), 1})}
	p, err := planOf(files, "text", func(c *Config) { c.TimeFormat = "%d/%m/%Y" })
	if err != nil || p.AsOf.String() != "2024-01-06" || p.Time.Format != "%d/%m/%Y" {
		t.Errorf("%v, %+v", err, p)
	}
	if _, err = planOf(files, "int", func(c *Config) { c.TimeFormat = "iso" }); err == nil || !strings.Contains(err.Error(), "holds numbers, which --time-format iso does not read") {
		t.Error(err)
	}
	p, err = planOf(files, "ts", func(c *Config) { c.TimeFormat, c.Zone = "yyyymmdd", "Asia/Shanghai" })
	if err != nil || p.AsOf.String() != "2024-01-02" || p.Time.Format != "native" || len(p.Notes) != 1 {
		t.Errorf("%v, %+v", err, p)
	}
}

// Files of one export may differ in types, and in what the path says.
func TestFilesOfSeveralTypes(t *testing.T) {
	type whole struct {
		Customer int64  `parquet:"customer_id"`
		Amount   int64  `parquet:"amount"`
		Date     string `parquet:"order_date"`
		Region   string `parquet:"region"`
	}
	files := store.Memory{
		"x/region=N/a.parquet": fileOf(t, ordersOn(int64(20240105), 20240106, 20240107, 20240108)...),
		"x/region=S/b.parquet": fileOf(t, whole{1, 5, "2024-02-01", "own"}),
		"x/_SUCCESS":           nil,
	}
	p, err := planOf(files, "x", nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := "customer=customer_id time=order_date amount=amount region=region"; mapped(p) != want || p.Time.Format != "yyyymmdd and iso" || p.AsOf.String() != "2024-02-01" || p.Scale != 4 || len(p.Files) != 2 {
		t.Errorf("%s, %+v", mapped(p), p)
	}
	l, err := Build(context.Background(), files, p, 2, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if l.Tally.RowsUsed != 5 || l.Customers() != 4 || fmt.Sprint(l.Sides[sideOf(l, RoleRegion)].Values) != "[ N own]" {
		t.Errorf("%+v", l.Tally)
	}
	again, err := NewPlan(context.Background(), files, []string{"x/region=S", "x", "x/region=N/a.parquet"}, DefaultConfig(), 1, planNow)
	if err != nil || len(again.Files) != 2 || again.Files[0].Object.Name != p.Files[0].Object.Name || len(again.Notes) != 2 {
		t.Errorf("several sources: %v, %+v", err, again)
	}
	if again.Notes = p.Notes; !reflect.DeepEqual(again, p) {
		t.Error("one and two threads, one and three sources: plans differ")
	}
	delete(files, "x/region=N/a.parquet")
	files["x/c.parquet"] = fileOf(t, struct {
		Customer int64  `parquet:"customer_id"`
		Date     string `parquet:"order_date"`
	}{1, "2024-01-01"})
	if _, err := planOf(files, "x", nil); err == nil || !strings.Contains(err.Error(), `x/c.parquet: no column "amount"`) {
		t.Errorf("a file without amount: %v", err)
	}
}

type sale struct {
	Customer string  `parquet:"customer_id"`
	Date     string  `parquet:"order_date"`
	Amount   float64 `parquet:"amount"`
	Currency *string `parquet:"currency"`
	Rate     float64 `parquet:"fx_rate"`
}

func salesIn(currencies ...string) (rows []sale) {
	for i, c := range currencies {
		s := sale{Customer: "C", Date: fmt.Sprintf("2024-01-%02d", i+1), Amount: 10, Rate: 2}
		if c != "null" {
			s.Currency = &c
		}
		rows = append(rows, s)
	}
	return rows
}

func TestCurrencies(t *testing.T) {
	mixed := salesIn("USD", "EUR", "usd ", "null", "EUR", "USD", "CNY", "")
	for _, c := range []struct {
		name     string
		rows     []sale
		change   func(c *Config)
		currency string
		problem  string
		notes    string
	}{
		{"one", salesIn("EUR", "eur", "null"), nil, "", "", ""},
		{"none", salesIn("null", ""), nil, "", "", ""},
		{"several", mixed, nil, "", `amounts of 3 currencies are not added up (column "currency": USD 3 rows, EUR 2 rows, CNY 1 row); keep one with --currency USD, or convert to it with --currency USD --rate-column fx_rate and --rate-direction`, ""},
		{"keep one", mixed, func(c *Config) { c.Currency = "EUR" }, "EUR", "", "only EUR is kept (2 rows)"},
		{"keep one that is not there", mixed, func(c *Config) { c.Currency = "GBP" }, "", "--currency GBP: no row has it", ""},
		{"convert", mixed, func(c *Config) {
			c.Currency, c.RateColumn, c.RateDirection = "USD", "fx_rate", "local-per-base"
		}, "USD", "", ""},
		{"no such rate", mixed, func(c *Config) { c.Currency, c.RateColumn, c.RateDirection = "USD", "fxrate", "local-per-base" }, "", `--rate-column: there is no column "fxrate"; did you mean "fx_rate"?`, ""},
		{"do without", mixed, func(c *Config) { c.Columns.Currency = "none" }, "", "", ""},
		{"only a label", mixed, func(c *Config) { c.Columns.Currency, c.Currency = "none", "CNY" }, "CNY", "", "taken to be CNY"},
	} {
		p, err := planOf(store.Memory{"f": fileOf(t, c.rows...)}, "f", c.change)
		if c.problem != "" {
			var m *MappingError
			if !errors.As(err, &m) || !strings.Contains(err.Error(), c.problem) {
				t.Errorf("%s: error is %v, want %s", c.name, err, c.problem)
			}
			continue
		}
		if err != nil || p.Config.Currency != c.currency || !strings.Contains(fmt.Sprint(p.Notes), c.notes) || (c.notes == "") != (len(p.Notes) == 0) {
			t.Errorf("%s: %v, %+v", c.name, err, p)
		}
	}
}

// What is known as of a day does not depend on later rows, nor on their currencies.
func TestLaterRowsChangeNothing(t *testing.T) {
	early := salesIn("EUR", "null", "EUR")
	later := append(slices.Clone(early), sale{"C", "2024-06-01", 5, new(string), 1}, sale{"D", "2024-06-01", 5, new(string), 1})
	*later[3].Currency, *later[4].Currency = "USD", "CNY"
	var digests []string
	for _, rows := range [][]sale{early, later} {
		files := store.Memory{"f": fileOf(t, rows...)}
		for _, currency := range []string{"", "EUR"} {
			p, err := planOf(files, "f", func(c *Config) { c.AsOf, c.Currency = "2024-03-01", currency })
			if err != nil {
				t.Fatal(err)
			}
			l, err := Build(context.Background(), files, p, 2, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			digests = append(digests, l.Digest())
		}
	}
	if len(slices.Compact(digests)) != 1 {
		t.Errorf("later rows in other currencies change the Ledger: %q", digests)
	}
	if _, err := planOf(store.Memory{"f": fileOf(t, later...)}, "f", func(c *Config) { c.AsOf, c.Currency = "2024-03-01", "USD" }); err == nil || !strings.Contains(err.Error(), "up to the as-of date") {
		t.Errorf("a currency that only later rows have: %v", err)
	}
}

func TestInputErrors(t *testing.T) {
	files := store.Memory{"empty.parquet": fileOf[sale](t), "text.parquet": []byte("customer,date\n"), "late.parquet": fileOf(t, ordersOn("2027-01-01")...)}
	for _, c := range []struct{ source, problem string }{
		{"empty.parquet", "no rows in the input"}, {"text.parquet", "text.parquet"}, {"absent.parquet", "absent.parquet"}, {"late.parquet", "every row is later than yesterday"},
	} {
		if _, err := planOf(files, c.source, nil); err == nil || !strings.Contains(err.Error(), c.problem) {
			t.Errorf("%s: error is %v, want %s", c.source, err, c.problem)
		}
	}
	if _, err := planOf(files, "late.parquet", func(c *Config) { c.From = "2026-12-01" }); err == nil || !strings.Contains(err.Error(), "choose an earlier --from") {
		t.Errorf("a window that is not over: %v", err)
	}
	if _, err := NewPlan(context.Background(), files, nil, DefaultConfig(), 1, planNow); err == nil {
		t.Error("no sources, no error")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := NewPlan(ctx, files, []string{"late.parquet"}, DefaultConfig(), 1, planNow); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		change  func(c *Config)
		problem string
	}{
		{func(c *Config) {}, ""},
		{func(c *Config) { c.TimeFormat = "yyyymmd" }, `did you mean "yyyymmdd"?`},
		{func(c *Config) { c.Zone = "Asia/Shangai" }, "not known"},
		{func(c *Config) { c.Zone = "Local" }, "depend on the machine"},
		{func(c *Config) { c.AsOf = "31.12.2023" }, "not a date"},
		{func(c *Config) { c.MoneyPlaces = 10 }, "expected 0 to 9"},
		{func(c *Config) { c.ZeroDays = "ignored" }, `did you mean "ignore"?`},
		{func(c *Config) { c.MaxBadRate = 1.5 }, "between 0 and 1"},
		{func(c *Config) { c.ExcludeCustomers = []string{"["} }, "not a pattern"},
		{func(c *Config) { c.RateColumn, c.Currency = "r", "USD" }, "there is no default"},
		{func(c *Config) { c.RateColumn, c.RateDirection = "r", "local-per-base" }, "currency is not"},
		{func(c *Config) { c.RateColumn, c.RateDirection, c.Currency = "r", "local_per_base", "USD" }, `did you mean "local-per-base"?`},
		{func(c *Config) { c.RateDirection = "local-per-base" }, "rate_column is not"},
	} {
		cfg := DefaultConfig()
		c.change(&cfg)
		err := cfg.Validate()
		var config *ConfigError
		if c.problem == "" && err != nil || c.problem != "" && (!errors.As(err, &config) || !strings.Contains(err.Error(), c.problem)) {
			t.Errorf("error is %v, want %q", err, c.problem)
		}
	}
}

// The plan of the same files is the same on another day, whatever typing errors lie
// in the future.
func TestPlanDoesNotTellTheDay(t *testing.T) {
	dates := []string{"2051-01-01", "2051-01-02"}
	for d := range 60 {
		dates = append(dates, (on("2026-01-01") + Day(d)).String())
	}
	files := store.Memory{"in.parquet": fileOf(t, ordersOn(dates...)...)}
	var texts []string
	for _, now := range []time.Time{planNow, planNow.AddDate(0, 3, 1)} {
		p, err := NewPlan(context.Background(), files, []string{"in.parquet"}, DefaultConfig(), 2, now)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, fmt.Sprint(p.AsOf, p.AsOfWhy, p.Notes, p.Roles, p.FirstDay, p.LastDay))
	}
	if texts[0] != texts[1] || !strings.Contains(texts[0], "2 rows of days not yet over ignored") {
		t.Errorf("%s\n%s", texts[0], texts[1])
	}
}
