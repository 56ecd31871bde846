package ingest

import (
	"slices"
	"unsafe"

	"mainstay/ingest/spill"
)

// packedShard is a Shard in narrow columns. Its customers lie in parts, so that a shard is packed, and can be looked at, a
// piece at a time that fits the cache.
type packedShard struct {
	keyBytes []byte
	keyStart []uint32
	cells    int
	optional uint8 // bit i: there is optional column i
	parts    []packedPart
	sides    []packedSide
	held     packedSums
}

// packedPart is some neighbouring customers and all their cells:
//
//	steps of CellStart, Day, Lines, Sales, Returns, and Orders and the optional columns where there are any
type packedPart struct {
	customers, cells int
	page
}

// partCells is about how many cells a part has: 100 KB unpacked, a tenth of a second-level cache. A customer is never cut.
const partCells = 1 << 12

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

// optional says which columns a shard has beyond those that all have.
func (s *Shard) optional() (bits uint8) {
	if s.Orders != nil {
		bits |= hasOrders
	}
	for i, c := range s.optionalColumns() {
		if *c != nil {
			bits |= 1 << i
		}
	}
	return bits
}

// packPart packs the customers lo to hi of a shard.
func packPart(dst []uint64, s *Shard, lo, hi int) []uint64 {
	from, to := s.CellStart[lo], s.CellStart[hi]
	dst = packStarts(dst, s.CellStart[lo:hi+1])
	dst = pack(dst, s.Day[from:to])
	dst = pack(dst, s.Lines[from:to])
	dst = pack(dst, s.Sales[from:to])
	dst = pack(dst, s.Returns[from:to])
	if s.Orders != nil {
		dst = pack(dst, s.Orders[from:to])
	}
	for _, c := range s.optionalColumns() {
		if *c != nil {
			dst = pack(dst, (*c)[from:to])
		}
	}
	return dst
}

// size gives the columns of a shard their lengths; what they hold is noise.
func (s *Shard) size(customers, cells int, optional uint8) {
	s.CellStart = sized(s.CellStart, customers+1)
	s.Day, s.Lines = sized(s.Day, cells), sized(s.Lines, cells)
	s.Sales, s.Returns = sized(s.Sales, cells), sized(s.Returns, cells)
	if s.Orders = s.Orders[:0]; optional&hasOrders != 0 {
		s.Orders = sized(s.Orders, cells)
	} else {
		s.Orders = nil
	}
	for i, c := range s.optionalColumns() {
		if optional&(1<<i) != 0 {
			*c = sized(*c, cells)
		} else {
			*c = nil
		}
	}
}

// unpackPart is the inverse of packPart: it fills the columns of s from the given customer on, the first of whose cells
// is known.
func unpackPart(words []uint64, s *Shard, customer int, p *packedPart) {
	from := int(s.CellStart[customer])
	to := from + p.cells
	words = unpackStarts(words, s.CellStart[customer:customer+p.customers+1])
	words = unpack(words, s.Day[from:to])
	words = unpack(words, s.Lines[from:to])
	words = unpack(words, s.Sales[from:to])
	words = unpack(words, s.Returns[from:to])
	if s.Orders != nil {
		words = unpack(words, s.Orders[from:to])
	}
	for _, c := range s.optionalColumns() {
		if *c != nil {
			words = unpack(words, (*c)[from:to])
		}
	}
}

func packSide(dst []uint64, s *Side) []uint64 {
	dst = packStarts(dst, s.Start)
	dst = pack(dst, s.Code)
	dst = pack(dst, s.Lines)
	return pack(dst, s.Net)
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

// page is the words of a page, read into buf where they are in the file.
func (l *Ledger) page(p *page, buf *[]uint64) ([]uint64, error) {
	if p.words != nil || p.span.Bytes() == 0 {
		return p.words, nil
	}
	words, err := spill.Get(l.shelf.file.Load(), p.span, *buf)
	*buf = words
	return words, err
}

// keep stores a page: in memory while the share lasts. room is where that memory comes from; nil = memory of its own.
func (l *Ledger) keep(words []uint64, room *slabs) (page, error) {
	n := int64(8 * len(words))
	if room != nil {
		n += room.lost(len(words))
	}
	if l.shelf.memory.Add(n) <= l.Space.Share(spill.Ledger) {
		if room != nil {
			return page{words: room.hold(words)}, nil
		}
		return page{words: slices.Clone(words)}, nil
	}
	l.shelf.memory.Add(-n)
	f, err := l.shelf.openFile(l)
	if err != nil {
		return page{}, err
	}
	span, err := spill.Put(f, words)
	return page{span: span}, err
}

// drop gives the memory of a page free.
func (l *Ledger) drop(p *page) { l.shelf.memory.Add(-int64(8 * len(p.words))) }
