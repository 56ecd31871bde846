package segment

import (
	"math"
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
		b, err := NewBook(l, nil, NewClock(l, asOf, cfg), cfg, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"manager", "Manager", "manager_column"} {
			a, err := b.Attribute(name)
			if err != nil {
				t.Fatal(err)
			}
			if identifier(a.Name) != identifier(name) || a.Name == "Manager" {
				t.Errorf("%s is called %s", name, a.Name)
			}
			if got := a.Text[member(b, "a")]; got != want {
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
	a, err := b.Attribute("industry_GROUP")
	if err != nil || a.Name != "Industry Group" || !a.Prospects {
		t.Fatalf("%+v, %v", a, err)
	}
	for key, want := range map[string]string{"a": "Public", "b": "Steel", "c": "Steel", "p": "Retail"} {
		if got := a.Text[member(b, key)]; got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
	d, err := b.Attribute("demand")
	if err != nil || d.Number[member(b, "p")] != 30 || !math.IsNaN(d.Number[member(b, "b")]) || !math.IsNaN(d.Number[member(b, "c")]) {
		t.Errorf("%+v, %v", d, err)
	}
	n, err := b.Attribute("name")
	if err != nil || n.Text[member(b, "p")] != "Pi" || n.Text[member(b, "c")] != "" {
		t.Errorf("%+v, %v", n, err)
	}
}

func TestUnknownAttribute(t *testing.T) {
	b := mustBook(handmade(100, []string{"region"}, sale{key: "a", day: 10, amount: 1, sides: []string{"N"}}), nil, nil)
	_, err := b.Attribute("regoin")
	if _, ok := err.(*ingest.ConfigError); !ok || !strings.Contains(err.Error(), `did you mean "region"?`) || !strings.Contains(err.Error(), "known: region, region_column") {
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
