package segment

import "testing"

// slow is first in tests of figures that take many seconds under the race detector, which runs the short ones, and whose goroutines are
// those of other tests (TestThreadsAndRowOrderChangeNothing has most of them).
func slow(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("slow under the race detector")
	}
}
