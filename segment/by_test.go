package segment

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"mainstay/ingest"
	"mainstay/ingest/table"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// goldenBook is a small believable book: 24 customers over three years, with an industry from the
// accounts, a region from the rows, and two prospects.
func goldenBook() (*ingest.Ledger, []account) {
	asOf := date("2024-12-31")
	industries := []string{"Public", "Retail", "Logistics"}
	regions := []string{"North", "South"}
	var rows []sale
	accounts := []account{{"P1", "Prospect One", "Public", 40}, {"P2", "Prospect Two", "Retail", 5}}
	for c := range 24 {
		key := fmt.Sprintf("C%02d", c)
		gap := 20 + 7*(c%6)
		last := asOf - ingest.Day(c*c/2)
		for d := last; d > asOf-1000+ingest.Day(10*c); d -= ingest.Day(gap) {
			amount := int64(5_000_000/(c*c+10)) + int64(d%7)*100
			rows = append(rows, sale{key: key, day: d, amount: amount, units: int64(1 + 20/(c+1)), cost: amount * 7 / 10, costed: true, sides: []string{regions[c%2]}})
			if d%11 == 0 {
				rows = append(rows, sale{key: key, day: d + 1, amount: -amount / 4, units: -1, sides: []string{regions[c%2]}})
			}
		}
		if c%5 != 4 {
			accounts = append(accounts, account{key, "Customer " + key, industries[c%3], float64(10 * (c % 4))})
		}
	}
	return handmade(asOf, []string{"region"}, rows...), accounts
}

// render writes rows and cuts as a table of text.
func render(rows []SegmentRow, cuts []Cut) string {
	var s strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&s, "%-20s %-22s cust %2d risk %2d lapsed %2d prosp %d key %d net %9d share %.4f freq %.3f tenure %g ret %.4f [%.4f, %.4f] of %d\n",
			r.Scheme, r.Segment, r.Customers, r.AtRisk, r.Lapsed, r.Prospects, r.KeyAccounts, r.Net12, r.NetShare, r.Frequency12, r.TenureDays, r.Retention, r.RetentionLow, r.RetentionHigh, r.RetentionN)
	}
	for _, c := range cuts {
		fmt.Fprintf(&s, "cut %-7s %-13s %-6s %2d [%g, %g]\n", c.Scheme, c.Measure, c.Group, c.Customers, c.Low, c.High)
	}
	return s.String()
}

func TestByGolden(t *testing.T) {
	l, accounts := goldenBook()
	by := []string{"abc", "rfm", "ladder", "region", "industry group", "demand", "industry group,region", "abc,ladder"}
	rows, cuts, err := byRows(context.Background(), l, handmadeAccounts(accounts...), DefaultConfig(), by, "", 2)
	if err != nil {
		t.Fatal(err)
	}
	got := render(rows, cuts)
	name := filepath.Join("testdata", "by.golden")
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test -update rewrites it):\n%s", name, got)
	}
}

func TestByWhereChoosesWhoIsCounted(t *testing.T) {
	l, accounts := goldenBook()
	all, _, err := byRows(context.Background(), l, handmadeAccounts(accounts...), DefaultConfig(), []string{"abc"}, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	north, cuts, err := byRows(context.Background(), l, handmadeAccounts(accounts...), DefaultConfig(), []string{"abc"}, "region = 'North'", 1)
	if err != nil {
		t.Fatal(err)
	}
	south, _, err := byRows(context.Background(), l, handmadeAccounts(accounts...), DefaultConfig(), []string{"abc"}, "region = 'South'", 1)
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		n, s := north[i], south[i]
		if n.Customers+s.Customers != all[i].Customers || n.Net12+s.Net12 != all[i].Net12 || n.RetentionN+s.RetentionN != all[i].RetentionN || n.KeyAccounts+s.KeyAccounts != all[i].KeyAccounts {
			t.Errorf("%s: %+v and %+v do not make %+v", all[i].Segment, n, s, all[i])
		}
	}
	if cuts[0].Customers != all[0].Customers {
		t.Error("cut points are those of the whole book")
	}
}

func TestByProspects(t *testing.T) {
	l, accounts := goldenBook()
	rows, _, err := byRows(context.Background(), l, handmadeAccounts(accounts...), DefaultConfig(), []string{"industry group", "region", "abc"}, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	n := map[string]int{}
	for _, r := range rows {
		n[r.Scheme] += r.Prospects
	}
	if n["Industry Group"] != 2 || n["region"] != 0 || n["abc"] != 0 {
		t.Errorf("prospects by scheme: %v; they have account attributes only", n)
	}
}

func TestByDefaultSchemes(t *testing.T) {
	l, accounts := goldenBook()
	b := mustBook(l, handmadeAccounts(accounts...), nil)
	if got, want := b.Schemes(), []string{"abc", "rfm", "ladder", "Industry Group", "region"}; !reflect.DeepEqual(got, want) {
		t.Errorf("schemes %q, want %q", got, want)
	}
}

func TestByErrors(t *testing.T) {
	l, _ := goldenBook()
	f := func(by, where, want string, change func(*Config)) {
		t.Helper()
		cfg := DefaultConfig()
		if change != nil {
			change(&cfg)
		}
		_, _, err := byRows(context.Background(), l, nil, cfg, []string{by}, where, 1)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s, %s: %v, want %q", by, where, err, want)
		}
	}
	f("industry", "", `no segmentation or attribute "industry"`, nil)
	f("region", "regoin = 'North'", `did you mean "region"`, nil)
	f("abc", "", "ladder is", func(c *Config) { c.Ladder = []float64{-1} })
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := byRows(ctx, l, nil, DefaultConfig(), []string{"abc"}, "", 1); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
}

func TestByProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sales := anySales.Draw(t, "sales")
		l := handmade(18800, []string{"region"}, sales...)
		by := []string{"abc", "rfm", "ladder", "region", "region,abc", "rfm,abc", "revenue_12m:-10,0,50", "frequency:q3,region"}
		rows, cuts, err := byRows(context.Background(), l, nil, DefaultConfig(), by, "", 1)
		if err != nil {
			t.Fatal(err)
		}
		var net int64
		for _, r := range sales {
			if r.day > MonthsBefore(18800, 12) {
				net += r.amount
			}
		}
		sums, customers := map[string]int64{}, map[string]int{}
		for _, r := range rows {
			sums[r.Scheme] += r.Net12
			customers[r.Scheme] += r.Customers
			if r.AtRisk+r.Lapsed > r.Customers || r.RetentionN > 0 && !(r.RetentionLow <= r.Retention && r.Retention <= r.RetentionHigh) {
				t.Fatalf("row %+v", r)
			}
			if math.IsInf(r.NetShare, 0) || math.IsInf(r.Frequency12, 0) {
				t.Fatalf("infinite: %+v", r)
			}
		}
		for scheme, sum := range sums {
			if sum != net || customers[scheme] != l.Customers() {
				t.Fatalf("%s: net %d of %d, customers %d of %d", scheme, sum, net, customers[scheme], l.Customers())
			}
		}
		shuffled := rapid.Permutation(sales).Draw(t, "shuffled")
		again, cuts2, err := byRows(context.Background(), handmade(18800, []string{"region"}, shuffled...), nil, DefaultConfig(), by, "", 5)
		if err != nil || render(again, cuts2) != render(rows, cuts) {
			t.Fatalf("row order or threads matter: %v\n%s\n%s", err, render(rows, cuts), render(again, cuts2))
		}
	})
}

func TestSegmentsAsOfIgnoreTheFuture(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sales := anySales.Draw(t, "sales")
		asOf := ingest.Day(18000 + rapid.IntRange(0, 800).Draw(t, "as of"))
		past := until(sales, asOf)
		if len(past) == 0 {
			return
		}
		with, without := handmade(asOf, []string{"region"}, sales...), handmade(asOf, []string{"region"}, past...)
		var text [2]string
		for k, l := range []*ingest.Ledger{with, without} {
			rows, cuts, err := byRows(context.Background(), l, nil, DefaultConfig(), []string{"abc", "rfm", "region", "rfm,region"}, "recency_days < 300 or key_account", 2)
			if err != nil {
				t.Fatal(err)
			}
			text[k] = render(rows, cuts)
		}
		if text[0] != text[1] {
			t.Fatalf("later rows matter:\n%s\n%s", text[0], text[1])
		}
	})
}

func TestAggregateWithEstimates(t *testing.T) {
	l, _ := goldenBook()
	b := mustBook(l, nil, nil)
	n := b.Members()
	est := &Estimates{Value12: make([]float64, n), ValueAtRisk: make([]float64, n), Tier: make([]uint8, n)}
	for m := range n {
		est.Value12[m], est.ValueAtRisk[m], est.Tier[m] = 2, 1, gold
	}
	est.Churn = func(m int) float64 {
		if m%2 == 0 {
			return 0.25
		}
		return math.NaN()
	}
	est.Interval = func(members []int32) (low, high float64) { return float64(len(members)), 3 * float64(len(members)) }
	g, err := b.Group("region")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := b.Aggregate("region", g, "", nil, nil, est)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		c := float64(r.Customers)
		if r.Churn != 0.25 || r.Value12 != 2*c || r.ValueAtRisk != c || r.Value12Low != c || r.Value12High != 3*c || r.Tiers["gold"] != r.Customers {
			t.Errorf("%+v", r)
		}
	}
}

// byRows is By without the rest.
func byRows(ctx context.Context, l *ingest.Ledger, in *table.Inputs, cfg Config, by []string, where string, threads int) ([]SegmentRow, []Cut, error) {
	d, err := By(ctx, l, in, cfg, by, where, threads)
	if err != nil {
		return nil, nil, err
	}
	return d.Rows, d.Cuts, nil
}

func TestMembersNameTheirSegments(t *testing.T) {
	l, accounts := goldenBook()
	d, err := By(context.Background(), l, handmadeAccounts(accounts...), DefaultConfig(), []string{"abc", "region"}, "region = 'North'", 1)
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	for _, row := range d.Rows {
		if row.Scheme == "region" {
			want += row.Customers + row.Prospects
		}
	}
	var members []Member
	for batch, err := range d.Members(5) {
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range batch {
			m.Segments = slices.Clone(m.Segments)
			members = append(members, m)
		}
	}
	if len(members) != want || d.Counted() != want || want == 0 {
		t.Errorf("%d members, %d counted, the rows count %d", len(members), d.Counted(), want)
	}
	for i, m := range members {
		if m.Segments[1] != "North" {
			t.Errorf("%s is in region %q", m.Key, m.Segments[1])
		}
		if i > 0 && members[i-1].Key >= m.Key {
			t.Errorf("members are not sorted by key: %q after %q", m.Key, members[i-1].Key)
		}
	}
}
