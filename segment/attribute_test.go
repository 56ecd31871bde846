package segment

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"mainstay/ingest"
)

func TestSideAttributeAsOf(t *testing.T) {
	l := handmade(100, []string{"manager"},
		sale{key: "a", day: 10, amount: 1, sides: []string{"Ann"}},
		sale{key: "a", day: 20, amount: 1, sides: []string{"Bob"}},
		sale{key: "a", day: 20, amount: 1, sides: []string{"Cy"}},
		sale{key: "a", day: 20, amount: 1, sides: []string{"Cy"}},
		sale{key: "a", day: 30, amount: 1, sides: []string{""}}, // names nobody: the day before counts
		sale{key: "a", day: 40, amount: 1, sides: []string{"Dee"}},
		sale{key: "a", day: 40, amount: 1, sides: []string{"Bob"}}, // as many rows: the smaller by bytes
		sale{key: "a", day: 40, amount: 1, sides: []string{""}},
		sale{key: "a", day: 40, amount: 1, sides: []string{""}},
		sale{key: "b", day: 10, amount: 1, sides: []string{""}},
	)
	f := func(asOf ingest.Day, want string) {
		t.Helper()
		cfg := DefaultConfig()
		b, err := bookOn(l, nil, asOf, cfg, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"manager", "Manager", "manager_column"} {
			a := b.attribute(name)
			if identifier(a.Name) != identifier(name) || a.Name == "Manager" {
				t.Errorf("%s is called %s", name, a.Name)
			}
			if got := a.at(member(b, "a")); got != want {
				t.Errorf("as of %d: %q, want %q", asOf, got, want)
			}
		}
	}
	f(10, "Ann")
	f(19, "Ann")
	f(20, "Cy")
	f(35, "Cy")
	f(100, "Bob")
}

func TestAccountAttribute(t *testing.T) {
	l := handmade(100, []string{"industry_group"},
		sale{key: "a", day: 10, amount: 1, sides: []string{"Steel"}},
		sale{key: "b", day: 10, amount: 1, sides: []string{"Steel"}},
		sale{key: "c", day: 10, amount: 1, sides: []string{"Steel"}},
	)
	b := mustBook(l, handmadeAccounts(
		account{"a", "Alpha", " Public  ", 10},
		account{"b", "Beta", "", math.NaN()},
		account{"p", "Pi", "Retail", 30},
	), nil)
	if len(b.Prospects) != 1 || b.Members() != 4 || b.Profile(3) != nil || string(b.Key(3)) != "p" {
		t.Fatalf("prospects %v, members %d", b.Prospects, b.Members())
	}
	a := b.attribute("industry_GROUP")
	if a.Name != "Industry Group" || !a.Prospects {
		t.Fatalf("%+v", a)
	}
	for key, want := range map[string]string{"a": "Public", "b": "Steel", "c": "Steel", "p": "Retail"} {
		if got := a.at(member(b, key)); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
	d := b.attribute("demand")
	if d.number(member(b, "p")) != 30 || !math.IsNaN(d.number(member(b, "b"))) || !math.IsNaN(d.number(member(b, "c"))) {
		t.Errorf("%+v", d)
	}
	n := b.attribute("name")
	if n.at(member(b, "p")) != "Pi" || n.at(member(b, "c")) != "" {
		t.Errorf("%+v", n)
	}
}

func TestUnknownAttribute(t *testing.T) {
	b := mustBook(handmade(100, []string{"region"}, sale{key: "a", day: 10, amount: 1, sides: []string{"N"}}), nil, nil)
	_, err := b.Group("regoin")
	if _, ok := err.(*ingest.ConfigError); !ok || !strings.Contains(err.Error(), `did you mean "region"?`) || !strings.Contains(err.Error(), "known: rfm, abc, ladder, kmeans, gmm, region, region_column") {
		t.Errorf("%v", err)
	}
	_, err = b.Group("rmf")
	if err == nil || !strings.Contains(err.Error(), `did you mean "rfm"?`) {
		t.Errorf("%v", err)
	}
	_, err = b.Group("abc,")
	if err == nil {
		t.Error("an empty part of a crossing passes")
	}
}

func TestTooManyNumbers(t *testing.T) {
	var rows []sale
	var accounts []account
	for k := range 21 {
		key := string(rune('a' + k))
		rows = append(rows, sale{key: key, day: 1, amount: 1})
		accounts = append(accounts, account{key, "", "", float64(k)})
	}
	l := handmade(100, nil, rows...)
	_, err := mustBook(l, handmadeAccounts(accounts...), nil).Group("demand")
	if _, ok := err.(*ingest.ConfigError); !ok || !strings.Contains(err.Error(), "21 different numbers") {
		t.Errorf("%v", err)
	}
	accounts[20].demand = math.NaN()
	g, err := mustBook(l, handmadeAccounts(accounts[:20]...), nil).Group("demand")
	if err == nil {
		t.Errorf("20 numbers and unknown make 21 segments: %q", g.Names)
	}
	g, err = mustBook(l, handmadeAccounts(accounts[:19]...), nil).Group("demand")
	if err != nil || len(g.Names) != 20 || g.Names[0] != unknown {
		t.Errorf("%v, %v", g, err)
	}
}

// Codes in the accounts, words in the export: the numbers are text, with the side table in the gaps.
func TestNumbersThatASideTableNamesToo(t *testing.T) {
	rows := []sale{
		{key: "a", day: 10, amount: 1, sides: []string{"North"}},
		{key: "b", day: 10, amount: 1, sides: []string{"South"}},
		{key: "c", day: 10, amount: 1, sides: []string{""}},
	}
	accounts := handmadeAccounts(account{key: "a", demand: 7}, account{key: "b", demand: math.NaN()}, account{key: "p", demand: 0.1})
	accounts.Accounts.Attributes[1].Name = "Region"
	check := func(l *ingest.Ledger, want map[string]string) {
		t.Helper()
		r, err := Analyse(context.Background(), l, accounts, DefaultConfig(), 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range rowsOf(t, r.Scores) {
			if s.Region != want[s.Key] {
				t.Errorf("region of %s is %q, want %q", s.Key, s.Region, want[s.Key])
			}
		}
	}
	l := handmade(100, []string{"region"}, rows...)
	check(l, map[string]string{"a": "7", "b": "South", "p": "0.1"})
	check(handmade(100, nil, rows...), map[string]string{"a": "7", "p": "0.1"})
	b := mustBook(l, accounts, nil)
	if !slices.Contains(b.Schemes(), "Region") {
		t.Errorf("no segmentation by region among %q", b.Schemes())
	}
	g, err := b.Group("region")
	if err != nil || !slices.Equal(g.Names, []string{unknown, "0.1", "7", "South"}) {
		t.Errorf("segments %q, %v", g.Names, err)
	}
	in, err := b.Where(`region == "7"`)
	if err != nil || count(in) != 1 || !in[member(b, "a")] {
		t.Errorf("%v, %v", in, err)
	}
}

// Customers whose accounts have the same text are one segment; those whose accounts are empty, or blank, are where the side table
// puts each of them.
func TestGroupsOfTextsAndSideTables(t *testing.T) {
	var rows []sale
	var accounts []account
	for i, side := range []string{"Steel", "Wood", "Steel", "Wood", "Steel", ""} {
		key := string(rune('a' + i))
		rows = append(rows, sale{key: key, day: 10, amount: 1, sides: []string{side}})
		if i < 5 {
			accounts = append(accounts, account{key, "", []string{"", "", "  ", "  ", "Wood"}[i], math.NaN()})
		}
	}
	b := mustBook(handmade(100, []string{"industry_group"}, rows...), handmadeAccounts(accounts...), nil)
	g, err := b.Group("industry_group")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"Steel", "Wood", "Steel", "Wood", "Wood", unknown} {
		if m := member(b, string(rune('a'+i))); g.name(m) != want || b.attribute("industry_group").at(m) != strings.TrimSuffix(want, unknown) {
			t.Errorf("customer %d is in %q, want %q", i, g.name(m), want)
		}
	}
}
