package ingest

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"

	"mainstay/ingest/money"
	"mainstay/ingest/store"
)

// StoredPeriod is the totals of a closed month.
type StoredPeriod struct {
	Period    string `json:"period"` // YYYY-MM
	Rows      int64  `json:"rows"`
	Customers int    `json:"customers"`
	Sales     string `json:"sales"`
	Returns   string `json:"returns"`
}

// ChangedPeriod is a closed month whose history changed, and through how many customers.
type ChangedPeriod struct {
	Period        string  `json:"period"`
	RowsBefore    int64   `json:"rows_before"`
	RowsAfter     int64   `json:"rows_after"`
	SalesBefore   string  `json:"sales_before"`
	SalesAfter    string  `json:"sales_after"`
	ReturnsBefore string  `json:"returns_before"`
	ReturnsAfter  string  `json:"returns_after"`
	Customers     int     `json:"customers"`
	Change        float64 `json:"change"` // |Δ sales| + |Δ returns| over sales − returns before; 1 where those were 0
}

// WarnChanged is the code of a change in closed months.
const WarnChanged = "closed-periods-changed"

// month is a calendar month: 0 = January of the year 0.
func month(d Day) int32 {
	y, m, _ := d.Date()
	return int32(y*12 + m - 1)
}

func monthName(m int32) string { return Date(int(m/12), int(m%12)+1, 1).String()[:len("2006-01")] }

// closedThrough is the last day of the last month that is closed as of a day.
func closedThrough(asOf Day) Day {
	y, m, _ := asOf.Date()
	if last := Date(y, m, monthLength(y, m)); asOf == last {
		return last
	}
	return Date(y, m, 1) - 1
}

// monthTotal is what happened in a month.
type monthTotal struct {
	rows           int64
	customers      int
	sales, returns money.Total
}

func (t *monthTotal) add(lines uint32, sales, returns int64) {
	t.rows += int64(lines)
	t.sales.Add(sales)
	t.returns.Add(returns)
}

// ClosedPeriods is the totals of the months that are closed.
func ClosedPeriods(l *Ledger, threads int) []StoredPeriod {
	through, first := closedThrough(l.AsOf), month(l.First)
	of := make([]int32, max(0, through-l.First+1)) // by day from the first one on: its month, from 0
	for d := range of {
		of[d] = month(l.First+Day(d)) - first
	}
	months, out := make([]monthTotal, max(0, month(through)-first+1)), []StoredPeriod{}
	var mu sync.Mutex
	l.Scan(threads, func(_ int, s *Shard) {
		own := closedMonths(l, s, of, len(months))
		mu.Lock()
		defer mu.Unlock()
		for m := range months { // sums of integers, which have no order
			months[m].merge(&own[m])
		}
	})
	for m := range months {
		if t := &months[m]; t.rows > 0 {
			out = append(out, StoredPeriod{monthName(first + int32(m)), t.rows, t.customers, t.sales.Format(l.Scale), t.returns.Format(l.Scale)})
		}
	}
	return out
}

// closedMonths is the totals of one shard.
func closedMonths(l *Ledger, s *Shard, of []int32, n int) []monthTotal {
	months := make([]monthTotal, n)
	for c := range s.Customers() {
		last := int32(-1)
		for lo, hi := s.Cells(c); lo < hi && int(s.Day[lo]-l.First) < len(of); lo++ {
			m := of[s.Day[lo]-l.First]
			t := &months[m]
			t.add(s.Lines[lo], s.Sales[lo], s.Returns[lo])
			if m != last {
				last = m
				t.customers++
			}
		}
	}
	return months
}

// compareClosed compares the months that two contents have both closed, customer by customer, and lists those
// that changed. Both hold every row whatever its day, so it does not matter which came into scope when.
func compareClosed(ctx context.Context, st store.Store, before, after *stored, threads int) ([]ChangedPeriod, Day, error) {
	through := closedThrough(min(before.asOf, after.asOf))
	a, err := before.reader(ctx, st, &before.postings)
	if err != nil {
		return nil, 0, err
	}
	defer a.close()
	b, err := after.reader(ctx, st, &after.postings)
	if err != nil {
		return nil, 0, err
	}
	defer b.close()
	workers := make([]monthChanges, max(1, threads))
	for i := range workers {
		workers[i] = monthChanges{}
	}
	err = inParallel(ctx, len(workers), Shards, func(ctx context.Context, w, shard int) error {
		p, err := before.readShard(ctx, a, shard, forTotals)
		if err != nil {
			return err
		}
		q, err := after.readShard(ctx, b, shard, forTotals)
		if err != nil {
			return err
		}
		workers[w].compare(p, q, through)
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	all := workers[0]
	for _, w := range workers[1:] {
		all.merge(w)
	}
	return all.changed(after.manifest.Scale), through, nil
}

// monthChanges is each month before and after; customers counts those that differ.
type monthChanges map[int32]*monthChange

type monthChange struct {
	before, after monthTotal
	customers     int
}

func (c monthChanges) of(m int32) *monthChange {
	if c[m] == nil {
		c[m] = &monthChange{}
	}
	return c[m]
}

// compare takes in the customers of a shard.
func (c monthChanges) compare(p, q *postings, through Day) {
	for i, j := 0, 0; i < p.Customers() || j < q.Customers(); {
		order := 0
		switch {
		case i == p.Customers():
			order = 1
		case j == q.Customers():
			order = -1
		default:
			order = bytes.Compare(p.Key(i), q.Key(j))
		}
		var x, y map[int32]*monthTotal
		if order <= 0 {
			x = p.months(i, through)
			i++
		}
		if order >= 0 {
			y = q.months(j, through)
			j++
		}
		c.customer(x, y)
	}
}

// customer takes in the months of one customer before and after.
func (c monthChanges) customer(x, y map[int32]*monthTotal) {
	var none monthTotal
	for m, t := range x {
		change := c.of(m)
		change.before.merge(t)
		if u := y[m]; u == nil || *u != *t {
			change.customers++
		}
	}
	for m, u := range y {
		change := c.of(m)
		change.after.merge(u)
		if x[m] == nil && *u != none {
			change.customers++
		}
	}
}

func (t *monthTotal) merge(o *monthTotal) {
	t.rows += o.rows
	t.customers += o.customers
	t.sales.Merge(o.sales)
	t.returns.Merge(o.returns)
}

// months is the totals of a customer by month.
func (p *postings) months(i int, through Day) map[int32]*monthTotal {
	out := map[int32]*monthTotal{}
	for lo, hi := p.Cells(i); lo < hi && p.Day[lo] <= through; lo++ {
		m := month(p.Day[lo])
		if out[m] == nil {
			out[m] = &monthTotal{}
		}
		out[m].add(p.Lines[lo], p.Sales[lo], p.Returns[lo])
	}
	return out
}

func (c monthChanges) merge(o monthChanges) {
	for m, x := range o {
		sum := c.of(m)
		sum.before.merge(&x.before)
		sum.after.merge(&x.after)
		sum.customers += x.customers
	}
}

// changed lists the months in which some customer differs.
func (c monthChanges) changed(scale int) []ChangedPeriod {
	out := []ChangedPeriod{}
	for _, m := range slices.Sorted(maps.Keys(c)) {
		x := c[m]
		if x.customers == 0 {
			continue
		}
		out = append(out, ChangedPeriod{
			Period: monthName(m), RowsBefore: x.before.rows, RowsAfter: x.after.rows,
			SalesBefore: x.before.sales.Format(scale), SalesAfter: x.after.sales.Format(scale),
			ReturnsBefore: x.before.returns.Format(scale), ReturnsAfter: x.after.returns.Format(scale),
			Customers: x.customers, Change: x.share(scale),
		})
	}
	return out
}

// share is by how much of its turnover a month changed.
func (x *monthChange) share(scale int) float64 {
	difference := func(a, b money.Total) float64 {
		a.Sub(b)
		return math.Abs(a.Float64(scale))
	}
	change := difference(x.after.sales, x.before.sales) + difference(x.after.returns, x.before.returns)
	turnover := x.before.sales.Float64(scale) - x.before.returns.Float64(scale)
	switch {
	case change == 0:
		return 0
	case turnover == 0:
		return 1
	}
	return change / turnover
}

// ChangedNote says for people which closed months a night changed.
func (n *StoredNight) ChangedNote() string {
	const most = 3
	var parts []string
	for i, c := range n.Changed {
		if i == most {
			parts = append(parts, fmt.Sprintf("and %d more", len(n.Changed)-most))
			break
		}
		parts = append(parts, fmt.Sprintf("%s (%+d rows, sales %s → %s, returns %s → %s, %s)", c.Period, c.RowsAfter-c.RowsBefore,
			c.SalesBefore, c.SalesAfter, c.ReturnsBefore, c.ReturnsAfter, plural(int64(c.Customers), "customer")))
	}
	return fmt.Sprintf("%s changed: %s", plural(int64(len(n.Changed)), "closed month"), strings.Join(parts, ", "))
}

// holdChange is a *QualityError when a closed month changed by more than is allowed.
func holdChange(changed []ChangedPeriod, most float64) error {
	var worst *ChangedPeriod
	for i := range changed {
		if worst == nil || changed[i].Change > worst.Change {
			worst = &changed[i]
		}
	}
	if worst == nil || worst.Change <= most {
		return nil
	}
	return &QualityError{fmt.Sprintf("%s changed by %.2f %% (sales %s → %s, %s), more than the %.2f %% that --max-change allows; the ledger stays as it was: check what was restated, or allow more",
		worst.Period, 100*worst.Change, worst.SalesBefore, worst.SalesAfter, plural(int64(worst.Customers), "customer"), 100*most)}
}
