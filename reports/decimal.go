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
	start := len(dst)
	dst = strconv.AppendUint(dst, u, 10)
	if scale <= 0 {
		return dst
	}
	for len(dst)-start <= scale {
		dst = append(dst, 0)
		copy(dst[start+1:], dst[start:])
		dst[start] = '0'
	}
	point := len(dst) - scale
	dst = append(dst, 0)
	copy(dst[point+1:], dst[point:])
	dst[point] = '.'
	return dst
}

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
