package reports

import (
	"fmt"
	"path/filepath"

	"github.com/gofrs/flock"
)

// lockName is the file whose lock the one writer of an output folder holds. It is never removed: a
// lock on a removed file guards nothing.
const lockName = ".lock"

// LockedError says that another process is writing to the output folder (exit code 7).
type LockedError struct{ Out string }

func (e *LockedError) Error() string {
	return fmt.Sprintf("output folder %s is in use by another run; wait for it to end, or write elsewhere with --out", e.Out)
}

// lock takes the single-writer lock of out. The operating system releases it when the process ends,
// however it ends.
func lock(out string) (*flock.Flock, error) {
	l := flock.New(filepath.Join(out, lockName))
	ok, err := l.TryLock()
	if err != nil {
		return nil, fmt.Errorf("cannot lock output folder %s: %w", out, err)
	}
	if !ok {
		return nil, &LockedError{Out: out}
	}
	return l, nil
}
