package money

import (
	"bytes"
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"slices"
)

// Total is an exact 128-bit sum of 64-bit coefficients, in two's complement. The
// zero value is 0. It cannot overflow: that would take 2^64 addends.
type Total struct {
	hi int64
	lo uint64
}

// Add adds one coefficient.
func (t *Total) Add(x int64) { t.Merge(Total{hi: x >> 63, lo: uint64(x)}) }

// AddTimes adds one coefficient n ≥ 0 times.
func (t *Total) AddTimes(x int64, n int) {
	hi, lo := bits.Mul64(uint64(x), uint64(n))
	t.Merge(Total{hi: int64(hi) + x>>63*int64(n), lo: lo})
}

// AddUint adds a number that has no sign.
func (t *Total) AddUint(x uint64) { t.Merge(Total{lo: x}) }

// Merge adds another total.
func (t *Total) Merge(o Total) {
	lo, carry := bits.Add64(t.lo, o.lo, 0)
	t.lo = lo
	t.hi += o.hi + int64(carry)
}

// Sub subtracts another total.
func (t *Total) Sub(o Total) { t.Merge(o.Neg()) }

// Neg is −t.
func (t Total) Neg() Total {
	lo, borrow := bits.Sub64(0, t.lo, 0)
	return Total{hi: -t.hi - int64(borrow), lo: lo}
}

// Cmp is −1, 0 or +1 as t is less than, equal to or greater than o.
func (t Total) Cmp(o Total) int {
	switch {
	case t == o:
		return 0
	case t.hi < o.hi || t.hi == o.hi && t.lo < o.lo:
		return -1
	}
	return 1
}

// Sign is −1, 0 or +1.
func (t Total) Sign() int { return t.Cmp(Total{}) }

// Int64 is the total as a coefficient; ok is false when it does not fit.
func (t Total) Int64() (x int64, ok bool) { return int64(t.lo), t.hi == int64(t.lo)>>63 }

// Float64 is the value nearest to the total at the scale.
func (t Total) Float64(scale int) float64 {
	if x, ok := t.Int64(); ok {
		return Float64(x, scale)
	}
	f, _ := new(big.Rat).SetFrac(t.big(), bigPow10(scale)).Float64()
	return f
}

// Format is the plain decimal text with exactly scale places: "-1234.50".
func (t Total) Format(scale int) string {
	if x, ok := t.Int64(); ok {
		return Format(x, scale)
	}
	digits := t.big().String()
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	return sign + point(digits, scale)
}

// big is the total as a big integer.
func (t Total) big() *big.Int {
	z := big.NewInt(t.hi)
	return z.Lsh(z, 64).Add(z, new(big.Int).SetUint64(t.lo))
}

// Float64 is the value nearest to x · 10^-scale. A float holds integers exactly
// only below 2^53; beyond, the quotient of two roundings could be off by one ulp.
func Float64(x int64, scale int) float64 {
	const exact = 1 << 53
	if -exact <= x && x <= exact && 0 <= scale && scale <= MaxScale {
		return float64(x) / pow10f[scale]
	}
	f, _ := new(big.Rat).SetFrac(big.NewInt(x), bigPow10(scale)).Float64()
	return f
}

// ParseTotal is the inverse of Format: decimal text with exactly scale places.
func ParseTotal(b []byte, scale int) (Total, error) {
	if len(b) > maxTotalText {
		return Total{}, fmt.Errorf("a sum of %d digits", len(b))
	}
	digits, places := b, 0
	if i := bytes.IndexByte(b, '.'); i >= 0 {
		digits, places = append(slices.Clone(b[:i]), b[i+1:]...), len(b)-i-1
	}
	z, ok := new(big.Int).SetString(string(digits), 10)
	if !ok || places != max(scale, 0) || z.BitLen() > 126 {
		return Total{}, fmt.Errorf("%q is not a sum with %d decimal places", b, scale)
	}
	lo := new(big.Int).And(z, new(big.Int).SetUint64(math.MaxUint64))
	return Total{hi: new(big.Int).Rsh(z, 64).Int64(), lo: lo.Uint64()}, nil
}

// maxTotalText is longer than the text of any total.
const maxTotalText = 64
