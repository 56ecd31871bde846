package segment

import (
	"math"
	"strings"
	"testing"

	"mainstay/ingest"
)

// conditionBook has customers a to d and the prospect p, as of 2024-06-30, horizon 100 days.
func conditionBook() *Book {
	l := handmade(date("2024-06-30"), []string{"region"},
		sale{key: "a", day: date("2023-01-01"), amount: 100_00, units: 60, sides: []string{"North"}},
		sale{key: "a", day: date("2024-06-01"), amount: 5000_00, units: 120, cost: 4000_00, costed: true, sides: []string{"North"}},
		sale{key: "b", day: date("2024-06-20"), amount: 900_00, units: 7, sides: []string{"South"}},
		sale{key: "b", day: date("2024-06-21"), amount: -90_00, units: -1, sides: []string{"South"}},
		sale{key: "c", day: date("2023-02-01"), amount: 70_50, units: 1, sides: []string{"it's"}},
		sale{key: "d", day: date("2024-05-01"), amount: -10_00, sides: []string{""}},
	)
	return mustBook(l, handmadeAccounts(account{"a", "Alpha", "Public", 10}, account{"p", "Pi", "Public", 200}), func(c *Config) {
		c.ChurnHorizon = 100
		c.KeyAccounts.Min = 1
	})
}

func TestWhere(t *testing.T) {
	b := conditionBook()
	f := func(condition, want string) {
		t.Helper()
		holds, err := b.Where(condition)
		if err != nil {
			t.Errorf("%s: %v", condition, err)
			return
		}
		got := ""
		for _, key := range []string{"a", "b", "c", "d", "p"} {
			if holds[member(b, key)] {
				got += key
			}
		}
		if got != want {
			t.Errorf("%s: %s, want %s", condition, got, want)
		}
	}
	f("", "abcdp")
	f("revenue_12m >= 810", "ab")
	f("revenue_12m = 810", "b")
	f("Revenue_12M == 810.00", "b")
	f("monetary <> 70.5", "abdp")
	f("monetary != 70.5", "abdp")
	f("not at_risk", "cdp")
	f("NOT at_risk AND NOT prospect", "cd")
	f("at_risk && (units_12m > 100 || returns_share > 0.05)", "ab")
	f("region = 'North' or region = \"South\"", "ab")
	f("region in ('North', 'it''s')", "ac")
	f("region IN [\"North\"]", "a")
	f("region not in ('North', 'South')", "cdp")
	f("frequency in (1, 2)", "abc")
	f("region startsWith 'N'", "a")
	f("region matches '^[NS]o.th$'", "ab")
	f("region contains 'out'", "b")
	f("`Industry Group` = 'Public'", "ap")
	f("industry_group = 'Public' and demand > 100", "p")
	f("demand > 0", "ap")
	f("recency_days <= 30", "ab")
	f("recency_days > 30", "c")
	f("revenue_12m > 2 * revenue_prior_12m", "ab")
	f("margin_12m > 0", "a")
	f("customer_id = 'c'", "c")
	f("name = 'Alpha'", "a")
	f("abc = 'A'", "a")
	f("rung = '≥100'", "a")
	f("rfm = 'no purchase'", "d")
	f("rfm_m >= 4", "a")
	f("key_account", "a")
	f("key_account = true", "a")
	f("gap_mean > 100", "a")
	f("tenure_days >= 500", "ac")
	f("orders >= 2", "ab")
	f("revenue_12m / frequency > 100", "ab")
	f("value_12m_realised > 4_000", "a")
	f("- revenue_12m > 0", "d")
	f("true", "abcdp")
}

func TestWhereErrors(t *testing.T) {
	b := conditionBook()
	f := func(condition, want string) {
		t.Helper()
		_, err := b.Where(condition)
		if _, ok := err.(*ingest.ConfigError); !ok {
			t.Errorf("%s: %v is not a ConfigError", condition, err)
			return
		}
		if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %q, want %q in one line", condition, err, want)
		}
	}
	f("revenu_12m > 5", `did you mean "revenue_12m"?`)
	f("region > 5", "region is text")
	f("region = 5", "region is text")
	f("customer_id = 42", "customer_id is text")
	f("revenue_12m", "revenue_12m is number")
	f("revenue_12m > ", "write a comparison")
	f("region = 'North", "not closed")
	f("len(region) > 3", "have no functions")
	f("now() > 3", "have no functions")
	f("region = 'a'; drop", "not part of a condition")
	f("all(1..1000000000, true)", "have no functions")
	f("1..1000000000 > 3", "not a number")
	f("region.x", "not a number")
	f("[1,2,3] = 3", "follows only the word in")
	f("{\"a\": 1}", "not part of a condition")
	f("region ?? 'x' = 'y'", "not part of a condition")
	f("(at_risk", "write a comparison")
	f("at_risk)", "closes nothing")
	f("region matches '('", "")
	f(strings.Repeat("(", 5000), "longer than")
	f(strings.Repeat("(", 4000)+"at_risk", "")
	f(strings.Repeat("not ", 1000)+"at_risk", "")
	f("region = '\xff'", "not valid UTF-8")
	f("at_risk and", "")
	f("region IS NULL", "region = ''")
	f("revenue_12m between 1 and 2", ">= 1000 and")
	f("region like 'N%'", "startsWith")
	f("let x = 1", "")
	f("   $env   ", "not part of a condition")

	b.Ledger.Has.Cost = false
	f("margin_12m > 0", "name the column with --cost")
	b.Ledger.Has.Units = false
	f("rung = 'none'", "--units")
}

func TestWhereOnAnEmptyBook(t *testing.T) {
	b := mustBook(handmade(100, nil), nil, nil)
	if holds, err := b.Where("revenue_12m > 5 and at_risk and customer_id = 'x'"); err != nil || len(holds) != 0 {
		t.Errorf("%v, %v", holds, err)
	}
}

func TestFieldsDescribeThemselves(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Fields() {
		if seen[f.Name] || f.Name != identifier(f.Name) || f.Words == "" || f.Type == "" {
			t.Errorf("field %+v", f)
		}
		seen[f.Name] = true
	}
}

func FuzzWhere(f *testing.F) {
	for _, s := range []string{"revenue_12m >= 5 and not at_risk", "region in ('a', \"b\")", "`x y` <> 1.5", "((", "'", "1..2", "a ? b : c", "region matches '(a{900}){900}'"} {
		f.Add(s)
	}
	b := conditionBook()
	f.Fuzz(func(t *testing.T, condition string) {
		holds, err := b.Where(condition)
		if err == nil && len(holds) != b.Members() {
			t.Errorf("%q: %d answers", condition, len(holds))
		}
	})
}

func BenchmarkWhere(b *testing.B) {
	l := bigLedger(200_000)
	cfg := DefaultConfig()
	book, err := bookOn(l, nil, l.AsOf, cfg, 2)
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for b.Loop() {
		if _, err := book.Where("revenue_12m >= 500 and not at_risk"); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(book.Members())*float64(b.N)/b.Elapsed().Seconds()/math.Pow10(6), "Mmembers/s")
}
