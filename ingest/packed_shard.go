package ingest

import (
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"

	"mainstay/ingest/spill"
)

// packedShard is a Shard in narrow columns.
type packedShard struct {
	keyBytes []byte
	keyStart []uint32
	cells    int
	optional uint8 // bit i: there is optional column i
	main     page
	sides    []packedSide
}

type packedSide struct {
	entries int
	page
}

// page is some packed columns: in memory, or in a temporary file.
type page struct {
	words []uint64 // nil = in the file
	span  spill.Span
}

// customers is the number of customers of the shard.
func (p *packedShard) customers() int { return max(len(p.keyStart)-1, 0) }

// optionalColumns are those that a Shard need not have, beside Orders.
func (s *Shard) optionalColumns() [4]*[]int64 {
	return [4]*[]int64{&s.Units, &s.Cost, &s.Costed, &s.Discount}
}

const hasOrders = 1 << 7 // in packedShard.optional

// packers hold the words of a page while it is packed.
var packers = sync.Pool{New: func() any { return new([]uint64) }}

// packMain packs all of a shard but its side tables.
func packMain(dst []uint64, s *Shard) (words []uint64, optional uint8) {
	dst = packStarts(dst, s.CellStart)
	dst = pack(dst, s.Day)
	dst = pack(dst, s.Lines)
	dst = pack(dst, s.Sales)
	dst = pack(dst, s.Returns)
	if s.Orders != nil {
		optional |= hasOrders
		dst = pack(dst, s.Orders)
	}
	for i, c := range s.optionalColumns() {
		if *c != nil {
			optional |= 1 << i
			dst = pack(dst, *c)
		}
	}
	return dst, optional
}

func packSide(dst []uint64, s *Side) []uint64 {
	dst = packStarts(dst, s.Start)
	dst = pack(dst, s.Code)
	dst = pack(dst, s.Lines)
	return pack(dst, s.Net)
}

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
	p := &l.shelf.shards[k]
	words, err := l.page(&p.main, &o.words)
	if err != nil {
		return err
	}
	o.ledger, o.packed = l, p
	s := &o.shard
	s.open, s.KeyBytes, s.KeyStart = o, p.keyBytes, p.keyStart
	s.CellStart = sized(s.CellStart, len(p.keyStart))
	words = unpackStarts(words, s.CellStart)
	words = unpackColumn(words, &s.Day, p.cells)
	words = unpackColumn(words, &s.Lines, p.cells)
	words = unpackColumn(words, &s.Sales, p.cells)
	words = unpackColumn(words, &s.Returns, p.cells)
	if p.optional&hasOrders != 0 {
		words = unpackColumn(words, &s.Orders, p.cells)
	} else {
		s.Orders = nil
	}
	for i, c := range s.optionalColumns() {
		if p.optional&(1<<i) != 0 {
			words = unpackColumn(words, c, p.cells)
		} else {
			*c = nil
		}
	}
	if len(o.sides) != len(p.sides) {
		o.sides = make([]Side, len(p.sides))
	}
	o.ready = make([]atomic.Bool, len(p.sides))
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
		words = unpackStarts(words, s.Start)
		words = unpackColumn(words, &s.Code, p.entries)
		words = unpackColumn(words, &s.Lines, p.entries)
		unpackColumn(words, &s.Net, p.entries)
	}
	o.ready[k].Store(true)
	return s
}

// size is about how many bytes the shard takes unpacked.
func (p *packedShard) size() int64 {
	cell := int64(unsafe.Sizeof(Day(0)) + 4 + 8 + 8)
	if p.optional&hasOrders != 0 {
		cell += 4
	}
	for i := range (&Shard{}).optionalColumns() {
		if p.optional&(1<<i) != 0 {
			cell += 8
		}
	}
	n := cell*int64(p.cells) + 4*int64(len(p.keyStart))
	for k := range p.sides {
		n += 4*int64(p.cells) + 16*int64(p.sides[k].entries)
	}
	return n
}

func unpackColumn[T packable](words []uint64, column *[]T, n int) []uint64 {
	*column = sized(*column, n)
	return unpack(words, *column)
}

// page is the words of a page, read into buf where they are in the file.
func (l *Ledger) page(p *page, buf *[]uint64) ([]uint64, error) {
	if p.words != nil || p.span.Bytes() == 0 {
		return p.words, nil
	}
	words, err := spill.Get(l.shelf.file.Load(), p.span, *buf)
	*buf = words
	return words, err
}

// keep stores a page: in memory while the share lasts.
func (l *Ledger) keep(words []uint64) (page, error) {
	n := int64(8 * len(words))
	if l.shelf.memory.Add(n) <= l.Space.Share(spill.Ledger) {
		return page{words: slices.Clone(words)}, nil
	}
	l.shelf.memory.Add(-n)
	f, err := l.shelf.openFile(l, n)
	if err != nil {
		return page{}, err
	}
	span, err := spill.Put(f, words)
	return page{span: span}, err
}

// drop gives the memory of a page free.
func (l *Ledger) drop(p *page) { l.shelf.memory.Add(-int64(8 * len(p.words))) }
