package segment

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"mainstay/ingest"
)

var anyDay = rapid.Custom(func(t *rapid.T) ingest.Day { // 1900 to 2200
	return ingest.Day(rapid.IntRange(-25567, 84371).Draw(t, "day"))
})

func TestPeriodStartAndAdd(t *testing.T) {
	f := func(p Period, day, start string, n int, added string) {
		t.Helper()
		if got := p.Start(date(day)); got != date(start) {
			t.Errorf("%s.Start(%s) = %s, want %s", p, day, got, start)
		}
		if got := p.Add(date(day), n); got != date(added) {
			t.Errorf("%s.Add(%s, %d) = %s, want %s", p, day, n, got, added)
		}
	}
	f(Week, "1970-01-01", "1969-12-29", 1, "1970-01-08")
	f(Week, "2024-01-01", "2024-01-01", -1, "2023-12-25")
	f(Week, "2023-12-31", "2023-12-25", 2, "2024-01-14")
	f(Month, "2024-01-31", "2024-01-01", 1, "2024-02-29")
	f(Month, "2023-01-31", "2023-01-01", 1, "2023-02-28")
	f(Month, "2024-03-31", "2024-03-01", -13, "2023-02-28")
	f(Quarter, "2024-12-31", "2024-10-01", 1, "2025-03-31")
	f(Quarter, "2024-02-10", "2024-01-01", -1, "2023-11-10")
	f(Year, "2024-02-29", "2024-01-01", 1, "2025-02-28")
	f(Year, "1900-02-28", "1900-01-01", 100, "2000-02-28")
}

func TestPeriodProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Period(rapid.IntRange(0, 3).Draw(t, "period"))
		d := anyDay.Draw(t, "d")
		start := p.Start(d)
		next := p.Add(start, 1)
		if start > d || next <= d {
			t.Fatalf("%s: %s is not in [%s, %s)", p, d, start, next)
		}
		if p.Start(start) != start || p.Start(next) != next {
			t.Fatalf("%s: starts are not fixed points", p)
		}
		if n := float64(next - start); n > p.longest() {
			t.Fatalf("%s: %v days, longest %v", p, n, p.longest())
		}
		n := rapid.IntRange(-40, 40).Draw(t, "n")
		if p.Add(p.Add(start, n), -n) != start {
			t.Fatalf("%s: Add(%d) is not undone from a start", p, n)
		}
	})
}

func TestMonthsBefore(t *testing.T) {
	f := func(day string, n int, want string) {
		t.Helper()
		if got := MonthsBefore(date(day), n); got != date(want) {
			t.Errorf("MonthsBefore(%s, %d) = %s, want %s", day, n, got, want)
		}
	}
	f("2024-02-29", 12, "2023-02-28")
	f("2023-02-28", 12, "2022-02-28")
	f("2024-05-31", 3, "2024-02-29")
	f("2024-06-15", 24, "2022-06-15")
}

// rhythmic is a Ledger whose customers buy at fixed gaps, over a span from 2020-01-01.
func rhythmic(span int, gaps ...int) *ingest.Ledger {
	first := date("2020-01-01")
	rows := []sale{{key: "first", day: first, amount: 1}}
	for k, g := range gaps {
		for d := 0; d < span; d += g {
			rows = append(rows, sale{key: string(rune('a' + k)), day: first + ingest.Day(d), amount: 100})
		}
	}
	return handmade(first+ingest.Day(span-1), nil, rows...)
}

func TestClock(t *testing.T) {
	f := func(l *ingest.Ledger, gap float64, period Period, horizon int, why string) {
		t.Helper()
		c := clockOn(l, l.AsOf, DefaultConfig())
		if c.MedianGap != gap && !(math.IsNaN(gap) && math.IsNaN(c.MedianGap)) || c.Period != period || c.Horizon != horizon {
			t.Errorf("got gap %v, %s, %d days; want %v, %s, %d", c.MedianGap, c.Period, c.Horizon, gap, period, horizon)
		}
		if !strings.Contains(c.Why, why) {
			t.Errorf("why = %q, want %q in it", c.Why, why)
		}
	}
	f(rhythmic(1000, 7), 7, Week, 30, "at least 30 days")
	f(rhythmic(1000, 8), 8, Month, 30, "at least 30 days")
	f(rhythmic(1000, 31), 31, Month, 93, "3 × the gap")
	f(rhythmic(1000, 92), 92, Quarter, 276, "3 × the gap")
	f(rhythmic(600, 92), 92, Quarter, 200, "a third of the span")
	f(rhythmic(2000, 200), 200, Year, 365, "at most 365 days")
	f(rhythmic(3000, 400), 400, Year, 365, "the longest there is")
	f(rhythmic(3000), math.NaN(), Month, 365, "nobody bought on two days")
	f(rhythmic(300), math.NaN(), Month, 100, "a third of the span")
	f(rhythmic(1), math.NaN(), Month, 1, "a third of the span")
	f(rhythmic(41, 20, 10), 10, Month, 13, "a third of the span") // gaps 10 ×4, 20 ×2
	f(rhythmic(61, 30, 20, 60), 25, Month, 20, "")                // gaps 20 ×3, 30 ×2, 60: the middle two are 20 and 30
}

func TestClockOverrides(t *testing.T) {
	l := rhythmic(300, 7)
	cfg := DefaultConfig()
	cfg.Period, cfg.ChurnHorizon = "quarter", 200
	c := clockOn(l, l.AsOf, cfg)
	if c.Period != Quarter || c.Horizon != 200 || !strings.Contains(c.Why, "more than a third of the span") {
		t.Errorf("got %s, %d: %s", c.Period, c.Horizon, c.Why)
	}
}

func TestClockIgnoresTheFuture(t *testing.T) {
	l := rhythmic(1000, 7, 92)
	short := rhythmic(400, 7, 92)
	if got, want := clockOn(l, short.AsOf, DefaultConfig()), clockOn(short, short.AsOf, DefaultConfig()); got != want {
		t.Errorf("with a future: %+v, without: %+v", got, want)
	}
}
