package money

import (
	"math"
	"strconv"

	"mainstay/ingest/column"
)

// Decimal is the exact number Coef · 10^-Places. Places may be negative (1e20 is
// {1, -20}).
type Decimal struct {
	Coef   int64
	Places int
}

const (
	// maxText is the longest text read as a number, in bytes without surrounding
	// blanks: a 38-digit decimal with sign, point, zeros and exponent fits well.
	maxText = 64
	// maxExponent bounds the exponent of text: a float64 spans 10^±324.
	maxExponent = 400
)

// ParseDecimal reads a plain decimal number: an optional sign, digits with at most
// one point, an optional exponent, blanks around. "-1234.56", "+.5", "1e3" and
// " 7 " are numbers; "1,234", "$5", "0x1F", "1_000" and "NaN" are not
// (Unparsable), for a guess at a thousands separator can be wrong by a thousand.
// Blank text is Null. More than 18 significant digits are TooLarge.
func ParseDecimal(b []byte) (Decimal, Status) {
	b = trim(b)
	if len(b) == 0 {
		return Decimal{}, Null
	}
	if len(b) > maxText {
		return Decimal{}, Unparsable
	}
	i, neg := 0, false
	if b[0] == '-' || b[0] == '+' {
		neg = b[0] == '-'
		i++
	}
	var coef int64
	places, digits, zeros, seenPoint, large := 0, 0, 0, false, false
	for ; i < len(b); i++ {
		c := b[i]
		if c == '.' && !seenPoint {
			seenPoint = true
			continue
		}
		if c < '0' || c > '9' {
			break
		}
		digits++
		if seenPoint {
			places++
		}
		if c == '0' { // trailing zeros wait until a digit needs them
			zeros++
			continue
		}
		for ; zeros > 0 && coef != 0; zeros-- {
			large = large || coef >= pow10[MaxScale-1]
			coef *= 10
		}
		zeros = 0
		large = large || coef >= pow10[MaxScale-1]
		coef = coef*10 + int64(c-'0')
	}
	if digits == 0 {
		return Decimal{}, Unparsable
	}
	if i < len(b) {
		exp, ok := exponent(b[i:])
		if !ok {
			return Decimal{}, Unparsable
		}
		places -= exp
	}
	if large {
		return Decimal{}, TooLarge
	}
	if coef == 0 {
		return Decimal{}, OK
	}
	if neg {
		coef = -coef
	}
	return Decimal{Coef: coef, Places: places - zeros}, OK
}

// exponent reads "e-12".
func exponent(b []byte) (int, bool) {
	if len(b) < 2 || b[0] != 'e' && b[0] != 'E' {
		return 0, false
	}
	i, neg := 1, false
	if b[1] == '-' || b[1] == '+' {
		neg = b[1] == '-'
		i++
	}
	if i == len(b) {
		return 0, false
	}
	exp := 0
	for ; i < len(b); i++ {
		if b[i] < '0' || b[i] > '9' {
			return 0, false
		}
		if exp = exp*10 + int(b[i]-'0'); exp > maxExponent {
			return 0, false
		}
	}
	if neg {
		exp = -exp
	}
	return exp, true
}

// trim cuts blanks and tabs off both ends.
func trim(b []byte) []byte {
	blank := func(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }
	for len(b) > 0 && blank(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && blank(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

// uniqueBelow bounds the coefficients for which "n / 10^p rounds to x" has at most
// one solution n: up to 2^52 neighbouring integers are at least two ulps apart.
const uniqueBelow = 1 << 52

// fromFloatAt returns n with n · 10^-places the shortest decimal form of x, if that form
// has at most so many places and n is small enough to be sure. No allocation, no
// strconv: the product may be rounded, the check of the quotient is not.
func fromFloatAt(x float64, places int) (int64, bool) {
	p := pow10f[places]
	n := math.RoundToEven(x * p)
	if n/p != x || n >= uniqueBelow || n <= -uniqueBelow { // NaN fails the first
		return 0, false
	}
	return int64(n), true
}

// FromFloat is the shortest decimal that reads back as x (Steele & White 1990, as
// strconv does it): 17.819999999999993 stays, 0.1 is one tenth. NaN and ±Inf are
// NotFinite.
func FromFloat(x float64) (Decimal, Status) {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return Decimal{}, NotFinite
	}
	var buf [32]byte // -d.dddddddddddddddde-ddd is 24 bytes
	return ParseDecimal(strconv.AppendFloat(buf[:0], x, 'e', -1, 64))
}

// At reads one row exactly.
func At(v *column.Vector, t column.Type, i int) (Decimal, Status) {
	switch {
	case v.IsNull(i):
		return Decimal{}, Null
	case v.IsBad(i):
		return Decimal{}, TooLarge
	}
	switch t.Kind {
	case column.Int:
		return Decimal{Coef: v.Int[i]}, OK
	case column.Decimal:
		return Decimal{Coef: v.Int[i], Places: t.Scale}, OK
	case column.Float:
		return FromFloat(v.Float[i])
	case column.Text:
		return ParseDecimal(v.Dict.Value(v.Code[i]))
	}
	return Decimal{}, Unparsable
}
