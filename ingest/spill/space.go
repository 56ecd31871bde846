// Package spill bounds memory. A Space is what a process may take: so much memory, and a folder of temporary files
// for what that does not hold. It decides nothing about results: they are the same bytes with any Space.
//
// Whoever holds much asks for its share and pages out what is beyond it:
//
//	if need > space.Share(spill.Customers) {
//		f, err := space.File("profiles", need) // need: an estimate of all that will be written
//		if err != nil {
//			return err
//		}
//		defer f.Close() // frees the disk; Space.Close does so for files that nobody closed
//		span, err := spill.Put(f, values)        // any slice of numbers, from any goroutine
//		…
//		values, err = spill.Get(f, span, values) // into the room that values has, or a new slice
//	}
//
// A Span is two numbers and a checksum: pages are told apart by keeping theirs, by shard for example.
package spill

import (
	"errors"
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// Shares of the memory, in percent. Rows wait only until shards are assembled and customers come after that, so that
// the shares need not add up to 100; what is left beside them is for reading, one unpacked shard per worker, and the
// garbage collector.
const (
	Rows      = 40 // rows that wait for their shard
	Ledger    = 18 // finished shards
	Customers = 30 // whatever is kept per customer after the Ledger is built
)

// Space is what a process may take. A nil *Space is memory without end.
type Space struct {
	// Quota is the most that temporary files may hold, in bytes, as if the disk were full then; 0 = what the disk has.
	Quota int64

	memory  int64
	dir     string
	written atomic.Int64

	mu     sync.Mutex
	folder *folder // made with the first file
	open   map[*File]struct{}
	before int64 // the process's memory limit before this Space
}

// New is a space of so many bytes of memory (0 or less = without end) whose temporary files lie in a folder of their
// own below dir ("" = the system's folder for temporary files), made when the first file is. Folders that crashed
// processes left there are removed now.
func New(memory int64, dir string) *Space {
	if memory <= 0 {
		memory = math.MaxInt64
	}
	if dir == "" {
		dir = os.TempDir()
	}
	removeStale(dir)
	return &Space{memory: memory, dir: dir, open: map[*File]struct{}{}}
}

// HoldHeap tells the garbage collector to keep the process within the memory, until Close. Shares are not held by it: it
// only keeps garbage from adding to them.
func (s *Space) HoldHeap() {
	s.before = debug.SetMemoryLimit(-1)
	debug.SetMemoryLimit(min(s.before, heapLimit(s.memory)))
}

// heapLimit is what the runtime may hold so that the process, with its code and what the kernel keeps for it, stays
// within memory.
func heapLimit(memory int64) int64 {
	const code, least = 32 << 20, 48 << 20
	return max(least, memory-memory/16-code)
}

// Memory is how many bytes the process may take.
func (s *Space) Memory() int64 {
	if s == nil {
		return math.MaxInt64
	}
	return s.memory
}

// Share is a percentage of the memory, in bytes.
func (s *Space) Share(percent int64) int64 {
	m := s.Memory()
	if m == math.MaxInt64 {
		return m
	}
	return m/100*percent + m%100*percent/100
}

// File makes a temporary file. what names its content in errors; need is an estimate of how many bytes will be written
// to it, from which an error about a full disk says how much is needed in all.
func (s *Space) File(what string, need int64) (*File, error) {
	if s == nil {
		return nil, errors.New("temporary files without a folder: this is a fault of mainstay, please report it")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.folder == nil {
		d, err := makeFolder(s.dir)
		if err != nil {
			return nil, fmt.Errorf("cannot make a folder for temporary files in %s: %w: choose another with --temp", s.dir, err)
		}
		s.folder = d
	}
	f, err := s.folder.create(what)
	if err != nil {
		return nil, fmt.Errorf("cannot make a temporary file in %s: %w: choose another folder with --temp", s.dir, err)
	}
	file := &File{space: s, f: f, what: what, need: need}
	s.open[file] = struct{}{}
	return file, nil
}

// Close removes all temporary files and gives the memory free. It may be called at any time, more than once, and on
// every way out.
func (s *Space) Close() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	files := s.open
	s.open = map[*File]struct{}{}
	d := s.folder
	s.folder = nil
	if s.before != 0 {
		debug.SetMemoryLimit(s.before)
		s.before = 0
	}
	s.mu.Unlock()
	for f := range files {
		f.f.Close()
	}
	if d == nil {
		return nil
	}
	if err := d.remove(); err != nil {
		return fmt.Errorf("temporary files are left behind: %w", err)
	}
	return nil
}

// Written is how many bytes went to temporary files so far.
func (s *Space) Written() int64 {
	if s == nil {
		return 0
	}
	return s.written.Load()
}

// usage is what the open files hold, and about how much they will in all.
func (s *Space) usage() (held, need int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for f := range s.open {
		n := f.end.Load()
		held += n
		need += max(n, f.need)
	}
	return held, need
}
