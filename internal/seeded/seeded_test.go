package seeded

import (
	"flag"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The same draws each time, and checks that differ.
func TestDrawsAreTheSame(t *testing.T) {
	if os.Getenv("RAPID_SEED") != "" || flag.Lookup("rapid.seed").Value.String() != "1" {
		t.Skip("other draws were asked for")
	}
	draw := func() (all []uint64) {
		rapid.Check(t, func(t *rapid.T) { all = append(all, rapid.Uint64().Draw(t, "word")) })
		return all
	}
	first, second := draw(), draw()
	if !slices.Equal(first, second) {
		t.Error("a second run draws anew")
	}
	slices.Sort(first)
	if n := len(slices.Compact(first)); 2*n < len(second) {
		t.Errorf("%d different draws of %d", n, len(second))
	}
}
