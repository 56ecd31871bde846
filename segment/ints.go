package segment

import (
	"cmp"
	"math"
	"slices"

	"mainstay/ingest"
)

// Ints is a column of integers, of which nearly all fit 32 bits, as the money of customers does: 4 bytes each, and
// those that do not fit apart. Where too many do not, it is 8 bytes each. The zero value is a column of zeros.
type Ints struct {
	near []int32 // elsewhere = look among the far
	far  []farInt
	wide []int64 // in the place of both
}

// farInt is a value that does not fit.
type farInt struct {
	at int
	v  int64
}

// elsewhere stands in Ints.near for a value that is among the far.
const elsewhere int32 = math.MinInt32

// At is value i.
func (c *Ints) At(i int) int64 {
	if i < len(c.near) && c.near[i] != elsewhere {
		return int64(c.near[i])
	}
	return c.look(i)
}

func (c *Ints) look(i int) int64 {
	if c.wide != nil {
		return c.wide[i]
	}
	at, ok := slices.BinarySearchFunc(c.far, i, func(f farInt, i int) int { return cmp.Compare(f.at, i) })
	if !ok {
		return 0
	}
	return c.far[at].v
}

// intsBuilder fills an Ints, shard by shard, on many goroutines. A nil builder drops what it is given.
type intsBuilder struct {
	near  []int32
	parts [ingest.Shards]struct {
		far  []farInt // at counts from the shard's first
		some bool     // a value that is not zero
	}
}

// set makes v the value of row i of shard k, whose first row is lo.
func (b *intsBuilder) set(k, lo, i int, v int64) {
	if b == nil || v == 0 {
		return
	}
	p := &b.parts[k]
	p.some = true
	if x := int32(v); int64(x) == v && x != elsewhere {
		b.near[lo+i] = x
		return
	}
	b.near[lo+i] = elsewhere
	p.far = append(p.far, farInt{i, v})
}

// mostFar is the part of the values, one in so many, that may lie apart: at 16 bytes each, with a search, beyond
// that they are better off at 8 bytes in their place.
const mostFar = 16

// finish is the column; rows lie in it as pl says.
func (b *intsBuilder) finish(pl *places) (c Ints) {
	if b == nil {
		return c
	}
	some := false
	for k := range b.parts {
		some = some || b.parts[k].some
		for _, f := range b.parts[k].far {
			c.far = append(c.far, farInt{pl.start[k] + f.at, f.v})
		}
	}
	if !some {
		return Ints{}
	}
	c.near = closeUp(b.near, pl)
	if len(c.far) > len(c.near)/mostFar {
		wide := make([]int64, len(c.near))
		for i := range wide {
			wide[i] = int64(c.near[i])
		}
		for _, f := range c.far {
			wide[f.at] = f.v
		}
		return Ints{wide: wide}
	}
	c.far = slices.Clip(c.far)
	return c
}
