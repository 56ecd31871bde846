package segment

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// What is kept of a customer is read back, whatever it is.
func TestDetailsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := detail{low: rapid.Float64().Draw(t, "low"), high: rapid.Float64().Draw(t, "high"), trend: rapid.Float64().Draw(t, "trend")}
		for k := range d.reasons {
			d.reasons[k] = reason(rapid.Uint8().Draw(t, "reason"))
			d.effects[k] = effect(rapid.IntRange(int(noEffect), -int(noEffect)-1).Draw(t, "effect"))
		}
		words := make([]uint64, detailWords)
		d.put(words)
		if got := detailOf(words); got != d {
			t.Fatalf("%+v became %+v", d, got)
		}
	})
}

// An effect is its share to hundredths, kept within what 12 bits hold, and never none.
func TestEffectsOfShares(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64Range(-1e3, 1e3).Draw(t, "share")
		got := effectOf(v).share()
		if want := min(max(v, -20.47), 20.47); !(math.Abs(got-want) <= 0.005+1e-12) {
			t.Fatalf("%v became %v", v, got)
		}
	})
	if !math.IsNaN(noEffect.share()) {
		t.Error("none is a number")
	}
}

// The three strongest come in the order of their size, signs as they are; the others are not told below a tenth.
func TestStrongestShares(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s shares
		for k := range s {
			s[k] = rapid.Float64Range(-1, 1).Draw(t, "share")
		}
		reasons, effects := s.strongest()
		last, told := math.Inf(1), map[string]bool{"": true}
		for k, r := range reasons {
			if r == 0 {
				if effects[k] != noEffect || k == 0 {
					t.Fatalf("%v: %v without a reason", s, effects[k])
				}
				continue
			}
			v := s[r/4]
			if told[r.code()] || math.Abs(v) > last || effects[k] != effectOf(v) || k > 0 && math.Abs(v) < leastShare || (r%4 == 2) != (v >= 0) {
				t.Fatalf("%v: %s, %v", s, r.code(), effects[k])
			}
			last, told[r.code()] = math.Abs(v), true
		}
		for k, v := range s {
			if !told[reasonCodes[k]] && math.Abs(v) > last && reasons[2] != 0 {
				t.Fatalf("%v: %s is stronger than the third", s, reasonCodes[k])
			}
		}
	})
}
