package ingest

import (
	"mainstay/ingest/key"
	"mainstay/ingest/money"
)

// scatter adds the accepted rows of a batch to their partitions.
func (s *scatterer) scatter(b *batch) {
	w := &s.waiting
	if w.place(s.reason[:b.n], s.place); len(w.rows) == 0 {
		return
	}
	s.fillColumns(b)
	for shard := range Shards {
		if w.count[shard] > 0 {
			s.part[shard].add(w.columns, w.start[shard], w.count[shard])
		}
	}
}

// fillColumns brings the batch into the columns of the layout.
func (s *scatterer) fillColumns(b *batch) {
	w, l := &s.waiting, &s.layout
	w.set(lowColumn, s.low[:b.n])
	w.set(amountColumn, b.amount.val[:b.n])
	if first, last := bounds(b.day[:b.n], w.rows); first == last {
		w.constant(dayColumn, int64(first))
	} else {
		days := w.memory(dayColumn, b.n)
		for i, d := range b.day[:b.n] {
			days[i] = int64(d)
		}
		w.set(dayColumn, days)
	}
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

// fillFlags fills the columns of flags and, as integers have no such number, of the high numbers of keys.
func (s *scatterer) fillFlags(b *batch) {
	l, w := &s.layout, &s.waiting
	any, all := place(0), s.place[w.rows[0]]
	for _, i := range w.rows {
		any |= s.place[i]
		all &= s.place[i]
	}
	if any.form() == key.Int {
		w.constant(highColumn, 0)
	} else {
		w.set(highColumn, s.high[:b.n])
	}
	if any.form() == all.form() && l.cost+l.order+l.rounding == 0 {
		w.constant(flagsColumn, int64(any.form()))
		return
	}
	flags := w.memory(flagsColumn, b.n)
	for i, p := range s.place[:b.n] {
		flags[i] = int64(p.form())
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
