package segment

import (
	"fmt"
	"strconv"
	"strings"

	"mainstay/ingest"
)

// maxSteps is the most as-of dates of a replay: thirty years of weeks.
const maxSteps = 1600

// Steps are the as-of dates from one day to another, both included where a step falls on them: from + k
// steps, k = 0, 1, …, of a week, month, quarter, year, or of so many days ("10d"). Months are counted from the
// first date, so that a short month does not shorten those behind it, and where the first date is the last
// of its month all of them are: 28 February, 31 March, 30 April. Errors are *ingest.ConfigError.
func Steps(from, to ingest.Day, step string) ([]ingest.Day, error) {
	at, err := stepper(from, step)
	if err != nil {
		return nil, err
	}
	if to < from {
		return nil, &ingest.ConfigError{Msg: fmt.Sprintf("--as-of %s..%s ends before it begins: write the earlier date first", from, to)}
	}
	var days []ingest.Day
	for k := 0; at(k) <= to; k++ {
		if len(days) == maxSteps {
			return nil, &ingest.ConfigError{Msg: fmt.Sprintf("--as-of %s..%s has more than %d dates by --step %s: take a longer step", from, to, maxSteps, step)}
		}
		days = append(days, at(k))
	}
	return days, nil
}

// stepper is the date k steps after the first.
func stepper(from ingest.Day, step string) (func(k int) ingest.Day, error) {
	if digits, ok := strings.CutSuffix(step, "d"); ok {
		if n, err := strconv.Atoi(digits); err == nil && n > 0 && n <= maxHorizon {
			return func(k int) ingest.Day { return from + ingest.Day(k*n) }, nil
		}
	}
	p, ok := parsePeriod(step)
	if !ok {
		return nil, &ingest.ConfigError{Msg: fmt.Sprintf("--step is %q: expected week, month, quarter, year, or days such as 10d", step)}
	}
	monthEnd := p != Week && Month.Start(from+1) == from+1
	return func(k int) ingest.Day {
		d := p.Add(from, k)
		if monthEnd {
			d = Month.Add(Month.Start(d), 1) - 1
		}
		return d
	}, nil
}
