package table

import (
	"strconv"
	"strings"
	"time"
)

// PeriodDays reads a column of t as Days does, and takes periods for their first days too: months (2024-01, 2024/1, 2024年1月, 202401), quarters (2024Q1, 2024-Q1)
// and years (2024), none longer than months allow: 1, 3 or 12; 0 takes none. A column of numbers that are years or months is one of dates here.
func (t *Table) PeriodDays(c *Column, months int) ([]int32, error) {
	want := wantDay
	switch {
	case months >= 12:
		want += ", a month such as 2024-01, a quarter such as 2024Q1 or a year such as 2024"
	case months >= 3:
		want += ", a month such as 2024-01 or a quarter such as 2024Q1"
	case months >= 1:
		want += ", or a month such as 2024-01"
	}
	return t.days(c, func(s string) (int32, bool) {
		if day, ok := parseDay(s); ok {
			return day, true
		}
		first, length, ok := ParsePeriod(s)
		if !ok || length > months {
			return 0, false
		}
		return int32(first.Unix() / 86400), true
	}, want)
}

// ParsePeriod reads a month, a quarter or a year: its first day, and how many months it has.
func ParsePeriod(s string) (first time.Time, months int, ok bool) {
	s = strings.ToUpper(strings.TrimSpace(s))
	digits := strings.Trim(s, "0123456789") == ""
	switch {
	case digits && len(s) == len("2024"):
		return firstOf(s, "1", 12)
	case digits && len(s) == len("202401"):
		return firstOf(s[:4], s[4:], 1)
	}
	if year, quarter, found := strings.Cut(s, "Q"); found {
		q, err := strconv.Atoi(quarter)
		if year = strings.TrimRight(year, "- "); err != nil || q < 1 || q > 4 || len(quarter) != 1 {
			return time.Time{}, 0, false
		}
		return firstOf(year, strconv.Itoa(3*q-2), 3)
	}
	if year, rest, found := strings.Cut(s, "年"); found {
		month, inMonth := strings.CutSuffix(rest, "月")
		switch {
		case rest == "":
			return firstOf(year, "1", 12)
		case inMonth:
			return firstOf(year, month, 1)
		}
		return time.Time{}, 0, false
	}
	if year, month, found := strings.Cut(strings.ReplaceAll(s, "/", "-"), "-"); found {
		return firstOf(year, month, 1)
	}
	return time.Time{}, 0, false
}

// firstOf is the first day of a month of a year of four digits.
func firstOf(year, month string, months int) (time.Time, int, bool) {
	if len(year) != 4 || len(month) > 2 {
		return time.Time{}, 0, false
	}
	t, err := time.Parse("2006-1", year+"-"+month)
	return t, months, err == nil
}
