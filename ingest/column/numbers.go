package column

import (
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"
	"unsafe"

	"github.com/parquet-go/parquet-go/format"
)

// width is the length of a value in PLAIN encoding, 0 where it varies.
func width(t format.Type, length int32) int {
	switch t {
	case format.Int32, format.Float:
		return 4
	case format.Int64, format.Double:
		return 8
	case format.Int96:
		return 12
	case format.FixedLenByteArray:
		return int(length)
	}
	return 0
}

// raw returns the next m values of fixed width in PLAIN layout. The bytes are valid
// until the next call.
func (p *page) raw(m, width int, scratch *[]byte) ([]byte, error) {
	if p.encoding == format.ByteStreamSplit {
		if m > p.stride-p.at {
			return nil, errValues
		}
		out := resize(*scratch, m*width)
		for k := range width {
			column := p.data[k*p.stride+p.at:][:m]
			for i, b := range column {
				out[i*width+k] = b
			}
		}
		*scratch = out
		p.at += m
		return out, nil
	}
	if uint64(m)*uint64(width) > uint64(len(p.data)) {
		return nil, errValues
	}
	b := p.data[:m*width]
	p.data = p.data[m*width:]
	return b, nil
}

// integers32 sets out to little-endian 32-bit integers.
func integers32(out []int64, b []byte, unsigned bool) {
	if unsigned {
		for i := range out {
			out[i] = int64(binary.LittleEndian.Uint32(b[4*i:]))
		}
		return
	}
	for i := range out {
		out[i] = int64(int32(binary.LittleEndian.Uint32(b[4*i:])))
	}
}

// integers64 sets out to little-endian 64-bit integers.
func integers64(out []int64, b []byte) {
	for i := range out {
		out[i] = int64(binary.LittleEndian.Uint64(b[8*i:]))
	}
}

// floats32 sets out to the numbers that 32-bit floats were written for.
func floats32(out []float64, b []byte) {
	for i := range out {
		out[i] = shortest(math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:])))
	}
}

// floats64 sets out to 64-bit floats.
func floats64(out []float64, b []byte) {
	for i := range out {
		out[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
	}
}

// shortest is the float64 nearest to the shortest decimal that x was written for:
// 17.85 for float32(17.85), where plain widening gives 17.850000381…
//
// Numbers of at most 6 digits with 2 places take a short cut: float32 tells any two
// decimals of 6 digits apart, so that the one that rounds to x is the shortest.
func shortest(x float32) float64 {
	wide := float64(x)
	if cents := math.Round(wide * 100); math.Abs(cents) < 1e6 && cents != 0 {
		if short := cents / 100; float32(short) == x {
			return short
		}
	}
	var buf [32]byte
	b := strconv.AppendFloat(buf[:0], wide, 'g', -1, 32)
	v, err := strconv.ParseFloat(unsafe.String(&b[0], len(b)), 64)
	if err != nil {
		return wide
	}
	return v
}

// INT96: nanoseconds of the day (8 bytes), then the Julian day (4 bytes).
const (
	julianEpoch = 2_440_588 // Julian day of 1970-01-01
	dayNanos    = 86_400_000_000_000
	// the days whose every nanosecond fits in 64 bits: 1677-09-22 to 2262-04-10
	minNanoDay, maxNanoDay = math.MinInt64/dayNanos + 1, math.MaxInt64/dayNanos - 1
)

// int96 sets out to nanoseconds since 1970; bad where they do not fit in 64 bits or
// the time of day is not within a day either side.
func int96(out []int64, bad []bool, b []byte) {
	for i := range out {
		nanos := int64(binary.LittleEndian.Uint64(b[12*i:]))
		day := int64(int32(binary.LittleEndian.Uint32(b[12*i+8:]))) - julianEpoch
		bad[i] = day < minNanoDay || day > maxNanoDay || nanos <= -dayNanos || nanos >= dayNanos
		if out[i] = 0; !bad[i] {
			out[i] = day*dayNanos + nanos
		}
	}
}

// coefficient reads a big-endian two's complement integer of any length.
func coefficient(b []byte) (v int64, ok bool) {
	if len(b) == 0 {
		return 0, false
	}
	v = int64(int8(b[0])) >> 7 // the sign, in all bits
	fill := byte(v)
	for len(b) > 8 && b[0] == fill {
		b = b[1:]
	}
	if len(b) > 8 || len(b) == 8 && (b[0]^fill)&0x80 != 0 {
		return 0, false
	}
	for _, x := range b {
		v = v<<8 | int64(x)
	}
	return v, true
}

// divided is a coefficient of up to 128 bits by 10^drop, if that is exact and fits 64
// bits.
func divided(b []byte, drop int) (int64, bool) {
	var word [16]byte
	if len(b) == 0 || len(b) > len(word) {
		return 0, false
	}
	negative := b[0]&0x80 != 0
	if negative {
		binary.BigEndian.PutUint64(word[:], math.MaxUint64)
		binary.BigEndian.PutUint64(word[8:], math.MaxUint64)
	}
	copy(word[len(word)-len(b):], b)
	hi, lo := binary.BigEndian.Uint64(word[:]), binary.BigEndian.Uint64(word[8:])
	if negative {
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
	}
	const digit = 10
	for ; drop > 0; drop-- {
		var rest uint64
		hi, rest = hi/digit, hi%digit
		if lo, rest = bits.Div64(rest, lo, digit); rest != 0 {
			return 0, false
		}
	}
	if hi != 0 || lo > math.MaxInt64 {
		return 0, false
	}
	if negative {
		return -int64(lo), true
	}
	return int64(lo), true
}

// decimals sets out to the coefficients in d, without the last drop digits, which must
// be zeros; bad where one exceeds 64 bits.
func decimals(out []int64, bad []bool, d *Dict, drop int) {
	for i := range out {
		b, ok := d.Value(uint32(i)), false
		if drop > 0 {
			out[i], ok = divided(b, drop)
		} else {
			out[i], ok = coefficient(b)
		}
		bad[i] = !ok
	}
}
