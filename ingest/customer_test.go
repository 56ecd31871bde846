package ingest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"mainstay/ingest/money"
	"mainstay/ingest/store"
)

// keyedRow is a row whose key may be an integer or text.
type keyedRow[K any] struct {
	Customer K       `parquet:"customer"`
	Date     int32   `parquet:"date,date"`
	Amount   float64 `parquet:"amount"`
	Status   string  `parquet:"status,dict"`
}

// The rows of every customer, read one by one, are those of the Ledger and of the rejects: in number, in
// money, in days.
func TestReadCustomerAgreesWithBuild(t *testing.T) {
	files := store.Memory{"in/a.parquet": parquetOf(t, saleRows(6000), 700), "in/b.parquet": parquetOf(t, saleRows(500), 100)}
	p, err := NewPlan(context.Background(), files, []string{"in"}, DefaultConfig(), 2, planNow)
	if err != nil {
		t.Fatal(err)
	}
	l, err := Build(context.Background(), files, p, 2, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	customers := 0
	for i := range Shards {
		s := l.Shard(i)
		for k := 0; k < s.Customers(); k += 7 { // every pass reads the whole export
			customers++
			lo, hi := s.Cells(k)
			var lines int64
			var net money.Total
			for j := lo; j < hi; j++ {
				lines += int64(s.Lines[j])
				net.Add(s.Net(j))
			}
			r, err := ReadCustomer(context.Background(), files, p, s.Key(k), 5, 2, nil)
			if err != nil {
				t.Fatal(err)
			}
			aside, asideMoney := int64(0), r.MoneyUsed
			for _, x := range r.Reasons {
				aside += x.Rows
				asideMoney.Merge(x.Money)
			}
			if r.Used != lines || r.MoneyUsed != net || r.Read != r.Used+aside || r.MoneyRead != asideMoney {
				t.Errorf("%s: %+v; the Ledger has %d rows, %s", s.Key(k), r, lines, net.Format(l.Scale))
			}
			if len(r.Latest) != int(min(5, r.Used)) || r.Latest[0].Day != s.Day[hi-1] {
				t.Errorf("%s: latest %+v, last cell %v", s.Key(k), r.Latest, s.Day[hi-1])
			}
			if len(r.SetAside) != int(min(5, aside)) {
				t.Errorf("%s: %d set aside, %d listed", s.Key(k), aside, len(r.SetAside))
			}
			one, err := ReadCustomer(context.Background(), files, p, s.Key(k), 5, 1, nil)
			if err != nil || fmt.Sprintf("%+v", *one) != fmt.Sprintf("%+v", *r) {
				t.Errorf("%s: another number of threads, other rows: %v", s.Key(k), err)
			}
		}
	}
	if customers < 10 {
		t.Errorf("only %d customers were looked at", customers)
	}
}

// A key is found whatever its type, rows of others are not, and what was set aside says why.
func TestReadCustomerFindsKeysOfEveryType(t *testing.T) {
	f := func(name string, file []byte, who string, used int64, reasons ...string) {
		t.Helper()
		files := store.Memory{"in/" + name: file}
		p, err := NewPlan(context.Background(), files, []string{"in"}, Config{AsOf: "2024-06-30", MoneyPlaces: 4, Zone: "UTC", ZeroDays: "ignore", ExcludeStatus: []string{"void"}, MaxBadRate: 1}, 1, planNow)
		if err != nil {
			t.Fatal(err)
		}
		r, err := ReadCustomer(context.Background(), files, p, []byte(who), 9, 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, x := range r.Reasons {
			got = append(got, x.Reason)
		}
		if r.Used != used || !slices.Equal(got, reasons) {
			t.Errorf("%s, %q: %d used, %q; want %d, %q", name, who, r.Used, got, used, reasons)
		}
	}
	integers := parquetOf(t, []keyedRow[int64]{{42, day("2024-06-01"), 5, "ok"}, {43, day("2024-06-01"), 5, "ok"}, {42, day("2024-06-02"), 5, "void"}}, 10)
	f("integers.parquet", integers, "42", 1, ReasonExcludedStatus)
	f("integers.parquet", integers, "042", 0)
	floats := parquetOf(t, []keyedRow[float64]{{17850, day("2024-06-01"), 5, "ok"}, {17850.5, day("2024-06-01"), 5, "ok"}}, 10)
	f("floats.parquet", floats, "17850", 1)
	f("floats.parquet", floats, "17850.5", 1)
	texts := parquetOf(t, []keyedRow[string]{{"042", day("2024-06-01"), 5, "ok"}, {"42", day("2024-06-01"), 5, "ok"}, {"042", day("2025-06-01"), 5, "ok"}}, 10)
	f("texts.parquet", texts, "042", 1, ReasonAfterAsOf)
	f("texts.parquet", texts, "42", 1)
}

// A group has the rows of its members, as in the Ledger; a member that is in a group has none of its own.
func TestReadCustomerOfAGroup(t *testing.T) {
	files := store.Memory{
		"in/a.parquet": parquetOf(t, salesOf("A2", "B1", "X", "A", "7"), 10),
		"in/b.parquet": parquetOf(t, salesOf[int64](7, 42), 10),
	}
	p := planWith(t, files, groupAccounts, func(c *Config) { c.Unit = UnitParent })
	for who, want := range map[string]int64{"42": 3, "A": 2, "Beta": 1, "X": 1, "7": 0, "A2": 0} {
		r, err := ReadCustomer(context.Background(), files, p, []byte(who), 9, 2, nil)
		if err != nil || r.Used != want || r.Read != want || int64(len(r.Latest)) != want {
			t.Errorf("%s: %d rows used, want %d: %v", who, r.Used, want, err)
		}
	}
}
