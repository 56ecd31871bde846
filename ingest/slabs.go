package ingest

import (
	"slices"
	"unsafe"
)

// slabs hands memory out in slabs of one size, and takes them back: what rows waited in holds packed cells next. Memory
// that a process touches for the first time costs a page fault for every 4 KiB, so it is touched once. To ask the kernel
// for huge pages brought nothing more.
type slabs struct {
	free [][]byte
	open []uint64 // where hold goes on, up to its capacity
}

// Slabs of those who hold little double from the first size to the full one.
const (
	firstSlab = 1 << 10
	fullSlab  = 1 << 17
)

// take is an empty slab of full size.
func (s *slabs) take() []byte {
	if n := len(s.free); n > 0 {
		b := s.free[n-1]
		s.free = s.free[:n-1]
		return b[:0]
	}
	return make([]byte, 0, fullSlab)
}

// give takes back those of full size.
func (s *slabs) give(all [][]byte) {
	for _, b := range all {
		if cap(b) == fullSlab {
			s.free = append(s.free, b)
		}
	}
}

// hold is a copy of words.
func (s *slabs) hold(words []uint64) []uint64 {
	if 8*len(words) > fullSlab {
		return slices.Clone(words)
	}
	at := len(s.open)
	if cap(s.open)-at < len(words) {
		s.open, at = s.next(8*len(words)), 0
	}
	s.open = append(s.open, words...)
	return s.open[at:len(s.open):len(s.open)]
}

// lost is how many bytes nobody will use any more once hold has taken n words: the end of a slab that they do not fit into.
func (s *slabs) lost(n int) int64 {
	if rest := cap(s.open) - len(s.open); rest < n && 8*n <= fullSlab {
		return int64(8 * rest)
	}
	return 0
}

// next is room for hold, of at least n bytes.
func (s *slabs) next(n int) []uint64 {
	size := max(firstSlab, 8*2*cap(s.open))
	if size >= fullSlab || n > size {
		b := s.take()
		return unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(b))), fullSlab/8)[:0]
	}
	return make([]uint64, 0, size/8)
}
