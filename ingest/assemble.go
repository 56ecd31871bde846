package ingest

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// assembler turns the records of one shard, from all workers, into a Shard:
//
//  1. number the customers and orders of the shard, overwriting their words in
//     the records, and count the rows of each customer;
//  2. sort the customers that have rows by key bytes;
//  3. bring row references into customer order (counting sort), then day order;
//  4. add up each run of one customer and day.
//
// Every result is a sum of integers or a sorted list, so neither the order of the
// rows nor how they were spread over workers leaves a trace.
type assembler struct {
	layout recordLayout
	plan   *assembly
	chunks [][]uint64 // of all workers; a row reference is chunk << chunkBits | row

	texts textTable // customers whose key is text: numbers 0 … len-1
	ints  intTable  // then those whose key is an integer
	rows  []uint32  // by customer number

	orderTexts textTable
	orderInts  intTable
	lastSeen   []uint32 // by order number: rank + 1 of the customer last seen with it

	out Shard
}

// assembly is what all shards have in common.
type assembly struct {
	layout     recordLayout
	has        Has
	scale      int
	unitsScale int
	sideRemap  [][][]uint32 // worker, side, the worker's code → final code
}

// assembleShard consumes the partitions of one shard, one per worker.
func assembleShard(plan *assembly, parts []*partition) (Shard, error) {
	a := &assembler{layout: plan.layout, plan: plan}
	if err := a.number(parts); err != nil {
		return Shard{}, err
	}
	order, err := a.sortCustomers()
	if err != nil {
		return Shard{}, err
	}
	perm, start := a.permute(order)
	if err := a.addUp(perm, start); err != nil {
		return Shard{}, err
	}
	return a.out, nil
}

// number is step 1. It takes the chunks away from the partitions.
func (a *assembler) number(parts []*partition) error {
	remap := make([][]uint32, len(parts))
	orderRemap := make([][]uint32, len(parts))
	for i, p := range parts {
		remap[i] = merge(&a.texts, &p.keys)
		orderRemap[i] = merge(&a.orderTexts, &p.orders)
		p.keys, p.orders = textTable{}, textTable{}
	}
	a.rows = make([]uint32, a.texts.len())
	for i, p := range parts {
		for _, c := range p.chunks {
			a.numberChunk(c, remap[i], orderRemap[i])
			a.remapSides(c, i)
		}
		a.chunks = append(a.chunks, p.chunks...)
		p.chunks = nil
	}
	if len(a.chunks) >= 1<<(32-chunkBits) {
		return fmt.Errorf("more than %d rows in one of %d shards: split the export, or leave out the busiest customers with --exclude-customers", uint64(1)<<32, Shards)
	}
	return nil
}

// merge adds the strings of b to t and returns their numbers there.
func merge(t, b *textTable) []uint32 {
	ids := make([]uint32, b.len())
	for i := range ids {
		ids[i] = t.id(b.value(uint32(i)))
	}
	return ids
}

// numberChunk replaces the customer and order words of a chunk by their numbers.
func (a *assembler) numberChunk(c []uint64, keys, orders []uint32) {
	width, texts := a.layout.width, uint32(a.texts.len())
	for r := 0; r < len(c); r += width {
		w := c[r : r+width]
		var id uint32
		if w[wordDay]&flagTextKey != 0 {
			id = keys[w[wordKey]]
		} else {
			id = texts + a.ints.id(int64(w[wordKey]))
			if int(id) == len(a.rows) {
				a.rows = append(a.rows, 0)
			}
		}
		w[wordKey] = uint64(id)
		a.rows[id]++
		if w[wordDay]&flagOrder == 0 {
			continue
		}
		if o := a.layout.order; w[wordDay]&flagTextOrder != 0 {
			w[o] = uint64(orders[w[o]])
		} else {
			w[o] = uint64(uint32(a.orderTexts.len()) + a.orderInts.id(int64(w[o])))
		}
	}
}

// remapSides replaces a worker's side codes by the final ones.
func (a *assembler) remapSides(c []uint64, worker int) {
	l := &a.layout
	for k := range l.nSides {
		word, shift := l.sides+k/2, 32*(k%2)
		codes := a.plan.sideRemap[worker][k]
		for r := word; r < len(c); r += l.width {
			code := codes[uint32(c[r]>>shift)]
			c[r] = c[r]&^(math.MaxUint32<<shift) | uint64(code)<<shift
		}
	}
}

// sortCustomers is step 2: customer numbers by key bytes, those without rows left
// out (every row of theirs was set aside after its key had been numbered). It also
// writes the keys of the shard.
func (a *assembler) sortCustomers() ([]uint32, error) {
	type sortKey struct {
		prefix uint64 // first eight bytes, big-endian: settles most comparisons
		lo, hi uint32 // in all
		id     uint32
	}
	var all []byte
	keys := make([]sortKey, 0, len(a.rows))
	for id, n := range a.rows {
		if n == 0 {
			continue
		}
		lo := len(all)
		if id < a.texts.len() {
			all = append(all, a.texts.value(uint32(id))...)
		} else {
			all = strconv.AppendInt(all, a.ints.keys[id-a.texts.len()], 10)
		}
		var prefix [8]byte
		copy(prefix[:], all[lo:])
		keys = append(keys, sortKey{binary.BigEndian.Uint64(prefix[:]), uint32(lo), uint32(len(all)), uint32(id)})
	}
	if uint64(len(all)) > math.MaxUint32 {
		return nil, fmt.Errorf("the customer keys of one of %d shards take more than 4 GiB: map a shorter key with --customer", Shards)
	}
	slices.SortFunc(keys, func(x, y sortKey) int {
		if x.prefix != y.prefix {
			return cmp.Compare(x.prefix, y.prefix)
		}
		return bytes.Compare(all[x.lo:x.hi], all[y.lo:y.hi])
	})
	order := make([]uint32, len(keys))
	a.out.KeyBytes = make([]byte, 0, len(all))
	a.out.KeyStart = make([]uint32, 1, len(keys)+1)
	for rank, k := range keys {
		order[rank] = k.id
		a.out.KeyBytes = append(a.out.KeyBytes, all[k.lo:k.hi]...)
		a.out.KeyStart = append(a.out.KeyStart, uint32(len(a.out.KeyBytes)))
	}
	return order, nil
}

// permute is step 3. Rows of the customer of rank i are perm[start[i]:start[i+1]],
// each as day << 32 | row reference, ascending; days are biased to be unsigned.
func (a *assembler) permute(order []uint32) (perm []uint64, start []uint32) {
	start = make([]uint32, len(order)+1)
	next := make([]uint32, len(a.rows)) // by customer number: where its next row goes
	for rank, id := range order {
		next[id] = start[rank]
		start[rank+1] = start[rank] + a.rows[id]
	}
	perm = make([]uint64, start[len(order)])
	width := a.layout.width
	for ci, c := range a.chunks {
		ref := uint64(ci) << chunkBits
		for r := 0; r < len(c); r += width {
			at := &next[c[r+wordKey]]
			perm[*at] = uint64(uint32(c[r+wordDay])^dayBias)<<32 | ref
			*at++
			ref++
		}
	}
	for i := range order {
		slices.Sort(perm[start[i]:start[i+1]])
	}
	return perm, start
}

// dayBias turns the order of signed 32-bit days into that of unsigned ones.
const dayBias = 1 << 31

// row is the record of a reference.
func (a *assembler) row(ref uint32) []uint64 {
	at := int(ref&(chunkRows-1)) * a.layout.width
	return a.chunks[ref>>chunkBits][at : at+a.layout.width]
}
