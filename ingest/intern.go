package ingest

import (
	"bufio"
	"bytes"
	"hash/maphash"
	"io"

	"github.com/cespare/xxhash/v2"

	"mainstay/ingest/key"
)

// Interning turns keys into small dense numbers, in order of first appearance.
// Nothing that leaves the package depends on those numbers: every table is sorted
// by its bytes before use. So the slot hashes may be seeded per process, which
// keeps crafted keys from colliding, while the shard hash is fixed.

// shardOfInt is the shard of an integer key.
func shardOfInt(x int64) uint8 { return uint8(mix64(uint64(x)) >> (64 - shardBits)) }

// shardOfText is the shard of any other key.
func shardOfText(b []byte) uint8 { return uint8(xxhash.Sum64(b) >> (64 - shardBits)) }

// shardOfShort is the shard of a key b in its form, of which low is the second number.
func shardOfShort(f key.Form, low int64, b []byte) uint8 {
	if f == key.Int {
		return shardOfInt(low)
	}
	return shardOfText(b)
}

const shardBits = 6 // 2^6 = Shards

// mix64 is splitmix64's finaliser (Steele, Lea & Flood 2014, Fast splittable
// pseudorandom number generators).
func mix64(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

var textSeed = maphash.MakeSeed()

// textTable numbers distinct byte strings, kept end to end in one slice without
// pointers for the garbage collector to follow.
type textTable struct {
	slot  []textSlot // len is a power of two
	bytes []byte
	end   []uint64 // by id: where it ends in bytes
}

type textSlot struct {
	tag uint32 // high half of the hash: most other strings differ here
	id  uint32 // id + 1; 0 = free
}

// reset empties the table and keeps its memory.
func (t *textTable) reset() {
	clear(t.slot)
	t.bytes, t.end = t.bytes[:0], t.end[:0]
}

// size is the bytes of memory that the table holds.
func (t *textTable) size() int64 { return int64(cap(t.bytes) + 8*cap(t.end) + 8*cap(t.slot)) }

// writeTo writes the strings in the order of their numbers.
func (t *textTable) writeTo(w *bufio.Writer) error {
	if err := writeNumber(w, t.len()); err != nil {
		return err
	}
	for id := range t.end {
		lo, hi := t.span(uint32(id))
		if err := writeNumber(w, int(hi-lo)); err != nil {
			return err
		}
	}
	_, err := w.Write(t.bytes)
	return err
}

// readFrom reads what writeTo wrote, into a table that cannot be asked for the number of a string.
func (t *textTable) readFrom(r *bufio.Reader) error {
	var n, length, total int
	if err := readNumber(r, &n); err != nil {
		return err
	}
	t.end = make([]uint64, n)
	for id := range t.end {
		if err := readNumber(r, &length); err != nil {
			return err
		}
		total += length
		t.end[id] = uint64(total)
	}
	t.bytes = make([]byte, total)
	_, err := io.ReadFull(r, t.bytes)
	return err
}

// len is the number of distinct strings.
func (t *textTable) len() int { return len(t.end) }

// span is where the string of a number lies in bytes.
func (t *textTable) span(id uint32) (lo, hi uint64) {
	if id > 0 {
		lo = t.end[id-1]
	}
	return lo, t.end[id]
}

// value is the string of a number; it belongs to the table.
func (t *textTable) value(id uint32) []byte {
	lo, hi := t.span(id)
	return t.bytes[lo:hi]
}

// id returns the number of b, a new one (and a copy) at its first appearance.
func (t *textTable) id(b []byte) uint32 {
	if 2*len(t.end) >= len(t.slot) {
		t.grow()
	}
	sum := maphash.Bytes(textSeed, b)
	tag, mask := uint32(sum>>32), uint64(len(t.slot)-1)
	for h := sum; ; h++ {
		s := &t.slot[h&mask]
		if s.id == 0 {
			t.bytes = append(t.bytes, b...)
			t.end = append(t.end, uint64(len(t.bytes)))
			*s = textSlot{tag, uint32(len(t.end))}
			return s.id - 1
		}
		if s.tag == tag && bytes.Equal(t.value(s.id-1), b) {
			return s.id - 1
		}
	}
}

func (t *textTable) grow() {
	t.slot = make([]textSlot, max(64, 2*len(t.slot)))
	mask := uint64(len(t.slot) - 1)
	for i := range t.end {
		h := maphash.Bytes(textSeed, t.value(uint32(i)))
		tag := uint32(h >> 32)
		for t.slot[h&mask].id != 0 {
			h++
		}
		t.slot[h&mask] = textSlot{tag, uint32(i + 1)}
	}
}

// addInt64 is a + b and whether it fits in 64 bits.
func addInt64(a, b int64) (int64, bool) {
	s := a + b
	return s, (a^s)&(b^s) >= 0
}
