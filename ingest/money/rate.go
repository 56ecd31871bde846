package money

import (
	"math/big"
	"math/bits"
)

// Direction says what an exchange rate means.
type Direction uint8

// The directions of a rate.
const (
	BasePerLocal Direction = iota // multiply by the rate
	LocalPerBase                  // divide by the rate
)

// Convert brings amount x (a coefficient at scale) into the base currency: exactly
// x times or divided by the rate, rounded half to even to the same scale; r totals
// the rounding. A rate that is not positive is Unparsable.
func Convert(x int64, rate Decimal, dir Direction, scale int, r *Rounding) (int64, Status) {
	if rate.Coef <= 0 {
		return 0, Unparsable
	}
	if rate.Places < 0 || rate.Places > MaxScale {
		return convertBig(x, rate, dir, scale, r)
	}
	if dir == BasePerLocal {
		if c, ok := mul(x, rate.Coef); ok && scale+rate.Places <= 2*MaxScale {
			return Decimal{Coef: c, Places: scale + rate.Places}.Round(scale, r)
		}
		return convertBig(x, rate, dir, scale, r)
	}
	// |x| · 10^places / coef with a 128-bit numerator.
	u, neg := uint64(x), x < 0
	if neg {
		u = -u
	}
	hi, lo := bits.Mul64(u, uint64(pow10[rate.Places]))
	d := uint64(rate.Coef)
	if hi >= d { // the quotient needs more than 64 bits
		return 0, TooLarge
	}
	q, rem := bits.Div64(hi, lo, d)
	up := rem > d-rem || rem == d-rem && q&1 == 1
	if up {
		q++
	}
	if q == 0 && up || q >= 1<<63 {
		return 0, TooLarge
	}
	if rem != 0 && r != nil {
		gap := rem // |rounded − exact| · coef · 10^scale
		if up {
			gap = d - rem
		}
		gh, gl := bits.Mul64(gap, uint64(pow10[MaxScale-scale]))
		diff, _ := bits.Div64(gh, gl, d) // gap < d, so it fits
		s := int64(diff)
		if up == neg {
			s = -s
		}
		r.Rows++
		r.Sum.Add(s)
	}
	if neg {
		return -int64(q), OK
	}
	return int64(q), OK
}

// convertBig is Convert for any rate and size.
func convertBig(x int64, rate Decimal, dir Direction, scale int, r *Rounding) (int64, Status) {
	num, den := big.NewInt(x), big.NewInt(1)
	up := -rate.Places // powers of ten by which the rate's coefficient is to be multiplied
	if dir == BasePerLocal {
		num.Mul(num, big.NewInt(rate.Coef))
	} else {
		den.SetInt64(rate.Coef)
		up = -up
	}
	if up > 0 {
		num.Mul(num, bigPow10(up))
	} else {
		den.Mul(den, bigPow10(-up))
	}
	q, rem := new(big.Int).QuoRem(num, den, new(big.Int))
	if rem.Sign() == 0 {
		return fit(q)
	}
	twice := new(big.Int).Lsh(new(big.Int).Abs(rem), 1)
	if c := twice.Cmp(den); c > 0 || c == 0 && q.Bit(0) == 1 {
		step := int64(num.Sign())
		q.Add(q, big.NewInt(step))
		rem.Sub(rem, new(big.Int).Mul(big.NewInt(step), den))
	}
	if !q.IsInt64() {
		return 0, TooLarge
	}
	if r != nil { // (q − num/den) · 10^-scale = −rem / den · 10^-scale
		rem.Neg(rem).Mul(rem, bigPow10(MaxScale-scale))
		r.Rows++
		r.Sum.Add(rem.Quo(rem, den).Int64())
	}
	return q.Int64(), OK
}
