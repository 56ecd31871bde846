package segment

import "mainstay/ingest"

// Period is the step of chains and backtests.
type Period uint8

// The periods, on the calendar: ISO weeks (Monday), months, quarters, years.
const (
	Week Period = iota
	Month
	Quarter
	Year
)

// Clock holds the book's own sense of time. Everything in it is computed from purchase days on or
// before the as-of date.
type Clock struct {
	AsOf      ingest.Day
	First     ingest.Day // earliest day of the Ledger
	MedianGap float64    // days between consecutive purchase days, pooled over customers; NaN without repeat buyers
	Period    Period     // the shortest at least MedianGap long
	Horizon   int        // churn horizon in days: 3 × MedianGap in [30, 365], at most a third of the span
	Why       string     // for people
}

// Span is the number of days from First to AsOf, both included.
func (c Clock) Span() int { return int(c.AsOf-c.First) + 1 }

// NewClock measures the Ledger's rhythm up to asOf.
func NewClock(l *ingest.Ledger, asOf ingest.Day, cfg Config) Clock { panic("not yet") }

// Start is the first day of the period that holds d; Add moves n periods.
func (p Period) Start(d ingest.Day) ingest.Day      { panic("not yet") }
func (p Period) Add(d ingest.Day, n int) ingest.Day { panic("not yet") }
func (p Period) String() string                     { panic("not yet") }
func (p Period) Days() float64                      { panic("not yet") } // mean length: 7, 30.436875, 91.310625, 365.2425

// MonthsBefore is the same day n months earlier (the last of a shorter month), so that the trailing
// 12 months are the days d with MonthsBefore(asOf, 12) < d ≤ asOf.
func MonthsBefore(d ingest.Day, n int) ingest.Day { panic("not yet") }
