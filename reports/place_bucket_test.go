package reports

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"mainstay/ingest/store"
)

// shaky is an object store whose writes fail when a test wants them to.
type shaky struct {
	store.Memory
	age   time.Duration         // of every object
	fault func(op string) error // before every write
}

func (s *shaky) Stat(ctx context.Context, name string) (store.Object, time.Duration, error) {
	o, _, err := s.Memory.Stat(ctx, name)
	return o, s.age, err
}

func (s *shaky) Put(ctx context.Context, name string, body io.ReaderAt, size int64, when store.Condition) (string, error) {
	if err := s.write(ctx, "put "+path.Base(name)); err != nil {
		return "", err
	}
	return s.Memory.Put(ctx, name, body, size, when)
}

func (s *shaky) Delete(ctx context.Context, names ...string) error {
	for _, name := range names {
		if err := s.write(ctx, "delete "+path.Base(name)); err != nil {
			return err
		}
		s.Memory.Delete(ctx, name)
	}
	return nil
}

func (s *shaky) write(ctx context.Context, op string) error {
	if err := ctx.Err(); err != nil || s.fault == nil {
		return err
	}
	return s.fault(op)
}

// far is the object store of these tests: mem://b/out.
var far = &shaky{}

func init() { store.Register("mem", func() (store.Remote, error) { return far, nil }) }

const farOut = "mem://b/out"

func freshBucket(t *testing.T) {
	*far = shaky{Memory: store.Memory{}}
	t.Setenv("TMPDIR", t.TempDir())
	t.Cleanup(func() {
		if left, _ := filepath.Glob(filepath.Join(os.TempDir(), stagingPrefix+"*")); len(left) > 0 {
			t.Errorf("staging is left: %q", left)
		}
	})
}

// objects are the files of a run in the bucket but timings.json, by name.
func objects(run string) map[string]string {
	got := map[string]string{}
	for name, b := range far.Memory {
		if rest, ok := strings.CutPrefix(name, farOut+"/"+run+"/"); ok && rest != timingsName {
			got[rest] = string(b)
		}
	}
	return got
}

// A run in an object store has the files of one on this machine, is found again, and leaves no lock.
func TestBucketRunIsTheSame(t *testing.T) {
	freshBucket(t)
	local, err := publish(t.TempDir(), newFixture(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := publish(farOut, newFixture(), nil)
	if err != nil || r.Reused {
		t.Fatal(err)
	}
	if r.Path() != farOut+"/"+local.Name || !maps.Equal(objects(r.Name), files(t, local.Path())) {
		t.Errorf("%s holds other files than %s", r.Path(), local.Path())
	}
	if again, err := publish(farOut, newFixture(), nil); err != nil || !again.Reused {
		t.Errorf("the identical run: %+v, %v", again, err)
	}
	if l, err := readLatest(r.place); err != nil || l.Run != r.Name {
		t.Errorf("latest.json: %+v, %v", l, err)
	}
	if _, ok := far.Memory[farOut+"/"+lockObject]; ok {
		t.Error("the lock is left")
	}
	said, err := ReadPublished(r)
	if err != nil || len(said.Scores) == 0 {
		t.Errorf("%+v, %v", said, err)
	}
}

// Every write fails once, by an error and by a crash after which nothing more is written. The last good run and the
// pointer to it survive both; no folder is taken for a run; the next writer removes what the crash left.
func TestBucketCrashAtEveryWrite(t *testing.T) {
	freshBucket(t)
	first, second, third := newFixture(), newFixture(), newFixture()
	second.id.AsOf++
	second.res.Clock.AsOf++
	third.id.AsOf += 2
	third.res.Clock.AsOf += 2
	good, err := publish(farOut, first, nil)
	if err != nil {
		t.Fatal(err)
	}
	template := maps.Clone(far.Memory)
	var writes []string
	far.fault = func(op string) error { writes = append(writes, op); return nil }
	if _, err := publish(farOut, second, nil); err != nil {
		t.Fatal(err)
	}
	alike := regexp.MustCompile(`^put .*\.(csv|parquet|arrow)$`)
	for at, op := range writes {
		if alike.MatchString(op) && op != "put scores.parquet" {
			continue
		}
		for _, crash := range []bool{false, true} {
			*far = shaky{Memory: maps.Clone(template)}
			n := 0
			far.fault = func(string) error {
				if n++; n-1 == at || crash && n-1 > at {
					return errFault
				}
				return nil
			}
			_, err := publish(farOut, second, nil)
			if !errors.Is(err, errFault) && op != "delete .lock" {
				t.Errorf("%s: %v", op, err)
			}
			checkBucket(t, op, good.Name, crash)
			far.fault, far.age = nil, 2*lease
			r, err := publish(farOut, map[bool]*fixture{false: second, true: third}[crash], nil)
			if err != nil {
				t.Fatalf("after %s (crash %v): %v", op, crash, err)
			}
			checkBucket(t, "after "+op, r.Name, false)
		}
	}
}

// checkBucket fails when latest.json does not point to a complete run (run, where that is sure), or, but after a crash,
// when something lies in a folder that is no run, or the lock.
func checkBucket(t *testing.T, op, run string, crashed bool) {
	t.Helper()
	b := &bucket{ctx: t.Context(), remote: far, out: farOut}
	l, err := readLatest(b)
	if err != nil {
		t.Fatalf("%s: %v", op, err)
	}
	if found, err := complete(b, l.Path, ManifestSchema, l.ID); err != nil || !found {
		t.Errorf("%s: latest.json points to %s, which is not complete (%v)", op, l.Path, err)
	}
	if strings.HasPrefix(op, "after ") && l.Run != run {
		t.Errorf("%s: latest.json points to %s", op, l.Run)
	}
	for name := range far.Memory {
		folder := name[:strings.LastIndexByte(name, '/')]
		if _, ok := far.Memory[folder+"/"+manifestName]; !ok && folder != farOut && !crashed {
			t.Errorf("%s: %s is in no run", op, name)
		}
		if path.Base(name) == lockObject && !crashed && !strings.HasSuffix(op, "delete .lock") {
			t.Errorf("%s: the lock is left", op)
		}
	}
}

// One writer at a time; a lock that nobody renews is taken over; who lost it publishes nothing.
func TestBucketLock(t *testing.T) {
	freshBucket(t)
	ctx := context.Background()
	slow, err := Begin(ctx, farOut, "", newFixture().id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Begin(ctx, farOut, "", newFixture().id); !errors.As(err, new(*store.LockedError)) || !strings.Contains(err.Error(), "10 minutes") {
		t.Errorf("second writer: %v", err)
	}
	far.age = 2 * lease
	other, err := Begin(ctx, farOut, "", newFixture().id)
	if err != nil {
		t.Fatal(err)
	}
	if err := write(slow, newFixture()); err == nil || !strings.Contains(err.Error(), "another run took over") {
		t.Errorf("the slow writer: %v", err)
	}
	if err := slow.Abort(); err != nil {
		t.Error(err)
	}
	if len(objects(slow.Name)) > 0 {
		t.Errorf("the slow writer left %q", slices.Collect(maps.Keys(objects(slow.Name))))
	}
	if err := errors.Join(write(other, newFixture()), other.Abort()); err != nil {
		t.Errorf("the writer that took over: %v", err)
	}
}

// A writer that is held up while it uploads, for so long that another takes over and publishes the same run, takes
// nothing of it back.
func TestBucketLostWhileUploading(t *testing.T) {
	freshBucket(t)
	slow, err := Begin(context.Background(), farOut, "", newFixture().id)
	if err != nil {
		t.Fatal(err)
	}
	far.fault = func(op string) error {
		if op == "put scores.parquet" {
			far.fault, far.age = nil, 2*lease
			if _, err := publish(farOut, newFixture(), nil); err != nil {
				t.Fatal(err)
			}
		}
		return nil
	}
	if err := write(slow, newFixture()); err == nil || !strings.Contains(err.Error(), "another run took over") {
		t.Errorf("the slow writer: %v", err)
	}
	checkBucket(t, "after the other writer", slow.Name, false)
}

// A lock that was renewed is not the one that another writer saw grow old.
func TestBucketRenewedLock(t *testing.T) {
	freshBucket(t)
	r, err := Begin(context.Background(), farOut, "", newFixture().id)
	if err != nil {
		t.Fatal(err)
	}
	b := r.place.(*bucket)
	before := b.version
	if err := b.holds(b.ctx); err != nil || b.version == before {
		t.Errorf("version %q, before %q, %v", b.version, before, err)
	}
	if err := r.Abort(); err != nil || len(far.Memory) > 0 {
		t.Errorf("left: %q, %v", slices.Collect(maps.Keys(far.Memory)), err)
	}
}

// The answer to a Put may be lost although it was done: the lock is ours, not another's.
func TestBucketLockWithLostAnswer(t *testing.T) {
	freshBucket(t)
	r, err := newRun(context.Background(), farOut, "", newFixture().id)
	if err != nil {
		t.Fatal(err)
	}
	far.fault = func(op string) error {
		if op == "put .lock" {
			far.fault = nil
			far.Memory[farOut+"/"+lockObject], _ = encodeJSON(r.place.(*bucket).me)
		}
		return nil
	}
	if err := errors.Join(r.begin(), write(r, newFixture())); err != nil {
		t.Error(err)
	}
}

func TestBucketCancelLeavesNothing(t *testing.T) {
	freshBucket(t)
	ctx, cancel := context.WithCancel(context.Background())
	f := newFixture()
	r, err := Begin(ctx, farOut, "", f.id)
	if err != nil {
		t.Fatal(err)
	}
	far.fault = func(op string) error {
		if op == "put scores.csv" {
			cancel()
			return context.Canceled
		}
		return nil
	}
	if err := write(r, f); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if len(far.Memory) > 0 {
		t.Errorf("left: %q", slices.Collect(maps.Keys(far.Memory)))
	}
	if _, err := readLatest(r.place); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// An output folder that cannot be is found before any work.
func TestCheckOut(t *testing.T) {
	for out, want := range map[string]string{"s3:///x": "names no bucket", "mem://": "names no bucket", "gs://b/x": "not known", farOut: "", "out": ""} {
		if err := CheckOut(out); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", out, err)
		}
	}
}

// Only runs are written to object stores; other commands say so before they work.
func TestOnlyRunsAreWrittenFar(t *testing.T) {
	for _, err := range []error{CheckFile("s3://b/x.csv"), WriteFile("s3://b/x.csv", &Table{}), CheckLocal("s3://b/x")} {
		if err == nil || !strings.Contains(err.Error(), "only mainstay run writes to an object store") {
			t.Error(err)
		}
	}
}
