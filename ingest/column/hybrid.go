package column

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

// errValues says that a page holds fewer values than its header declares, or values
// that cannot be decoded.
var errValues = errors.New("values are cut off or malformed")

// hybrid is a stream of the RLE / bit-packed hybrid encoding: runs of one repeated
// value, or of groups of 8 values of width bits each, least significant bit first.
// It serves definition levels (width 1), dictionary indices and booleans. Nothing is
// allocated for what a run claims: values are produced as they are asked for.
//
// https://github.com/apache/parquet-format/blob/master/Encodings.md, RLE = 3.
type hybrid struct {
	b     []byte
	width uint
	run   int    // values left in the current run
	value uint32 // of a repeated run
	bit   int    // next bit of a bit-packed run, −1 in a repeated run
	pack  []byte // bytes of a bit-packed run
}

func newHybrid(b []byte, width uint) hybrid { return hybrid{b: b, width: width, bit: -1} }

// newBitmap streams plain bits, as booleans are stored.
func newBitmap(b []byte) hybrid { return hybrid{width: 1, pack: b, run: 8 * len(b)} }

// nextRun starts the next run that is not empty.
func (h *hybrid) nextRun() error {
	for h.run == 0 {
		head, n := binary.Uvarint(h.b)
		if n <= 0 || head>>1 > 1<<31 {
			return errValues
		}
		h.b = h.b[n:]
		if head&1 == 0 {
			size := int(h.width+7) / 8
			if size > len(h.b) {
				return errValues
			}
			var word [4]byte
			copy(word[:], h.b[:size])
			h.value, h.run, h.bit = binary.LittleEndian.Uint32(word[:]), int(head>>1), -1
			if h.width < 32 {
				h.value &= 1<<h.width - 1
			}
			h.b = h.b[size:]
			continue
		}
		// some writers cut the padding of the last group
		size := min(int(head>>1)*int(h.width), len(h.b))
		h.pack, h.bit, h.run = h.b[:size], 0, int(head>>1)*8
		if h.width > 0 {
			h.run = min(h.run, size*8/int(h.width))
			if h.run == 0 && head>>1 > 0 {
				return errValues
			}
		}
		h.b = h.b[size:]
	}
	return nil
}

// read fills dst with the next values.
func (h *hybrid) read(dst []uint32) error {
	for len(dst) > 0 {
		if err := h.nextRun(); err != nil {
			return err
		}
		n := min(h.run, len(dst))
		if h.bit < 0 {
			for i := range dst[:n] {
				dst[i] = h.value
			}
		} else {
			unpack(dst[:n], h.pack, h.bit, h.width)
			h.bit += n * int(h.width)
		}
		h.run -= n
		dst = dst[n:]
	}
	return nil
}

// unpack reads len(dst) values of width ≤ 32 bits from bit position at of b.
func unpack(dst []uint32, b []byte, at int, width uint) {
	mask := uint64(1)<<width - 1
	i := 0
	for ; i < len(dst) && at>>3+8 <= len(b); i++ {
		dst[i] = uint32(binary.LittleEndian.Uint64(b[at>>3:]) >> (at & 7) & mask)
		at += int(width)
	}
	for ; i < len(dst); i++ {
		var word [8]byte
		copy(word[:], b[min(at>>3, len(b)):])
		dst[i] = uint32(binary.LittleEndian.Uint64(word[:]) >> (at & 7) & mask)
		at += int(width)
	}
}

// nulls reads n definition levels of an optional flat column (1 = present), sets
// null[i] where a value is absent and returns how many are present.
func (h *hybrid) nulls(null []bool) (present int, err error) {
	for len(null) > 0 {
		if err := h.nextRun(); err != nil {
			return 0, err
		}
		n := min(h.run, len(null))
		if h.bit < 0 {
			absent := h.value == 0
			for i := range null[:n] {
				null[i] = absent
			}
			if !absent {
				present += n
			}
		} else {
			for i := range null[:n] {
				bit := h.pack[h.bit>>3] >> (h.bit & 7) & 1
				null[i] = bit == 0
				present += int(bit)
				h.bit++
			}
		}
		h.run -= n
		null = null[n:]
	}
	return present, nil
}

// reversed turns the deprecated BIT_PACKED levels of width 1, most significant bit
// first, into a bitmap.
func reversed(b []byte) []byte {
	out := make([]byte, len(b))
	for i, x := range b {
		out[i] = bits.Reverse8(x)
	}
	return out
}
