package reports

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"mainstay/ingest/store"
)

// bucket is a place in an object store, where nothing can be renamed and no lock ends with its process.
// A run is there when its manifest is: the other files come before it, and are taken back when it does not.
//
// One writer at a time: the object .lock is made only where there is none, and made again every renewal; one that nobody
// made again for a lease is of a writer that crashed, and names the run that it left unfinished. Whoever
// takes it over does so on the condition that it is still the same object. A writer that was held up for longer than the
// lease finds its lock taken before it writes a manifest.
type bucket struct {
	ctx    context.Context
	remote store.Remote
	out    string
	temp   string             // folder for temporary files
	step   func(string) error // where tests let it fail

	stop    func() // ends the renewals; nil = the lock is not held
	mu      sync.Mutex
	me      lockDocument // what the lock holds
	version string       // of the lock

	staged *flock.Flock // the staging folder is in use
}

// lease is how long a lock lasts that is not made again; renewal is how often it is.
const (
	lease   = 10 * time.Minute
	renewal = time.Minute
)

// lockDocument is what the object .lock holds.
type lockDocument struct {
	Schema string `json:"schema"`
	Run    string `json:"run"`    // the folder that is being written
	Host   string `json:"host"`   // for people
	PID    int    `json:"pid"`    // for people
	Holder string `json:"holder"` // random: no two locks are the same object
	Times  int    `json:"times"`  // that it was made: a lock that was renewed is another object, where the version is a hash, too
}

const (
	lockSchema = "mainstay.lock/1"
	lockObject = ".lock"
)

func (b *bucket) name(below string) string { return store.Join(b.out, below) }

func (b *bucket) lock(run string) error {
	host, _ := os.Hostname()
	b.me = lockDocument{Schema: lockSchema, Run: run, Host: host, PID: os.Getpid(), Holder: rand.Text()}
	var left string
	err := b.putLock(b.ctx, store.Condition{Absent: true})
	if errors.As(err, new(*store.ConditionError)) {
		left, err = b.takeOver()
	}
	if err != nil {
		return err
	}
	b.keep()
	if left != "" {
		if err := b.remove(left); err != nil {
			return errors.Join(err, b.unlock())
		}
	}
	return nil
}

// keep renews the lock until stop is called. What fails here is found before the manifest is written.
func (b *bucket) keep() {
	ctx, cancel := context.WithCancel(b.ctx)
	done := make(chan struct{})
	b.stop = func() { cancel(); <-done }
	go func() {
		defer close(done)
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(renewal):
				b.holds(ctx)
			}
		}
	}()
}

// putLock makes the lock. That the condition does not hold may be the work of an attempt whose answer was lost.
func (b *bucket) putLock(ctx context.Context, when store.Condition) error {
	b.me.Times++
	content, err := encodeJSON(b.me)
	if err != nil {
		return err
	}
	version, err := b.remote.Put(ctx, b.name(lockObject), bytes.NewReader(content), int64(len(content)), when)
	if errors.As(err, new(*store.ConditionError)) {
		if o, _, e := b.remote.Stat(ctx, b.name(lockObject)); e == nil && b.lockIn(ctx, o).Holder == b.me.Holder {
			version, err = o.Version, nil
		}
	}
	if err == nil {
		b.version = version
	}
	return err
}

// lockIn is what a lock holds; nothing where it cannot be read or is something else.
func (b *bucket) lockIn(ctx context.Context, o store.Object) (l lockDocument) {
	r, err := b.remote.Open(ctx, o)
	if err != nil {
		return l
	}
	defer r.Close()
	content, err := io.ReadAll(io.NewSectionReader(r, 0, min(o.Size, 1<<16)))
	if err != nil || json.Unmarshal(content, &l) != nil || l.Schema != lockSchema {
		return lockDocument{}
	}
	return l
}

// takeOver takes the lock of a writer that crashed, and tells the run that it left unfinished.
func (b *bucket) takeOver() (left string, err error) {
	o, age, err := b.remote.Stat(b.ctx, b.name(lockObject))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if err != nil || age < lease { // gone this moment: another writer may be there first
		return "", &store.LockedError{Folder: b.out, Hint: fmt.Sprintf(" (a run that crashed holds it for %d minutes)", int(lease.Minutes()))}
	}
	old := b.lockIn(b.ctx, o)
	err = b.putLock(b.ctx, store.Condition{Version: o.Version})
	if errors.As(err, new(*store.ConditionError)) {
		return "", &store.LockedError{Folder: b.out}
	}
	if old.Run == "" || old.Run != path.Base(old.Run) || strings.HasPrefix(old.Run, ".") {
		return "", err
	}
	return old.Run, err
}

// remove removes what is in the folder of a run that has no manifest.
func (b *bucket) remove(run string) error {
	found, err := b.remote.Below(b.ctx, b.name(run))
	if err != nil {
		return err
	}
	manifest := b.name(run + "/" + manifestName)
	if slices.ContainsFunc(found, func(o store.Object) bool { return o.Name == manifest }) {
		return nil
	}
	for _, o := range found {
		if err := b.remote.Delete(b.ctx, o.Name); err != nil {
			return fmt.Errorf("cannot remove what a crashed run left: %w", err)
		}
	}
	return nil
}

// holds makes the lock again, on the condition that nobody else took it.
func (b *bucket) holds(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	err := b.putLock(ctx, store.Condition{Version: b.version})
	if errors.As(err, new(*store.ConditionError)) {
		return fmt.Errorf("%s: another run took over, because nothing was heard of this one for %d minutes: nothing was published, run again", b.out, int(lease.Minutes()))
	}
	return err
}

// unlock also works when ctx has ended.
func (b *bucket) unlock() error {
	if b.stop == nil {
		return nil
	}
	b.stop()
	b.stop = nil
	ctx, cancel := b.after()
	defer cancel()
	o, _, err := b.remote.Stat(ctx, b.name(lockObject))
	if err != nil || b.lockIn(ctx, o).Holder != b.me.Holder {
		return ignoreAbsent(err)
	}
	return b.remote.Delete(ctx, b.name(lockObject))
}

// after is a context for what must be done when ctx may have ended.
func (b *bucket) after() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(b.ctx), time.Minute)
}

const stagingPrefix = "mainstay-staging-"

// stage also removes what crashed processes staged: they hold no lock in it any more.
func (b *bucket) stage(string) (string, error) {
	old, _ := filepath.Glob(filepath.Join(b.temp, stagingPrefix+"*", lockObject))
	for _, lock := range old {
		if l, err := store.Lock(filepath.Dir(lock)); err == nil {
			l.Unlock()
			os.RemoveAll(filepath.Dir(lock)) // what cannot be removed is somebody else's
		}
	}
	staging, err := os.MkdirTemp(b.temp, stagingPrefix)
	if err != nil {
		return "", fmt.Errorf("cannot stage the run: %w: name another folder with --temp", err)
	}
	b.staged, err = store.Lock(staging)
	return staging, err
}

func (b *bucket) discard(staging string) error {
	if b.staged != nil {
		b.staged.Unlock()
	}
	return os.RemoveAll(staging)
}

// publish uploads the staged files, and the manifest when all others are there. Of a folder that is not the
// complete run the manifest goes first.
func (b *bucket) publish(staging, run string) (err error) {
	entries, err := os.ReadDir(staging)
	if err != nil {
		return err
	}
	if err := b.holds(b.ctx); err != nil {
		return err
	}
	if err := b.remote.Delete(b.ctx, b.name(run+"/"+manifestName)); err != nil {
		return err
	}
	if err := b.remove(run); err != nil {
		return err
	}
	var put []string
	defer func() {
		if err != nil {
			ctx, cancel := b.after()
			defer cancel()
			if b.holds(ctx) != nil { // what lies there may be of the writer that took over
				return
			}
			slices.Reverse(put) // the manifest first, if it is there although its Put failed
			err = errors.Join(err, b.remote.Delete(ctx, put...))
		}
	}()
	for _, e := range entries {
		if e.Name() == manifestName || e.Name() == lockObject {
			continue
		}
		put = append(put, b.name(run+"/"+e.Name()))
		if err := b.upload(staging, run, e.Name()); err != nil {
			return err
		}
	}
	if err := b.holds(b.ctx); err != nil {
		return err
	}
	put = append(put, b.name(run+"/"+manifestName))
	return b.upload(staging, run, manifestName)
}

func (b *bucket) upload(staging, run, name string) error {
	if err := b.step("upload " + name); err != nil {
		return err
	}
	f, err := os.Open(filepath.Join(staging, name))
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	_, err = b.remote.Put(b.ctx, b.name(run+"/"+name), f, info.Size(), store.Condition{})
	return err
}

func (b *bucket) replace(name string, content []byte) error {
	if err := b.step("write latest"); err != nil {
		return err
	}
	_, err := b.remote.Put(b.ctx, b.name(name), bytes.NewReader(content), int64(len(content)), store.Condition{})
	return err
}

func (b *bucket) open(name string) (store.Reader, int64, error) {
	o, _, err := b.remote.Stat(b.ctx, b.name(name))
	if err != nil {
		return nil, 0, err
	}
	r, err := b.remote.Open(b.ctx, o)
	return r, o.Size, err
}

func (b *bucket) sizes(folder string) (map[string]int64, error) {
	found, err := b.remote.Below(b.ctx, b.name(folder))
	sizes := map[string]int64{}
	for _, o := range found {
		sizes[o.Name[len(b.name(folder))+1:]] = o.Size
	}
	return sizes, err
}

// ignoreAbsent is nil for what is not there.
func ignoreAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
