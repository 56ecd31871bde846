package key

import (
	"encoding/binary"
	"math/bits"
	"strconv"
)

// Form says how the 128 bits of a short key are meant. Most keys say little: an integer, a letter and digits, a UUID. As
// bits they are moved, compared and hashed as numbers, and neighbours differ in few bytes. A key has one form and one value, so two keys are equal if and only if form,
// high and low are.
type Form uint8

// The forms.
const (
	Int   Form = iota // low: the integer whose canonical spelling the key is; high: 0
	Tight             // text of up to 15 bytes, or up to 6 bytes before up to 18 digits
	UUID              // 8-4-4-4-12 hexadecimal digits in lower case, the first and the last sixteen of them
	Long              // any other text
)

// Tight text is either
//
//	digits << 56 | prefix length << 48 | prefix,  their value     C00012345 is 8<<56 | 1<<48 | 'C', 12345
//	128 + length << 56 | first bytes,             last 8 bytes    AB-7X
//
// with bytes as big-endian numbers. A byte of a UUID's numbers holds two digits that are eight apart: no digit has to be
// moved when eight of them are read or written at a time.
const (
	maxPrefix = 6
	maxDigits = 18
	maxBytes  = 15
	bytesMark = 128
	uuidLen   = 36
)

// Shorten brings a key into its form. Of a Long one there are no numbers.
func Shorten(b []byte) (f Form, high, low int64) {
	switch {
	case len(b) <= wordBytes:
		return shortenWords(b)
	case len(b) == uuidLen:
		if high, low, ok := parseUUID(b); ok {
			return UUID, high, low
		}
	case len(b) <= maxPrefix+maxDigits:
		return shortenBytes(b)
	}
	return Long, 0, 0
}

// shortenWords is Shorten of up to 16 bytes, eight at a time.
func shortenWords(b []byte) (f Form, high, low int64) {
	front, back := words(b)
	digits := digitsAtEnd(back)
	value := decimal(back, digits)
	if digits == 8 {
		if more := digitsAtEnd(front); more > 0 {
			digits, value = digits+more, value+1e8*decimal(front, more)
		}
	}
	start := len(b) - int(digits)
	switch {
	case digits > 0 && start <= 1 && (b[start] != '0' || len(b) == 1) && (start == 0 || b[0] == '-'):
		if start == 1 {
			return Int, 0, -int64(value)
		}
		return Int, 0, int64(value)
	case digits > 0 && start <= maxPrefix:
		n := 8 * digits // bits to shift out of both words; shifts by 64 and more make 0
		prefix := back>>n | front<<(64-n) | front>>(n-64)
		return Tight, int64(digits)<<56 | int64(start)<<48 | int64(prefix), int64(value)
	case len(b) <= maxBytes:
		return Tight, int64(bytesMark+len(b))<<56 | int64(front), int64(back)
	}
	return Long, 0, 0
}

const wordBytes = 16

// words is up to 16 bytes as a big-endian number.
func words(b []byte) (front, back uint64) {
	n := len(b)
	switch {
	case n >= 8:
		return binary.BigEndian.Uint64(b) >> (8 * (wordBytes - n)), binary.BigEndian.Uint64(b[n-8:])
	case n >= 4:
		return 0, uint64(binary.BigEndian.Uint32(b))<<(8*(n-4)) | uint64(binary.BigEndian.Uint32(b[n-4:]))
	}
	for _, c := range b {
		back = back<<8 | uint64(c)
	}
	return 0, back
}

const (
	ones  = 0x0101010101010101 // times x: x in each of eight bytes
	zeros = '0' * ones
)

// digitsAtEnd is how many of the last bytes of a word are digits.
func digitsAtEnd(word uint64) uint {
	x := word ^ zeros                                             // a digit is its value, anything else 10 or more
	other := (x&(0x7f*ones) + (0x80-10)*ones | x) & (0x80 * ones) // the top bit of each byte that is no digit
	return uint(bits.TrailingZeros64(other)) / 8
}

// decimal is the number that the last n bytes of a word, digits, spell.
func decimal(word uint64, n uint) uint64 {
	x := (word ^ zeros) & (1<<(8*n) - 1)
	x = x>>8&0x00ff00ff00ff00ff*10 + x&0x00ff00ff00ff00ff
	x = x>>16&0x0000ffff0000ffff*100 + x&0x0000ffff0000ffff
	return x>>32*10000 + x&0xffffffff
}

// shortenBytes is Shorten of more bytes than two words hold.
func shortenBytes(b []byte) (f Form, high, low int64) {
	if x, ok := ParseInt(b); ok {
		return Int, 0, x
	}
	start := len(b) // of the digits at the end
	for start > 0 && b[start-1]-'0' <= 9 {
		start--
	}
	n := len(b) - start
	if n > maxDigits || start > maxPrefix {
		return Long, 0, 0
	}
	for _, c := range b[:start] {
		high = high<<8 | int64(c)
	}
	for _, c := range b[start:] {
		low = low*10 + int64(c-'0')
	}
	return Tight, int64(n)<<56 | int64(start)<<48 | high, low
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

func parseUUID(b []byte) (high, low int64, ok bool) {
	if b[8] != '-' || b[13] != '-' || b[18] != '-' || b[23] != '-' {
		return 0, 0, false
	}
	four := func(at int) uint64 { return uint64(binary.BigEndian.Uint32(b[at:])) }
	x0, bad0 := parseHex(binary.BigEndian.Uint64(b))
	x1, bad1 := parseHex(four(9)<<32 | four(14))
	x2, bad2 := parseHex(four(19)<<32 | four(24))
	x3, bad3 := parseHex(binary.BigEndian.Uint64(b[28:]))
	return int64(x0<<4 | x1), int64(x2<<4 | x3), bad0|bad1|bad2|bad3 == 0
}

// parseHex is the digits that the eight bytes of a word spell, each in its byte; bad is 0 if they are lower-case
// hexadecimal digits.
func parseHex(word uint64) (x, bad uint64) {
	letter := word >> 6 & ones
	x = word&(0x0f*ones) + 9*letter
	return x, spellHex(x) ^ word | x&(0xf0*ones)
}

// spellHex is the inverse of parseHex.
func spellHex(x uint64) uint64 { return x + zeros + ('a'-'0'-10)*((x+6*ones)>>4&ones) }

func appendUUID(dst []byte, high, low int64) []byte {
	digits := func(x int64, shift int) uint64 { return spellHex(uint64(x) >> shift & (0x0f * ones)) }
	text := [uuidLen]byte{8: '-', 13: '-', 18: '-', 23: '-'}
	binary.BigEndian.PutUint64(text[:], digits(high, 4))
	x := digits(high, 0)
	binary.BigEndian.PutUint32(text[9:], uint32(x>>32))
	binary.BigEndian.PutUint32(text[14:], uint32(x))
	x = digits(low, 4)
	binary.BigEndian.PutUint32(text[19:], uint32(x>>32))
	binary.BigEndian.PutUint32(text[24:], uint32(x))
	binary.BigEndian.PutUint64(text[28:], digits(low, 0))
	return append(dst, text[:]...)
}
