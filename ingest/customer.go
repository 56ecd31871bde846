package ingest

import (
	"cmp"
	"context"
	"slices"
	"sync/atomic"

	"mainstay/ingest/column"
	"mainstay/ingest/key"
	"mainstay/ingest/money"
	"mainstay/ingest/store"
)

// CustomerRows is what the export holds of one customer, row by row: Read = Used + every reason, in rows and
// money. Rows that cannot be read as this customer's (no key, a bad one) are nobody's.
type CustomerRows struct {
	Read, Used           int64
	MoneyRead, MoneyUsed money.Total
	Reasons              []ReasonTally // in the order of the rules
	Latest               []CustomerRow // of the used rows, newest first, then by file and row
	SetAside             []CustomerRow // likewise of those set aside; without a usable time last
}

// CustomerRow is one row. Row counts from 0 within the file. Day is meaningful when HasDay. Reason is "" for
// a used row; a row set aside has Column and Value as in Reject.
type CustomerRow struct {
	Reject
	Day    Day
	HasDay bool
	Order  string // "" when no order is mapped, or the row has none
	Units  int64  // at Ledger.UnitsScale; 0 when not mapped
}

// ReadCustomer reads every row once more and keeps those of one customer, of each kind the latest most;
// memory does not grow with the input. The rules are those of Build. Errors are those of reading. Of a
// stored Ledger the rows are postings; whose the rows set aside are is not known.
func ReadCustomer(ctx context.Context, st store.Store, p *Plan, customer []byte, most, threads int, progress func(rows int64)) (*CustomerRows, error) {
	if p.stored != nil {
		return p.stored.customer(ctx, st, p, customer, most)
	}
	workers := make([]*customerReader, max(1, threads))
	r := newRules(p)
	for i := range workers {
		workers[i] = newCustomerReader(r, customer, most, len(p.Sides))
	}
	var rows atomic.Int64
	err := eachUnit(ctx, st, p, len(workers), func(ctx context.Context, worker, task int, d *decoder, u unit) error {
		if err := d.open(ctx, st, u); err != nil {
			return err
		}
		return workers[worker].read(ctx, task, d, func(n int64) {
			if n = rows.Add(n); progress != nil {
				progress(n)
			}
		})
	})
	if err != nil {
		return nil, err
	}
	all := workers[0]
	for _, w := range workers[1:] {
		all.counts.merge(&w.counts)
		all.used = append(all.used, w.used...)
		all.aside = append(all.aside, w.aside...)
	}
	used := all.counts.byReason[accepted]
	t := all.counts.tally()
	return &CustomerRows{Read: t.RowsRead, Used: used.rows, MoneyRead: t.MoneyRead, MoneyUsed: used.money, Reasons: t.Reasons,
		Latest: latest(all.used, most), SetAside: latest(all.aside, most)}, nil
}

// customerReader is one worker: it finds the customer's rows in a batch and judges them as Build would.
type customerReader struct {
	judge       *scatterer
	wanted      []byte
	integer     int64 // the key, if it is the spelling of one
	isInteger   bool
	entries     memo // which entries of a dictionary are the key
	scratch     []byte
	most        int
	counts      counts
	used, aside []placedRow
}

// placedRow is a row with the place of its unit among all: what orders rows of one day.
type placedRow struct {
	CustomerRow
	unit int
}

func newCustomerReader(r *rules, customer []byte, most, sides int) *customerReader {
	c := &customerReader{judge: newScatterer(r, newRecordLayout(Has{}, sides)), wanted: customer, most: most, counts: newCounts()}
	c.integer, c.isInteger = key.ParseInt(customer)
	return c
}

// read looks at every batch of an open unit.
func (c *customerReader) read(ctx context.Context, unit int, d *decoder, progress func(rows int64)) error {
	c.judge.beginUnit(unit, nil)
	c.entries.forget()
	for {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		b, err := d.next(&c.counts.rounding)
		if err != nil || b == nil {
			return err
		}
		c.visit(unit, b)
		progress(int64(b.n))
	}
}

// visit adds the customer's rows of a batch, which is judged only where it has some.
func (c *customerReader) visit(unit int, b *batch) {
	c.entries.begin(&b.customer)
	judged := false
	for i := range b.n {
		if !c.is(b, i) {
			continue
		}
		if !judged {
			c.judge.judge(b)
			judged = true
		}
		c.add(unit, b, i)
	}
}

// is reports whether row i is the customer's: has its key, or that of a member of the group on the row's day
// (on the as-of date where it has none).
func (c *customerReader) is(b *batch, i int) bool {
	f := &b.customer
	parents := c.judge.rules.parents
	if parents == nil && f.t.Kind == column.Text {
		return c.entries.is(f, i, func(b []byte) bool { return string(b) == string(c.wanted) })
	}
	if x, ok := wholeNumber(f, i); ok && parents == nil {
		return c.isInteger && x == c.integer
	}
	k, st := key.Append(c.scratch[:0], f.v, f.t, i)
	c.scratch = k
	if st != key.OK {
		return false
	}
	if parents != nil {
		day := c.judge.rules.asOf
		if b.dayBad == nil || !b.dayBad[i] {
			day = b.day[i]
		}
		k = parents.Root(k, day)
	}
	return string(k) == string(c.wanted)
}

func (c *customerReader) add(unit int, b *batch, i int) {
	why, amount := c.judge.reason[i], b.amount.val[i]
	c.counts.rows++
	c.counts.money.Add(amount)
	c.counts.byReason[why].rows++
	c.counts.byReason[why].money.Add(amount)
	row := placedRow{unit: unit, CustomerRow: CustomerRow{Reject: newReject(b, i, why), Day: b.day[i], HasDay: b.dayBad == nil || !b.dayBad[i]}}
	if b.units.val != nil {
		row.Units = b.units.val[i]
	}
	_, row.Order = b.order.show(i)
	list := &c.used
	if why != accepted {
		list = &c.aside
	}
	if *list = append(*list, row); len(*list) > 2*c.most+batchRows {
		*list = (*list)[:copy(*list, latestPlaced(*list, c.most))]
	}
}

// latestPlaced sorts rows, newest first, and keeps the first most.
func latestPlaced(rows []placedRow, most int) []placedRow {
	slices.SortFunc(rows, func(x, y placedRow) int {
		switch {
		case x.HasDay != y.HasDay && x.HasDay:
			return -1
		case x.HasDay != y.HasDay:
			return 1
		case x.HasDay && x.Day != y.Day:
			return cmp.Compare(y.Day, x.Day)
		}
		return cmp.Or(cmp.Compare(x.unit, y.unit), cmp.Compare(x.Row, y.Row))
	})
	return rows[:min(len(rows), most)]
}

func latest(rows []placedRow, most int) []CustomerRow {
	var out []CustomerRow
	for _, r := range latestPlaced(rows, most) {
		out = append(out, r.CustomerRow)
	}
	return out
}
