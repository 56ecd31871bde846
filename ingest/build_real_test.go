package ingest

import (
	"context"
	"fmt"
	"testing"

	"mainstay/ingest/store"
)

// figures are what DuckDB 1.5 says about a real export, read with
//
//	SELECT count(*), sum(amount), count(DISTINCT customer),
//	       count(DISTINCT (customer, date)), sum(units), count(DISTINCT (customer, order_id)) …
//
// over the rows that are used, amounts as DECIMAL(18,4) where the file has DOUBLE.
type figures struct {
	rows, used                        int64
	money, moneyUsed                  string
	customers, cells                  int
	units                             string // "" = not mapped, likewise below
	orders                            int64
	cost, costed, discount            string
	side                              string
	sideEntries, sideValues, setAside int
	first, asOf                       string
}

func TestRealLedgersReconcileWithDuckDB(t *testing.T) {
	for _, c := range []struct {
		file   string
		change func(*Config)
		want   figures
	}{
		{"cdnow.parquet", nil, figures{
			rows: 69659, used: 69659, money: "2500315.63", moneyUsed: "2500315.63", customers: 23570, cells: 67591,
			units: "167881", first: "1997-01-01", asOf: "1998-06-30"}},
		{"cdnow_integer_dates.parquet", nil, figures{
			rows: 69659, used: 69659, money: "2500315.6300", moneyUsed: "2500315.6300", customers: 23570, cells: 67591,
			units: "167881", first: "1997-01-01", asOf: "1998-06-30"}},
		{"online_retail.parquet", nil, figures{
			rows: 541909, used: 406829, money: "9747747.9340", moneyUsed: "8300065.8140", customers: 4372, cells: 19296,
			units: "4906888", orders: 18532, side: "Country", sideEntries: 19296, sideValues: 38, setAside: 135080,
			first: "2010-12-01", asOf: "2011-12-09"}},
		{"adventureworks_orders.parquet", nil, figures{
			rows: 57851, used: 57851, money: "77548570.2000", moneyUsed: "77548570.2000", customers: 632, cells: 3611,
			units: "204114", orders: 3616, cost: "76427697.2000", costed: "77420890.1200", side: "manager", sideEntries: 3614, sideValues: 18,
			first: "2017-07-01", asOf: "2020-05-31"}},
		{"classicmodels_orders.parquet", nil, figures{
			rows: 2996, used: 2917, money: "9604190.61", moneyUsed: "9365336.43", customers: 98, cells: 319,
			units: "102882", orders: 320, setAside: 79, first: "2003-01-06", asOf: "2005-05-31"}},
		{"complete_journey.parquet", func(c *Config) { c.Columns.Discount = "retail_disc+coupon_disc+coupon_match_disc" }, figures{
			rows: 75000, used: 75000, money: "233935.2400", moneyUsed: "233935.2400", customers: 2377, cells: 45609,
			units: "7784694", orders: 46988, discount: "41779.7200", side: "channel", sideEntries: 45974,
			first: "2017-01-01", asOf: "2017-12-31"}},
	} {
		t.Run(c.file, func(t *testing.T) {
			p, err := planReal(t, c.file, c.change)
			if err != nil {
				t.Fatal(err)
			}
			l, err := Build(context.Background(), store.Dir{}, p, 2, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			got := figuresOf(t, l, c.want)
			if got != c.want {
				t.Errorf("\n got %+v\nwant %+v", got, c.want)
			}
			for _, byRow := range []bool{true, false} { // rows are the harder case: a wholesale order has many
				if l.Has.Orders = !byRow && p.Order != ""; len(l.Suspects(l.AsOf, 2)) > 0 {
					t.Errorf("no customer of this book is a walk-in account: %v (by row: %v)", l.Suspects(l.AsOf, 2), byRow)
				}
			}
		})
	}
}

// figuresOf sums up a Ledger; measures that want leaves out are left out.
func figuresOf(t *testing.T, l *Ledger, want figures) figures {
	t.Helper()
	y := &l.Tally
	got := figures{
		rows: y.RowsRead, used: y.RowsUsed, money: y.MoneyRead.Format(l.Scale), moneyUsed: y.MoneyUsed.Format(l.Scale),
		customers: l.Customers(), first: l.First.String(), asOf: l.AsOf.String(), side: want.side,
	}
	for _, r := range y.Reasons {
		got.setAside += int(r.Rows)
	}
	var units, cost, costed, discount int64
	side := sideOf(l, want.side)
	for i := range Shards {
		s := l.Shard(i)
		got.cells += len(s.Day)
		for j := range s.Day {
			if l.Has.Orders {
				got.orders += int64(s.Orders[j])
			}
			if l.Has.Units {
				units += s.Units[j]
			}
			if l.Has.Cost {
				cost, costed = cost+s.Cost[j], costed+s.Costed[j]
			}
			if l.Has.Discount {
				discount += s.Discount[j]
			}
		}
		if want.side != "" {
			got.sideEntries += len(s.Side(side).Code)
		}
	}
	text := func(x int64, scale int) string {
		var total = y.MoneyUsed
		total.Sub(total)
		total.Add(x)
		return total.Format(scale)
	}
	got.units = text(units, l.UnitsScale)
	if want.cost != "" {
		got.cost, got.costed = text(cost, l.Scale), text(costed, l.Scale)
	}
	if want.discount != "" {
		got.discount = text(discount, l.Scale)
	}
	if want.sideValues > 0 {
		got.sideValues = len(l.Sides[side].Values)
	}
	return got
}

// A partitioned folder is the same export as the single file.
func TestPartitionedRetailIsTheSameLedger(t *testing.T) {
	var digests, tallies []string
	for _, name := range []string{"online_retail.parquet", "online_retail"} {
		p, err := planReal(t, name, nil)
		if err != nil {
			t.Fatal(err)
		}
		l, err := Build(context.Background(), store.Dir{}, p, 2, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		digests, tallies = append(digests, l.Digest()), append(tallies, fmt.Sprint(l.Tally))
	}
	if digests[0] != digests[1] || tallies[0] != tallies[1] {
		t.Errorf("file and folder differ:\n%s\n%s", tallies[0], tallies[1])
	}
}

// Contoso's five currencies add up at the rates of its rows, which are units of
// local currency per dollar.
func TestContosoAtItsRates(t *testing.T) {
	p, err := planReal(t, "contoso_sales.parquet", func(c *Config) {
		c.Currency, c.RateColumn, c.RateDirection = "USD", "exchange_rate", "local-per-base"
	})
	if err != nil {
		t.Fatal(err)
	}
	l, err := Build(context.Background(), store.Dir{}, p, 2, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if l.Tally.RowsUsed != 7794 || l.Customers() != 3165 || l.Currency != "USD" || l.Tally.MoneyUsed.Format(4) != "7302606.6036" {
		t.Errorf("%d rows, %d customers, %s %s", l.Tally.RowsUsed, l.Customers(), l.Currency, l.Tally.MoneyUsed.Format(4))
	}
	p, err = planReal(t, "contoso_sales.parquet", func(c *Config) { c.Currency = "eur" })
	if err != nil {
		t.Fatal(err)
	}
	l, err = Build(context.Background(), store.Dir{}, p, 2, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	// Python's decimal, half to even. (DuckDB rounds the seven ties away from zero:
	// 1614299.4560.)
	if l.Tally.RowsUsed != 1814 || l.Tally.MoneyUsed.Format(4) != "1614299.4557" {
		t.Errorf("euros only: %d rows, %s", l.Tally.RowsUsed, l.Tally.MoneyUsed.Format(4))
	}
}
