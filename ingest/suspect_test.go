package ingest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mainstay/ingest/store"
)

// bookOfSales has 200 customers of 1 to 60 orders of about 100 each.
func bookOfSales() []saleRow {
	rng := rand.New(rand.NewPCG(7, 8))
	var rows []saleRow
	for c := range 200 {
		for range 1 + int(60*math.Pow(rng.Float64(), 3)) {
			rows = append(rows, anOrder(rng, fmt.Sprintf("C%03d", c), 100, len(rows)))
		}
	}
	return rows
}

func anOrder(rng *rand.Rand, customer string, size float64, id int) saleRow {
	amount := math.Round(100*size*(0.5+rng.Float64())) / 100
	return saleRow{Customer: &customer, Date: day("2024-06-30") - rng.Int32N(700), Amount: &amount, OrderID: fmt.Sprintf("O%d", id), Status: "ok"}
}

func suspectsOf(t *testing.T, rows []saleRow, change func(*Config)) string {
	t.Helper()
	l, err := buildFiles(t, store.Memory{"in/a.parquet": parquetOf(t, rows, 5000)}, 2, nil, func(c *Config) {
		c.AsOf = "2024-06-30"
		if change != nil {
			change(c)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range l.Suspects(l.AsOf, 2) {
		names = append(names, s.Key)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func TestSuspects(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	add := func(rows []saleRow, customer string, size float64, orders int) []saleRow {
		for range orders {
			rows = append(rows, anOrder(rng, customer, size, len(rows)))
		}
		return rows
	}
	check := func(what, want string, rows []saleRow, change func(*Config)) {
		t.Helper()
		if got := suspectsOf(t, rows, change); got != want {
			t.Errorf("%s: suspects %q, want %q", what, got, want)
		}
	}
	byRow := func(c *Config) { c.Columns.Order = "none" }
	book := bookOfSales()
	check("an ordinary book", "", book, nil)
	check("a walk-in account", "CASH", add(slices.Clone(book), "CASH", 12, 4000), nil)
	check("without order ids", "CASH", add(slices.Clone(book), "CASH", 12, 4000), byRow)
	check("one per outlet", "CASH-1 CASH-2", add(add(slices.Clone(book), "CASH-1", 12, 4000), "CASH-2", 20, 3000), nil)
	check("a key account: large orders", "", add(slices.Clone(book), "KEY", 900, 4000), nil)
	check("hundreds, not thousands", "", add(slices.Clone(book), "CASH", 12, 900), nil)
	check("not far above the rest", "", add(add(add(add(slices.Clone(book), "A", 12, 4000), "B", 12, 3000), "C", 12, 2000), "D", 12, 1500), nil)
	check("excluded", "", add(slices.Clone(book), "CASH", 12, 4000), func(c *Config) { c.ExcludeCustomers = []string{"CASH"} })
	check("nobody to compare with", "", add(nil, "CASH", 12, 4000), nil)

	l, err := buildFiles(t, store.Memory{"in/a.parquet": parquetOf(t, add(slices.Clone(book), "CASH DESK", 12, 4000), 5000)}, 2, nil, asOf("2024-06-30"))
	if err != nil {
		t.Fatal(err)
	}
	s := l.Suspects(l.AsOf, 2)
	if len(s) != 1 || s[0].Count != 4000 || !strings.Contains(s[0].String(), `"CASH DESK" has 4000 orders`) || !strings.HasSuffix(s[0].String(), "--exclude-customer 'CASH DESK'") {
		t.Errorf("suspects %v", s)
	}
	if early := l.Suspects(l.First, 2); len(early) != 0 {
		t.Errorf("what comes later is seen: %v", early)
	}
}

// The spread is MAD / 0.6745, or the scaled mean absolute deviation where MAD is 0.
func TestRobustSpread(t *testing.T) {
	check := func(centre, spread float64, values ...float64) {
		t.Helper()
		c, s := robustSpread(values)
		if c != centre || math.Abs(s-spread) > 1e-12 {
			t.Errorf("%v: got %v, %v; want %v, %v", values, c, s, centre, spread)
		}
	}
	check(3, 1/0.6745, 5, 1, 4, 2, 3)
	check(0, 1.253314*1, 0, 0, 0, 4, -1)
	check(7, 0, 7, 7, 7)
}
