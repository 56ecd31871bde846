package ingest

import (
	"fmt"
	"math"
	"slices"

	"mainstay/ingest/key"
)

// assembler turns the waiting rows of one shard, from all workers, into a Shard:
//
//  1. number the customers of the shard, and count the rows of each;
//  2. sort the customers that have rows by key bytes: from then on a customer is its rank;
//  3. spread the rows over buckets of customers of neighbouring ranks;
//  4. bucket by bucket, bring the rows into the order of customers and days, add up each run of one customer
//     and day, and pack the cells.
//
// A shard does not fit the cache but the columns of a bucket do: steps 1 and 3 go through the rows in the order
// in which they lie, step 4 jumps about within a bucket only.
//
// Every result is a sum of integers or a sorted list, so neither the order of the rows nor how they were spread
// over workers leaves a trace. One assembler makes one shard after another, in the same memory.
type assembler struct {
	layout recordLayout
	plan   *assembly

	// Step 1.
	parts     []*partition
	customers keyTable
	texts     textTable  // Long keys
	keys      [][]uint32 // by part: the number of each of its Long keys in texts
	id        []uint32   // by row as blocks come: its customer
	rows      []uint32   // by customer

	// Step 2.
	sorter byteSorter
	text   []byte   // keys of the customers that have rows, end to end
	end    []uint64 // of each
	ids    []uint32 // their numbers
	rank   []uint32 // by customer
	start  []uint32 // by rank, and one more: the customer's first row

	// Step 3, by row in the order of buckets.
	shift    uint     // rank >> shift is the bucket
	cursor   []uint32 // by bucket: where its next row goes
	row      []spreadRow
	flags    []uint8    // nil where nothing depends on them
	number   [][]int64  // by column of the layout
	code     [][]uint32 // by side
	texted   textTable  // Long order ids
	orders   [][]uint32 // by part: the number of each of its Long order ids in texted
	unpacked [3][]int64 // of a block
	position []uint32   // of a block's rows

	// Step 4.
	perm   []uint64 // of a bucket's rows: day << 32 | row
	sorted []int64  // their amounts
	next   []uint32 // by rank in the bucket: where its next row goes in perm
	cells  []uint32 // of a bucket: end of each in perm
	seen   orderSet
	pairs  []uint64 // of a cell's rows: side code << 32 | row

	out     Shard // its cells are those of the customers from flushed on
	flushed int
}

// spreadRow is what every row has: a cache line is fetched for both.
type spreadRow struct {
	where  uint64 // rank << 32 | day, biased to be unsigned
	amount int64
}

// assembly is what all shards have in common.
type assembly struct {
	layout     recordLayout
	has        Has
	scale      int
	unitsScale int
	sideRemap  [][][]uint32 // worker, side, the worker's code → final code
}

func newAssembler(plan *assembly) *assembler {
	l := plan.layout
	return &assembler{plan: plan, layout: l, number: make([][]int64, l.columns), code: make([][]uint32, l.nSides)}
}

// shard assembles the partitions of shard k. Their memory becomes that of the packer.
func (a *assembler) shard(k int, parts []*partition, to *packer) error {
	for _, p := range parts {
		p.from = &to.room
	}
	if err := a.spread(parts); err != nil {
		return err
	}
	if err := a.addUp(to); err != nil {
		return err
	}
	return to.finish(k, &a.out)
}

// spread is steps 1 to 3. The partitions are empty behind it.
func (a *assembler) spread(parts []*partition) error {
	a.parts, a.flushed = parts, 0
	if err := a.numberCustomers(); err != nil {
		return err
	}
	if err := a.sortCustomers(); err != nil {
		return err
	}
	a.layOut()
	a.spreadRows()
	for _, p := range parts {
		p.empty()
	}
	a.parts = nil
	return nil
}

// numberCustomers is step 1.
func (a *assembler) numberCustomers() error {
	total := 0
	a.customers.reset()
	a.texts.reset()
	a.texted.reset()
	a.keys, a.orders = a.keys[:0], a.orders[:0]
	for _, p := range a.parts {
		total += p.rows
		a.keys = append(a.keys, merge(&a.texts, &p.keys))
		a.orders = append(a.orders, merge(&a.texted, &p.orders))
	}
	if uint64(total) > math.MaxUint32 {
		return fmt.Errorf("more than %d rows in one of %d shards: split the export, or leave out the busiest customers with --exclude-customers", uint64(math.MaxUint32), Shards)
	}
	a.id = sized(a.id, total)
	a.rows = a.rows[:0]
	at := 0
	a.blocks(func(part int, b *blockReader) {
		ids := a.id[at : at+b.rows]
		at += b.rows
		a.numberBlock(part, b, ids)
		for len(a.rows) < a.customers.len() {
			a.rows = append(a.rows, 0)
		}
		for _, id := range ids {
			a.rows[id]++
		}
	})
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

// blocks visits every block of the shard, always in the same order. Of the partitions' next blocks that with
// the earliest day comes first: where rows come by time, the rows of a customer are then nearly in order.
func (a *assembler) blocks(visit func(part int, b *blockReader)) {
	readers := make([]blockReader, len(a.parts))
	open := 0
	for i, p := range a.parts {
		if readers[i] = newBlockReader(p, a.layout.columns); readers[i].next() {
			open++
		}
	}
	for open > 0 {
		first := -1
		for i := range readers {
			r := &readers[i]
			if r.rows > 0 && (first < 0 || r.columns[dayColumn].base < readers[first].columns[dayColumn].base) {
				first = i
			}
		}
		visit(first, &readers[first])
		if !readers[first].next() {
			readers[first].rows = 0
			open--
		}
	}
}

// column unpacks a column of a block into one of three memories.
func (a *assembler) column(memory int, b *blockReader, c int) []int64 {
	m := &a.unpacked[memory]
	*m = sized(*m, b.rows)
	b.columns[c].unpack(*m)
	return *m
}

// numberBlock sets ids to the customers of a block.
func (a *assembler) numberBlock(part int, b *blockReader, ids []uint32) {
	low := a.column(0, b, lowColumn)
	high, flags := &b.columns[highColumn], &b.columns[flagsColumn]
	form := key.Form(flags.base & flagForm)
	switch alike := flags.width == 0 && form != key.Long; {
	case alike && high.width == 0:
		a.customers.number(form, high.base, low, ids)
		return
	case alike:
		a.customers.numberWide(form, a.column(1, b, highColumn), low, ids)
		return
	}
	highs, long := a.column(1, b, highColumn), a.keys[part]
	for i, f := range a.column(2, b, flagsColumn) {
		form := key.Form(f & flagForm)
		if form == key.Long {
			low[i] = int64(long[low[i]])
		}
		ids[i] = a.customers.id(form, highs[i], low[i])
	}
}

// sortCustomers is step 2: customer numbers by key bytes, those without rows left out (every row of theirs was
// set aside after its key had been numbered). It also writes the keys of the shard.
func (a *assembler) sortCustomers() error {
	all, end, ids := a.text[:0], a.end[:0], a.ids[:0]
	for id, n := range a.rows {
		if n == 0 {
			continue
		}
		all = a.customers.appendKey(all, id, &a.texts)
		end, ids = append(end, uint64(len(all))), append(ids, uint32(id))
	}
	a.text, a.end, a.ids = all, end, ids
	if uint64(len(all)) > math.MaxUint32 {
		return fmt.Errorf("the customer keys of one of %d shards take more than 4 GiB: map a shorter key with --customer", Shards)
	}
	out := &a.out
	out.KeyBytes, out.KeyStart = sized(out.KeyBytes, len(all))[:0], append(out.KeyStart[:0], 0)
	a.rank = sized(a.rank, len(a.rows))
	a.start = append(sized(a.start, len(ids)+1)[:0], 0)
	for rank, i := range a.sorter.sort(all, end) {
		id := ids[i]
		a.rank[id] = uint32(rank)
		a.start = append(a.start, a.start[rank]+a.rows[id])
		var lo uint64
		if i > 0 {
			lo = end[i-1]
		}
		out.KeyBytes = append(out.KeyBytes, all[lo:end[i]]...)
		out.KeyStart = append(out.KeyStart, uint32(len(out.KeyBytes)))
	}
	return nil
}

// bucketRows is about how many rows go into a bucket: few enough that some columns of them fit the second-level
// cache, enough that buckets are few.
const bucketRows = 1 << 14

// layOut prepares step 3.
func (a *assembler) layOut() {
	total, customers := len(a.id), len(a.start)-1
	a.shift = 0
	for customers > 0 && (total/customers)<<(a.shift+1) <= bucketRows {
		a.shift++
	}
	a.cursor = a.cursor[:0]
	for rank := 0; rank < customers; rank += 1 << a.shift {
		a.cursor = append(a.cursor, a.start[rank])
	}
	l := &a.layout
	a.row = sized(a.row, total)
	if l.order+l.cost+l.rounding > 0 {
		a.flags = sized(a.flags, total)
	}
	for c := optionalColumns; c < l.columns; c++ {
		if c < l.sides || c == l.rounding {
			a.number[c] = sized(a.number[c], total)
		}
	}
	for k := range a.code {
		a.code[k] = sized(a.code[k], total)
	}
}

// spreadRows is step 3.
func (a *assembler) spreadRows() {
	l, done := &a.layout, 0
	a.blocks(func(part int, b *blockReader) {
		a.position = sized(a.position, b.rows)
		position, ids := a.position, a.id[done:done+b.rows]
		done += b.rows
		amounts := a.column(1, b, amountColumn)
		for i, day := range a.column(0, b, dayColumn) {
			rank := a.rank[ids[i]]
			next := &a.cursor[rank>>a.shift]
			position[i] = *next
			a.row[*next] = spreadRow{uint64(rank)<<32 | uint64(uint32(day)^dayBias), amounts[i]}
			*next++
		}
		if a.flags != nil {
			spread(a.flags, a.column(1, b, flagsColumn), position)
		}
		for _, c := range []int{l.units, l.cost, l.discount, l.rounding} {
			if c > 0 {
				spread(a.number[c], a.column(0, b, c), position)
			}
		}
		if l.order > 0 {
			low, long := a.column(0, b, l.order), a.orders[part]
			for i, f := range a.unpacked[1] { // flags
				if key.Form(f>>orderFormShift&flagForm) == key.Long {
					low[i] = int64(long[low[i]])
				}
			}
			spread(a.number[l.order], low, position)
			spread(a.number[l.order+1], a.column(0, b, l.order+1), position)
		}
		for k := range l.nSides {
			codes, became := a.column(0, b, l.sides+k), a.plan.sideRemap[a.parts[part].worker][k]
			for i, c := range codes {
				codes[i] = int64(became[c])
			}
			spread(a.code[k], codes, position)
		}
	})
}

// spread puts the values of a block in their rows.
func spread[T int64 | uint32 | uint8](column []T, values []int64, position []uint32) {
	for i, at := range position {
		column[at] = T(values[i])
	}
}

// dayBias turns the order of signed 32-bit days into that of unsigned ones.
const dayBias = 1 << 31

// sortBucket is the first half of step 4 for the customers of ranks lo to hi: perm[start[rank]-start[lo]:] are the
// rows of a customer, each as day << 32 | row, ascending, and sorted[start[rank]-start[lo]:] their amounts.
func (a *assembler) sortBucket(lo, hi int) {
	first := a.start[lo]
	a.next = sized(a.next, hi-lo)
	for i := range a.next {
		a.next[i] = a.start[lo+i] - first
	}
	a.perm, a.sorted = sized(a.perm, int(a.start[hi]-first)), sized(a.sorted, int(a.start[hi]-first))
	for i, r := range a.row[first:a.start[hi]] {
		at := &a.next[int(r.where>>32)-lo]
		a.perm[*at], a.sorted[*at] = r.where<<32|uint64(int(first)+i), r.amount
		*at++
	}
	for rank := lo; rank < hi; rank++ {
		if from, to := a.start[rank]-first, a.start[rank+1]-first; !slices.IsSorted(a.perm[from:to]) {
			slices.Sort(a.perm[from:to])
			a.gatherAmounts(from, to)
		}
	}
}

// gatherAmounts brings the amounts of rows from to of perm into their order.
func (a *assembler) gatherAmounts(from, to uint32) {
	for j, p := range a.perm[from:to] {
		a.sorted[int(from)+j] = a.row[uint32(p)].amount
	}
}
