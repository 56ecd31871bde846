package store

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/gofrs/flock"
)

// lockName is the file whose lock the one writer of an output folder holds. It is never removed: a
// lock on a removed file guards nothing.
const lockName = ".lock"

// LockedError says that another process is writing to the folder (exit code 7).
type LockedError struct {
	Folder string
	Hint   string // more, for people
}

func (e *LockedError) Error() string {
	return fmt.Sprintf("output folder %s is in use by another run; wait for it to end, or write elsewhere with --out%s", e.Folder, e.Hint)
}

// Lock takes the single-writer lock of a local folder; held elsewhere: *LockedError. The operating
// system releases it when the process ends, however it ends.
func Lock(folder string) (*flock.Flock, error) {
	l := flock.New(filepath.Join(folder, lockName))
	ok, err := l.TryLock()
	if err != nil {
		return nil, fmt.Errorf("cannot lock output folder %s: %w", folder, err)
	}
	if !ok {
		return nil, &LockedError{Folder: folder}
	}
	return l, nil
}

// WriteSynced writes a small file and waits until it is on disk.
func WriteSynced(name string, b []byte) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

// SyncDir makes renames and new names in a folder durable. Windows has no such call, and journals
// them itself.
func SyncDir(name string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	err = d.Sync()
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	return err
}
