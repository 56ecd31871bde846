package ingest

import (
	"bytes"
	"fmt"
	"math"
	"slices"
)

// mergeValues unites the side values of all workers, sorted by bytes, and says
// what each worker's codes become: remap[worker][side][code].
func mergeValues(sides []SideInfo, workers []*scatterer) (out []SideInfo, remap [][][]uint32) {
	remap = make([][][]uint32, len(workers))
	for w := range workers {
		remap[w] = make([][]uint32, len(sides))
	}
	out = slices.Clone(sides)
	for k := range out {
		var all textTable
		all.id(nil)
		ids := make([][]uint32, len(workers))
		for w, s := range workers {
			ids[w] = merge(&all, &s.values[k])
		}
		byBytes := make([]uint32, all.len())
		for i := range byBytes {
			byBytes[i] = uint32(i)
		}
		slices.SortFunc(byBytes, func(x, y uint32) int { return bytes.Compare(all.value(x), all.value(y)) })
		final := make([]uint32, all.len())
		out[k].Values = make([]string, all.len())
		for code, id := range byBytes {
			final[id] = uint32(code)
			out[k].Values[code] = string(all.value(id))
		}
		for w := range workers {
			for i, id := range ids[w] {
				ids[w][i] = final[id]
			}
			remap[w][k] = ids[w]
		}
	}
	return out, remap
}

// sideBuilder adds up customer × day × code.
type sideBuilder struct {
	a       *assembler
	out     []Side
	scratch []uint64 // code << 32 | row reference
}

func newSideBuilder(a *assembler, cells int) *sideBuilder {
	b := &sideBuilder{a: a, out: make([]Side, a.layout.nSides)}
	for k := range b.out {
		b.out[k].Start = make([]uint32, 1, cells+1)
	}
	return b
}

// addCell adds the entries of one cell to every side table. refs are its rows.
func (b *sideBuilder) addCell(refs []uint64) error {
	for k := range b.out {
		side := &b.out[k]
		b.scratch = b.scratch[:0]
		for _, ref := range refs {
			code := b.a.layout.side(b.a.row(uint32(ref)), k)
			b.scratch = append(b.scratch, uint64(code)<<32|uint64(uint32(ref)))
		}
		slices.Sort(b.scratch)
		for i := 0; i < len(b.scratch); {
			code, lines := uint32(b.scratch[i]>>32), uint32(0)
			var sum int64
			for ; i < len(b.scratch) && uint32(b.scratch[i]>>32) == code; i++ {
				// Within a cell no partial sum can overflow: sales and returns did not,
				// and their sum did not either.
				sum += int64(b.a.row(uint32(b.scratch[i]))[wordAmount])
				lines++
			}
			side.Code = append(side.Code, code)
			side.Lines = append(side.Lines, lines)
			side.Net = append(side.Net, sum)
		}
		if uint64(len(side.Code)) > math.MaxUint32 {
			return fmt.Errorf("side table %d holds more than %d entries of one shard: map fewer columns of many values (--attribute)", k, uint32(math.MaxUint32))
		}
		side.Start = append(side.Start, uint32(len(side.Code)))
	}
	return nil
}
