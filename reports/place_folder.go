package reports

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"

	"mainstay/ingest/store"
)

// partialPrefix marks what no reader may look at: staging folders and temporary files. Under the lock
// everything so named is left over from a crash.
const partialPrefix = ".partial-"

// folder is a place on this machine. Staging happens in it, so that the rename that publishes never crosses a
// file system.
type folder struct {
	out  string
	step func(string) error // where tests let it fail
	held *flock.Flock
	made bool // by this run
}

func (f *folder) path(name string) string { return filepath.Join(f.out, filepath.FromSlash(name)) }

func (f *folder) lock(string) (err error) {
	_, err = os.Lstat(f.out)
	f.made = errors.Is(err, fs.ErrNotExist)
	if err := os.MkdirAll(f.out, 0o755); err != nil {
		return fmt.Errorf("cannot create output folder: %w", err)
	}
	if f.held, err = store.Lock(f.out); err != nil {
		return err
	}
	if err := f.clean(); err != nil {
		f.unlock()
		return err
	}
	return nil
}

// unlock leaves no folder behind that this run has made for nothing.
func (f *folder) unlock() error {
	if f.held == nil {
		return nil
	}
	l := f.held
	f.held = nil
	if f.made {
		return store.Vacate(f.out, l)
	}
	return l.Unlock()
}

// clean removes what crashed runs left.
func (f *folder) clean() error {
	entries, err := os.ReadDir(f.out)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), partialPrefix) {
			if err := os.RemoveAll(f.path(e.Name())); err != nil {
				return fmt.Errorf("cannot remove what a crashed run left: %w", err)
			}
		}
	}
	return nil
}

func (f *folder) stage(run string) (string, error) {
	staging := f.path(partialPrefix + run)
	return staging, os.Mkdir(staging, 0o755)
}

func (f *folder) discard(staging string) error { return os.RemoveAll(staging) }

// publish renames the staging folder to the run's. A folder of that name that is not the complete run
// (somebody removed a file from it) steps aside first, and goes when its successor is in place.
func (f *folder) publish(staging, run string) error {
	if err := f.step("sync staging"); err != nil {
		return err
	}
	if err := store.SyncDir(staging); err != nil {
		return err
	}
	aside := f.path(partialPrefix + "old-" + run)
	_, err := os.Lstat(f.path(run))
	damaged := err == nil
	if damaged {
		if err := f.step("step aside"); err != nil {
			return err
		}
		if err := os.Rename(f.path(run), aside); err != nil {
			return err
		}
	}
	if err := f.step("publish"); err != nil {
		return err
	}
	if err := os.Rename(staging, f.path(run)); err != nil {
		return fmt.Errorf("cannot publish the run: %w", err)
	}
	if damaged {
		if err := os.RemoveAll(aside); err != nil {
			return err
		}
	}
	if err := f.step("sync out"); err != nil {
		return err
	}
	return store.SyncDir(f.out)
}

func (f *folder) replace(name string, b []byte) error {
	temp := f.path(partialPrefix + name)
	defer os.Remove(temp) // gone after the rename
	if err := f.step("write latest"); err != nil {
		return err
	}
	if err := store.WriteSynced(temp, b); err != nil {
		return err
	}
	if err := f.step("rename latest"); err != nil {
		return err
	}
	if err := os.Rename(temp, f.path(name)); err != nil {
		return err
	}
	if err := f.step("sync latest"); err != nil {
		return err
	}
	return store.SyncDir(f.out)
}

func (f *folder) open(name string) (store.Reader, int64, error) {
	file, err := os.Open(f.path(name))
	if err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return nil, 0, err
	}
	return file, info.Size(), nil
}

func (f *folder) sizes(name string) (map[string]int64, error) {
	entries, err := os.ReadDir(f.path(name))
	if err != nil {
		return nil, ignoreAbsent(err)
	}
	sizes := map[string]int64{}
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			sizes[e.Name()] = info.Size()
		}
	}
	return sizes, nil
}
