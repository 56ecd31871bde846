package ingest

import (
	"math/rand/v2"

	"mainstay/ingest/key"
)

// keyTable numbers distinct keys in short (see key.Shorten), in order of first appearance: open addressing, linear
// probing, at most half full. Slots are numbers alone, so that those of a shard's customers fit the second-level
// cache; the keys lie by number, those that come often before those that come late.
type keyTable struct {
	slot      []uint32 // number + 1; 0 = free; len is a power of two
	low, high []int64  // by number
	form      []key.Form
	alike     bool // all have the form and the high number of the first, as integers do
}

// Slots are seeded, which keeps crafted keys from colliding.
var intSeed, highSeed = rand.Uint64(), rand.Uint64() | 1

func hashKey(f key.Form, high, low int64) uint64 {
	return mix64(uint64(low) ^ uint64(high)*highSeed ^ intSeed ^ uint64(f)<<32)
}

// len is the number of distinct keys.
func (t *keyTable) len() int { return len(t.low) }

// reset empties the table and keeps its memory.
func (t *keyTable) reset() {
	clear(t.slot)
	t.low, t.high, t.form = t.low[:0], t.high[:0], t.form[:0]
}

// id returns the number of a key, a new one at its first appearance.
func (t *keyTable) id(f key.Form, high, low int64) uint32 {
	if n := len(t.slot); 2*t.len() >= n || 4*t.len() >= n && n < roomySlots {
		t.grow()
	}
	mask := uint64(len(t.slot) - 1)
	for h := hashKey(f, high, low); ; h++ {
		s := &t.slot[h&mask]
		if *s == 0 {
			t.low, t.high, t.form = append(t.low, low), append(t.high, high), append(t.form, f)
			t.alike = len(t.low) == 1 || t.alike && f == t.form[0] && high == t.high[0]
			*s = uint32(len(t.low))
			return *s - 1
		}
		if id := *s - 1; t.low[id] == low && t.high[id] == high && t.form[id] == f {
			return id
		}
	}
}

// roomySlots is up to how many slots a table stays a quarter full, which saves most second looks; beyond, half full, as
// the cache is dearer.
const roomySlots = 1 << 16

// probes is how many keys are looked up at a time. The first slots of all of them are looked at before anything is
// decided about any: misses of the cache that no decision waits for overlap.
const probes = 64

// number sets ids to the numbers of keys of one form and high number.
func (t *keyTable) number(f key.Form, high int64, lows []int64, ids []uint32) {
	if t.len() == 0 && len(lows) > 0 {
		t.id(f, high, lows[0])
	}
	for len(lows) > 0 {
		n := min(len(lows), probes)
		slot := t.slot
		mask := uint64(len(slot) - 1)
		for i, x := range lows[:n] {
			ids[i] = slot[hashKey(f, high, x)&mask] - 1
		}
		alike := t.alike && f == t.form[0] && high == t.high[0]
		for i, x := range lows[:n] {
			if id := uint(ids[i]); !alike || id >= uint(len(t.low)) || t.low[id] != x {
				ids[i] = t.id(f, high, x)
			}
		}
		lows, ids = lows[n:], ids[n:]
	}
}

// numberWide sets ids to the numbers of keys of one form, whose high numbers differ: UUIDs, codes of several lengths.
func (t *keyTable) numberWide(f key.Form, highs, lows []int64, ids []uint32) {
	if t.len() == 0 && len(lows) > 0 {
		t.id(f, highs[0], lows[0])
	}
	for len(lows) > 0 {
		n := min(len(lows), probes)
		slot := t.slot
		mask := uint64(len(slot) - 1)
		for i, x := range lows[:n] {
			ids[i] = slot[hashKey(f, highs[i], x)&mask] - 1
		}
		for i, x := range lows[:n] {
			if id := uint(ids[i]); id >= uint(len(t.low)) || t.low[id] != x || t.high[id] != highs[i] || t.form[id] != f {
				ids[i] = t.id(f, highs[i], x)
			}
		}
		highs, lows, ids = highs[n:], lows[n:], ids[n:]
	}
}

func (t *keyTable) grow() {
	t.slot = make([]uint32, max(64, 2*len(t.slot)))
	mask := uint64(len(t.slot) - 1)
	for id, x := range t.low {
		h := hashKey(t.form[id], t.high[id], x)
		for t.slot[h&mask] != 0 {
			h++
		}
		t.slot[h&mask] = uint32(id + 1)
	}
}

// appendKey appends the key of a number; of a Long one it is the number in long.
func (t *keyTable) appendKey(dst []byte, id int, long *textTable) []byte {
	if f := t.form[id]; f != key.Long {
		return key.AppendShort(dst, f, t.high[id], t.low[id])
	}
	return append(dst, long.value(uint32(t.low[id]))...)
}
