package ingest

import (
	"context"
	"strings"
	"sync"
	"unicode/utf8"

	"mainstay/ingest/key"
	"mainstay/ingest/money"
)

// maxRejectValue is the bytes of a value shown in a Reject: enough to recognise it.
const maxRejectValue = 200

// newReject describes row i of the batch.
func newReject(b *batch, i int, why reason) Reject {
	r := Reject{
		File: b.file, Row: b.row(i),
		Reason: reasons[why].code, Kind: reasons[why].kind,
		Amount: b.amount.val[i], HasAmount: b.amount.status[i] == money.OK,
	}
	switch why {
	case badTime, afterAsOf:
		r.Column, r.Value = b.time.show(i)
	case noCustomer, badCustomer, excludedCustomer:
		r.Column, r.Value = b.customer.show(i)
	case excludedStatus:
		r.Column, r.Value = b.status.show(i)
	case otherCurrency, noCurrency:
		r.Column, r.Value = b.currency.show(i)
	case noRate:
		if b.book == nil {
			r.Column, r.Value = b.rate.show(i)
			break
		}
		r.Column, r.Value = b.currency.show(i)
		r.Value = shorten([]byte(b.book.why(currencyName(r.Value), b.day[i])))
	case badAmount:
		r.Column, r.Value = b.amount.show(i)
	case badUnits:
		r.Column, r.Value = b.units.show(i)
	case badCost:
		r.Column, r.Value = b.cost.show(i)
	case badDiscount:
		r.Column, r.Value = b.discount.show(i)
	}
	return r
}

// show gives a column's name and the value of row i.
func (f *field) show(i int) (name, value string) {
	if f.v == nil {
		return "", ""
	}
	return f.name, shorten(key.AppendValue(nil, f.v, f.t, i))
}

// show gives an expression and what its columns hold in row i: "3" for a single
// column, "Quantity=3, UnitPrice=" for several.
func (m *measure) show(i int) (name, value string) {
	if len(m.from) == 1 {
		return m.from[0].show(i)
	}
	var parts []string
	for k := range m.from {
		n, v := m.from[k].show(i)
		parts = append(parts, n+"="+v)
	}
	return m.expr.String(), shorten([]byte(strings.Join(parts, ", ")))
}

// shorten makes foreign bytes fit to be shown: valid UTF-8, at most maxRejectValue.
func shorten(b []byte) string {
	cut := len(b) > maxRejectValue
	if cut {
		b = b[:maxRejectValue]
	}
	s := strings.ToValidUTF8(string(b), "\uFFFD")
	if len(s) <= maxRejectValue && !cut {
		return s
	}
	const ellipsis = "…"
	n := min(len(s), maxRejectValue-len(ellipsis))
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + ellipsis
}

// rejectQueue delivers the rejects of units, read by several workers at once, in
// the order of the units. A unit whose turn it is streams; the others hold back a
// bounded number of rejects and then wait.
type rejectQueue struct {
	sink RejectSink

	mu      sync.Mutex
	turn    *sync.Cond
	head    int              // the unit whose turn it is
	done    map[int][]Reject // finished units waiting for their turn
	waiting int              // rejects in done
	err     error            // set once: nobody waits any more
}

// Bounds on the rejects held in memory.
const (
	rejectBatch   = 4096      // by a unit while it is read
	rejectWaiting = 64 * 1024 // by finished units together
)

// newRejectQueue stops waiting when ctx ends. release frees what watches ctx.
func newRejectQueue(ctx context.Context, sink RejectSink) (q *rejectQueue, release func() bool) {
	q = &rejectQueue{sink: sink, done: map[int][]Reject{}}
	q.turn = sync.NewCond(&q.mu)
	return q, context.AfterFunc(ctx, func() { q.stop(context.Cause(ctx)) })
}

func (q *rejectQueue) stop(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.err == nil {
		q.err = err
	}
	q.turn.Broadcast()
}

// flush delivers rejects of a unit that is still being read.
func (q *rejectQueue) flush(unit int, rows []Reject) error {
	if err := q.await(unit); err != nil {
		return err
	}
	return q.sink(rows)
}

// await returns when it is the unit's turn.
func (q *rejectQueue) await(unit int) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.head != unit && q.err == nil {
		q.turn.Wait()
	}
	return q.err
}

// finish hands over the last rejects of a unit; rows belongs to the queue from
// now on. If it is the unit's turn, it and the finished units behind it go out.
func (q *rejectQueue) finish(unit int, rows []Reject) error {
	q.mu.Lock()
	if q.head != unit && q.waiting+len(rows) <= rejectWaiting {
		q.done[unit] = rows
		q.waiting += len(rows)
		q.mu.Unlock()
		return nil
	}
	q.mu.Unlock()
	if err := q.await(unit); err != nil {
		return err
	}
	for more := true; more; {
		if len(rows) > 0 {
			if err := q.sink(rows); err != nil {
				return err
			}
		}
		q.mu.Lock()
		q.head++
		rows, more = q.done[q.head]
		delete(q.done, q.head)
		q.waiting -= len(rows)
		q.mu.Unlock()
	}
	q.turn.Broadcast()
	return nil
}

// unitRejects collects the rejects of one unit; queue is nil when nobody asked.
type unitRejects struct {
	queue *rejectQueue
	unit  int
	rows  []Reject
}

func (u *unitRejects) add(r Reject) error {
	u.rows = append(u.rows, r)
	if len(u.rows) < rejectBatch {
		return nil
	}
	err := u.queue.flush(u.unit, u.rows)
	u.rows = u.rows[:0]
	return err
}

func (u *unitRejects) finish() error {
	if u.queue == nil {
		return nil
	}
	rows := u.rows
	u.rows = nil
	return u.queue.finish(u.unit, rows)
}
