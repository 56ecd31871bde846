package ingest

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

// Accepted rows wait in 64 shard partitions per worker until every file has been read. No locks: a worker
// writes only its own partitions, and a shard is later assembled from the partitions of all workers, whose
// order does not matter.

// recordLayout numbers the columns of waiting rows: the customer's key (two numbers, see key.Shorten; of a Long one
// the number in partition.keys), day, amount and flags, then what is mapped.
type recordLayout struct {
	columns                      int // of them all
	units, cost, discount, order int // column of each; 0 = not mapped. An order has two, as the key
	sides                        int // first of the side codes
	nSides                       int
	rounding                     int // what rounding gave, in 10^-18; 0 = not kept
}

const (
	lowColumn = iota
	highColumn
	dayColumn
	amountColumn
	flagsColumn
	optionalColumns
)

// Flags of a row, in eight bits.
const (
	flagForm       = 3 // form of the customer's key
	flagCost       = 1 << 2
	flagOrder      = 1 << 3 // the row has an order id
	orderFormShift = 4      // its form
	roundedShift   = 6      // how many times the amount was rounded, at most twice
)

func newRecordLayout(has Has, nSides int) recordLayout {
	l := recordLayout{columns: optionalColumns, nSides: nSides}
	take := func(mapped bool) (column int) {
		if mapped {
			column = l.columns
			l.columns++
		}
		return column
	}
	l.units, l.cost, l.discount, l.order = take(has.Units), take(has.Cost), take(has.Discount), take(has.Orders)
	take(has.Orders)
	l.sides = l.columns
	l.columns += nSides
	return l
}

// partition is what one worker holds for one shard. It stands for itself: whatever its rows refer to, but for
// side codes, is in it, so that it can be written to a file and read back (writeTo, readPartition).
//
// Rows lie in blocks, those of one batch in one block:
//
//	uvarint                        rows
//	1 byte, varint · columns       width and base of each column of the layout (see narrow)
//	rows · width bytes · columns   its distances
//
// What says where the columns lie is in front, in one line of the cache or two. Blocks lie end to end in slabs, which hold no pointers.
type partition struct {
	worker int      // whose side codes they are
	rows   int      // in all blocks
	slabs  [][]byte // whole blocks, and slack beyond the length
	held   int64    // bytes of them
	from   *slabs   // where those of full size come from; nil = memory of their own
	keys   textTable
	orders textTable
}

// size is the bytes of memory that the partition holds.
func (p *partition) size() int64 { return p.held + p.keys.size() + p.orders.size() }

// add appends rows of a batch as a block: those of n slots from first on.
func (p *partition) add(columns []waitingColumn, first, n int) {
	size := binary.MaxVarintLen64 + slack
	for i := range columns {
		size += 1 + binary.MaxVarintLen64 + n*columns[i].width
	}
	b := p.room(size)
	full, at := b[:cap(b)], len(b)
	at += binary.PutUvarint(full[at:], uint64(n))
	for i := range columns {
		full[at] = byte(columns[i].width)
		at += 1 + binary.PutVarint(full[at+1:], columns[i].base)
	}
	for i := range columns {
		c := &columns[i]
		at += copy(full[at:], c.packed[first*c.width:][:n*c.width])
	}
	p.slabs[len(p.slabs)-1] = full[:at]
	p.rows += n
}

// room is the open slab, with room for n more bytes.
func (p *partition) room(n int) []byte {
	size := firstSlab
	if last := len(p.slabs) - 1; last >= 0 {
		b := p.slabs[last]
		if cap(b)-len(b) >= n {
			return b
		}
		size = min(2*cap(b), fullSlab)
	}
	var b []byte
	if size = max(size, n); size == fullSlab && p.from != nil {
		b = p.from.take()
	} else {
		b = make([]byte, 0, size)
	}
	p.slabs, p.held = append(p.slabs, b), p.held+int64(cap(b))
	return b
}

// empty forgets the rows, and gives their memory back to where it came from.
func (p *partition) empty() {
	if p.from != nil {
		p.from.give(p.slabs)
	}
	*p = partition{worker: p.worker, from: p.from}
}

// writeTo writes the partition in a form for readPartition.
func (p *partition) writeTo(w *bufio.Writer) error {
	numbers := []int{p.worker, p.rows, len(p.slabs)}
	for _, s := range p.slabs {
		numbers = append(numbers, len(s))
	}
	for _, n := range numbers {
		if err := writeNumber(w, n); err != nil {
			return err
		}
	}
	for _, s := range p.slabs {
		if _, err := w.Write(s); err != nil {
			return err
		}
	}
	for _, t := range []*textTable{&p.keys, &p.orders} {
		if err := t.writeTo(w); err != nil {
			return err
		}
	}
	return nil
}

// readPartition reads what writeTo wrote.
func readPartition(r *bufio.Reader) (*partition, error) {
	p := &partition{}
	var slabs int
	for _, n := range []*int{&p.worker, &p.rows, &slabs} {
		if err := readNumber(r, n); err != nil {
			return nil, err
		}
	}
	p.slabs = make([][]byte, slabs)
	for i := range p.slabs {
		var n int
		if err := readNumber(r, &n); err != nil {
			return nil, err
		}
		p.slabs[i] = make([]byte, n, n+slack)
		p.held += int64(n + slack)
	}
	for _, s := range p.slabs {
		if _, err := io.ReadFull(r, s); err != nil {
			return nil, err
		}
	}
	for _, t := range []*textTable{&p.keys, &p.orders} {
		if err := t.readFrom(r); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func writeNumber(w *bufio.Writer, n int) error {
	_, err := w.Write(binary.AppendUvarint(w.AvailableBuffer(), uint64(n)))
	return err
}

func readNumber(r *bufio.Reader, n *int) error {
	x, err := binary.ReadUvarint(r)
	if err == nil && x > maxPartitionNumber {
		err = fmt.Errorf("a temporary file holds the number %d", x)
	}
	*n = int(x)
	return err
}

// maxPartitionNumber is more than a partition has of anything.
const maxPartitionNumber = 1 << 40

// blockReader walks over the blocks of a partition.
type blockReader struct {
	slabs   [][]byte
	left    []byte   // of the slab at hand, without its slack
	rows    int      // of the block
	columns []narrow // of the block
}

func newBlockReader(p *partition, columns int) blockReader {
	return blockReader{slabs: p.slabs, columns: make([]narrow, columns)}
}

// next opens the next block; false behind the last.
func (r *blockReader) next() bool {
	for len(r.left) == 0 {
		if len(r.slabs) == 0 {
			return false
		}
		r.left, r.slabs = r.slabs[0], r.slabs[1:]
	}
	rows, k := binary.Uvarint(r.left)
	r.rows = int(rows)
	rest := r.left[k : len(r.left)+slack]
	for c := range r.columns {
		base, k := binary.Varint(rest[1:])
		r.columns[c] = narrow{base: base, width: int(rest[0])}
		rest = rest[1+k:]
	}
	for c := range r.columns {
		r.columns[c].data = rest
		rest = rest[r.rows*r.columns[c].width:]
	}
	r.left = rest[:len(rest)-slack]
	return true
}
