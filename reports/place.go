package reports

import "mainstay/ingest/store"

// place is where runs are published: a folder of this machine, or of an object store. Names are below it,
// with / between their elements. It has one writer at a time, and what a writer did not finish is
// taken for nothing.
type place interface {
	// lock makes this the only writer (held elsewhere: *store.LockedError) and removes what crashed ones left; run is the
	// folder that will be published.
	lock(run string) error
	// unlock lets the next writer in; without the lock it does nothing.
	unlock() error
	// stage makes an empty folder of this machine, where the files of the run gather.
	stage(run string) (folder string, err error)
	// discard removes the staging folder, or what is left of it.
	discard(folder string) error
	// publish makes the staged files the run, the manifest last; on an error it is not there.
	publish(staging, run string) error
	// replace writes a small file in one step: readers see the old one or the new.
	replace(name string, b []byte) error
	// open opens a file and says its size; fs.ErrNotExist where there is none.
	open(name string) (store.Reader, int64, error)
	// sizes lists the files of a folder; none where there is no folder.
	sizes(folder string) (map[string]int64, error)
}

// read reads a file whole.
func read(p place, name string) ([]byte, error) {
	r, size, err := p.open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b := make([]byte, size)
	if n, err := r.ReadAt(b, 0); n < len(b) {
		return nil, err
	}
	return b, nil
}
