package money

import (
	"math/big"
	"math/bits"
)

// Rounding totals what rounding to the kept places took or gave: the sum over rows
// of (rounded − exact), in units of 10^-18. What a row's difference has beyond 18
// places is cut off (towards zero), so Sum is exact for every source of up to 18
// places and off by less than Rows units otherwise.
type Rounding struct {
	Rows int64 // rows whose exact value had more places
	Sum  Total
}

// Merge adds another total.
func (r *Rounding) Merge(o Rounding) {
	r.Rows += o.Rows
	r.Sum.Merge(o.Sum)
}

// halfEven divides c by 10^cut, 0 < cut ≤ 18, half to even; rest = q·10^cut − c,
// which is what rounding gave.
func halfEven(c int64, cut int) (q, rest int64) {
	p := pow10[cut]
	q, rem := c/p, c%p // rem has the sign of c
	half := p / 2
	switch {
	case rem > half || rem == half && q&1 != 0:
		q, rem = q+1, rem-p
	case rem < -half || rem == -half && q&1 != 0:
		q, rem = q-1, rem+p
	}
	return q, -rem
}

// add notes a difference of diff · 10^-places, |diff| ≤ 10^18 / 2. A nil r keeps no
// count.
func (r *Rounding) add(diff int64, places int) {
	if r == nil {
		return
	}
	r.Rows++
	switch up := MaxScale - places; {
	case up >= 0:
		r.Sum.Add(diff * pow10[up])
	case up >= -MaxScale:
		r.Sum.Add(diff / pow10[-up])
	}
}

// mulPow10 is c · 10^k, ok = false when it does not fit 64 bits.
func mulPow10(c int64, k int) (int64, bool) {
	if c == 0 {
		return 0, true
	}
	if k > MaxScale {
		return 0, false
	}
	return mul(c, pow10[k])
}

// mul is a·b, ok = false when it does not fit 64 bits.
func mul(a, b int64) (int64, bool) {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	hi -= uint64(a>>63)&uint64(b) + uint64(b>>63)&uint64(a) // signed high word
	p := int64(lo)
	return p, int64(hi) == p>>63
}

// sum is a+b, ok = false when it does not fit 64 bits.
func sum(a, b int64) (int64, bool) {
	s := a + b
	return s, (a^s)&(b^s) >= 0
}

// Round brings d to the scale, half to even, and notes what that took or gave.
func (d Decimal) Round(scale int, r *Rounding) (int64, Status) {
	cut := d.Places - scale
	if cut <= 0 {
		c, ok := mulPow10(d.Coef, -cut)
		if !ok {
			return 0, TooLarge
		}
		return c, OK
	}
	if cut > MaxScale {
		return roundBig(big.NewInt(d.Coef), d.Places, scale, r)
	}
	q, rest := halfEven(d.Coef, cut)
	if rest != 0 {
		r.add(rest, d.Places)
	}
	return q, OK
}

// bigPow10 is 10^k, k ≥ 0.
func bigPow10(k int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(k, 0))), nil)
}

// roundBig is Round for a coefficient of any size.
func roundBig(coef *big.Int, places, scale int, r *Rounding) (int64, Status) {
	q := new(big.Int)
	if cut := places - scale; cut <= 0 {
		q.Mul(coef, bigPow10(-cut))
	} else {
		p, rem := bigPow10(cut), new(big.Int)
		q.QuoRem(coef, p, rem)
		if rem.Sign() == 0 {
			return fit(q)
		}
		twice := new(big.Int).Lsh(new(big.Int).Abs(rem), 1)
		if c := twice.Cmp(p); c > 0 || c == 0 && q.Bit(0) == 1 {
			step := big.NewInt(int64(rem.Sign()))
			q.Add(q, step)
			rem.Sub(rem, step.Mul(step, p))
		}
		if !q.IsInt64() {
			return 0, TooLarge
		}
		r.addBig(rem.Neg(rem), places)
	}
	return fit(q)
}

func fit(q *big.Int) (int64, Status) {
	if !q.IsInt64() {
		return 0, TooLarge
	}
	return q.Int64(), OK
}

// addBig is add for a difference of any number of places; |diff · 10^-places| ≤ ½.
func (r *Rounding) addBig(diff *big.Int, places int) {
	if r == nil {
		return
	}
	if up := MaxScale - places; up >= 0 {
		diff.Mul(diff, bigPow10(up))
	} else {
		diff.Quo(diff, bigPow10(-up))
	}
	r.Rows++
	r.Sum.Add(diff.Int64())
}
