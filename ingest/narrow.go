package ingest

import "encoding/binary"

// narrow is a column of numbers that are waiting: each is its distance from a number that is no greater, in the
// fewest whole bytes that hold the distances of its batch (frame of reference). Amounts, days and keys of
// neighbouring rows are near one another, so that most take one to three bytes; a column of one value takes none.
//
// Distances are little-endian and wrap at 64 bits, so that any two numbers have one. They are moved eight bytes at
// a time, whatever their width: behind a column there are slack bytes more, of any content.
type narrow struct {
	base  int64
	width int    // bytes of a distance, 0 to 8
	data  []byte // distances, and at least slack bytes behind them
}

const slack = 8

// widthOf is the bytes that the distances of numbers from lo to hi take.
func widthOf(lo, hi int64) (width int) {
	for d := uint64(hi - lo); d > 0; d >>= 8 {
		width++
	}
	return width
}

// putNarrow writes the distance of each value from base to its slot: b[slot · width:]. What it writes beyond a
// slot is of the seven bytes that follow.
func putNarrow(b []byte, values []int64, slot []uint16, base int64, width int) {
	slot = slot[:len(values)]
	for i, v := range values {
		binary.LittleEndian.PutUint64(b[int(slot[i])*width:], uint64(v-base))
	}
}

// unpack sets dst to the numbers.
func (c *narrow) unpack(dst []int64) {
	if c.width == 0 {
		for i := range dst {
			dst[i] = c.base
		}
		return
	}
	mask := ^uint64(0) >> (64 - 8*c.width)
	b, width, base := c.data, c.width, c.base
	for i := range dst {
		dst[i] = base + int64(binary.LittleEndian.Uint64(b)&mask)
		b = b[width:]
	}
}
