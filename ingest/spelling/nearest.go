package spelling

import (
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
)

// Nearest is the candidate with the fewest edits from name, both as Normal spells them, the first of
// equals; "" when even that one differs in more than half of the letters (two may always differ), which is
// no longer a typing error.
func Nearest(name string, candidates []string) string {
	word, best := Normal(name), ""
	least := max(2, utf8.RuneCountInString(word)/2) + 1
	for _, c := range candidates {
		if d := levenshtein.ComputeDistance(word, Normal(c)); d < least {
			best, least = c, d
		}
	}
	return best
}
