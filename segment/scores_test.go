package segment

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mainstay/ingest/spill"
)

// Rows are the same when what only they need lies in temporary files.
func TestScoresInTemporaryFiles(t *testing.T) {
	sim := manyBuyers()
	l := sim.ledger(1300)
	want := dump(t, analyse(t, l, 2, nil))
	dir := t.TempDir()
	l.Space = spill.New(64<<10, dir)
	defer l.Space.Close()
	r := analyse(t, l, 2, nil)
	if files, _ := filepath.Glob(filepath.Join(dir, "*", "*")); len(files) == 0 {
		t.Fatal("there are none: the test proves nothing")
	}
	if got := dump(t, r); got != want {
		t.Errorf("the rows differ\n%s", firstDifference(got, want))
	}
	key := rowsOf(t, r.Scores)[7].Key
	e, err := Explain(context.Background(), l, nil, DefaultConfig(), 1, nil, key, 5)
	if err != nil || e.Score.Key != key || e.Score.Reasons[0] == "" {
		t.Errorf("%+v, %v", e.Score, err)
	}
	if err := r.Scores.Close(); err != nil {
		t.Error(err)
	}
	for _, err := range r.Scores.Batches(10) {
		if err == nil {
			t.Error("rows of a file that is gone")
		}
	}
}

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
