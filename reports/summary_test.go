package reports

import (
	"bytes"
	"flag"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mainstay/internal/num"
	"mainstay/segment"
)

var update = flag.Bool("update", false, "rewrite goldens and the column tables of docs/format.md")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; go test ./reports -update rewrites it. got\n%s", path, got)
	}
}

func fixtureSummary(f *fixture) string {
	r := &Run{Out: "out", Name: "2026-11-22-7f3a1b2c", Identity: f.id}
	return string(summarise(r, f.plan, f.ledger, f.res, f.style))
}

func TestSummary(t *testing.T) {
	f := newFixture()
	got := fixtureSummary(f)
	golden(t, "summary.txt", got)
	checkPage(t, got)
	if n := strings.Count(got, "\n"); n < 25 || n > 39 {
		t.Errorf("%d lines", n) // the file's place on the screen is one more
	}
	f.style.Lang = Chinese
	got = fixtureSummary(f)
	golden(t, "summary_zh.txt", got)
	checkPage(t, got)
}

func checkPage(t *testing.T, text string) {
	t.Helper()
	for _, line := range strings.Split(text, "\n") {
		if width(line) > pageWidth {
			t.Errorf("%d columns: %s", width(line), line)
		}
		if strings.TrimRight(line, " ") != line {
			t.Errorf("blanks at the end: %q", line)
		}
	}
	for _, bad := range []string{"NaN", "Inf", "%!", "\x1b"} {
		if strings.Contains(text, bad) {
			t.Errorf("the summary holds %q:\n%s", bad, text)
		}
	}
}

// A book without models, without repeat buyers, without anything: still no NaN, still a page.
func TestSummaryOfLittle(t *testing.T) {
	f := newFixture()
	clock := f.res.Clock
	clock.MedianGap = nan
	f.res = &segment.Result{Clock: clock, Basis: "revenue", ChurnModel: "recency-rule", ValueModel: "last-year",
		ModelWhy: "the span is under three horizons", Totals: segment.Totals{Customers: 1, ObservedChurn: nan,
			Expected: nan, ExpectedLow: nan, ExpectedHigh: nan, AtRiskValue: nan, KeyAtRiskValue: nan, ExpectedLeavers: nan, FivePercent: nan, FivePoints: nan}}
	got := fixtureSummary(f)
	checkPage(t, got)
	if !strings.Contains(got, "NOT certified: recency-rule, last-year") {
		t.Errorf("no word of the missing certificate:\n%s", got)
	}
}

// Names from outside cannot write to the terminal, nor break the page.
// A bridge is in one magnitude from end to end: "2.6 −2.1 = 530" adds up to nothing.
func TestBridgeInOneMagnitude(t *testing.T) {
	f := newFixture()
	f.res.Bridge[0].Bridge = segment.Bridge{Prior: 264_000, Shrunk: -211_000, Now: 53_000, Whole: true}
	if got := fixtureSummary(f); !strings.Contains(got, "= ¥0.5k\n") {
		t.Error(got)
	}
}

func TestSummaryWithHostileNames(t *testing.T) {
	f := newFixture()
	long := strings.Repeat("市公交集团", 40)
	f.res.Attention[0].Name = "\x1b[2J\x07" + long
	f.res.Attention[0].Words = "\u202e" + long
	f.res.Segments[3].Segment = "\x1b]0;x\x07" + long
	f.plan.Roles[0].Source = "\x1b[31m" + long
	f.res.Warnings = append(f.res.Warnings, num.Warning{Code: "x", Message: long + long}, num.Warning{Code: "y", Message: "z"}, num.Warning{Code: "z", Message: "z"})
	for _, lang := range []string{English, Chinese} {
		f.style.Lang = lang
		checkPage(t, fixtureSummary(f))
	}
}

func TestSummaryOnScreen(t *testing.T) {
	out := t.TempDir()
	f := newFixture()
	for _, note := range []string{"columns: docs/format.md", "was there already"} {
		r, err := publish(out, f, nil)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := Summary(&b, r, f.style); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(b.String(), files(t, r.Path())[summaryName]) || !strings.Contains(strings.Join(strings.Fields(b.String()), " "), note) {
			t.Errorf("the screen shows\n%s", b.String())
		}
	}
}

// Both languages take the same arguments.
func TestPhrases(t *testing.T) {
	verb := regexp.MustCompile(`%(\[\d\])?[sd]`)
	for key, p := range phrases {
		if p[0] == "" || p[1] == "" || len(verb.FindAllString(p[0], -1)) != len(verb.FindAllString(p[1], -1)) {
			t.Errorf("%s: %q against %q", key, p[0], p[1])
		}
	}
}

// The phrasebook knows what the analysis says; what it does not know stays as it is.
func TestTell(t *testing.T) {
	f := func(english, chinese string) {
		t.Helper()
		if got := (Style{}).tell(english); got != english {
			t.Errorf("tell(%q) = %q in English", english, got)
		}
		if got := (Style{Lang: Chinese}).tell(english); got != chinese {
			t.Errorf("tell(%q) = %q, want %q", english, got, chinese)
		}
	}
	f("silent 66 d, usual 17; 12-month margin −43 %; leave 29 %", "已 66 天未购，通常间隔 17 天；12 个月毛利 −43 %；流失 29 %")
	f("silent 353 d, usual in the book 91; 12-month revenue ×13; back 16 %", "已 353 天未购，全体通常间隔 91 天；12 个月收入 ×13；回流 16 %")
	f("churn: the best; value: no candidate could be judged", "流失：最优；价值：没有候选模型可供评判")
	f("something new; leave 5 %", "something new；流失 5 %")
}

// One of a thing is not many.
func TestNumberForms(t *testing.T) {
	f := func(n, want string) {
		t.Helper()
		if got := (Style{}).say("input.rounded", n, "0.02"); got != want {
			t.Errorf("%s: %q, want %q", n, got, want)
		}
	}
	f("1", "1 amount rounded, by 0.02 in all")
	f("21", "21 amounts rounded, by 0.02 in all")
	f("1,211", "1,211 amounts rounded, by 0.02 in all")
	for _, got := range [][2]string{
		{(Style{}).say("book.key", "1", "5.0 %", "9 %"), "1 key account (5.0 %) with 9 % of revenue"},
		{(Style{}).say("explain.bought", "1", "0"), "1 purchase day, 0 in the last 12 months"},
		{(Style{}).say("ledger.changed", "1"), "1 closed month changed"},
	} {
		if got[0] != got[1] {
			t.Errorf("%q, want %q", got[0], got[1])
		}
	}
}

// Warnings of candidates take one line, whatever their number.
func TestSummaryOfManyWarnings(t *testing.T) {
	f := newFixture()
	for _, c := range []string{"churn candidate chain", "churn candidate logistic", "value candidate chain+spend"} {
		f.res.Warnings = append(f.res.Warnings, num.Warning{Code: warnNotCertified, Message: c + " was not used: empty-state: x"})
	}
	got := strings.Join(strings.Fields(fixtureSummary(f)), " ")
	if !strings.Contains(got, "not-certified: candidates that took no part: chain (churn), logistic (churn), chain+spend (value); why: manifest.json") {
		t.Errorf("the summary is\n%s", got)
	}
}

func TestShort(t *testing.T) {
	f := func(v float64, english, chinese string) {
		t.Helper()
		if got := (Style{}).short(v); got != english {
			t.Errorf("short(%v) = %s, want %s", v, got, english)
		}
		if got := (Style{Lang: Chinese}).short(v); got != chinese {
			t.Errorf("short(%v) in Chinese = %s, want %s", v, got, chinese)
		}
	}
	f(0, "0", "0")
	f(-0.2, "0", "0")
	f(950, "950", "950")
	f(1234, "1.2k", "1,234")
	f(812_400, "812.4k", "81.2万")
	f(999_960, "1.0M", "100.0万")
	f(-12_400_000, "−12.4M", "−1,240.0万")
	f(812_400_000, "812.4M", "8.12亿")
	f(2.5e12, "2.5T", "2.50万亿")
	f(nan, dash, dash)
	f(math.Inf(1), dash, dash)
}

func TestMoney(t *testing.T) {
	f := func(v float64, currency, want string) {
		t.Helper()
		if got := (Style{}).money(v, currency); got != want {
			t.Errorf("money(%v, %q) = %s, want %s", v, currency, got, want)
		}
	}
	f(1234, "", "1.2k")
	f(1234, "CNY", "¥1.2k")
	f(-1234, "usd", "−$1.2k")
	f(1234, "CHF", "CHF 1.2k")
	f(nan, "USD", dash)
}

func TestWidth(t *testing.T) {
	f := func(s string, want int) {
		t.Helper()
		if got := width(s); got != want {
			t.Errorf("width(%q) = %d, want %d", s, got, want)
		}
	}
	f("abc", 3)
	f("市公交", 6)
	f("e\u0301", 1)
	f("¥12.4M–", 7)
	f("＝", 2)
	f("한국", 4)
	f("🚌", 2)
	if got := clip("市公交集团", 6); got != "市公…" {
		t.Errorf("clip gives %q", got)
	}
	if got := wrap("市公交集团 bus company", 8); strings.Join(got, "|") != "市公交集|团 bus|company" {
		t.Errorf("wrap gives %q", got)
	}
	if got := wrap("abcdefghij", 4); strings.Join(got, "|") != "abcd|efgh|ij" {
		t.Errorf("wrap gives %q", got)
	}
}
