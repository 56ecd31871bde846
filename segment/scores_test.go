package segment

import (
	"slices"
	"strings"
	"testing"
)

// rowsOf are the rows of a result, to keep.
func rowsOf(t testing.TB, s Scores) Rows {
	t.Helper()
	var all Rows
	for batch, err := range s.Batches(7) {
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range batch {
			if row.Profile != nil {
				p := *row.Profile
				row.Profile = &p
			}
			all = append(all, row)
		}
	}
	if len(all) != s.Len() {
		t.Fatalf("%d rows of %d", len(all), s.Len())
	}
	if !slices.IsSortedFunc(all, func(x, y Score) int { return strings.Compare(x.Key, y.Key) }) {
		t.Fatal("rows are not in the order of their keys")
	}
	return all
}
