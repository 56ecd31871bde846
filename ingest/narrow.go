package ingest

import "encoding/binary"

// narrow is a column of numbers that are waiting: each is its distance from the least of them, in the fewest
// whole bytes that hold all distances (frame of reference). Amounts, days and keys of neighbouring rows are
// near one another, so that most take one to three bytes; a column of one value takes none.
//
//	1 byte     width: bytes of a distance, 0 to 8
//	varint     the least number
//	n · width  distances, little-endian
//
// Distances wrap at 64 bits, so that any two numbers have one. They are moved eight bytes at a time,
// whatever their width: behind a column there are slack bytes more, of any content.
type narrow struct {
	base  int64
	width int
	data  []byte // distances, and at least slack bytes behind them
}

const slack = 8

// narrowRoom is the most that n numbers take, slack included.
func narrowRoom(n int) int { return 1 + binary.MaxVarintLen64 + 8*n + slack }

// putNarrow writes values, of which lo is the least and hi the greatest, to the front of b and returns how
// many bytes they take.
func putNarrow(b []byte, values []int64, lo, hi int64) int {
	width := 0
	for d := uint64(hi - lo); d > 0; d >>= 8 {
		width++
	}
	b[0] = byte(width)
	at := 1 + binary.PutVarint(b[1:], lo)
	if width == 0 {
		return at
	}
	for _, v := range values {
		binary.LittleEndian.PutUint64(b[at:], uint64(v-lo))
		at += width
	}
	return at
}

// getNarrow finds the column of n numbers at the front of b, and what is behind it.
func getNarrow(b []byte, n int) (c narrow, rest []byte) {
	base, k := binary.Varint(b[1:])
	c = narrow{base: base, width: int(b[0]), data: b[1+k:]}
	return c, c.data[n*c.width:]
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
