package reports

import (
	"math"
	"strconv"
)

// appendDecimal appends a coefficient at a scale: exactly scale places, no grouping, "-0.50".
func appendDecimal(dst []byte, x int64, scale int) []byte {
	u := uint64(x)
	if x < 0 {
		dst = append(dst, '-')
		u = -u
	}
	if scale <= 0 {
		return strconv.AppendUint(dst, u, 10)
	}
	whole, rest := uint64(0), u
	if scale < len(powersOfTen) {
		whole = u / powersOfTen[scale]
		rest -= whole * powersOfTen[scale]
	}
	dst = append(strconv.AppendUint(dst, whole, 10), '.')
	for range scale {
		dst = append(dst, '0')
	}
	for at := len(dst) - 1; rest > 0; at-- {
		dst[at] = byte('0' + rest%10)
		rest /= 10
	}
	return dst
}

// powersOfTen are those that 64 bits hold.
var powersOfTen = func() (p [20]uint64) {
	p[0] = 1
	for k := range p[1:] {
		p[k+1] = 10 * p[k]
	}
	return p
}()

// formatDecimal is appendDecimal as a string.
func formatDecimal(x int64, scale int) string {
	return string(appendDecimal(nil, x, scale))
}

// coefficient rounds v, in money units, half to even to a coefficient at the scale; ok is false when v
// is undefined (NaN, ±Inf) or has more digits than a decimal column holds.
func coefficient(v float64, scale int) (x int64, ok bool) {
	r := math.RoundToEven(v * math.Pow10(scale))
	if !(math.Abs(r) <= maxCoefficient) {
		return 0, false
	}
	return int64(r), true
}

// appendFloat appends the shortest text that reads back as v, in JSON's number syntax: plain digits
// for everyday sizes, an exponent beyond.
func appendFloat(dst []byte, v float64) []byte {
	const plainLow, plainHigh = 1e-6, 1e21 // ECMAScript's bounds for plain notation
	if a := math.Abs(v); a != 0 && (a < plainLow || a >= plainHigh) {
		return strconv.AppendFloat(dst, v, 'e', -1, 64)
	}
	return strconv.AppendFloat(dst, v, 'f', -1, 64)
}
