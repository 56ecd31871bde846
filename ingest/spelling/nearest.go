package spelling

import (
	"slices"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
)

// Nearest is the candidate with the fewest edits from name, both as Normal spells them; of equals the one that
// begins most like it, then the first; "" when even that one differs in more than half of the letters (two may always differ), which is
// no longer a typing error.
func Nearest(name string, candidates []string) string {
	if near := AllNearest(name, candidates, 1); len(near) > 0 {
		return candidates[near[0]]
	}
	return ""
}

// AllNearest are the indices of up to most candidates with the fewest edits, in the order of Nearest; none where
// that is "".
func AllNearest(name string, candidates []string, most int) (near []int) {
	word := Normal(name)
	least := max(2, utf8.RuneCountInString(word)/2)
	for i, c := range candidates {
		switch d := levenshtein.ComputeDistance(word, Normal(c)); {
		case d < least:
			near, least = append(near[:0], i), d
		case d == least:
			near = append(near, i)
		}
	}
	slices.SortStableFunc(near, func(a, b int) int {
		return shared(word, Normal(candidates[b])) - shared(word, Normal(candidates[a]))
	})
	return near[:min(most, len(near))]
}

// shared is how many bytes a and b begin with alike: people mistype the end of a word, seldom its beginning.
func shared(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
