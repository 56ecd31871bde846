package ingest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// book is a histogram of n rows on each day from first to last, every step days.
func book(first, last string, step Day, n int64) *histogram {
	h := &histogram{rows: make([]int64, daysInLedger)}
	for d := on(first); d <= on(last); d += step {
		h.rows[d-earliestDay] += n
	}
	return h
}

func on(date string) Day {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		panic(err)
	}
	return DayOf(t)
}

func (h *histogram) and(date string, n int64) *histogram {
	h.rows[on(date)-earliestDay] += n
	return h
}

func TestDefaultAsOf(t *testing.T) {
	for _, c := range []struct {
		name string
		h    *histogram
		want string
		why  string
	}{
		{"daily book", book("2020-01-01", "2023-06-30", 1, 5), "2023-06-30", "newest complete day"},
		{"up to today", book("2020-01-01", "2026-11-23", 1, 5), "2026-11-22", "5 rows of days not yet over ignored"},
		{"year typed 2051", book("2020-01-01", "2023-06-30", 1, 5).and("2051-06-30", 2), "2023-06-30", "2 rows of days not yet over ignored"},
		{"year typed 2025", book("2020-01-01", "2023-06-30", 1, 5).and("2025-06-30", 2), "2023-06-30", "2 rows from 2025-06-30 on, after a gap of 731 days, not believed"},
		{"two typing errors", book("2020-01-01", "2023-06-30", 1, 5).and("2024-06-30", 1).and("2026-06-30", 2), "2023-06-30", "3 rows from 2024-06-30 on"},
		{"too many to be typing errors", book("2020-01-01", "2023-06-30", 1, 5).and("2025-06-30", 100), "2025-06-30", "newest complete day"},
		{"many rows, share of them", book("2020-01-01", "2023-06-30", 1, 100).and("2025-06-30", 100), "2023-06-30", "100 rows from"},
		{"typed 1901 does not excuse 2025", book("2020-01-01", "2023-06-30", 1, 5).and("1901-06-30", 1).and("2025-06-30", 1), "2023-06-30", "1 row from 2025-06-30 on"},
		{"a pause is no typing error", book("2018-01-01", "2020-03-01", 1, 5).and("2020-09-01", 5).and("2023-01-01", 50), "2023-01-01", "newest complete day"},
		{"after a month at most nothing is doubted", book("2020-01-01", "2023-06-30", 1, 5).and("2023-07-31", 1), "2023-07-31", "newest complete day"},
		{"sparse monthly book", book("2017-07-01", "2020-05-29", 30, 100), "2020-05-16", "newest complete day"},
		{"monthly, then silence of two gaps", book("2017-07-01", "2020-05-01", 30, 100).and("2020-07-10", 3), "2020-07-10", "newest complete day"},
		{"quarterly book of few rows", book("2010-01-01", "2023-12-31", 91, 1), "2023-12-15", "newest complete day"},
		{"small weekly book that goes on after a holiday", book("2023-01-02", "2023-05-15", 7, 1).and("2023-07-03", 1).and("2023-07-10", 1), "2023-07-10", "newest complete day"},
		{"small book, year typed 2025", book("2023-01-02", "2023-05-15", 7, 1).and("2025-05-20", 1), "2023-05-15", "1 row from 2025-05-20 on"},
		{"two rows ever", book("2010-01-01", "2010-01-01", 1, 1).and("2023-01-01", 1), "2023-01-01", "newest complete day"},
	} {
		asOf, why, notes, err := chooseAsOf(c.h, "", planNow, time.UTC)
		if err != nil || asOf.String() != c.want || !strings.Contains(why, c.why) || len(notes) > 0 {
			t.Errorf("%s: %s (%s), %q, %v; want %s (%s)", c.name, asOf, why, notes, err, c.want, c.why)
		}
		var merged histogram
		merged.merge(c.h)
		merged.merge(&histogram{bad: 1})
		if again, _, _, _ := chooseAsOf(&merged, "", planNow, time.UTC); again != asOf {
			t.Errorf("%s: %s after a merge", c.name, again)
		}
	}
}

func TestAsOfThatIsSet(t *testing.T) {
	h := book("2026-01-01", "2026-11-10", 1, 1)
	for _, c := range []struct{ asOf, note, problem string }{
		{"2026-06-30", "", ""}, {"2026-11-20", "the newest row is 10 days older", ""}, {"2026-11-23", "today is not over", ""},
		{"2025-12-31", "", "before the first row (2026-01-01)"}, {"2026-11-24", "", "after today (2026-11-23)"}, {"2026-02-30", "", "not a date"}, {"yesterday", "", "not a date"},
	} {
		asOf, why, notes, err := chooseAsOf(h, c.asOf, planNow, time.UTC)
		if c.problem != "" {
			var config *ConfigError
			if !errors.As(err, &config) || !strings.Contains(err.Error(), c.problem) {
				t.Errorf("%s: error is %v, want %s", c.asOf, err, c.problem)
			}
			continue
		}
		if err != nil || asOf.String() != c.asOf || why != "set" || !strings.Contains(fmt.Sprint(notes), c.note) || (c.note == "") != (len(notes) == 0) {
			t.Errorf("%s: %s (%s), %q, %v", c.asOf, asOf, why, notes, err)
		}
	}
}

func TestAsOfErrors(t *testing.T) {
	if _, _, _, err := chooseAsOf(&histogram{rows: make([]int64, daysInLedger), bad: 7}, "", planNow, time.UTC); err == nil || !strings.Contains(err.Error(), "no row has a usable time: 7 rows") {
		t.Error(err)
	}
	if _, _, _, err := chooseAsOf(book("2027-01-01", "2027-02-01", 1, 1), "", planNow, time.UTC); err == nil || !strings.Contains(err.Error(), "every row is later than yesterday (2026-11-22): the first is on 2027-01-01") {
		t.Error(err)
	}
}

// What "yesterday" is depends on the zone, not on the machine.
func TestYesterday(t *testing.T) {
	now := time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)
	for zone, want := range map[string]string{"UTC": "2026-11-22", "Asia/Shanghai": "2026-11-23", "America/New_York": "2026-11-22"} {
		if got := yesterday(now, mustZone(t, zone)); got.String() != want {
			t.Errorf("%s: %s, want %s", zone, got, want)
		}
	}
}
