package ingest

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// byteSorter sorts strings by their bytes. What they all begin with says nothing; the eight bytes behind it
// settle most of the order, and are sorted by radix. It keeps its memory.
type byteSorter struct {
	keys, spare []byteKey
	order       []uint32
}

// byteKey is eight bytes of a string, big-endian, and which string it is.
type byteKey struct {
	prefix uint64
	index  uint32
}

// sort returns the strings' indices in the order of their bytes; string i ends at end[i] of all, where the next
// begins. What it returned before is gone.
func (s *byteSorter) sort(all []byte, end []uint64) []uint32 {
	s.keys, s.spare, s.order = sized(s.keys, len(end)), sized(s.spare, len(end)), sized(s.order, len(end))
	text := func(i uint32) []byte {
		if i == 0 {
			return all[:end[0]]
		}
		return all[end[i-1]:end[i]]
	}
	common := 0
	if len(end) > 0 {
		common = len(text(0))
	}
	for i := range end {
		common = commonPrefix(text(0)[:common], text(uint32(i)))
	}
	for i := range end {
		var word [8]byte
		copy(word[:], text(uint32(i))[common:])
		s.keys[i] = byteKey{binary.BigEndian.Uint64(word[:]), uint32(i)}
	}
	s.radix()
	for lo := 0; lo < len(s.keys); {
		hi := lo + 1
		for hi < len(s.keys) && s.keys[hi].prefix == s.keys[lo].prefix {
			hi++
		}
		if hi > lo+1 {
			slices.SortFunc(s.keys[lo:hi], func(x, y byteKey) int { return bytes.Compare(text(x.index), text(y.index)) })
		}
		lo = hi
	}
	for i, k := range s.keys {
		s.order[i] = k.index
	}
	return s.order
}

// commonPrefix is how many bytes a and b begin with together.
func commonPrefix(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// radix sorts the keys by their prefixes, least byte first; bytes in which all agree are passed over.
func (s *byteSorter) radix() {
	var differ uint64
	for _, k := range s.keys {
		differ |= k.prefix ^ s.keys[0].prefix
	}
	for shift := 0; shift < 64; shift += 8 {
		if differ>>shift&0xff == 0 {
			continue
		}
		var next [257]int
		for _, k := range s.keys {
			next[k.prefix>>shift&0xff+1]++
		}
		for i := range 256 {
			next[i+1] += next[i]
		}
		for _, k := range s.keys {
			at := &next[k.prefix>>shift&0xff]
			s.spare[*at] = k
			*at++
		}
		s.keys, s.spare = s.spare, s.keys
	}
}
