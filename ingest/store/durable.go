package store

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/gofrs/flock"
)

// lockName is the file whose lock the one writer of an output folder holds. Only its holder may remove it: a
// lock on a removed file guards nothing, so whoever gets one looks whether the file is still there.
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
	path := filepath.Join(folder, lockName)
	for range lockAttempts {
		l := flock.New(path)
		ok, err := l.TryLock()
		if err != nil {
			return nil, fmt.Errorf("cannot lock output folder %s: %w", folder, err)
		}
		if !ok {
			break
		}
		held, err1 := l.Stat()
		there, err2 := os.Stat(path)
		if err1 == nil && err2 == nil && os.SameFile(held, there) {
			return l, nil
		}
		l.Unlock() // of a file that its holder removed in between
	}
	return nil, &LockedError{Folder: folder}
}

// lockAttempts is how often Lock finds that the file it has locked is gone before it takes the folder for one in use.
const lockAttempts = 10

// Vacate removes a folder that holds nothing but the lock l, and the lock with it; a folder with anything else in it stays as it is. Where a file in use
// cannot be removed (Windows) it stays, too. The lock is released either way.
func Vacate(folder string, l *flock.Flock) error {
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 || entries[0].Name() != lockName || os.Remove(l.Path()) != nil {
		return l.Unlock()
	}
	err = l.Unlock()
	os.Remove(folder) // somebody else may have come
	return err
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
