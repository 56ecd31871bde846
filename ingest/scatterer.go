package ingest

import (
	"mainstay/ingest/money"
)

// scatterer is one worker: it applies the row rules to batches and keeps the
// accepted rows by shard.
type scatterer struct {
	rules  *rules
	layout recordLayout
	part   [Shards]partition
	values []textTable // by side: distinct values of accepted rows
	counts counts
	aside  asideCounts // for a stored Ledger: what is set aside, by day and order; else nil

	// What is known about the entries of the current dictionaries.
	customers    customerResolver
	groups       []resolvedKey // by period of the parents
	orders       orderResolver
	sides        []sideResolver
	status       memo
	noCurrency   memo
	keptCurrency memo

	// By row of the current batch.
	reason []reason
	key    []int64
	place  []uint8 // shard, and placeText

	rejects unitRejects
}

// placeText marks a text key in scatterer.place, whose low bits are the shard.
const placeText = 1 << 7

func newScatterer(r *rules, l recordLayout) *scatterer {
	s := &scatterer{rules: r, layout: l, counts: newCounts()}
	s.values = make([]textTable, l.nSides)
	s.sides = make([]sideResolver, l.nSides)
	for k := range s.values {
		s.values[k].id(nil) // code 0 is ""
	}
	return s
}

// beginUnit starts a row group.
func (s *scatterer) beginUnit(unit int, queue *rejectQueue) {
	s.rejects = unitRejects{queue: queue, unit: unit}
	s.customers.forget()
	s.orders.forget()
	s.status.forget()
	s.noCurrency.forget()
	s.keptCurrency.forget()
	for k := range s.sides {
		s.sides[k].forget()
	}
}

// add applies the row rules to a batch, counts it, and scatters the accepted rows.
func (s *scatterer) add(b *batch) error {
	s.judge(b)
	if err := s.tally(b); err != nil {
		return err
	}
	s.orders.begin(&b.order)
	for k := range s.sides {
		s.sides[k].begin(&b.sides[k])
	}
	s.scatter(b)
	return nil
}

// scatter writes the accepted rows into their partitions.
func (s *scatterer) scatter(b *batch) {
	l := &s.layout
	for i, why := range s.reason[:b.n] {
		if why != accepted {
			continue
		}
		place := s.place[i]
		p := &s.part[place&(Shards-1)]
		w := p.next(l.width)
		w[wordKey] = uint64(s.key[i])
		w[wordAmount] = uint64(b.amount.val[i])
		w[wordDay] = uint64(uint32(b.day[i]))
		if place&placeText != 0 {
			w[wordDay] |= flagTextKey
		}
		if l.width > wordOptional {
			s.scatterOptional(b, i, w)
		}
	}
}

// scatterOptional fills the optional words of row i.
func (s *scatterer) scatterOptional(b *batch, i int, w []uint64) {
	l := &s.layout
	if l.units > 0 {
		w[l.units] = uint64(b.units.val[i])
	}
	if l.cost > 0 && b.cost.status[i] == money.OK {
		w[l.cost] = uint64(b.cost.val[i])
		w[wordDay] |= flagCost
	}
	if l.discount > 0 {
		w[l.discount] = uint64(b.discount.val[i])
	}
	if l.order > 0 && (b.amount.val[i] > 0 || s.aside != nil) { // a stored order can be replaced, returns included
		shard := s.place[i] & (Shards - 1)
		id, flags := s.orders.resolve(&b.order, i, &s.part[shard].orders, shard)
		w[l.order] = uint64(id)
		w[wordDay] |= flags
	}
	if l.rounding > 0 && b.rounding != nil {
		setRounding(l, w, b.rounding[i])
	}
	for k := range s.sides {
		code := s.sides[k].resolve(&b.sides[k], i, &s.values[k])
		w[l.sides+k/2] |= uint64(code) << (32 * (k % 2))
	}
}
