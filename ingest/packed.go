package ingest

import (
	"slices"
	"unsafe"

	"mainstay/ingest/money"
)

// Integers are packed in blocks, each as narrow as it allows, in words of eight bytes:
//
//	word     width w of a value: 0, 1, 2, 4 or 8 bytes
//	word     base, the least value of the block
//	words    each value less the base in w bytes, up to a whole word
//
// in the machine's own order: packed columns stay in the process. A block of equal values, such as the returns of
// customers who return nothing, is two words. Widths are whole bytes because unpacking is what every scan pays for:
// bits would save a third of the bytes for several times the work.

// packBlock is the values of a block: enough that its head weighs nothing, few enough that one large value widens
// only its neighbours.
const packBlock = 1024

const packHead = 2 // words before the values

// packable are the integers of a Ledger's columns.
type packable interface{ ~int32 | ~uint32 | ~int64 }

// pack appends a column to dst.
func pack[T packable](dst []uint64, xs []T) []uint64 {
	for len(xs) > 0 {
		block := xs[:min(packBlock, len(xs))]
		xs = xs[len(block):]
		dst = packOne(dst, block)
	}
	return dst
}

// packOne appends one block.
func packOne[T packable](dst []uint64, block []T) []uint64 {
	lo, hi := block[0], block[0]
	for _, x := range block {
		lo, hi = min(lo, x), max(hi, x)
	}
	width := packWidth(uint64(int64(hi)) - uint64(int64(lo))) // right even where the difference overflows
	at := len(dst) + packHead
	n := at + (width*len(block)+7)/8
	dst = append(slices.Grow(dst, n-len(dst)), uint64(width), uint64(lo))[:n]
	switch out := dst[at:]; width {
	case 1:
		lessBase(wordsAs[uint8](out, len(block)), block, lo)
	case 2:
		lessBase(wordsAs[uint16](out, len(block)), block, lo)
	case 4:
		lessBase(wordsAs[uint32](out, len(block)), block, lo)
	case 8:
		lessBase(wordsAs[uint64](out, len(block)), block, lo)
	}
	return dst
}

// lessBase writes xs less their base.
func lessBase[N uint8 | uint16 | uint32 | uint64, T packable](dst []N, xs []T, base T) {
	for i, x := range xs[:len(dst)] {
		dst[i] = N(int64(x) - int64(base))
	}
}

// plusBase is the inverse of lessBase.
func plusBase[N uint8 | uint16 | uint32 | uint64, T packable](dst []T, xs []N, base T) {
	dst = dst[:len(xs)]
	for i, x := range xs {
		dst[i] = base + T(x)
	}
}

// wordsAs is the memory of words as n narrower numbers.
func wordsAs[N uint8 | uint16 | uint32 | uint64](words []uint64, n int) []N {
	return unsafe.Slice((*N)(unsafe.Pointer(unsafe.SliceData(words))), n)
}

// packWidth is how many bytes numbers up to x take.
func packWidth(x uint64) int {
	switch {
	case x == 0:
		return 0
	case x < 1<<8:
		return 1
	case x < 1<<16:
		return 2
	case x < 1<<32:
		return 4
	}
	return 8
}

// unpack fills dst from the column at the beginning of b, and returns what is behind it.
func unpack[T packable](b []uint64, dst []T) []uint64 {
	for len(dst) > 0 {
		block := dst[:min(packBlock, len(dst))]
		dst = dst[len(block):]
		width, base := int(b[0]), T(b[1])
		in := b[packHead : packHead+(width*len(block)+7)/8]
		b = b[packHead+len(in):]
		switch width {
		case 0:
			for i := range block {
				block[i] = base
			}
		case 1:
			plusBase(block, wordsAs[uint8](in, len(block)), base)
		case 2:
			plusBase(block, wordsAs[uint16](in, len(block)), base)
		case 4:
			plusBase(block, wordsAs[uint32](in, len(block)), base)
		case 8:
			plusBase(block, wordsAs[uint64](in, len(block)), base)
		}
	}
	return b
}

// sum adds the n numbers of the column at the beginning of b to total, exactly, and returns what is behind it.
func sum[T packable](b []uint64, n int, total *money.Total) []uint64 {
	for n > 0 {
		count := min(packBlock, n)
		n -= count
		width, base := int(b[0]), int64(T(b[1]))
		in := b[packHead : packHead+(width*count+7)/8]
		b = b[packHead+len(in):]
		total.AddTimes(base, count)
		switch width { // below eight bytes a block's sum fits 64 bits
		case 1:
			total.Add(sumOf(wordsAs[uint8](in, count)))
		case 2:
			total.Add(sumOf(wordsAs[uint16](in, count)))
		case 4:
			total.Add(sumOf(wordsAs[uint32](in, count)))
		case 8:
			for _, x := range in {
				total.AddUint(x)
			}
		}
	}
	return b
}

func sumOf[N uint8 | uint16 | uint32](xs []N) (sum int64) {
	for _, x := range xs {
		sum += int64(x)
	}
	return sum
}

// packStarts appends offsets that never fall, as their steps.
func packStarts(dst []uint64, starts []uint32) []uint64 {
	var steps [packBlock]uint32
	for at := 1; at < len(starts); {
		n := min(packBlock, len(starts)-at)
		for i := range steps[:n] {
			steps[i] = starts[at+i] - starts[at+i-1]
		}
		dst = packOne(dst, steps[:n])
		at += n
	}
	return dst
}

// unpackStarts fills starts from the first, which is there, and returns what is behind them.
func unpackStarts(b []uint64, starts []uint32) []uint64 {
	if len(starts) == 0 {
		return b
	}
	b = unpack(b, starts[1:])
	sum := starts[0]
	for i, step := range starts[1:] {
		sum += step
		starts[1+i] = sum
	}
	return b
}
