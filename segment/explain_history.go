package segment

import (
	"math"
	"slices"
	"sort"

	"mainstay/ingest"
	"mainstay/internal/num"
)

// History is what the member's own day cells say, on or before the as-of date.
type History struct {
	Rows, Cells int64 // rows used, and the days they lie on
	Net         int64
	Latest      []CellLine      // newest first
	Months      []TrailingMonth // oldest first, from the first cell on; the last ends on the as-of date
	UsualGap    float64         // mean gap between purchase days, shrunk towards the book's; NaN without a purchase day
	BookGap     float64         // the book's mean gap
	Now, Before YearSum         // trailing 12 months, and the 12 before
	WholeBefore bool            // the book reaches back over both
}

// CellLine is one day of the customer. Value is in the run's basis.
type CellLine struct {
	Day                          ingest.Day
	Lines                        int64
	Sales, Returns, Value, Units int64
	Purchase                     bool
}

// TrailingMonth is a trailing month (MonthsBefore(asOf, k+1), MonthsBefore(asOf, k)] that ends on End: twelve
// of them make the trailing 12 months exactly.
type TrailingMonth struct {
	End       ingest.Day
	Net       int64
	Purchases int // purchase days
}

// YearSum sums up 12 trailing months.
type YearSum struct {
	Net, Value, Units, Returns int64
	Purchases                  int
}

func (a *analysis) history(pr *Profile, cells int) *History {
	s := a.Ledger.Shard(int(pr.Shard))
	lo, hi := s.Cells(int(pr.Row))
	asOf := a.Clock.AsOf
	hi = lo + sort.Search(hi-lo, func(k int) bool { return s.Day[lo+k] > asOf })
	h := &History{Cells: int64(hi - lo), UsualGap: math.NaN(), BookGap: a.teller.typical.gap, WholeBefore: MonthsBefore(asOf, 24) >= a.Clock.First-1}
	if pr.Frequency > 0 {
		h.UsualGap = usualGap(pr, h.BookGap)
	}
	year, before := MonthsBefore(asOf, 12), MonthsBefore(asOf, 24)
	for j := hi - 1; j >= lo; j-- {
		line := CellLine{Day: s.Day[j], Lines: int64(s.Lines[j]), Sales: s.Sales[j], Returns: s.Returns[j],
			Value: CellValue(s, j, a.Basis), Purchase: a.Ledger.Purchase(s, j)}
		if s.Units != nil {
			line.Units = s.Units[j]
		}
		h.Rows += line.Lines
		h.Net += s.Net(j)
		if len(h.Latest) < cells {
			h.Latest = append(h.Latest, line)
		}
		for len(h.Months) == 0 || line.Day <= MonthsBefore(asOf, len(h.Months)) {
			h.Months = append(h.Months, TrailingMonth{End: MonthsBefore(asOf, len(h.Months))})
		}
		month := &h.Months[len(h.Months)-1]
		month.Net += s.Net(j)
		month.Purchases += int(num.Indicator(line.Purchase))
		switch {
		case line.Day > year:
			h.Now.add(&line)
		case line.Day > before:
			h.Before.add(&line)
		}
	}
	slices.Reverse(h.Months)
	return h
}

func (y *YearSum) add(c *CellLine) {
	y.Net += c.Sales + c.Returns
	y.Value += c.Value
	y.Units += c.Units
	y.Returns += c.Returns
	y.Purchases += int(num.Indicator(c.Purchase))
}
