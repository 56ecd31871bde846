package segment

import (
	"fmt"
	"strings"
	"testing"
)

func TestSteps(t *testing.T) {
	f := func(from, to, step, want string) {
		t.Helper()
		days, err := Steps(date(from), date(to), step)
		if err != nil {
			t.Errorf("%s..%s by %s: %v", from, to, step, err)
		}
		if got := strings.Trim(fmt.Sprint(days), "[]"); got != want {
			t.Errorf("%s..%s by %s: %s, want %s", from, to, step, got, want)
		}
	}
	f("2026-01-31", "2026-04-30", "month", "2026-01-31 2026-02-28 2026-03-31 2026-04-30")
	f("2026-02-28", "2026-04-30", "month", "2026-02-28 2026-03-31 2026-04-30") // a month-end stays one
	f("2024-02-28", "2024-04-30", "month", "2024-02-28 2024-03-28 2024-04-28") // not the last of a leap year's February
	f("2025-12-30", "2026-03-30", "month", "2025-12-30 2026-01-30 2026-02-28 2026-03-30")
	f("2026-01-31", "2026-10-31", "quarter", "2026-01-31 2026-04-30 2026-07-31 2026-10-31")
	f("2024-02-29", "2027-12-31", "year", "2024-02-29 2025-02-28 2026-02-28 2027-02-28")
	f("2026-01-05", "2026-01-20", "week", "2026-01-05 2026-01-12 2026-01-19")
	f("2026-01-05", "2026-01-25", "10d", "2026-01-05 2026-01-15 2026-01-25")
	f("2026-01-05", "2026-01-05", "month", "2026-01-05")
	for _, c := range [][3]string{{"2026-02-01", "2026-01-01", "month"}, {"2026-01-01", "2026-02-01", "fortnight"}, {"2026-01-01", "2026-02-01", "0d"}, {"1990-01-01", "2026-02-01", "1d"}} {
		if _, err := Steps(date(c[0]), date(c[1]), c[2]); err == nil || strings.Contains(err.Error(), "%!") {
			t.Errorf("%v: %v", c, err)
		}
	}
}
