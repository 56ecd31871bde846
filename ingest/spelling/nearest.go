package spelling

import (
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
)

// Nearest is the candidate with the fewest edits from name, both as Normal spells them, the first of
// equals; "" when even that one differs in more than half of the letters (two may always differ), which is
// no longer a typing error.
func Nearest(name string, candidates []string) string {
	if near := AllNearest(name, candidates, 1); len(near) > 0 {
		return candidates[near[0]]
	}
	return ""
}

// AllNearest are the indices of the first most candidates with the fewest edits, none where Nearest is "".
func AllNearest(name string, candidates []string, most int) (near []int) {
	word := Normal(name)
	least := max(2, utf8.RuneCountInString(word)/2)
	for i, c := range candidates {
		switch d := levenshtein.ComputeDistance(word, Normal(c)); {
		case d < least:
			near, least = append(near[:0], i), d
		case d == least && len(near) < most:
			near = append(near, i)
		}
	}
	return near
}
