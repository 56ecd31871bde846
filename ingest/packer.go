package ingest

import (
	"slices"

	"mainstay/ingest/money"
)

// packer makes packed shards, one after another, from customers as they come.
type packer struct {
	ledger *Ledger
	room   slabs // for pages
	words  []uint64
	shard  packedShard // so far
}

// packedSums is what the cells of a shard hold, added up from the packed words.
type packedSums struct{ rows, money money.Total }

// add packs the next customers of a shard, all that s has, with their cells. Its keys and side tables are not looked at.
func (p *packer) add(s *Shard) error {
	p.shard.optional = s.optional()
	for lo := 0; lo+1 < len(s.CellStart); {
		hi := lo + 1
		for hi+1 < len(s.CellStart) && s.CellStart[hi+1]-s.CellStart[lo] <= partCells {
			hi++
		}
		part := packedPart{customers: hi - lo, cells: int(s.CellStart[hi] - s.CellStart[lo])}
		p.words = packPart(p.words[:0], s, lo, hi)
		p.shard.held.add(p.words, &part)
		var err error
		if part.page, err = p.ledger.keep(p.words, &p.room); err != nil {
			return err
		}
		p.shard.parts = append(p.shard.parts, part)
		p.shard.cells += part.cells
		lo = hi
	}
	return nil
}

// finish makes what was added shard k, with the keys and side tables of s. Slabs that its cells did not take are let go:
// the next shard brings those of its own rows, and what lies idle would add to everything that is held beside.
func (p *packer) finish(k int, s *Shard) error {
	done := &p.shard
	p.room.free = nil
	done.keyBytes, done.keyStart, done.parts = slices.Clone(s.KeyBytes), slices.Clone(s.KeyStart), slices.Clone(done.parts)
	done.sides = make([]packedSide, len(s.Sides))
	for i := range s.Sides {
		p.words = packSide(p.words[:0], &s.Sides[i])
		done.sides[i].entries = len(s.Sides[i].Code)
		var err error
		if done.sides[i].page, err = p.ledger.keep(p.words, nil); err != nil {
			return err
		}
	}
	p.ledger.shelf.shards[k] = *done
	p.ledger.shelf.finished.Add(1)
	p.shard = packedShard{}
	return nil
}

// add counts a part while it lies in the cache.
func (h *packedSums) add(words []uint64, p *packedPart) {
	var steps money.Total
	words = sum[uint32](words, p.customers, &steps)
	words = sum[Day](words, p.cells, &steps)
	words = sum[uint32](words, p.cells, &h.rows)
	words = sum[int64](words, p.cells, &h.money)
	sum[int64](words, p.cells, &h.money)
}
