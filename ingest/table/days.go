package table

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"mainstay/ingest/key"
)

// NoDay stands for a null date.
const NoDay = math.MinInt32

// Days reads a column of t as dates: days since 1970-01-01, NoDay where null. Dates are ISO 8601
// (2024-01-31, with or without a time of day, which is dropped), 2024/1/31, 2024年1月31日 or
// 20240131. The error, a *column.Error, is that of the first value that is none of them.
func (t *Table) Days(c *Column) ([]int32, error) { return t.days(c, parseDay, wantDay) }

// days reads every value of c once.
func (t *Table) days(c *Column, parse func(s string) (int32, bool), want string) ([]int32, error) {
	days, bad := c.days(parse)
	if len(bad) > 0 {
		return nil, t.Fail(bad[0], c.Name, fmt.Errorf("%q: %s", clip(c.At(bad[0])), want))
	}
	return days, nil
}

// DaysAside is Days that goes on: NoDay where a value is no date, and those rows.
func (t *Table) DaysAside(c *Column) (days []int32, bad []int) { return c.days(parseDay) }

// NoDate is the error of a value that is no date.
func (t *Table) NoDate(row int, c *Column) error {
	return t.Fail(row, c.Name, fmt.Errorf("%q: %s", clip(c.At(row)), wantDay))
}

// days are those of all rows, NoDay in the bad ones.
func (c *Column) days(parse func(s string) (int32, bool)) (days []int32, bad []int) {
	days = make([]int32, c.Len())
	read := make([]int32, len(c.start)-1) // by value
	asked, wrong := make([]bool, len(read)), make([]bool, len(read))
	for row, code := range c.code {
		if !asked[code] {
			day, ok := parse(c.value(code))
			read[code], asked[code], wrong[code] = day, true, !ok
			if !ok {
				read[code] = NoDay
			}
		}
		if days[row] = read[code]; wrong[code] {
			bad = append(bad, row)
		}
	}
	return days, bad
}

// wantDay says what parseDay takes.
const wantDay = "expected a date such as 2024-01-31, 2024/1/31, 2024年1月31日 or 20240131"

// parseDay reads a date; NoDay and true when there is none.
func parseDay(s string) (int32, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return NoDay, true
	}
	if len(s) == len("20060102") && strings.Trim(s, "0123456789") == "" {
		s = s[:4] + "-" + s[4:6] + "-" + s[6:]
	}
	if y, rest, ok := strings.Cut(s, "年"); ok {
		m, rest, inMonth := strings.Cut(rest, "月")
		d, rest, inDay := strings.Cut(rest, "日")
		if !inMonth || !inDay || rest != "" {
			return 0, false
		}
		s = y + "-" + m + "-" + d
	}
	date, clock := s, ""
	if i := strings.IndexAny(s, "T "); i >= 0 {
		date, clock = s[:i], s[i+1:]
	}
	layout := "2006-1-2"
	if strings.Contains(date, "/") {
		layout = "2006/1/2"
	}
	t, err := time.Parse(layout, date)
	if err != nil || clock != "" && !isClock(clock) {
		return 0, false
	}
	return int32(t.Unix() / 86400), true
}

// isClock reports whether s is a time of day, with or without a zone.
func isClock(s string) bool {
	for _, layout := range []string{"15:04", "15:04:05", "15:04:05Z07:00", "15:04:05Z0700", "15:04:05 -0700", "15:04:05 MST"} { // fractions of a second are taken after 05
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}

// parseNumber reads a plain number (see plainNumber); NaN and true when there is none.
func parseNumber(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return math.NaN(), true
	}
	if !plainNumber(s) {
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil
}

// parseBool reads yes or no, as exports write it.
func parseBool(s string) (yes, ok bool) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "true", "t", "yes", "y", "1", "是":
		return true, true
	case "false", "f", "no", "n", "0", "否":
		return false, true
	}
	return false, false
}

// isKey reports whether text can be a customer's key.
func isKey(s string) bool { return len(s) <= key.MaxLen && !strings.ContainsRune(s, utf8.RuneError) }
