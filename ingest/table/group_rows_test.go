package table

import (
	"bytes"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Of gives the rows of a key, whatever keys have in common.
func TestOfFindsKeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		some := rapid.SampledFrom([]string{"", "a", "ab", "CUSTOMER", "CUSTOMER-1", "CUSTOMER-10", "CUSTOMER-2", "CUSTOMER\x00", "CUSTOMES", "z", "a\x00", "客户一"})
		var rows []keyed[int]
		want := map[string][]int{}
		for i := range rapid.IntRange(0, 40).Draw(t, "rows") {
			key := some.Draw(t, "key")
			rows = append(rows, keyed[int]{key, i})
			want[key] = append(want[key], i)
		}
		g := group(rows, func(a, b int) int { return a - b })
		if !slices.IsSorted(g.Keys()) || len(g.Keys()) != len(want) {
			t.Fatalf("keys %q", g.Keys())
		}
		for _, key := range []string{"", "a", "ab", "abc", "CUSTOMER", "CUSTOMER-1", "CUSTOMER-10", "CUSTOMER-11", "CUSTOMER-2", "CUSTOMER\x00", "CUSTOMES", "z", "a\x00", "客户一", "客户"} {
			if got := g.Of(bytes.Clone([]byte(key))); !slices.Equal(got, want[key]) {
				t.Fatalf("rows of %q: %v, want %v", key, got, want[key])
			}
		}
	})
}
