package reports

import (
	"os"
	"path/filepath"
	"testing"
)

// A backfill, and the identical run again, leave latest.json at the later run, and say so; a damaged or removed later run does not hold it.
func TestLatestDoesNotMoveBack(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	run := func(asOf string) *Run {
		t.Helper()
		f := newFixture()
		f.id.AsOf = day(asOf)
		r, err := publish(out, f, nil)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	points := func(to *Run) {
		t.Helper()
		if l, err := readLatest(&folder{out: out}); err != nil || l.Path != to.Name || l.ID != to.ID {
			t.Errorf("latest.json: %+v, %v; want %s", l, err, to.Name)
		}
	}
	late := run("2026-11-22")
	early := run("2026-10-31")
	if points(late); early.Behind != late.Name || len(early.Backfill()) != 1 {
		t.Errorf("the backfill is behind %q, warns %v", early.Behind, early.Backfill())
	}
	if again := run("2026-10-31"); !again.Reused || again.Behind != late.Name {
		t.Errorf("again: %+v", again)
	}
	points(late)
	later := run("2026-11-23")
	if points(later); later.Behind != "" || later.Backfill() != nil {
		t.Errorf("the next night is behind %q", later.Behind)
	}
	if err := os.RemoveAll(later.Path()); err != nil {
		t.Fatal(err)
	}
	points(run("2026-10-31")) // the way back, on purpose
}

// A run that publishes nothing leaves no folder behind that was not there, and one that was there stays.
func TestNothingPublishedNothingLeft(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	abort := func() {
		t.Helper()
		r, err := Begin(t.Context(), out, "", newFixture().id)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Abort(); err != nil {
			t.Fatal(err)
		}
	}
	if abort(); !absent(out) {
		t.Error("the folder is left behind")
	}
	if err := os.Mkdir(out, 0o755); err != nil {
		t.Fatal(err)
	}
	if abort(); absent(out) {
		t.Error("somebody's empty folder is gone")
	}
}

func absent(path string) bool {
	_, err := os.Lstat(path)
	return os.IsNotExist(err)
}
