package reports

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mainstay/ingest"
	"mainstay/ingest/store"
)

// publish does what cmd does: begin, stream the rows set aside, write.
func publish(out string, f *fixture, fault func(string) error) (*Run, error) {
	r, err := newRun(context.Background(), out, "", f.id)
	if err != nil {
		return nil, err
	}
	r.fault = fault
	if err := r.begin(); err != nil || r.Reused {
		return r, err
	}
	defer r.Abort()
	return r, write(r, f)
}

func write(r *Run, f *fixture) error {
	ctx := context.Background()
	j, err := NewRejects(ctx, r, f.ledger.Scale)
	if err != nil {
		return err
	}
	if err := j.Sink([]ingest.Reject{
		{File: "orders.parquet", Row: 7, Reason: ingest.ReasonBadTime, Kind: ingest.Bad, Column: "order_date", Value: "=2026-13-01", Amount: 5_220_150, HasAmount: true},
		{File: "orders.parquet", Row: 9, Reason: ingest.ReasonNoCustomer, Kind: ingest.OutOfScope},
	}); err != nil {
		return err
	}
	if err := j.Close(); err != nil {
		return err
	}
	return Write(ctx, r, f.plan, f.ledger, f.res, f.style)
}

// files reads every file below a folder but timings.json, by relative path.
func files(t *testing.T, folder string) map[string]string {
	t.Helper()
	got := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == timingsName {
			return err
		}
		b, err := os.ReadFile(path)
		rel, _ := filepath.Rel(folder, path)
		got[rel] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestRunIsWrittenAndReused(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	r, err := publish(out, newFixture(), nil)
	if err != nil {
		t.Fatal(err)
	}
	got := files(t, r.Path())
	want := []string{"manifest.json", "models.json", "reference.json", "rejects.csv", "rejects.parquet", "scores.arrow", "summary.txt"}
	for _, name := range []string{"scores", "segments", "transitions", "tiers", "tournament", "cuts", "concentration", "bridge"} {
		want = append(want, name+".csv", name+".parquet")
	}
	slices.Sort(want)
	if names := slices.Sorted(maps.Keys(got)); !slices.Equal(names, want) {
		t.Errorf("files are %v, want %v", names, want)
	}
	if _, err := os.Stat(filepath.Join(r.Path(), timingsName)); err != nil {
		t.Error(err)
	}
	l, err := readLatest(&folder{out: out})
	if err != nil || l.Path != r.Name || l.AsOf != "2026-11-22" || l.ID != r.ID || !strings.HasPrefix(r.ID, strings.TrimPrefix(r.Name, "2026-11-22-")) {
		t.Errorf("latest is %+v, %v", l, err)
	}

	again, err := publish(out, newFixture(), nil)
	if err != nil || !again.Reused || again.Path() != r.Path() {
		t.Errorf("second run: %+v, %v", again, err)
	}
}

// Two folders, the same bytes.
func TestRunIsReproducible(t *testing.T) {
	a, b := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	for _, out := range []string{a, b} {
		if _, err := publish(out, newFixture(), nil); err != nil {
			t.Fatal(err)
		}
	}
	if !maps.Equal(files(t, a), files(t, b)) {
		t.Error("two runs of one identity differ")
	}
}

func TestManifest(t *testing.T) {
	out := t.TempDir()
	r, err := publish(out, newFixture(), nil)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "manifest.json", files(t, r.Path())["manifest.json"])
	golden(t, "models.json", files(t, r.Path())["models.json"])
	golden(t, "reference.json", files(t, r.Path())["reference.json"])
	golden(t, "scores.csv", files(t, r.Path())["scores.csv"])
	golden(t, "rejects.csv", files(t, r.Path())["rejects.csv"])
	for _, doc := range []string{"manifest.json", "models.json"} {
		if !json.Valid([]byte(files(t, r.Path())[doc])) {
			t.Errorf("%s is not JSON", doc)
		}
	}
}

func TestManifestRefusesWhatDoesNotReconcile(t *testing.T) {
	f := newFixture()
	f.ledger.Tally.RowsUsed--
	if _, err := publish(t.TempDir(), f, nil); !errors.Is(err, ErrReconcile) {
		t.Errorf("rows: %v", err)
	}
	f = newFixture()
	f.ledger.Tally.MoneyUsed.Add(1)
	if _, err := publish(t.TempDir(), f, nil); !errors.Is(err, ErrReconcile) {
		t.Errorf("money: %v", err)
	}
}

var errFault = errors.New("disk on fire")

// Every step of a run fails once, by an error that Abort sees and by a crash that it does not. The
// last good run and the pointer to it survive both, and the next run succeeds.
func TestCrashAtEveryStepLeavesTheLastGoodRun(t *testing.T) {
	first, second := newFixture(), newFixture()
	second.id.AsOf++
	second.res.Clock.AsOf++
	var steps []string
	if _, err := publish(t.TempDir(), second, func(step string) error { steps = append(steps, step); return nil }); err != nil {
		t.Fatal(err)
	}
	template := t.TempDir()
	good, err := publish(template, first, nil)
	if err != nil {
		t.Fatal(err)
	}
	before := files(t, good.Path())
	// One table, one stream and one document stand for all: they share their code.
	alike := regexp.MustCompile(`^(create|close) .*\.`)
	kept := regexp.MustCompile(` (scores\.parquet|rejects\.csv|summary\.txt)$`)
	for at, name := range steps {
		if alike.MatchString(name) && !kept.MatchString(name) {
			continue
		}
		for _, crash := range []bool{false, true} {
			out := t.TempDir()
			if err := os.CopyFS(out, os.DirFS(template)); err != nil {
				t.Fatal(err)
			}
			failAt(t, out, second, at, crash)

			if after := files(t, filepath.Join(out, good.Name)); !maps.Equal(before, after) {
				t.Errorf("%s: the last good run changed", name)
			}
			l, err := readLatest(&folder{out: out})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if found, err := complete(&folder{out: out}, l.Path, ManifestSchema, l.ID); err != nil || !found {
				t.Errorf("%s: latest.json points to %s, which is not complete (%v)", name, l.Path, err)
			}
			r, err := publish(out, second, nil)
			if err != nil {
				t.Fatalf("after %s: %v", name, err)
			}
			if l, _ := readLatest(&folder{out: out}); l.ID != r.ID {
				t.Errorf("after %s: latest.json points to %s", name, l.Run)
			}
			checkClean(t, out)
		}
	}
}

// failAt publishes until step number at, which fails, or, crash, after which nothing more happens:
// only the lock goes, as it does when a process ends.
func failAt(t *testing.T, out string, f *fixture, at int, crash bool) {
	t.Helper()
	r, err := newRun(context.Background(), out, "", f.id)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	r.fault = func(name string) error {
		if n++; n-1 != at {
			return nil
		}
		if crash {
			panic(errFault)
		}
		return errFault
	}
	defer func() {
		if v := recover(); v != nil && v != any(errFault) {
			panic(v)
		}
		r.place.unlock()
	}()
	if err = r.begin(); err == nil {
		err = errors.Join(write(r, f), r.Abort())
	}
	checkClean(t, out)
	if !errors.Is(err, errFault) {
		t.Errorf("step %d: error is %v", at, err)
	}
}

// checkClean fails when staging is left.
func checkClean(t *testing.T, out string) {
	t.Helper()
	entries, err := os.ReadDir(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), partialPrefix) {
			t.Errorf("%s is left behind", e.Name())
		}
	}
}

func TestCancelLeavesNothing(t *testing.T) {
	out := t.TempDir()
	f := newFixture()
	r, err := Begin(context.Background(), out, "", f.id)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := Write(ctx, r, f.plan, f.ledger, f.res, f.style); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	if err := errors.Join(r.Abort(), r.Abort()); err != nil {
		t.Error(err)
	}
	checkClean(t, out)
	if _, err := readLatest(&folder{out: out}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("latest.json: %v", err)
	}
	if _, err := r.Create(context.Background(), "late.csv"); err == nil {
		t.Error("an aborted run takes files")
	}
}

func TestLock(t *testing.T) {
	out := t.TempDir()
	r, err := Begin(context.Background(), out, "", newFixture().id)
	if err != nil {
		t.Fatal(err)
	}
	var locked *store.LockedError
	if _, err := Begin(context.Background(), out, "", newFixture().id); !errors.As(err, &locked) || locked.Folder != out {
		t.Errorf("second writer: %v", err)
	}
	if err := r.Abort(); err != nil {
		t.Fatal(err)
	}
	r, err = Begin(context.Background(), out, "", newFixture().id)
	if err != nil {
		t.Errorf("after the first ended: %v", err)
	}
	r.Abort()
}

// A run that somebody removed a file from is not complete, and is replaced.
func TestDamagedRunIsReplaced(t *testing.T) {
	out := t.TempDir()
	r, err := publish(out, newFixture(), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := files(t, r.Path())
	if err := os.Remove(filepath.Join(r.Path(), "scores.csv")); err != nil {
		t.Fatal(err)
	}
	r, err = publish(out, newFixture(), nil)
	if err != nil || r.Reused {
		t.Fatalf("%+v, %v", r, err)
	}
	if !maps.Equal(files(t, r.Path()), want) {
		t.Error("the run was not restored")
	}
	checkClean(t, out)
}

func TestIdentity(t *testing.T) {
	id := func(change func(*Identity)) string {
		t.Helper()
		i := Identity{AsOf: 20000, Version: "1", Config: map[string]int{"a": 1}, Inputs: []Input{
			{Role: RoleTransactions, Name: "x", SHA256: "aa", Size: 1}, {Role: RoleTransactions, Name: "y", SHA256: "bb", Size: 2},
		}}
		change(&i)
		h, err := i.ID()
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	base := id(func(*Identity) {})
	same := map[string]func(*Identity){
		"reordered": func(i *Identity) { slices.Reverse(i.Inputs) },
	}
	other := map[string]func(*Identity){
		"as of":      func(i *Identity) { i.AsOf++ },
		"version":    func(i *Identity) { i.Version = "2" },
		"config":     func(i *Identity) { i.Config = map[string]int{"a": 2} },
		"renamed":    func(i *Identity) { i.Inputs[0].Name = "z" }, // rejects name their file
		"content":    func(i *Identity) { i.Inputs[0].SHA256 = "cc" },
		"role":       func(i *Identity) { i.Inputs[0].Role = RoleAccounts },
		"partitions": func(i *Identity) { i.Inputs[0].Partitions = []Partition{{"year", "2011"}} },
	}
	for name, change := range same {
		if id(change) != base {
			t.Errorf("%s: another id", name)
		}
	}
	for name, change := range other {
		if id(change) == base {
			t.Errorf("%s: the same id", name)
		}
	}
}

func TestDescribeNamesInputsBelowTheirCommonFolder(t *testing.T) {
	f := func(want string, names ...string) {
		t.Helper()
		var objects []store.Object
		for _, n := range names {
			objects = append(objects, store.Object{Name: n})
		}
		var got []string
		for _, in := range describe(RoleTransactions, objects) {
			got = append(got, in.Name)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q are named %q, want %q", names, s, want)
		}
	}
	f("a.parquet", "/data/x/a.parquet")
	f("a.parquet", "a.parquet")
	f("a.parquet b.parquet", "x/a.parquet", "x/b.parquet")
	f("year=1/a year=2/a", "/d/in/year=1/a", "/d/in/year=2/a")
	f("x/a xy/b", "/x/a", "/xy/b")
	f("x/a y/b", "x/a", "y/b")
	f("a x/b", "a", "x/b")
	f("")
}
