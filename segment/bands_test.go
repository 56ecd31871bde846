package segment

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	_ "mainstay/internal/seeded"

	"pgregory.net/rapid"
)

func TestSchemeParts(t *testing.T) {
	for scheme, want := range map[string][]string{
		"abc":                              {"abc"},
		"industry, region":                 {"industry", "region"},
		"revenue_12m:0,1000":               {"revenue_12m:0,1000"},
		"abc,revenue_12m:-5, 1e3 ,region":  {"abc", "revenue_12m:-5,1e3", "region"},
		"recency_days:q4,revenue_12m:0,10": {"recency_days:q4", "revenue_12m:0,10"},
		"region,2019":                      {"region", "2019"},
	} {
		if got := schemeParts(scheme); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q, want %q", scheme, got, want)
		}
	}
}

// A bound belongs to the band above it; who has no number has a band of its own; prospects have only what
// the accounts say.
func TestBandsAreClosedBelow(t *testing.T) {
	l := handmade(date("2024-12-31"), nil,
		sale{key: "a", day: date("2024-12-01"), amount: 99_99}, sale{key: "b", day: date("2024-12-01"), amount: 100_00},
		sale{key: "c", day: date("2024-12-01"), amount: -1}, sale{key: "d", day: date("2024-12-01"), amount: 2000_00})
	accounts := handmadeAccounts(account{"a", "A", "x", 5}, account{"p", "P", "x", 50})
	f := func(scheme, want string) {
		t.Helper()
		b := mustBook(l, accounts, func(c *Config) {
			c.Bands = []BandRule{{Name: "size", Of: "revenue_12m", Bounds: []float64{0, 100}, Labels: []string{"loss", "small", "large"}}}
		})
		g, err := b.Group(scheme)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, key := range []string{"a", "b", "c", "d", "p"} {
			got = append(got, key+"="+g.name(member(b, key)))
		}
		if text := strings.Join(got, " "); text != want {
			t.Errorf("%s: %s\nwant %s", scheme, text, want)
		}
	}
	f("revenue_12m:0,100", "a=0 to <100 b=≥100 c=under 0 d=≥100 p=")
	f("size", "a=small b=large c=loss d=large p=")
	f("demand:10", "a=under 10 b=(unknown) c=(unknown) d=(unknown) p=≥10")
	f("recency_days:q2", "a=q1 (lowest) b=q1 (lowest) c=(unknown) d=q1 (lowest) p=")
	f("size,demand:10", "a=small × under 10 b=large × (unknown) c=loss × (unknown) d=large × (unknown) p=")

	b := mustBook(l, accounts, func(c *Config) {
		c.Bands = []BandRule{{Name: "size", Of: "revenue_12m", Bounds: []float64{0}, Labels: []string{"loss", "gain"}}}
	})
	in, err := b.Where("size = 'gain'")
	if err != nil || count(in) != 3 {
		t.Errorf("a condition on named bands holds for %d (%v), want 3", count(in), err)
	}
}

func TestBandErrors(t *testing.T) {
	l, accounts := goldenBook()
	for scheme, want := range map[string]string{
		"revenue_12m":         "cut it into bands",
		"revenue_12m:10,1":    "bounds must ascend",
		"revenue_12m:q1":      "expected 2 to 50",
		"revenue_12m:q-2":     "expected 2 to 50",
		"revenue_12m:q99":     "expected 2 to 50",
		"region:q3":           "only numbers",
		"at_risk:0,1":         "yes/no",
		":0,1":                "nothing to cut",
		"revnue_12m:0,1":      `did you mean "revenue_12m"`,
		"Industry Group:1000": "only numbers",
	} {
		_, err := mustBook(l, handmadeAccounts(accounts...), nil).Group(scheme)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", scheme, err, want)
		}
	}
	for want, rules := range map[string][]BandRule{
		"without a name":   {{Of: "frequency", Quantiles: 3}},
		"is no field":      {{Name: "ABC", Of: "frequency", Quantiles: 3}},
		"not bands":        {{Name: "x", Of: "y", Quantiles: 3}, {Name: "y", Of: "x", Quantiles: 3}},
		"2 labels for 3":   {{Name: "x", Of: "frequency", Quantiles: 3, Labels: []string{"a", "b"}}},
		"either bounds":    {{Name: "x", Of: "frequency", Quantiles: 3, Bounds: []float64{1}}},
		"must ascend, eac": {{Name: "x", Of: "frequency", Bounds: []float64{math.NaN()}}},
	} {
		cfg := DefaultConfig()
		cfg.Bands = rules
		if err := cfg.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", rules, err, want)
		}
	}
}

// Equal values share a band, bands ascend, and every customer is in one, whatever the order of rows.
func TestQuantileBandsNeverSplitTies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := handmade(18800, []string{"region"}, anySales.Draw(t, "sales")...)
		b := mustBook(l, nil, nil)
		k := rapid.IntRange(2, 7).Draw(t, "k")
		g, err := b.Group(fmt.Sprintf("frequency:q%d", k))
		if err != nil {
			t.Fatal(err)
		}
		for i := range b.Profiles.Len() {
			for j := range b.Profiles.Len() {
				fi, fj := b.Profiles.Frequency[i], b.Profiles.Frequency[j]
				if fi == fj && g.Of[i] != g.Of[j] || fi < fj && g.Of[i] > g.Of[j] {
					t.Fatalf("frequency %d in band %d, %d in %d", fi, g.Of[i], fj, g.Of[j])
				}
			}
		}
		n := 0
		for _, c := range g.Cuts {
			n += c.Customers
		}
		if n != b.Profiles.Len() {
			t.Fatalf("%d in bands, %d customers", n, b.Profiles.Len())
		}
	})
}

func TestBandsOfTheConfigurationAreReported(t *testing.T) {
	l, _ := goldenBook()
	cfg := DefaultConfig()
	cfg.Bands = []BandRule{{Name: "freshness", Of: "recency_days", Quantiles: 3}}
	rows, _, err := byRows(context.Background(), l, nil, cfg, nil, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if r.Scheme == "freshness" {
			return
		}
	}
	t.Error("the named bands are not among the default segmentations")
}
