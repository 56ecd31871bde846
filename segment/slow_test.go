package segment

import "testing"

// slow is first in tests of figures that take tens of seconds under the race detector, which runs the short ones; whose goroutines are
// those of other tests.
func slow(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("slow under the race detector")
	}
}
