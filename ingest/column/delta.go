package column

import "encoding/binary"

// maxMiniblock bounds the values of one miniblock; writers use 32 or 64.
const maxMiniblock = 1 << 16

// delta is a stream of DELTA_BINARY_PACKED integers: blocks of differences, less the
// least of the block, in miniblocks of one bit width each. Arithmetic wraps at 64 bits; a
// column of 32 bits takes the low half.
//
// https://github.com/apache/parquet-format/blob/master/Encodings.md, DELTA_BINARY_PACKED = 5.
type delta struct {
	b         []byte // what follows the current miniblock
	left      int    // values not yet produced
	next      int64  // the next value
	perMini   int    // values of a miniblock
	minis     int    // miniblocks of a block
	widths    []byte // bit widths of the block's miniblocks that are still to come
	least     int64  // least difference of the block
	pack      []byte // bytes of the current miniblock
	width     uint   // its bit width
	bit, mini int    // next bit in it, differences left in it
}

// newDelta reads the header: values per block, miniblocks per block, count, first value.
func newDelta(b []byte) (d delta, err error) {
	var head [3]uint64
	for i := range head {
		v, n := binary.Uvarint(b)
		if n <= 0 || v > 1<<31 {
			return d, errValues
		}
		head[i], b = v, b[n:]
	}
	first, n := binary.Varint(b)
	if n <= 0 || head[0] == 0 || head[1] == 0 || head[0]%head[1] != 0 || head[0]/head[1] > maxMiniblock || head[0]/head[1]%8 != 0 {
		return d, errValues
	}
	return delta{b: b[n:], left: int(head[2]), next: first, perMini: int(head[0] / head[1]), minis: int(head[1])}, nil
}

// miniblock starts the next miniblock, and the next block where one is due.
func (d *delta) miniblock() error {
	if len(d.widths) == 0 {
		v, n := binary.Varint(d.b)
		if n <= 0 || len(d.b)-n < d.minis {
			return errValues
		}
		d.least, d.widths, d.b = v, d.b[n:n+d.minis], d.b[n+d.minis:]
	}
	d.width, d.widths = uint(d.widths[0]), d.widths[1:]
	if d.width > 64 {
		return errValues
	}
	// the last miniblock may be cut to what is used of it
	used := min(d.left, d.perMini)
	if (used*int(d.width)+7)/8 > len(d.b) {
		return errValues
	}
	size := min(d.perMini*int(d.width)/8, len(d.b))
	d.pack, d.b, d.bit, d.mini = d.b[:size], d.b[size:], 0, d.perMini
	return nil
}

// read fills dst with the next values.
func (d *delta) read(dst []int64) error {
	if len(dst) > d.left {
		return errValues
	}
	for i := range dst {
		dst[i] = d.next
		d.left--
		if d.left == 0 {
			return nil
		}
		if d.mini == 0 {
			if err := d.miniblock(); err != nil {
				return err
			}
		}
		d.next += d.least + int64(d.bits())
		d.mini--
	}
	return nil
}

// bits reads the next difference of the miniblock.
func (d *delta) bits() uint64 {
	at, shift := d.bit>>3, uint(d.bit&7)
	d.bit += int(d.width)
	if d.width == 0 {
		return 0
	}
	var word [9]byte
	b := d.pack[at:]
	if len(b) < len(word) {
		copy(word[:], b)
		b = word[:]
	}
	v := binary.LittleEndian.Uint64(b) >> shift
	if shift+d.width > 64 {
		v |= uint64(b[8]) << (64 - shift)
	}
	if d.width < 64 {
		v &= 1<<d.width - 1
	}
	return v
}

// rest passes over the values that are left, then returns the bytes behind them.
func (d delta) rest() ([]byte, error) {
	var scratch [256]int64
	for d.left > 0 {
		if err := d.read(scratch[:min(d.left, len(scratch))]); err != nil {
			return nil, err
		}
	}
	return d.b, nil
}
