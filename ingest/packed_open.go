package ingest

import (
	"sync"
	"sync/atomic"
)

// openShard is a shard unpacked, its side tables as they are asked for.
type openShard struct {
	shard  Shard
	ledger *Ledger
	packed *packedShard

	mu    sync.Mutex
	ready []atomic.Bool // side tables that are unpacked
	sides []Side
	words []uint64 // a page that was read from the file
}

// unpack makes o shard k of a Ledger, in the room that it has.
func (o *openShard) unpack(l *Ledger, k int) error {
	p, s := &l.shelf.shards[k], &o.shard
	o.ledger, o.packed = l, p
	s.open, s.KeyBytes, s.KeyStart = o, p.keyBytes, p.keyStart
	s.size(p.customers(), p.cells, p.optional)
	customer := 0
	s.CellStart[0] = 0
	for i := range p.parts {
		part := &p.parts[i]
		words, err := l.page(&part.page, &o.words)
		if err != nil {
			return err
		}
		unpackPart(words, s, customer, part)
		customer += part.customers
	}
	if len(o.sides) != len(p.sides) {
		o.sides = make([]Side, len(p.sides))
	}
	o.ready = make([]atomic.Bool, len(p.sides))
	return nil
}

// unpackPart makes o part i of shard k, of which customer is the first. It has no side tables.
func (o *openShard) unpackPart(l *Ledger, k, i, customer int) error {
	p, s := &l.shelf.shards[k], &o.shard
	part := &p.parts[i]
	words, err := l.page(&part.page, &o.words)
	if err != nil {
		return err
	}
	s.open, s.KeyBytes, s.KeyStart = nil, p.keyBytes, p.keyStart[customer:customer+part.customers+1]
	s.size(part.customers, part.cells, p.optional)
	s.CellStart[0] = 0
	unpackPart(words, s, 0, part)
	return nil
}

// side is side table k. One that cannot be read has no entries, and the Ledger's Err says so.
func (o *openShard) side(k int) *Side {
	s := &o.sides[k]
	if o.ready[k].Load() {
		return s
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ready[k].Load() {
		return s
	}
	p := &o.packed.sides[k]
	s.Start = sized(s.Start, o.packed.cells+1)
	words, err := o.ledger.page(&p.page, &o.words)
	if err != nil {
		o.ledger.fail(err)
		clear(s.Start)
	} else {
		s.Start[0] = 0
		words = unpackStarts(words, s.Start)
		words = unpackColumn(words, &s.Code, p.entries)
		words = unpackColumn(words, &s.Lines, p.entries)
		unpackColumn(words, &s.Net, p.entries)
	}
	o.ready[k].Store(true)
	return s
}

func unpackColumn[T packable](words []uint64, column *[]T, n int) []uint64 {
	*column = sized(*column, n)
	return unpack(words, *column)
}
