package ingest

import (
	"fmt"
	"math"

	"mainstay/ingest/money"
)

// counts is what one worker saw. All of it is sums and minima, so that merging
// workers in any order gives the same.
type counts struct {
	rows     int64 // inside the window, as everything else
	outside  int64
	money    money.Total
	byReason [nReasons]reasonCount // accepted = used
	first    Day                   // of the accepted rows
	rounding money.Rounding        // of amounts
	excluded []excludedCount       // by entry of the exclude lists, as far as one met a customer
}

type reasonCount struct {
	rows    int64
	money   money.Total
	example *Reject // the first in file and row order; its file with the full path
	unit    int     // of the example
}

func newCounts() counts { return counts{first: math.MaxInt32} }

// tally counts a judged batch, and hands on its rejects.
func (s *scatterer) tally(b *batch) error {
	c := &s.counts
	c.rows += int64(b.n)
	for i, why := range s.reason[:b.n] {
		amount := b.amount.val[i]
		c.money.Add(amount)
		r := &c.byReason[why]
		r.rows++
		r.money.Add(amount)
		if why == accepted {
			c.first = min(c.first, b.day[i])
			continue
		}
		if why == excludedCustomer {
			c.exclude(int(s.low[i]), amount)
		}
		if s.aside != nil {
			entry := noEntry
			if why == excludedCustomer {
				entry = int(s.low[i])
			}
			s.aside.visit(b, i, why, entry)
		}
		if err := s.setAside(b, i, why, r); err != nil {
			return err
		}
	}
	return nil
}

// setAside keeps a first example of each reason and passes the reject on.
func (s *scatterer) setAside(b *batch, i int, why reason, r *reasonCount) error {
	isFirst := r.example == nil // a worker reads its units in order
	if !isFirst && s.rejects.queue == nil {
		return nil
	}
	reject := newReject(b, i, why)
	if why == excludedCustomer && s.rules.exclude.erased(int(s.low[i])) {
		reject.Value = ""
	}
	if isFirst {
		example := reject
		example.File = b.path
		r.example, r.unit = &example, s.rejects.unit
	}
	if s.rejects.queue == nil {
		return nil
	}
	return s.rejects.add(reject)
}

// exclude counts a row that an entry of the exclude lists leaves out.
func (c *counts) exclude(entry int, amount int64) {
	for len(c.excluded) <= entry {
		c.excluded = append(c.excluded, excludedCount{})
	}
	c.excluded[entry].rows++
	c.excluded[entry].money.Add(amount)
}

func (c *counts) merge(o *counts) {
	c.rows += o.rows
	c.outside += o.outside
	c.money.Merge(o.money)
	c.first = min(c.first, o.first)
	c.rounding.Merge(o.rounding)
	for len(c.excluded) < len(o.excluded) {
		c.excluded = append(c.excluded, excludedCount{})
	}
	for n, x := range o.excluded {
		c.excluded[n].rows += x.rows
		c.excluded[n].money.Merge(x.money)
	}
	for why := range c.byReason {
		r, q := &c.byReason[why], &o.byReason[why]
		r.rows += q.rows
		r.money.Merge(q.money)
		if q.example != nil && (r.example == nil || q.unit < r.unit) {
			r.example, r.unit = q.example, q.unit
		}
	}
}

// tally is what was read and set aside; what was used is filled in from the
// assembled Ledger.
func (c *counts) tally() Tally {
	t := Tally{RowsRead: c.rows, RowsOutside: c.outside, MoneyRead: c.money, Rounding: c.rounding}
	for why := accepted + 1; why < nReasons; why++ {
		if r := &c.byReason[why]; r.rows > 0 {
			t.Reasons = append(t.Reasons, ReasonTally{reasons[why].code, reasons[why].kind, r.rows, r.money})
		}
	}
	return t
}

// gate holds the run when too many rows are bad, or when none can be used. Rows after
// the as-of date count neither way: clean ones to come do not let a bad export pass.
func (c *counts) gate(maxBadRate float64) error {
	var most reason // of all set aside
	for why := accepted + 1; why < nReasons; why++ {
		n := c.byReason[why].rows
		if n > c.byReason[most].rows || most == accepted && n > 0 {
			most = why
		}
	}
	switch {
	case c.rows == 0:
		return &QualityError{"the input has no rows: check that the export finished, or name other files"}
	case c.byReason[accepted].rows == 0:
		return &QualityError{fmt.Sprintf("none of the %d rows can be used (%s); most are %s: check the column mapping with mainstay inspect, or the as-of date with --as-of",
			c.rows, c.summary(), c.describe(most))}
	}
	return c.gateBad(maxBadRate)
}

// gateBad holds the run when too many rows are bad.
func (c *counts) gateBad(maxBadRate float64) error {
	var bad int64
	var worst reason
	for why := accepted + 1; why < nReasons; why++ {
		n := c.byReason[why].rows
		if reasons[why].kind != Bad {
			continue
		}
		bad += n
		if n > c.byReason[worst].rows || worst == accepted && n > 0 {
			worst = why
		}
	}
	later := c.byReason[afterAsOf].rows
	judged := c.rows - later
	if float64(bad) <= maxBadRate*float64(judged) {
		return nil
	}
	besides := ""
	if later > 0 {
		besides = fmt.Sprintf(", besides %d after the as-of date", later)
	}
	return &QualityError{fmt.Sprintf("%d of %d rows are bad%s (%.2f %%, more than the %.2f %% allowed): most are %s; correct the export or the mapping, or allow more with --max-bad-rate",
		bad, judged, besides, 100*float64(bad)/float64(judged), 100*maxBadRate, c.describe(worst))}
}

// summary lists the reasons with their counts.
func (c *counts) summary() string {
	s := ""
	for why := accepted + 1; why < nReasons; why++ {
		if n := c.byReason[why].rows; n > 0 {
			if s != "" {
				s += ", "
			}
			s += fmt.Sprintf("%s %d", reasons[why].code, n)
		}
	}
	return s
}

// describe names a reason with its count and first example.
func (c *counts) describe(why reason) string {
	r := &c.byReason[why]
	s := fmt.Sprintf("%s (%d rows", reasons[why].code, r.rows)
	if e := r.example; e != nil {
		s += fmt.Sprintf("; first in %s, row %d", e.File, e.Row)
		if e.Column != "" {
			s += fmt.Sprintf(", column %q, value %q", e.Column, e.Value)
		}
	}
	return s + ")"
}
