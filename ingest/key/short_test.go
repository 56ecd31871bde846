package key

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestShorten(t *testing.T) {
	for text, want := range map[string]Form{
		"0": Int, "42": Int, "-7": Int, "9223372036854775807": Int, "-9223372036854775808": Int,
		"00042": Tight, "-0": Tight, "-07": Tight, "C00012345": Tight, "CUST-1": Tight, "é7": Tight, "AB-7X": Tight,
		"123456789012345": Int, "9223372036854775808": Long, "0123456789012345678": Long, "C123456789012345678": Tight,
		"customer-00042": Tight, "customers-00042x": Long, "x": Tight, "\x00": Tight, "\x00\x00": Tight,
		"6ba7b810-9dad-11d1-80b4-00c04fd430c8": UUID, "6BA7B810-9DAD-11D1-80B4-00C04FD430C8": Long, "6ba7b810-9dad-11d1-80b4_00c04fd430c8": Long,
		"ffffffff-ffff-ffff-ffff-ffffffffffff": UUID, "6ba7b810-9dad-11d1-80b4-00c04fd430cg": Long,
	} {
		f, high, low := Shorten([]byte(text))
		if f != want {
			t.Errorf("%q has form %d, want %d", text, f, want)
		}
		if f != Long && string(AppendShort(nil, f, high, low)) != text {
			t.Errorf("%q comes back as %q", text, AppendShort(nil, f, high, low))
		}
	}
}

func TestSound(t *testing.T) {
	for text, want := range map[string]bool{"42": true, "00042": true, "C7": true, " 7": true, "é7": false, "\xff7": false, "AB": false, "\xff": false, " ": false, "6ba7b810-9dad-11d1-80b4-00c04fd430c8": true} {
		if f, high, _ := Shorten([]byte(text)); Sound(f, high) != want {
			t.Errorf("%q is sound: %v", text, !want)
		}
	}
}

// Every key that is not Long comes back from its numbers, so no two keys share them.
func TestShortenComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b []byte
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			b = rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "bytes")
		case 1:
			b = []byte(rapid.StringMatching(`[A-Z-]{0,7}[0-9]{0,20}`).Draw(t, "code"))
		case 2:
			b = []byte(rapid.StringMatching(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`).Draw(t, "uuid"))
		default:
			b = fmt.Append(nil, rapid.Int64Range(math.MinInt64, math.MaxInt64).Draw(t, "integer"))
		}
		f, high, low := Shorten(b)
		if f != Long && !bytes.Equal(AppendShort([]byte("x"), f, high, low), append([]byte("x"), b...)) {
			t.Fatalf("%q comes back as %q", b, AppendShort(nil, f, high, low))
		}
		if _, isInt := ParseInt(b); isInt != (f == Int) {
			t.Fatalf("%q is in form %d", b, f)
		}
		if Sound(f, high) && Check(b) != OK {
			t.Fatalf("%q is sound, but no key", b)
		}
		if len(b) <= 15 && f == Long {
			t.Fatalf("%q is long", b)
		}
	})
}

func BenchmarkShorten(b *testing.B) {
	for name, text := range map[string]string{"integer": "1234567", "code": "C00012345", "text": "AB-7X", "uuid": "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "long": strings.Repeat("x", 30)} {
		b.Run(name, func(b *testing.B) {
			k := []byte(text)
			for b.Loop() {
				Shorten(k)
			}
		})
	}
}

func BenchmarkAppendShort(b *testing.B) {
	for name, text := range map[string]string{"integer": "1234567", "code": "C00012345", "uuid": "6ba7b810-9dad-11d1-80b4-00c04fd430c8"} {
		b.Run(name, func(b *testing.B) {
			f, high, low := Shorten([]byte(text))
			var dst []byte
			for b.Loop() {
				dst = AppendShort(dst[:0], f, high, low)
			}
		})
	}
}
