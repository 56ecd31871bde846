package ingest

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"mainstay/ingest/store"
	"mainstay/ingest/table"
)

// planWith plans an export beside an accounts table.
func planWith(t *testing.T, files store.Memory, accounts string, change func(*Config)) *Plan {
	t.Helper()
	p, err := planOf(files, "in", change)
	if err != nil {
		t.Fatal(err)
	}
	files["accounts.csv"] = []byte(accounts)
	a, err := table.ReadAccounts(context.Background(), files, []string{"accounts.csv"}, table.AccountsConfig{}, p.Customer, int32(p.AsOf), 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Meet(a); err != nil {
		t.Fatal(err)
	}
	return p
}

// shown lists accounts as key=name (members), industry.
func shown(a *table.Accounts) string {
	var parts []string
	for i, k := range a.Keys {
		s := fmt.Sprintf("%s=%s", k, a.Name.At(i))
		if a.Members != nil {
			var keys []string
			for _, m := range a.Members[i] {
				keys = append(keys, string(m.Key))
			}
			s += "(" + strings.Join(keys, " ") + ")"
		}
		parts = append(parts, s+" "+a.Attribute("industry").Text.At(i))
	}
	return strings.Join(parts, "; ")
}

const groupAccounts = "customer_id,name,parent,industry\nA,Alpha,,metal\nA1,Alpha One,A,wood\nA2,Alpha Two,A1,\nB1,Beta One,Beta,glass\nP,Prospect,,paper\n7,Seven,42,toys\nCASH,Till,,\n"

func TestAccountsOfGroups(t *testing.T) {
	files := store.Memory{
		"in/a.parquet": parquetOf(t, salesOf("A2", "B1", "CASH", "X", "A", "7"), 10),
		"in/b.parquet": parquetOf(t, salesOf[int64](7, 42), 10),
	}
	p := planWith(t, files, groupAccounts, func(c *Config) { c.Unit, c.ExcludeCustomers = UnitParent, []string{"CASH", "nobody"} })
	if got, want := shown(p.Accounts), "42=(7) toys; A=Alpha(A A1 A2) metal; Beta=(B1) glass; P=Prospect(P) paper"; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	l, err := Build(context.Background(), files, p, 2, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(linesByKey(l)), `["42" 3 "A" 2 "Beta" 1 "X" 1]`; got != want {
		t.Errorf("got %v, want %s", got, want)
	}
	if x := l.Tally.Excluded; len(x) != 1 || x[0].Entries != 2 || x[0].Matched != 1 || x[0].Rows != 1 {
		t.Errorf("excluded %+v", x)
	}
}

// Who is excluded is no account and no prospect, and a list that names a prospect has met somebody.
func TestExcludedAccounts(t *testing.T) {
	files := store.Memory{"in/a.parquet": parquetOf(t, salesOf("A2", "B1", "X"), 10)}
	p := planWith(t, files, groupAccounts, func(c *Config) { c.ExcludeCustomers = []string{"A*", "P"} })
	if got, want := shown(p.Accounts), "7=Seven toys; B1=Beta One glass; CASH=Till "; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	l, err := Build(context.Background(), files, p, 1, nil, nil)
	if err != nil || len(l.Tally.ExclusionNotes()) > 0 {
		t.Errorf("notes %v, %v", l.Tally.ExclusionNotes(), err)
	}
	if p = planWith(t, files, groupAccounts, func(c *Config) { c.Unit, c.ExcludeCustomers = UnitParent, []string{"Beta"} }); p.Accounts.Row([]byte("Beta"), 0) >= 0 || p.Accounts.Row([]byte("B1"), 0) >= 0 {
		t.Errorf("members of an excluded group: %s", bytes.Join(p.Accounts.Keys, []byte(" ")))
	}
}

// The key of an erased person is not kept as the parent of others.
func TestErasedParent(t *testing.T) {
	files := store.Memory{"in/a.parquet": parquetOf(t, salesOf("A2", "B1"), 10), "gone.csv": []byte("customer_id,reason\nA,erased\nBeta,internal\n")}
	for unit, want := range map[string]string{UnitCustomer: "A1= A2=A1 B1=Beta", UnitParent: ""} {
		p := planWith(t, files, "customer_id,name,parent\nA,Alpha,\nA1,One,A\nA2,Two,A1\nB1,Beta One,Beta\n", func(c *Config) { c.Unit, c.Exclude = unit, []string{"gone.csv"} })
		var got []string
		for row, k := range p.Accounts.Keys {
			got = append(got, fmt.Sprintf("%s=%s", k, p.Accounts.Parent.At(row)))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("unit %s: %v, want %s", unit, got, want)
		}
	}
}

// An order that several members of a group share is one order of the group.
func TestOrdersAcrossMembers(t *testing.T) {
	rows := saleRows(400)
	for i := range rows {
		rows[i].Status = "ok"
		c, amount := fmt.Sprintf("M%d", i%4), 1.0
		rows[i].Customer, rows[i].Amount, rows[i].OrderID = &c, &amount, fmt.Sprintf("O%d", i/8)
		rows[i].Date = day("2024-06-30") - int32(i/8)
	}
	files := store.Memory{"in/a.parquet": parquetOf(t, rows, 100)}
	p := planWith(t, files, "customer,parent,name\nM0,G,\nM1,G,\nM2,G,\nM3,G,\n", func(c *Config) { c.AsOf, c.Unit = "2024-06-30", UnitParent })
	l, err := Build(context.Background(), files, p, 2, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	var orders uint32
	for i := range Shards {
		for _, n := range l.Shard(i).Orders {
			orders += n
		}
	}
	if l.Customers() != 1 || orders != 50 || l.Tally.RowsUsed != 400 {
		t.Errorf("%d customers, %d orders, %d rows; want 1, 50, 400", l.Customers(), orders, l.Tally.RowsUsed)
	}
}

// Who moves between groups takes along no purchase: rows stay with the group of their day, and what is known of
// a group on an earlier day is what was known then.
func TestDatedGroups(t *testing.T) {
	const accounts = "customer_id,name,parent,valid_from,industry\n" +
		"A,Alpha,,,metal\nB,Beta,,,glass\nB,Beta,A,2022-01-10,glass\nA1,One,A,,wood\nA1,One,B,2022-01-05,wood\nA1,One,C,2022-01-20,wood\nN,New,A,2030-01-01,late\n"
	var rows []keyedSale[string]
	for _, c := range []string{"A1", "B", "N"} {
		for d := day("2022-01-01"); d < day("2022-01-31"); d++ {
			rows = append(rows, keyedSale[string]{c, d, 1})
		}
	}
	build := func(accounts string) (*Plan, *Ledger) {
		files := store.Memory{"in/a.parquet": parquetOf(t, rows, 10)}
		p := planWith(t, files, accounts, func(c *Config) { c.Unit = UnitParent })
		l, err := Build(context.Background(), files, p, 2, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		return p, l
	}
	p, l := build(accounts)
	got := map[string]int{}
	for i := range Shards {
		s := l.Shard(i)
		for c := range s.Customers() {
			lo, hi := s.Cells(c)
			for _, n := range s.Lines[lo:hi] {
				got[string(s.Key(c))] += int(n)
			}
		}
	}
	// A1: 4 days of A, 5 of B, then of A through B, from the 20th of C. B: 9 days of its own, then of A.
	if want := "map[A:35 B:14 C:11 N:30]"; fmt.Sprint(got) != want || len(p.Notes) > 0 {
		t.Errorf("rows %v, want %s; notes %q", got, want, p.Notes)
	}
	for who, want := range map[string]int64{"A": 35, "B": 14, "A1": 0, "N": 30} {
		r, err := ReadCustomer(context.Background(), store.Memory{"in/a.parquet": parquetOf(t, rows, 10)}, p, []byte(who), 3, 2, nil)
		if err != nil || r.Used != want || r.Read != want {
			t.Errorf("%d rows of %s, %v; want %d", r.Used, who, err, want)
		}
	}
	if got, want := shown(p.Accounts), "A=Alpha(A B) metal; B=Beta() glass; B=Beta() glass; C=(A1) "; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if row := p.Accounts.Row([]byte("C"), day("2022-01-19")); row >= 0 {
		t.Error("a group is known before anybody was in it")
	}
	_, without := build(strings.Replace(accounts, "N,New,A,2030-01-01,late\n", "N,New,,,late\n", 1))
	if without.Digest() != l.Digest() {
		t.Error("a parent after the as-of date changed the ledger")
	}
}
