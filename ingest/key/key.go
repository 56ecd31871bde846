// Package key gives values of any column their one canonical text, so that a key
// means the same wherever it is read: an integer 42, a text "42", a float 42.0 and
// a DECIMAL 42.00 are one key, while "00042" is another.
package key

import (
	"math"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"mainstay/ingest/column"
)

// MaxLen is the longest key in bytes. Real keys are tens of bytes long; a longer
// one is a mapped free-text column.
const MaxLen = 1 << 10

// Status says whether a value can be a key.
type Status uint8

// The statuses of a value as a key.
const (
	OK   Status = iota
	None        // null, empty or blank
	Bad         // not valid UTF-8, longer than MaxLen, not finite, or too large to read
)

// Check says whether text can be a key. Keys are bytes: nothing is trimmed or folded.
func Check(b []byte) Status {
	if Blank(b) {
		return None
	}
	if len(b) > MaxLen || !utf8.Valid(b) {
		return Bad
	}
	return OK
}

// Blank reports whether text is empty or only white space.
func Blank(b []byte) bool {
	for i := 0; i < len(b); {
		if c := b[i]; c < utf8.RuneSelf {
			if c != ' ' && (c < '\t' || c > '\r') {
				return false
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if !unicode.IsSpace(r) {
			return false
		}
		i += n
	}
	return true
}

// ParseInt returns the integer whose canonical decimal spelling is b: no sign but
// a minus, no leading zero, no "-0", within 64 bits.
func ParseInt(b []byte) (int64, bool) {
	digits, neg := b, false
	if len(b) > 0 && b[0] == '-' {
		digits, neg = b[1:], true
	}
	if len(digits) == 0 || len(digits) > 19 || digits[0] == '0' && (len(digits) > 1 || neg) {
		return 0, false
	}
	var u uint64 // 19 digits stay below 2^64
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		u = u*10 + uint64(c-'0')
	}
	if neg {
		return -int64(u), u <= 1<<63
	}
	return int64(u), u <= math.MaxInt64
}

// Integer returns the integer a float equals, if it equals one of 64 bits.
func Integer(f float64) (int64, bool) {
	if f != math.Trunc(f) || f < -(1<<63) || f >= 1<<63 { // NaN fails the first
		return 0, false
	}
	return int64(f), true
}

// Append appends the canonical text of row i of v to dst. On None and Bad dst is
// returned as it was.
func Append(dst []byte, v *column.Vector, t column.Type, i int) ([]byte, Status) {
	if v.IsNull(i) {
		return dst, None
	}
	if v.IsBad(i) && t.Kind != column.Int {
		return dst, Bad
	}
	switch t.Kind {
	case column.Text:
		b := v.Dict.Value(v.Code[i])
		if st := Check(b); st != OK {
			return dst, st
		}
		return append(dst, b...), OK
	case column.Float:
		f := v.Float[i]
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return dst, Bad
		}
		return AppendFloat(dst, f), OK
	}
	return AppendValue(dst, v, t, i), OK
}

// AppendValue appends row i of v as text, whatever it holds: null as nothing,
// text as it is, numbers as keys, dates and times in ISO 8601.
func AppendValue(dst []byte, v *column.Vector, t column.Type, i int) []byte {
	if v.IsNull(i) {
		return dst
	}
	if v.IsBad(i) {
		if t.Kind == column.Int { // unsigned, beyond 63 bits: a hash used as an id
			return strconv.AppendUint(dst, uint64(v.Int[i]), 10)
		}
		return append(dst, "(more digits than are held)"...)
	}
	switch t.Kind {
	case column.Text:
		return append(dst, v.Dict.Value(v.Code[i])...)
	case column.Bool:
		return strconv.AppendBool(dst, v.Int[i] != 0)
	case column.Float:
		return AppendFloat(dst, v.Float[i])
	case column.Decimal:
		return AppendDecimal(dst, v.Int[i], t.Scale)
	case column.Date:
		return time.Unix(0, 0).UTC().AddDate(0, 0, clampDays(v.Int[i])).AppendFormat(dst, time.DateOnly)
	case column.Timestamp:
		return instant(v.Int[i], t.Unit).AppendFormat(dst, "2006-01-02T15:04:05.999999999")
	}
	return strconv.AppendInt(dst, v.Int[i], 10)
}

// AppendFloat appends the shortest decimal form, without exponent; −0 is 0.
func AppendFloat(dst []byte, f float64) []byte {
	if f == 0 {
		return append(dst, '0')
	}
	return strconv.AppendFloat(dst, f, 'f', -1, 64)
}

// AppendDecimal appends x · 10^-scale without trailing zeros.
func AppendDecimal(dst []byte, x int64, scale int) []byte {
	if x == 0 {
		return append(dst, '0')
	}
	for scale > 0 && x%10 == 0 {
		x, scale = x/10, scale-1
	}
	if scale <= 0 {
		dst = strconv.AppendInt(dst, x, 10)
		for ; scale < 0; scale++ {
			dst = append(dst, '0')
		}
		return dst
	}
	u := uint64(x)
	if x < 0 {
		dst, u = append(dst, '-'), -u
	}
	var buf [20]byte
	digits := strconv.AppendUint(buf[:0], u, 10)
	if whole := len(digits) - scale; whole > 0 {
		dst, digits = append(dst, digits[:whole]...), digits[whole:]
	} else {
		dst = append(dst, '0')
	}
	dst = append(dst, '.')
	for pad := scale - len(digits); pad > 0; pad-- {
		dst = append(dst, '0')
	}
	return append(dst, digits...)
}

// clampDays keeps a foreign date within what the calendar of package time holds.
func clampDays(d int64) int {
	const limit = 1 << 31
	return int(max(-limit, min(limit, d)))
}

func instant(x int64, u column.Unit) time.Time {
	switch u {
	case column.Second:
		return time.Unix(x, 0).UTC()
	case column.Milli:
		return time.UnixMilli(x).UTC()
	case column.Micro:
		return time.UnixMicro(x).UTC()
	}
	return time.Unix(x/1e9, x%1e9).UTC()
}
