package ingest

import (
	"mainstay/ingest/key"
	"mainstay/ingest/money"
)

// waiting is the columns of a batch on their way into the partitions. Rows are moved column by column: a
// column of a batch and the ends of the partitions' columns stay in the cache.
type waiting struct {
	columns [][]int64 // by column of the layout; nil = all zero
	own     [][]int64 // memory of those that the batch does not have in this form
	rows    []uint16  // accepted rows, by shard
	scratch []int64
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
	w.columns[lowColumn], w.columns[amountColumn] = s.low, b.amount.val
	days := w.column(dayColumn, b.n)
	for i, d := range b.day[:b.n] {
		days[i] = int64(d)
	}
	if l.units > 0 {
		w.columns[l.units] = b.units.val
	}
	if l.cost > 0 {
		w.columns[l.cost] = b.cost.val
	}
	if l.discount > 0 {
		w.columns[l.discount] = b.discount.val
	}
	s.fillFlags(b)
	if l.order > 0 {
		s.fillOrders(b)
	}
	if l.rounding > 0 {
		s.fillRounding(b)
	}
	for k := range s.sides {
		s.fillSide(b, k)
	}
}

// column is column c in memory of its own, n long.
func (w *waiting) column(c, n int) []int64 {
	w.own[c] = sized(w.own[c], n)
	w.columns[c] = w.own[c]
	return w.own[c]
}

func (s *scatterer) fillFlags(b *batch) {
	flags := s.waiting.column(flagsColumn, b.n)
	var any place
	for i, p := range s.place[:b.n] {
		any |= p
		flags[i] = int64(p.form())
	}
	l, columns := &s.layout, s.waiting.columns
	if columns[highColumn] = s.high; any.form() == key.Int {
		columns[highColumn] = nil
		if l.cost+l.order+l.rounding == 0 {
			columns[flagsColumn] = nil
		}
	}
	if l.cost > 0 {
		for i, st := range b.cost.status[:b.n] {
			if st == money.OK {
				flags[i] |= flagCost
			}
		}
	}
}

// fillOrders numbers the orders of rows that can count: a stored order can be replaced, returns included.
func (s *scatterer) fillOrders(b *batch) {
	s.orders.begin(&b.order)
	low, high := s.waiting.column(s.layout.order, b.n), s.waiting.column(s.layout.order+1, b.n)
	flags := s.waiting.own[flagsColumn]
	for _, i := range s.waiting.rows {
		var o resolvedOrder
		if b.amount.val[i] > 0 || s.aside != nil {
			shard := s.place[i].shard()
			o = s.orders.resolve(&b.order, int(i), &s.part[shard].orders, shard)
		}
		low[i], high[i] = o.low, o.high
		flags[i] |= o.flags
	}
}

// fillRounding keeps what rounding gave a row: at most two roundings (amount and conversion) of at most half a
// unit of 10^0 each, so the sum fits 64 bits at 10^-18.
func (s *scatterer) fillRounding(b *batch) {
	if s.waiting.columns[s.layout.rounding] = nil; b.rounding == nil {
		return
	}
	sums, flags := s.waiting.column(s.layout.rounding, b.n), s.waiting.own[flagsColumn]
	for i := range b.rounding[:b.n] {
		sums[i], _ = b.rounding[i].Sum.Int64()
		flags[i] |= b.rounding[i].Rows << roundedShift
	}
}

func (s *scatterer) fillSide(b *batch, k int) {
	r, f := &s.sides[k], &b.sides[k]
	r.begin(f)
	codes := s.waiting.column(s.layout.sides+k, b.n)
	for _, i := range s.waiting.rows {
		codes[i] = int64(r.resolve(f, int(i), &s.values[k]))
	}
}
