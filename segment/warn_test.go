package segment

import "testing"

// What a book is not made for is no failure; a fit that failed is.
func TestUnsuitedCandidatesAreNoWarning(t *testing.T) {
	for note, want := range map[string]bool{
		"too-few: 3 events in training": true, "spend-depends-on-frequency: correlation 0.4": true, "horizon-too-short: x": true, "boundary: a grows": true, "fold of 2024-01-01: boundary: a grows": true, "fold of 2024-01-01: empty-state: x": false,
		"separation: column x": false, "not-converged: the fit is not certified": false, "empty-state: x": false, "": false,
	} {
		if got := unsuited(note); got != want {
			t.Errorf("unsuited(%q) = %v, want %v", note, got, want)
		}
	}
}
