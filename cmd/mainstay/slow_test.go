package main

import "testing"

// slow marks a test of figures and words whose goroutines other tests run too: under the race detector (-short) it is left out, and it is in every whole run.
func slow(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("SKIPPED with -short: slow under the race detector")
	}
}
