package key

import (
	"encoding/binary"
	"strconv"
)

// Most keys say little: an integer, a letter and digits, a UUID. As 128 bits they are moved, compared and hashed as
// numbers, and neighbours differ in few bytes.
//
// Form says how the bits are meant. A key has one form and one value, so two keys are equal if and only if form,
// high and low are.
type Form uint8

// The forms.
const (
	Int   Form = iota // low: the integer whose canonical spelling the key is; high: 0
	Tight             // text of up to 15 bytes, or up to 6 bytes before up to 18 digits
	UUID              // 8-4-4-4-12 hexadecimal digits in lower case, first and last eight bytes
	Long              // any other text
)

// Tight text is either
//
//	digits << 56 | prefix length << 48 | prefix,  their value     C00012345 is 8<<56 | 1<<48 | 'C', 12345
//	128 + length << 56 | first bytes,             last 8 bytes    AB-7X
//
// with bytes as big-endian numbers.
const (
	maxPrefix = 6
	maxDigits = 18
	maxBytes  = 15
	bytesMark = 128
	uuidLen   = 36
)

// Shorten brings a key into its form. Of a Long one there are no numbers.
func Shorten(b []byte) (f Form, high, low int64) {
	start := len(b) // of the digits at the end
	for start > 0 && b[start-1]-'0' <= 9 {
		start--
	}
	n := len(b) - start
	if n > 0 && (start == 0 || start == 1 && b[0] == '-') {
		if x, ok := ParseInt(b); ok {
			return Int, 0, x
		}
	}
	if n > 0 && n <= maxDigits && start <= maxPrefix {
		for _, c := range b[:start] {
			high = high<<8 | int64(c)
		}
		for _, c := range b[start:] {
			low = low*10 + int64(c-'0')
		}
		return Tight, int64(n)<<56 | int64(start)<<48 | high, low
	}
	switch {
	case len(b) <= maxBytes:
		var word [16]byte
		copy(word[len(word)-len(b):], b)
		word[0] = byte(bytesMark + len(b))
		return Tight, int64(binary.BigEndian.Uint64(word[:])), int64(binary.BigEndian.Uint64(word[8:]))
	case len(b) == uuidLen:
		if high, low, ok := parseUUID(b); ok {
			return UUID, high, low
		}
	}
	return Long, 0, 0
}

// Sound reports whether the numbers of a form alone prove that Check finds nothing against the text: it has digits, and
// no bytes beyond ASCII.
func Sound(f Form, high int64) bool {
	const beyondASCII = 0x80<<56 | 0x80<<40 | 0x80<<32 | 0x80<<24 | 0x80<<16 | 0x80<<8 | 0x80 // of a prefix; bytesMark
	return f == Int || f == UUID || f == Tight && uint64(high)&beyondASCII == 0
}

// AppendShort appends the text that the numbers of a form, other than Long, stand for.
func AppendShort(dst []byte, f Form, high, low int64) []byte {
	switch top := byte(high >> 56); {
	case f == Int:
		return strconv.AppendInt(dst, low, 10)
	case f == UUID:
		return appendUUID(dst, high, low)
	case top >= bytesMark:
		var word [16]byte
		binary.BigEndian.PutUint64(word[:], uint64(high))
		binary.BigEndian.PutUint64(word[8:], uint64(low))
		return append(dst, word[len(word)-int(top-bytesMark):]...)
	default:
		for i := int(high>>48&0xff) - 1; i >= 0; i-- {
			dst = append(dst, byte(high>>(8*i)))
		}
		end := len(dst) + int(top)
		for range int(top) {
			dst = append(dst, '0')
		}
		for i := end - 1; low > 0; i-- {
			dst[i] = byte('0' + low%10)
			low /= 10
		}
		return dst
	}
}

// hexValue is the value of a lower-case hexadecimal digit; 16 of anything else.
var hexValue = func() (v [256]uint8) {
	for i := range v {
		v[i] = 16
	}
	for i, c := range hexDigits {
		v[c] = uint8(i)
	}
	return v
}()

const hexDigits = "0123456789abcdef"

func parseUUID(b []byte) (high, low int64, ok bool) {
	if b[8] != '-' || b[13] != '-' || b[18] != '-' || b[23] != '-' {
		return 0, 0, false
	}
	var bad uint8
	part := func(from, to int) (x int64) {
		for _, c := range b[from:to] {
			v := hexValue[c]
			bad |= v
			x = x<<4 | int64(v)
		}
		return x
	}
	high = part(0, 8)<<32 | part(9, 13)<<16 | part(14, 18)
	low = part(19, 23)<<48 | part(24, 36)
	return high, low, bad < 16
}

func appendUUID(dst []byte, high, low int64) []byte {
	shift, x := 60, high
	for i := range uuidLen {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			dst = append(dst, '-')
			continue
		}
		dst = append(dst, hexDigits[x>>shift&15])
		if shift -= 4; shift < 0 {
			shift, x = 60, low
		}
	}
	return dst
}
