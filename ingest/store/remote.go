package store

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// Remote is an object store: names are scheme://bucket/key, folders are what keys have in common up
// to a slash, and an object is written whole or not at all. Errors name the object; only those of List
// and Open are of an input.
type Remote interface {
	Store
	// Stat is an object as Open would find it, and how long ago it was written by the clock of the
	// store; fs.ErrNotExist where there is none.
	Stat(ctx context.Context, name string) (o Object, age time.Duration, err error)
	// Below lists every object below a folder, whatever its name, sorted; none is no error.
	Below(ctx context.Context, folder string) ([]Object, error)
	// Put writes an object of size bytes if the condition holds (*ConditionError otherwise) and
	// returns its version. On an error nothing of it is there.
	Put(ctx context.Context, name string, body io.ReaderAt, size int64, when Condition) (version string, err error)
	// Delete removes objects; one that is not there is no error.
	Delete(ctx context.Context, names ...string) error
}

// Condition is what must hold for a Put; the zero value asks for nothing.
type Condition struct {
	Absent  bool   // no object has the name
	Version string // the object is still this one
}

// ConditionError says that a Put was refused because its condition did not hold.
type ConditionError struct{ Name string }

func (e *ConditionError) Error() string { return e.Name + ": another writer was faster" }

// remotes are the object stores that this program was built with, by scheme; each is opened once, when a
// name first asks for it.
var remotes = map[string]func() (Remote, error){}

// Register adds the object store that serves names of a scheme. It is called from init functions.
func Register(scheme string, open func() (Remote, error)) {
	remotes[scheme] = sync.OnceValues(open)
}

// IsRemote reports whether a name is one of an object store.
func IsRemote(name string) bool {
	scheme, _, ok := strings.Cut(name, "://")
	return ok && !strings.ContainsAny(scheme, `/\`)
}

// RemoteOf is the object store of a name that IsRemote.
func RemoteOf(name string) (Remote, error) {
	scheme, _, _ := strings.Cut(name, "://")
	scheme = strings.ToLower(scheme)
	if open, ok := remotes[scheme]; ok {
		return open()
	}
	if scheme == "s3" {
		return nil, fmt.Errorf("%s: this program was built without object stores (-tags slim): build it with them, go build ./cmd/mainstay, or copy the files to this machine", name)
	}
	return nil, fmt.Errorf("%s: names of %s:// are not known: expected files of this machine or s3://bucket/key; copy the files to one of them", name, scheme)
}

// AtATime is how many objects are worth opening at a time, where that is nearly all the work: as many as there are
// threads, more where most of it is waiting.
func AtATime(objects []Object, threads int) int {
	const waiting = 16
	if len(objects) > 0 && IsRemote(objects[0].Name) {
		return max(threads, waiting)
	}
	return threads
}

// Join is the name of what lies below a folder, local or not.
func Join(folder string, elems ...string) string {
	if !IsRemote(folder) {
		return join(folder, elems...)
	}
	return strings.Join(append([]string{strings.TrimRight(folder, "/")}, elems...), "/")
}
