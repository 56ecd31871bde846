package ingest

import (
	"math"
	"slices"
)

// keptHashes is the number of different values up to which they are counted exactly;
// of more, the count is estimated with a standard error of 1/√(keptHashes−2) = 3.1 %.
const keptHashes = 1024

// distinctCount counts different values by the least of their hashes (Bar-Yossef et al.
// 2002; Beyer et al. 2007, k minimum values): if keptHashes of them lie below a share
// of the range of hashes, so many times more lie in all of it. In memory, 16 KB.
type distinctCount struct {
	least  []uint64    // in any order, and some twice; at most 2·keptHashes
	full   bool        // hashes from bound on do not matter
	bound  uint64      // the greatest of the keptHashes least
	recent [256]uint64 // what was noted last, for values that come again and again
}

func (d *distinctCount) note(h uint64) {
	recent := &d.recent[h%uint64(len(d.recent))]
	if *recent == h || d.full && h >= d.bound {
		return
	}
	*recent = h
	if d.least = append(d.least, h); len(d.least) == 2*keptHashes {
		d.settle()
	}
}

// settle sorts the hashes and keeps the least.
func (d *distinctCount) settle() {
	slices.Sort(d.least)
	if d.least = slices.Compact(d.least); len(d.least) > keptHashes {
		d.least, d.full = d.least[:keptHashes], true
	}
	if d.full {
		d.bound = d.least[keptHashes-1]
	}
}

func (d *distinctCount) merge(o *distinctCount) {
	for _, h := range o.least {
		d.note(h)
	}
	d.settle()
	d.full = d.full || o.full
}

// count is the number of different values.
func (d *distinctCount) count() (n int64, estimated bool) {
	d.settle()
	if !d.full {
		return int64(len(d.least)), false
	}
	share := float64(d.bound) / math.MaxUint64
	return int64(math.Round((keptHashes - 1) / share)), true
}
