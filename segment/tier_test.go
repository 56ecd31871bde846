package segment

import (
	"math"
	"testing"

	"mainstay/internal/num"

	"pgregory.net/rapid"
)

func TestTiersByHand(t *testing.T) {
	rows := []struct {
		value, risk, chance float64
		relation            relation
		key                 bool
	}{
		{60, 1, 0.1, active, false},
		{20, 1, 0.1, active, true},
		{15, 19, 0.6, active, false},
		{5, 1, 0.6, active, false},
		{0, 0, 0.6, active, false},
		{50, math.NaN(), 0.12, lapsed, false},
		{math.NaN(), math.NaN(), math.NaN(), prospects, false},
		{-12_345, 0, 0.9, active, false},
		{-20, math.NaN(), 0.1, active, true},
		{30, 20, 0.7, active, false},
	}
	s, keys := newScored(len(rows)), make([]bool, len(rows))
	for m, r := range rows {
		s.value[m], s.risk[m], s.chance[m], s.relation[m], keys[m] = r.value, r.risk, r.chance, r.relation, r.key
	}
	values := s.sortedAtRisk(s.value)
	s.rank(values, 1)
	s.recommendTiers(newTierCuts(values, s.sortedAtRisk(s.risk), s.atRisk(), DefaultConfig().Tiers), keys)
	want := []string{
		"gold: value rank 1 of 8", "platinum: key account; 15.4 % of value",
		"gold: value rank 4 of 8; up one: leave 60 %", "standard: value rank 5 of 8", "standard: no value expected",
		"standard: lapsed; back 12 %", "prospect: has not bought yet",
		"standard: a loss expected: −12.3k in 12 months", "platinum: key account; a loss expected: −20 in 12 months",
		"gold: value rank 2 of 8; leave 70 %, platinum is for key accounts",
	}
	for m := range rows {
		if got := tierNames[s.tier[m]] + ": " + string(s.appendTierReason(nil, m)); got != want[m] {
			t.Errorf("%d: %s, want %s", m, got, want[m])
		}
	}
}

// Ranks are counts, also where nearly all values are equal, as fees are.
func TestRanksOfTies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOf(rapid.SampledFrom([]float64{-1, 0, 9.99, 9.99, 9.99, 20})).Draw(t, "values")
		s := newScored(len(values))
		copy(s.value, values)
		for m := range values {
			s.relation[m] = active
		}
		s.rank(s.sortedAtRisk(s.value), 2)
		for m, v := range values {
			below, upTo := uint32(0), uint32(0)
			for _, x := range values {
				below += uint32(num.Indicator(x < v))
				upTo += uint32(num.Indicator(x <= v))
			}
			if s.below[m] != below || s.upTo[m] != upTo {
				t.Fatalf("%v: %d below, %d up to; want %d, %d", v, s.below[m], s.upTo[m], below, upTo)
			}
		}
	})
}

// A book in which all pay the same is ranked as fast as any other: this would take hours by steps from tie to tie.
func TestRanksOfAMillionTies(t *testing.T) {
	s := newScored(1 << 20)
	for m := range s.value {
		s.value[m], s.relation[m] = 9.99, active
	}
	s.rank(s.sortedAtRisk(s.value), 2)
	if got := s.score(0); got != 50 {
		t.Errorf("score %v, want 50", got)
	}
}
