package table

import (
	"context"
	"strings"
	"testing"
	"time"

	"mainstay/ingest/store"
)

func TestParsePeriod(t *testing.T) {
	for s, want := range map[string]string{
		"2024": "2024-01-01 12", "2024-03": "2024-03-01 1", "2024-3": "2024-03-01 1", "2024/03": "2024-03-01 1", "202411": "2024-11-01 1", "2024Q1": "2024-01-01 3", "2024q4": "2024-10-01 3",
		"2024-Q2": "2024-04-01 3", "2024 Q3": "2024-07-01 3", "2024年": "2024-01-01 12", "2024年9月": "2024-09-01 1", " 2024-12 ": "2024-12-01 1",
		"": "", "24": "", "2024-13": "", "2024-00": "", "202413": "", "2024Q5": "", "2024Q0": "", "2024Q": "", "Q1": "", "2024-": "", "2024-001": "", "2024Q+1": "", "2024-Q": "", "2024年x月": "", "2024-01-01": "", "x": "", "20240": "",
	} {
		first, months, ok := ParsePeriod(s)
		got := ""
		if ok {
			got = first.Format(time.DateOnly) + " " + map[int]string{1: "1", 3: "3", 12: "12"}[months]
		}
		if got != want {
			t.Errorf("%q: %q, expected %q", s, got, want)
		}
	}
}

func TestPeriodDays(t *testing.T) {
	tab, err := Read(context.Background(), store.Memory{"t.csv": []byte("m,q,y,d\n2024-01,2024Q1,2024,2024-01-05\n,2024Q2,,20240201\n2024-03,2024-05,2025,2024-03-01\n")}, []string{"t.csv"}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		column string
		months int
		want   string // of the error; "" none
	}{{"m", 1, ""}, {"m", 12, ""}, {"q", 3, ""}, {"y", 12, ""}, {"d", 0, ""}, {"m", 0, "2024-01"}, {"q", 1, "month such as"}, {"y", 3, "quarter such as"}} {
		col, err := tab.Column(c.column)
		if err != nil {
			t.Fatal(err)
		}
		days, err := tab.PeriodDays(col, c.months)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s, %d months: %v", c.column, c.months, err)
		}
		if err == nil && c.column == "m" && (days[0] != 19723 || days[1] != NoDay || days[2] != 19783) {
			t.Errorf("%v", days)
		}
	}
}

// Whatever the text, a period is a first of a month in a possible year, or none.
func FuzzParsePeriod(f *testing.F) {
	for _, s := range []string{"2024", "2024-01", "2024Q1", "2024年1月", "202401"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if first, months, ok := ParsePeriod(s); ok && (first.Day() != 1 || months != 1 && months != 3 && months != 12 || (int(first.Month())-1)%months != 0 || first.Year() > 9999) {
			t.Errorf("%q: %v of %d months", s, first, months)
		}
	})
}
