package ingest

import (
	"fmt"

	"mainstay/ingest/column"
)

// window is the days whose rows are looked at. What lies outside is no part of the input: it is counted
// and nothing else. A row without a usable day has no place in time and stays, so that a broken time column
// is not hidden by a window.
type window struct {
	days dayRange
	time TimeReader
}

// windowOf is nil where every day is looked at. The configuration has been validated.
func windowOf(c *Config, r TimeReader) *window {
	if c.From == "" && c.To == "" {
		return nil
	}
	w := &window{days: dayRange{earliestDay, latestDay}, time: r}
	if from, err := parseDay(c.From); err == nil {
		w.days.lo = from
	}
	if to, err := parseDay(c.To); err == nil {
		w.days.hi = to
	}
	return w
}

// Window is the days that are looked at, for people; "" = all.
func (c *Config) Window() string {
	switch {
	case c.From != "" && c.To != "":
		return c.From + " to " + c.To
	case c.From != "":
		return c.From + " on"
	case c.To != "":
		return "the beginning to " + c.To
	}
	return ""
}

// validateWindow holds the dates of the configuration together. An as-of date after the window is refused:
// the days between, which are not read, would look like silence, and silence like churn.
func (c *Config) validateWindow() error {
	for _, d := range []struct{ key, value string }{{"from", c.From}, {"to", c.To}} {
		if _, err := parseDay(d.value); d.value != "" && err != nil {
			return &ConfigError{fmt.Sprintf("%s: %v; expected a date such as 2024-01-31", d.key, err)}
		}
	}
	switch {
	case c.From != "" && c.To != "" && c.From > c.To:
		return &ConfigError{fmt.Sprintf("from %s is after to %s: no day lies between them", c.From, c.To)}
	case c.AsOf != "" && c.To != "" && c.AsOf > c.To:
		return &ConfigError{fmt.Sprintf("as_of %s is after to %s: the days between are not read and would look as if nobody had bought; choose an earlier as_of or a later to", c.AsOf, c.To)}
	case c.AsOf != "" && c.From != "" && c.AsOf < c.From:
		return &ConfigError{fmt.Sprintf("as_of %s is before from %s: nothing that is read happened by then; choose a later as_of or an earlier from", c.AsOf, c.From)}
	}
	return nil
}

// inside lists the rows of a vector of the time column that lie inside; valid until the next call with
// the same scratch.
func (w *window) inside(v *column.Vector, t column.Type, scratch *windowScratch) []int32 {
	scratch.day, scratch.bad = cleared(scratch.day, v.N), cleared(scratch.bad, v.N)
	w.time.Days(v, t, scratch.day, scratch.bad)
	at := scratch.at[:0]
	for i, d := range scratch.day {
		if scratch.bad[i] || d >= w.days.lo && d <= w.days.hi {
			at = append(at, int32(i))
		}
	}
	scratch.at = at
	return at
}

// windowScratch is memory of inside.
type windowScratch struct {
	day []Day
	bad []bool
	at  []int32
}

// pick leaves some rows of a vector, ascending.
func pick(v *column.Vector, rows []int32) {
	v.N = len(rows)
	v.Null, v.Bad = picked(v.Null, rows), picked(v.Bad, rows)
	v.Int, v.Float, v.Code = picked(v.Int, rows), picked(v.Float, rows), picked(v.Code, rows)
}

func picked[T any](s []T, rows []int32) []T {
	if len(s) == 0 {
		return s
	}
	for to, from := range rows {
		s[to] = s[from]
	}
	return s[:len(rows)]
}
