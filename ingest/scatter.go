package ingest

// Accepted rows wait in 64 shard partitions per worker, as records of a fixed
// number of 64-bit words, until every file has been read. No locks: a worker
// writes only its own partitions, and a shard is later assembled from the
// partitions of all workers, whose order does not matter.
//
//	word 0           customer: the integer key, or the number of a text key
//	word 1           amount
//	word 2           flags << 32 | day
//	optional words   units, cost, discount, order
//	last words       side codes, two to a word; for a stored Ledger what rounding gave
type recordLayout struct {
	width                        int // words per row
	units, cost, discount, order int // word of each; 0 = not mapped
	sides                        int // first word of the side codes
	nSides                       int
	rounding                     int // word of the rounding, in 10^-18; 0 = not kept
}

const (
	wordKey = iota
	wordAmount
	wordDay
	wordOptional
)

// Flags of a record.
const (
	flagTextKey   = 1 << (32 + iota) // word 0 is a number in partition.keys
	flagCost                         // the cost is known
	flagOrder                        // the row has an order id
	flagTextOrder                    // it is a number in partition.orders

	roundedShift = iota + 32 // from here on: how many times the amount was rounded
)

func newRecordLayout(has Has, nSides int) recordLayout {
	l := recordLayout{width: wordOptional, nSides: nSides}
	take := func(mapped bool) (word int) {
		if mapped {
			word = l.width
			l.width++
		}
		return word
	}
	l.units, l.cost, l.discount, l.order = take(has.Units), take(has.Cost), take(has.Discount), take(has.Orders)
	l.sides = l.width
	l.width += (nSides + 1) / 2
	return l
}

// side is the code of side k in record w.
func (l *recordLayout) side(w []uint64, k int) uint32 {
	return uint32(w[l.sides+k/2] >> (32 * (k % 2)))
}

// chunkRows is the rows of a full chunk: large enough that chunks are few, small
// enough that 64 open ones per worker stay modest (100 KB each without options).
const (
	chunkBits     = 12
	chunkRows     = 1 << chunkBits
	firstChunkLen = 32 // rows of a partition's first chunk, doubled until full size
)

// partition is what one worker holds for one shard.
type partition struct {
	chunks [][]uint64 // full ones, and the open one last
	keys   textTable
	orders textTable
}

// next returns the zeroed words of a new row.
func (p *partition) next(width int) []uint64 {
	last := len(p.chunks) - 1
	if last < 0 || len(p.chunks[last]) == cap(p.chunks[last]) {
		last = p.extend(width)
	}
	c := p.chunks[last]
	n := len(c)
	c = c[:n+width]
	p.chunks[last] = c
	return c[n:]
}

// extend makes room behind the last row and returns the open chunk's index.
func (p *partition) extend(width int) int {
	last := len(p.chunks) - 1
	switch {
	case last < 0:
		p.chunks = append(p.chunks, make([]uint64, 0, firstChunkLen*width))
	case cap(p.chunks[last]) < chunkRows*width:
		old := p.chunks[last]
		grown := make([]uint64, len(old), min(2*len(old), chunkRows*width))
		copy(grown, old)
		p.chunks[last] = grown
	default:
		p.chunks = append(p.chunks, make([]uint64, 0, chunkRows*width))
	}
	return len(p.chunks) - 1
}
