package spill

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// entries is what a folder holds.
func entries(t *testing.T, dir string) []string {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range all {
		names = append(names, e.Name())
	}
	return names
}

func TestWhatIsPutComesBack(t *testing.T) {
	dir := t.TempDir()
	s := New(1<<30, dir)
	defer s.Close()
	if got := entries(t, dir); len(got) != 0 {
		t.Errorf("before the first file: %q", got)
	}
	f, err := s.File("numbers", 0)
	if err != nil {
		t.Fatal(err)
	}
	const writers, pages = 4, 50
	var spans [writers][pages]Span
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for p := range pages {
				xs := make([]int64, p*31)
				for i := range xs {
					xs[i] = int64(w<<40 | p<<20 | i)
				}
				span, err := Put(f, xs)
				if err != nil {
					t.Error(err)
				}
				spans[w][p] = span
			}
		})
	}
	wg.Wait()
	var buf []int64
	for w := range writers {
		for p := range pages {
			if buf, err = Get(f, spans[w][p], buf); err != nil {
				t.Fatal(err)
			}
			if len(buf) != p*31 || int(spans[w][p].Bytes()) != 8*len(buf) {
				t.Fatalf("page %d of %d has %d numbers", p, w, len(buf))
			}
			for i, x := range buf {
				if x != int64(w<<40|p<<20|i) {
					t.Fatalf("number %d of page %d of %d is %d", i, p, w, x)
				}
			}
		}
	}
	short, err := Put(f, []uint16{7, 8, 9})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Get[uint16](f, short, nil); err != nil || !slices.Equal(got, []uint16{7, 8, 9}) {
		t.Errorf("got %d, %v", got, err)
	}
	if err := errors.Join(f.Close(), f.Close(), s.Close(), s.Close()); err != nil {
		t.Error(err)
	}
	if got := entries(t, dir); len(got) != 0 {
		t.Errorf("left behind: %q", got)
	}
}

// A page that was changed on the disk, or is not all there, is an error.
func TestDamageIsFound(t *testing.T) {
	s := New(1<<30, t.TempDir())
	defer s.Close()
	f, err := s.File("numbers", 0)
	if err != nil {
		t.Fatal(err)
	}
	span, err := Put(f, []uint32{1, 2, 3})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.f.WriteAt([]byte{9}, 4); err != nil {
		t.Fatal(err)
	}
	if _, err := Get[uint32](f, span, nil); err == nil || !strings.Contains(err.Error(), "other than they were written") {
		t.Errorf("error is %v", err)
	}
	if err := f.f.Truncate(5); err != nil {
		t.Fatal(err)
	}
	if _, err := Get[uint32](f, span, nil); err == nil || !strings.Contains(err.Error(), "cannot read numbers back") {
		t.Errorf("error is %v", err)
	}
}

func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	s := New(1<<30, dir)
	s.Quota = 10 << 10
	f, err := s.File("rows", 3<<20)
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if _, err = f.Append(make([]byte, 1<<10)); err != nil {
			t.Fatal(err)
		}
	}
	_, err = f.Append(make([]byte, 2<<10))
	var full *FullError
	if !errors.As(err, &full) || full.Held != 10<<10 || full.Failed != 2<<10 || full.Need != 3<<20 || !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("error is %#v", err)
	}
	want := "no space left for temporary files in " + dir + ": 10.0 KiB were written and 2.0 KiB more did not fit; about 3.0 MiB are needed in all: " +
		"free that much, choose another folder with --temp, or allow more memory with --memory"
	if err.Error() != want {
		t.Errorf("it says %q", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if got := entries(t, dir); len(got) != 0 {
		t.Errorf("left behind: %q", got)
	}
}

// A real full disk, where the operating system has one to show.
func TestDevFull(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	s := New(1<<30, t.TempDir())
	defer s.Close()
	f, err := s.File("rows", 0)
	if err != nil {
		t.Fatal(err)
	}
	f.f.Close()
	f.f = full
	var e *FullError
	if _, err := f.Append([]byte("x")); !errors.As(err, &e) {
		t.Errorf("error is %v", err)
	}
}

func TestFoldersOfTheDeadAreCleared(t *testing.T) {
	dir := t.TempDir()
	alive := New(1<<30, dir)
	defer alive.Close()
	if _, err := alive.File("kept", 0); err != nil {
		t.Fatal(err)
	}
	held := entries(t, dir)
	for _, name := range []string{
		"mainstay-1-0123456789abcdef",     // crashed: nobody holds its lock
		"mainstay-2-0123456789abcdef",     // died before it had locked it
		"mainstay-3-0123456789abcdef",     // not ours: it has files, and no lock
		"mainstay-x", "mainstay-out", "x", // called otherwise
	} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"mainstay-1-0123456789abcdef/.lock", "mainstay-1-0123456789abcdef/rows-1.tmp", "mainstay-3-0123456789abcdef/thesis.txt",
		"mainstay-out/.lock", "mainstay-4-0123456789abcdef"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := New(1<<30, dir).Close(); err != nil {
		t.Fatal(err)
	}
	want := append([]string{"mainstay-3-0123456789abcdef", "mainstay-4-0123456789abcdef", "mainstay-x", "mainstay-out", "x"}, held...)
	slices.Sort(want)
	if got := entries(t, dir); !slices.Equal(got, want) {
		t.Errorf("left are %q, want %q", got, want)
	}
}

// Where folders cannot be locked nothing is left of the attempts, and the error says what to do.
func TestFolderWithoutLocks(t *testing.T) {
	defer func(was func(*folder) (bool, error)) { lockFolder = was }(lockFolder)
	for _, failed := range []error{nil, syscall.ENOLCK} {
		lockFolder = func(d *folder) (bool, error) {
			if held, err := d.take(os.O_CREATE | os.O_RDWR); !held || err != nil {
				t.Fatal(held, err)
			}
			d.lock.Close()
			return false, failed
		}
		dir := t.TempDir()
		if _, err := New(1, dir).File("rows", 0); err == nil || !strings.Contains(err.Error(), "choose another with --temp") || failed != nil && !errors.Is(err, failed) {
			t.Errorf("error is %v", err)
		}
		if got := entries(t, dir); len(got) != 0 {
			t.Errorf("left behind: %q", got)
		}
	}
}

// Two that begin at once never take each other's folder for one of the dead.
func TestBeginningsDoNotClash(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				s := New(0, dir)
				f, err := s.File("rows", 0)
				if err != nil {
					t.Error(err)
					return
				}
				span, err := Put(f, []int64{1, 2})
				if err != nil {
					t.Error(err)
				}
				removeStale(dir)
				if _, err := os.Lstat(s.folder.path); err != nil {
					t.Error(err)
				}
				if _, err := Get[int64](f, span, nil); err != nil {
					t.Error(err)
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got := entries(t, dir); len(got) != 0 {
		t.Errorf("left behind: %q", got)
	}
}

func TestFilesHaveNoName(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a file keeps its name there until it is closed")
	}
	s := New(1<<30, t.TempDir())
	defer s.Close()
	if _, err := s.File("rows", 0); err != nil {
		t.Fatal(err)
	}
	if got := entries(t, s.folder.path); !slices.Equal(got, []string{lockName}) {
		t.Errorf("a crash would leave %q", got)
	}
}

func TestNoFolder(t *testing.T) {
	s := New(1<<30, filepath.Join(t.TempDir(), "absent"))
	if _, err := s.File("rows", 0); err == nil || !strings.Contains(err.Error(), "choose another with --temp") {
		t.Errorf("error is %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
