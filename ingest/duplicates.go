package ingest

import (
	"cmp"
	"slices"

	"github.com/cespare/xxhash/v2"
)

// DuplicateReport counts rows that equal an earlier one in every column. They are
// used like any other: two equal rows can be two purchases.
type DuplicateReport struct {
	Rows      int64 `json:"rows"`
	Estimated bool  `json:"estimated,omitempty"` // from a sample of the distinct rows
}

// maxRowHashes bounds the memory for duplicates: 2^24 hashes of 16 bytes are 256 MiB
// (twice that while the workers' are put together).
// Of more rows, a sample of the distinct ones is kept: those whose hash ends in so many
// zero bits. Equal rows have equal hashes, so they are kept or left out together.
const maxRowHashes = 1 << 24

// rowHashes keeps a 128-bit hash of each row, made of 64-bit hashes of its values: among
// 10^8 different values of a column the chance that any two share theirs is 3·10^-4.
type rowHashes struct {
	dropped uint // low bits that must be zero
	lo, hi  []uint64
	kept    [][2]uint64
}

func newRowHashes(rows int64) rowHashes {
	var d uint
	for rows>>d > maxRowHashes {
		d++
	}
	return rowHashes{dropped: d}
}

// begin starts a batch.
func (r *rowHashes) begin(n int) {
	r.lo, r.hi = slices.Grow(r.lo[:0], n)[:n], slices.Grow(r.hi[:0], n)[:n]
	clear(r.lo)
	clear(r.hi)
}

// mix takes in a column. Columns are added up, so their order in a file does not
// matter.
func (r *rowHashes) mix(name string, value []uint64) {
	a := xxhash.Sum64String(name)
	b := mix64(a)
	for i, h := range value {
		r.lo[i] += mix64(h ^ a)
		r.hi[i] += mix64(h + b)
	}
}

// end keeps the rows of the batch.
func (r *rowHashes) end() {
	mask := uint64(1)<<r.dropped - 1
	for i, lo := range r.lo {
		if lo&mask == 0 {
			r.kept = append(r.kept, [2]uint64{lo, r.hi[i]})
		}
	}
}

func (r *rowHashes) merge(o *rowHashes) { r.kept = append(r.kept, o.kept...) }

func (r *rowHashes) report() DuplicateReport {
	slices.SortFunc(r.kept, func(a, b [2]uint64) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	var again int64
	for i := 1; i < len(r.kept); i++ {
		if r.kept[i] == r.kept[i-1] {
			again++
		}
	}
	return DuplicateReport{Rows: again << r.dropped, Estimated: r.dropped > 0}
}
