package ingest

import (
	"mainstay/ingest/key"
	"mainstay/ingest/money"
)

// waiting is the columns of a batch on their way into the partitions. Rows are moved column by column: a
// column of a batch and the ends of the partitions' columns stay in the cache.
type waiting struct {
	columns []waitingColumn // by column of the layout
	own     [][]int64       // memory of those that the batch does not have in this form
	rows    []uint16        // accepted rows, by shard
	scratch []int64
}

// waitingColumn is the values of a batch, or one value for all rows: the day of an export by time, the form of keys,
// what is not there.
type waitingColumn struct {
	values []int64 // nil = all are equal
	equal  int64
}

// constant makes column c one value.
func (w *waiting) constant(c int, x int64) { w.columns[c] = waitingColumn{equal: x} }

// set gives column c its values. To see that they are all equal is cheaper than to move them.
func (w *waiting) set(c int, values []int64) {
	if allEqual(values) {
		w.constant(c, values[0])
	} else {
		w.columns[c] = waitingColumn{values: values}
	}
}

func allEqual(values []int64) bool {
	for _, x := range values {
		if x != values[0] {
			return false
		}
	}
	return len(values) > 0
}

// scatter adds the accepted rows of a batch to their partitions.
func (s *scatterer) scatter(b *batch) {
	w := &s.waiting
	start := s.sortByShard(b.n)
	s.fillColumns(b)
	w.scratch = sized(w.scratch, b.n)
	for shard := range Shards {
		if rows := w.rows[start[shard]:start[shard+1]]; len(rows) > 0 {
			s.part[shard].add(w.columns, rows, w.scratch)
		}
	}
}

// sortByShard lists the accepted rows by shard: those of a shard are waiting.rows[start[shard]:start[shard+1]].
func (s *scatterer) sortByShard(n int) (start [Shards + 1]uint16) {
	for i, why := range s.reason[:n] {
		if why == accepted {
			start[s.place[i].shard()+1]++
		}
	}
	for shard := range Shards {
		start[shard+1] += start[shard]
	}
	next := start
	s.waiting.rows = sized(s.waiting.rows, int(start[Shards]))
	for i, why := range s.reason[:n] {
		if why == accepted {
			at := &next[s.place[i].shard()]
			s.waiting.rows[*at] = uint16(i)
			*at++
		}
	}
	return start
}

// fillColumns brings the batch into the columns of the layout.
func (s *scatterer) fillColumns(b *batch) {
	w, l := &s.waiting, &s.layout
	w.set(lowColumn, s.low[:b.n])
	w.set(amountColumn, b.amount.val[:b.n])
	days := w.memory(dayColumn, b.n)
	for i, d := range b.day[:b.n] {
		days[i] = int64(d)
	}
	w.set(dayColumn, days)
	if l.units > 0 {
		w.set(l.units, b.units.val[:b.n])
	}
	if l.cost > 0 {
		w.set(l.cost, b.cost.val[:b.n])
	}
	if l.discount > 0 {
		w.set(l.discount, b.discount.val[:b.n])
	}
	s.fillFlags(b)
	for k := range s.sides {
		s.fillSide(b, k)
	}
}

// memory is room for n values of column c.
func (w *waiting) memory(c, n int) []int64 {
	w.own[c] = sized(w.own[c], n)
	return w.own[c]
}

// fillFlags fills the columns of flags and, as integers have no such number, of the high numbers of keys.
func (s *scatterer) fillFlags(b *batch) {
	l, w := &s.layout, &s.waiting
	flags := w.memory(flagsColumn, b.n)
	var any place
	for i, p := range s.place[:b.n] {
		any |= p
		flags[i] = int64(p.form())
	}
	if any.form() == key.Int {
		w.constant(highColumn, 0)
	} else {
		w.set(highColumn, s.high[:b.n])
	}
	if l.cost > 0 {
		for i, st := range b.cost.status[:b.n] {
			if st == money.OK {
				flags[i] |= flagCost
			}
		}
	}
	if l.order > 0 {
		s.fillOrders(b, flags)
	}
	if l.rounding > 0 {
		s.fillRounding(b, flags)
	}
	w.set(flagsColumn, flags)
}

// fillOrders numbers the orders of rows that can count: a stored order can be replaced, returns included.
func (s *scatterer) fillOrders(b *batch, flags []int64) {
	w, c := &s.waiting, s.layout.order
	s.orders.begin(&b.order)
	low, high := cleared(w.own[c], b.n), cleared(w.own[c+1], b.n)
	w.own[c], w.own[c+1] = low, high
	for _, i := range w.rows {
		if b.amount.val[i] > 0 || s.aside != nil {
			shard := s.place[i].shard()
			o := s.orders.resolve(&b.order, int(i), &s.part[shard].orders, shard)
			low[i], high[i] = o.low, o.high
			flags[i] |= o.flags
		}
	}
	w.set(c, low)
	w.set(c+1, high)
}

// fillRounding keeps what rounding gave a row: at most two roundings (amount and conversion) of at most half a
// unit of 10^0 each, so the sum fits 64 bits at 10^-18.
func (s *scatterer) fillRounding(b *batch, flags []int64) {
	w, c := &s.waiting, s.layout.rounding
	if b.rounding == nil {
		w.constant(c, 0)
		return
	}
	sums := w.memory(c, b.n)
	for i := range b.rounding[:b.n] {
		sums[i], _ = b.rounding[i].Sum.Int64()
		flags[i] |= b.rounding[i].Rows << roundedShift
	}
	w.set(c, sums)
}

func (s *scatterer) fillSide(b *batch, k int) {
	r, f, c := &s.sides[k], &b.sides[k], s.layout.sides+k
	r.begin(f)
	codes := cleared(s.waiting.own[c], b.n)
	s.waiting.own[c] = codes
	for _, i := range s.waiting.rows {
		codes[i] = int64(r.resolve(f, int(i), &s.values[k]))
	}
	s.waiting.set(c, codes)
}
