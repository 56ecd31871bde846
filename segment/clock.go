package segment

import (
	"fmt"
	"math"

	"mainstay/ingest"
)

// Period is the step of chains and backtests.
type Period uint8

// The periods, on the calendar: ISO weeks (Monday), months, quarters, years.
const (
	Week Period = iota
	Month
	Quarter
	Year
)

// Bounds of the automatic churn horizon, in days: below a month, a holiday looks like leaving; beyond
// a year, leaving is noticed too late to act.
const (
	horizonGaps   = 3   // median gaps of silence that count as leaving
	horizonMin    = 30  // days
	horizonMax    = 365 // days
	horizonOfSpan = 3   // the horizon is at most 1/3 of the span, so that one can be learnt, one tested
)

// Clock holds the book's own sense of time. Everything in it is computed from purchase days on or
// before the as-of date.
type Clock struct {
	AsOf      ingest.Day
	First     ingest.Day // earliest day of the Ledger
	MedianGap float64    // days between consecutive purchase days, pooled over customers; NaN without repeat buyers
	Period    Period     // the shortest whose longest instance (7, 31, 92, 366 days) is at least MedianGap
	Horizon   int        // churn horizon in days: 3 × MedianGap in [30, 365], at most a third of the span
	Why       string     // for people
}

// Span is the number of days from First to AsOf, both included.
func (c Clock) Span() int { return int(c.AsOf-c.First) + 1 }

// clockOf is the clock of a Ledger up to asOf, whose gaps were counted. Period and horizon follow from the median gap
// unless cfg (which must pass Config.Check) sets them. Without repeat buyers the period is a month and
// the horizon 365 days, at most a third of the span.
//
// A period is compared by its longest instance, because customers who buy every calendar month (or
// quarter) have a median gap of 31 (or 92) days, longer than the mean month (or quarter).
func clockOf(l *ingest.Ledger, asOf ingest.Day, cfg Config, gaps *gapCounts) Clock {
	c := Clock{AsOf: asOf, First: l.First, MedianGap: gaps.median()}
	var periodWhy, horizonWhy string
	c.Period, periodWhy = choosePeriod(c.MedianGap, cfg.Period)
	c.Horizon, horizonWhy = chooseHorizon(c.MedianGap, c.Span(), cfg.ChurnHorizon)
	gap := "nobody bought on two days yet"
	if !math.IsNaN(c.MedianGap) {
		gap = fmt.Sprintf("median gap between purchase days %g days", c.MedianGap)
	}
	c.Why = fmt.Sprintf("%s; period %s (%s); churn horizon %d days (%s)", gap, c.Period, periodWhy, c.Horizon, horizonWhy)
	return c
}

// setWhy is the reason of what the configuration says.
const setWhy = "set in the configuration"

func choosePeriod(gap float64, set string) (Period, string) {
	if p, ok := parsePeriod(set); ok {
		return p, setWhy
	}
	if math.IsNaN(gap) {
		return Month, "default without repeat buyers"
	}
	for p := Week; p < Year; p++ {
		if p.longest() >= gap {
			return p, "the shortest that is at least the gap"
		}
	}
	if Year.longest() < gap {
		return Year, "the longest there is"
	}
	return Year, "the shortest that is at least the gap"
}

func chooseHorizon(gap float64, span, set int) (int, string) {
	third := span / horizonOfSpan
	if set > 0 {
		if set > third {
			return set, setWhy + "; more than a third of the span"
		}
		return set, setWhy
	}
	h, why := horizonMax, "default without repeat buyers"
	if !math.IsNaN(gap) {
		h, why = int(math.Round(horizonGaps*gap)), "3 × the gap"
		if h < horizonMin {
			h, why = horizonMin, "at least 30 days"
		}
		if h > horizonMax {
			h, why = horizonMax, "at most 365 days"
		}
	}
	if h > third {
		h, why = third, "a third of the span"
	}
	return max(h, 1), why
}

func parsePeriod(s string) (Period, bool) {
	for p := Week; p <= Year; p++ {
		if s == p.String() {
			return p, true
		}
	}
	return 0, false
}

// Start is the first day of the period that holds d.
func (p Period) Start(d ingest.Day) ingest.Day {
	if p == Week {
		const mondayBeforeEpoch = 3                 // 1970-01-01 was a Thursday
		weekday := (int(d) + mondayBeforeEpoch) % 7 // Monday = 0; negative before the epoch
		return d - ingest.Day((weekday+7)%7)
	}
	y, m, _ := d.Date()
	switch p {
	case Quarter:
		m -= (m - 1) % 3
	case Year:
		m = 1
	}
	return ingest.Date(y, m, 1)
}

// Add moves n periods: to the same day of the month, or the last of a shorter month.
func (p Period) Add(d ingest.Day, n int) ingest.Day {
	switch p {
	case Week:
		return d + ingest.Day(7*n)
	case Month:
		return d.AddMonths(n)
	case Quarter:
		return d.AddMonths(3 * n)
	}
	return d.AddMonths(12 * n)
}

// String is the name used in the configuration and in outputs.
func (p Period) String() string {
	return [...]string{"week", "month", "quarter", "year"}[p]
}

// Days is the mean length over a Gregorian era: 7, 30.436875, 91.310625, 365.2425.
func (p Period) Days() float64 {
	return [...]float64{7, 365.2425 / 12, 365.2425 / 4, 365.2425}[p]
}

// longest is the length in days of the longest instance of the period.
func (p Period) longest() float64 {
	return [...]float64{7, 31, 92, 366}[p]
}

// MonthsBefore is the same day n months earlier (the last of a shorter month), so that the trailing
// 12 months are the days d with MonthsBefore(asOf, 12) < d ≤ asOf.
func MonthsBefore(d ingest.Day, n int) ingest.Day { return d.AddMonths(-n) }
