package segment

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestQuantileGroupsFollowTheShareOfSmallerValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sorted := rapid.SliceOfN(rapid.Int64Range(0, 12), 1, 60).Draw(t, "values")
		slices.Sort(sorted)
		groups := rapid.IntRange(2, 9).Draw(t, "groups")
		limits := quantiles(sorted, groups)
		for v := int64(0); v <= 12; v++ {
			smaller, found := slices.BinarySearch(sorted, v)
			if want := groups * smaller / len(sorted); found && quantileGroup(limits, v) != want {
				t.Fatalf("%d of %v is in group %d of %d, want %d", v, sorted, quantileGroup(limits, v), groups, want)
			}
		}
	})
}
