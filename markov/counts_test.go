package markov

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestCountSequencesBreaksAtUnobserved(t *testing.T) {
	c, err := CountSequences(names(2), [][]int{{0, 0, 1, Unobserved, 0, 1}, {1}, nil, {Unobserved, 1, 0}})
	if err != nil {
		t.Fatal(err)
	}
	if want := []int64{1, 2, 1, 0}; !slices.Equal(c.N, want) {
		t.Errorf("counts %v, want %v", c.N, want)
	}
	if c.Leaving(0) != 3 || c.At(0, 1) != 2 {
		t.Errorf("leaving a %d, a to b %d", c.Leaving(0), c.At(0, 1))
	}
}

func TestCountSequencesRefusesUnknownStates(t *testing.T) {
	for _, s := range [][]int{{0, 2}, {-2, 0}} {
		c := NewCounts(names(2))
		if err := c.AddSequence(s); err == nil {
			t.Errorf("%v was counted", s)
		}
		if _, err := CountSequences(names(2), [][]int{{0, 1}, s}); err == nil {
			t.Errorf("%v was counted", s)
		}
		if c.Leaving(0) != 0 {
			t.Error("a refused sequence left counts behind")
		}
	}
}

func TestMergeRefusesOtherStates(t *testing.T) {
	if err := NewCounts([]string{"a", "b"}).Merge(NewCounts([]string{"b", "a"})); err == nil {
		t.Error("counts of other states merged")
	}
}

// Splitting customers over shards and merging in any order changes nothing.
func TestCountsMergeInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 5).Draw(t, "k")
		sequences := rapid.SliceOf(rapid.SliceOf(rapid.IntRange(-1, k-1))).Draw(t, "sequences")
		whole, err := CountSequences(names(k), sequences)
		if err != nil {
			t.Fatal(err)
		}
		cut := rapid.IntRange(0, len(sequences)).Draw(t, "cut")
		first, _ := CountSequences(names(k), sequences[:cut])
		second, _ := CountSequences(names(k), sequences[cut:])
		forth, back := NewCounts(names(k)), NewCounts(names(k))
		for _, c := range []*Counts{first, second} {
			if err := forth.Merge(c); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []*Counts{second, first} {
			if err := back.Merge(c); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(whole.N, forth.N) || !slices.Equal(whole.N, back.N) {
			t.Fatalf("whole %v, merged %v, merged backwards %v", whole.N, forth.N, back.N)
		}
	})
}
