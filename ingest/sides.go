package ingest

import (
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
	var sorter byteSorter
	for k := range out {
		var all textTable
		all.id(nil)
		ids := make([][]uint32, len(workers))
		for w, s := range workers {
			ids[w] = merge(&all, &s.values[k])
		}
		final := make([]uint32, all.len())
		out[k].Values = make([]string, all.len())
		for code, id := range sorter.sort(all.bytes, all.end) {
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

// beginSides makes room for an entry of each row in every side table.
func (a *assembler) beginSides() {
	s, rows := &a.out, len(a.id)
	s.Sides = sized(s.Sides, a.layout.nSides)
	for k := range s.Sides {
		t := &s.Sides[k]
		t.Start = append(sized(t.Start, rows+1)[:0], 0)
		t.Code, t.Lines, t.Net = sized(t.Code, rows)[:0], sized(t.Lines, rows)[:0], sized(t.Net, rows)[:0]
	}
}

// addSide adds the entries of a bucket's cells to side table k: no more than a shard has rows, which 32 bits number.
func (a *assembler) addSide(k int) {
	side, code, lo := &a.out.Sides[k], a.code[k], uint32(0)
	for _, hi := range a.cells {
		if rows := a.perm[lo:hi]; len(rows) == 1 {
			row := uint32(rows[0])
			side.Code, side.Lines, side.Net = append(side.Code, code[row]), append(side.Lines, 1), append(side.Net, a.row[row].amount)
		} else {
			a.addSideOf(side, code, rows)
		}
		side.Start = append(side.Start, uint32(len(side.Code)))
		lo = hi
	}
}

// addSideOf adds the entries of a cell of several rows.
func (a *assembler) addSideOf(side *Side, code []uint32, rows []uint64) {
	a.pairs = a.pairs[:0]
	for _, p := range rows {
		a.pairs = append(a.pairs, uint64(code[uint32(p)])<<32|p&math.MaxUint32)
	}
	slices.Sort(a.pairs)
	for i := 0; i < len(a.pairs); {
		code, lines := uint32(a.pairs[i]>>32), uint32(0)
		var sum int64
		for ; i < len(a.pairs) && uint32(a.pairs[i]>>32) == code; i++ {
			// Within a cell no partial sum can overflow: sales and returns did not,
			// and their sum did not either.
			sum += a.row[uint32(a.pairs[i])].amount
			lines++
		}
		side.Code, side.Lines, side.Net = append(side.Code, code), append(side.Lines, lines), append(side.Net, sum)
	}
}
