package spill

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"runtime"

	"github.com/gofrs/flock"
)

// folder holds the temporary files of one process. As long as the process lives it holds the lock in it, which the
// operating system releases however the process ends: a folder whose lock can be taken belongs to nobody.
type folder struct {
	path string
	lock *flock.Flock
}

const lockName = ".lock"

// folderName is what folders of temporary files are called: the process, and chance.
var folderName = regexp.MustCompile(`^mainstay-[0-9]+-[0-9a-f]{16}$`)

// makeFolder makes a locked folder in dir.
func makeFolder(dir string) (*folder, error) {
	const attempts = 10 // another process's clearing may take the folder before it is locked
	var err error
	for range attempts {
		d := &folder{path: filepath.Join(dir, fmt.Sprintf("mainstay-%d-%016x", os.Getpid(), rand.Uint64()))}
		if err = os.Mkdir(d.path, 0o700); err != nil {
			return nil, err
		}
		var held bool
		if held, err = lockFolder(d); held {
			return d, nil
		}
		_ = os.RemoveAll(d.path) // nobody could tell later whose it was
	}
	if err == nil {
		err = errors.New("its lock is held by somebody else")
	}
	return nil, err
}

// lockFolder is a variable for tests: there are file systems without locks.
var lockFolder = func(d *folder) (bool, error) { return d.take(os.O_CREATE | os.O_RDWR) }

// take locks the folder by its lock file, opened with the flags; false if it is not there any more, or locked.
func (d *folder) take(flags int) (bool, error) {
	d.lock = flock.New(filepath.Join(d.path, lockName), flock.SetFlag(flags), flock.SetPermissions(0o600))
	held, err := d.lock.TryLock()
	if held {
		if _, err = os.Lstat(d.lock.Path()); err == nil {
			return true, nil
		}
		d.lock.Close()
	}
	return false, err
}

// create makes a file that has no name any more where the operating system allows that, so that nothing of it is left
// however the process ends.
func (d *folder) create(what string) (*os.File, error) {
	f, err := os.CreateTemp(d.path, what+"-*.tmp")
	if err == nil && runtime.GOOS != "windows" {
		err = os.Remove(f.Name())
	}
	return f, err
}

// remove removes the folder. The lock goes last: until then nobody else touches it. Windows does not remove a locked file.
func (d *folder) remove() error {
	if runtime.GOOS == "windows" {
		d.lock.Close()
		return os.RemoveAll(d.path)
	}
	return errors.Join(os.RemoveAll(d.path), d.lock.Close())
}

// removeStale removes the folders in dir whose process is gone. What cannot be removed is somebody else's business.
func removeStale(dir string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if e.IsDir() && folderName.MatchString(e.Name()) {
			removeIfStale(filepath.Join(dir, e.Name()))
		}
	}
}

func removeIfStale(path string) {
	lock, err := os.Lstat(filepath.Join(path, lockName))
	if errors.Is(err, fs.ErrNotExist) {
		_ = os.Remove(path) // its process died, or has yet to lock it and then makes another; only an empty folder goes
		return
	}
	if err != nil || !lock.Mode().IsRegular() {
		return
	}
	d := &folder{path: path}
	// Never made anew: its process may be between removing the lock and removing the folder.
	if held, _ := d.take(os.O_RDWR); held {
		_ = d.remove()
	}
}
