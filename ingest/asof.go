package ingest

import (
	"fmt"
	"time"
)

// When the newest rows are not believed. A tail of rows is set apart when the gap
// before it is longer than both bounds and the tail is small: a year typed as 2051
// instead of 2015, not a book that was quiet for a while.
const (
	gapDays      = 31    // a monthly book's usual gap is no gap
	gapFactor    = 3     // × the longest gap before it
	tailRows     = 3     // a tail has at most this many rows,
	tailShare    = 0.001 // or this share of them,
	tailMost     = 0.05  // and never more than this one: in a small book a few rows are not few
	rhythmDays   = 10    // days with rows that it takes to know the usual gaps
	daysInLedger = 366 * 302
)

// histogram counts rows by day.
type histogram struct {
	rows []int64 // from earliestDay on; nil = no rows yet
	bad  int64   // rows without a usable day
}

func (h *histogram) visit(days []Day, bad []bool) {
	if h.rows == nil {
		h.rows = make([]int64, daysInLedger)
	}
	for i, d := range days {
		if bad[i] {
			h.bad++
		} else {
			h.rows[d-earliestDay]++
		}
	}
}

func (h *histogram) add(d Day, n int64) {
	if h.rows == nil {
		h.rows = make([]int64, daysInLedger)
	}
	h.rows[d-earliestDay] += n
}

func (h *histogram) merge(o *histogram) {
	h.bad += o.bad
	if h.rows == nil {
		h.rows = make([]int64, daysInLedger)
	}
	for i, n := range o.rows {
		h.rows[i] += n
	}
}

// days lists the days with rows up to last, and how many rows each has.
func (h *histogram) days(last Day) (days []Day, rows []int64) {
	for i, n := range h.rows {
		if d := earliestDay + Day(i); n > 0 && d <= last {
			days, rows = append(days, d), append(rows, n)
		}
	}
	return days, rows
}

// newestDay is the default as-of date: the newest day with rows that is not after
// yesterday, without an isolated tail of later days that nobody believes. A gap
// counts towards what is usual once more rows lie before it than a tail may have:
// a date typed as 1901 does not excuse one typed as 2051. ok is false without rows.
// why names no date of today: it is recorded, and the same on another day.
func (h *histogram) newestDay(yesterday Day) (asOf Day, why string, ok bool) {
	days, rows := h.days(yesterday)
	if len(days) == 0 {
		return 0, "", false
	}
	var total int64
	for _, n := range rows {
		total += n
	}
	small := fewRows(total)
	last, longest, before := len(days)-1, Day(0), int64(0)
	for i := 1; i < len(days); i++ {
		before += rows[i-1]
		gap := days[i] - days[i-1]
		if i >= rhythmDays && gap > max(gapDays, gapFactor*longest) && total-before <= small {
			last = i - 1
			break
		}
		if before > small {
			longest = max(longest, gap)
		}
	}
	asOf, why = days[last], "newest complete day"
	if last < len(days)-1 {
		why += fmt.Sprintf("; %s from %s on, after a gap of %s, not believed", plural(total-before, "row"), days[last+1], span(days[last+1]-asOf))
	}
	if future := h.after(yesterday); future > 0 {
		why += fmt.Sprintf("; %s of days not yet over ignored", plural(future, "row"))
	}
	return asOf, why, true
}

// fewRows is the most rows that a tail has.
func fewRows(total int64) int64 {
	return min(max(tailRows, int64(tailShare*float64(total))), int64(tailMost*float64(total)))
}

// ends is the first and the last day with rows up to a day; without any, the last is before the first.
func (h *histogram) ends(to Day) (first, last Day) {
	first, last = latestDay+1, earliestDay-1
	for i, n := range h.rows[:min(len(h.rows), int(to-earliestDay)+1)] {
		if n > 0 {
			first, last = min(first, earliestDay+Day(i)), earliestDay+Day(i)
		}
	}
	return first, last
}

// after counts the rows later than a day.
func (h *histogram) after(d Day) (n int64) {
	for i := max(0, int(d-earliestDay)+1); i < len(h.rows); i++ {
		n += h.rows[i]
	}
	return n
}

// chooseAsOf decides the as-of date: the configured one, or the newest complete day.
func chooseAsOf(h *histogram, configured string, now time.Time, loc *time.Location) (asOf Day, why string, notes []string, err error) {
	all, _ := h.days(latestDay)
	if len(all) == 0 {
		return 0, "", nil, &QualityError{fmt.Sprintf("no row has a usable time: %s, none with a day within 1900–2200; choose the column with --time or its format with --time-format", plural(h.bad, "row"))}
	}
	last := yesterday(now, loc)
	if configured == "" {
		asOf, why, ok := h.newestDay(last)
		if !ok {
			return 0, "", nil, &QualityError{fmt.Sprintf("every row is later than yesterday (%s): the first is on %s; check the time column and --zone, or set --as-of", last, all[0])}
		}
		return asOf, why, nil, nil
	}
	asOf, notes, err = setAsOf(configured, all[0], all[len(all)-1], last)
	return asOf, "set", notes, err
}

// setAsOf takes a configured as-of date. first and newest are the first and last day with rows, last
// is yesterday.
func setAsOf(configured string, first, newest, last Day) (asOf Day, notes []string, err error) {
	t, err := time.Parse(time.DateOnly, configured)
	if err != nil {
		return 0, nil, &ConfigError{fmt.Sprintf("as_of %q is not a date such as 2024-01-31", configured)}
	}
	asOf = DayOf(t)
	switch {
	case asOf < first:
		return 0, nil, &ConfigError{fmt.Sprintf("as_of %s is before the first row (%s): choose a date from then on with --as-of", asOf, first)}
	case asOf > last+1:
		return 0, nil, &ConfigError{fmt.Sprintf("as_of %s is after today (%s): choose an earlier one with --as-of, or leave it out", asOf, last+1)}
	case asOf == last+1:
		notes = append(notes, fmt.Sprintf("as of %s: today is not over, so its rows may be incomplete", asOf))
	case asOf > newest:
		notes = append(notes, fmt.Sprintf("as of %s: the newest row is %s older (%s)", asOf, span(asOf-newest), newest))
	}
	return asOf, notes, nil
}

// span is a number of days for people.
func span(d Day) string {
	const year = 365.25
	if d < 2*366 {
		return plural(int64(d), "day")
	}
	return fmt.Sprintf("%.0f years", float64(d)/year)
}

// plural is "1 row", "2 rows".
func plural(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// yesterday is the last complete day in a location.
func yesterday(now time.Time, loc *time.Location) Day { return DayOf(now.In(loc)) - 1 }
