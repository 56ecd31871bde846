package segment

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// valued is a book of customers k0, k1, … who each bought once, yesterday, for the given values.
func valued(values []int64, change func(*Config)) *Book {
	rows := []sale{{key: "old", day: date("2020-01-01"), amount: 1}}
	for i, v := range values {
		rows = append(rows, sale{key: fmt.Sprintf("k%d", i), day: date("2024-06-29"), amount: v})
	}
	l := handmade(date("2024-06-30"), nil, rows...)
	l.Has.Cost = false
	return mustBook(l, nil, change)
}

func selectedKeys(b *Book) string {
	selected, _, err := b.KeyAccounts()
	if err != nil {
		panic(err)
	}
	var keys []string
	for m, ok := range selected {
		if ok {
			keys = append(keys, string(b.Key(m)))
		}
	}
	slices.Sort(keys)
	return strings.Join(keys, " ")
}

func TestKeyAccountsByValue(t *testing.T) {
	f := func(share, maxShare float64, least int, want, why string, values ...int64) {
		t.Helper()
		b := valued(values, func(c *Config) { c.KeyAccounts = KeyAccountRule{Share: share, MaxShare: maxShare, Min: least} })
		if got := selectedKeys(b); got != want {
			t.Errorf("%v: %s, want %s", values, got, want)
		}
		if _, got, _ := b.KeyAccounts(); !strings.Contains(got, why) {
			t.Errorf("why %q, want %q in it", got, why)
		}
	}
	f(0.5, 1, 0, "k1", "the 1 largest of 3 customers at risk by trailing-12-month revenue make 50.0 % of it (aim 50 %)", 30, 50, 20)
	f(0.5, 1, 0, "k0 k1", "make 60.0 %", 30, 30, 30, 10) // ties by key bytes
	f(1, 1, 0, "k0 k1 k2", "", 1, 2, 3)
	f(0.9, 0.5, 0, "k2 k3", "limit", 1, 2, 3, 4)
	f(0.9, 0.1, 1, "k3", "limit", 1, 2, 3, 4)
	f(0.1, 1, 3, "k1 k2 k3", "the least being 3", 1, 2, 3, 4)
	f(0.1, 1, 9, "k0 k1", "the least being 9", 1, 2)
	f(0.5, 0.1, 5, "", "the 0 largest of 0 customers")
}

func TestKeyAccountsByCondition(t *testing.T) {
	b := conditionBook()
	b.Config.KeyAccounts.Any = []string{"units_12m >= 100", "demand >= 100"}
	if got := selectedKeys(b); got != "a p" {
		t.Errorf("got %q, want a and the prospect p", got)
	}
	if _, why, _ := b.KeyAccounts(); why != "2 by units_12m >= 100 or demand >= 100" {
		t.Errorf("why %q", why)
	}
	b = conditionBook()
	b.Config.KeyAccounts.Any = []string{"key_account"}
	if _, _, err := b.KeyAccounts(); err == nil || !strings.Contains(err.Error(), "its own definition") {
		t.Errorf("a circular definition: %v", err)
	}
	b = conditionBook()
	b.Config.KeyAccounts.Any = []string{"unit_12m > 1"}
	if _, _, err := b.KeyAccounts(); err == nil || !strings.Contains(err.Error(), "key_accounts.any: ") {
		t.Errorf("an unknown field: %v", err)
	}
}

func TestKeyAccountProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Int64Range(1, 40), 1, 40).Draw(t, "values")
		rule := KeyAccountRule{
			Share:    rapid.Float64Range(0.05, 1).Draw(t, "share"),
			MaxShare: rapid.Float64Range(0.05, 1).Draw(t, "max share"),
			Min:      rapid.IntRange(0, 8).Draw(t, "min"),
		}
		b := valued(values, func(c *Config) { c.KeyAccounts = rule })
		selected, _, _ := b.KeyAccounts()
		n := count(selected)
		if n < min(rule.Min, len(values)) || n > max(rule.Min, int(rule.MaxShare*float64(len(values))+1e-9)) {
			t.Fatalf("%d of %d selected under %+v", n, len(values), rule)
		}
		for x := range selected {
			for y := range selected {
				if selected[x] && !selected[y] && b.Profiles.Net12.At(x) < b.Profiles.Net12.At(y) && b.atRisk(y) {
					t.Fatalf("%d is in, %d is not", b.Profiles.Net12.At(x), b.Profiles.Net12.At(y))
				}
			}
		}
	})
}
