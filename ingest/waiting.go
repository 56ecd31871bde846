package ingest

// waiting is the columns of a batch on their way into the partitions. Rows are not moved one by one: each accepted row
// gets a slot, by shard, and each column is written slot by slot, in the width that it will wait in. What a shard gets of
// a column then lies together, and is copied at once.
type waiting struct {
	columns []waitingColumn // by column of the layout
	own     [][]int64       // memory of those that the batch does not have in this form
	all     []uint16        // 0, 1, 2, …
	rows    []uint16        // accepted rows, ascending; all of them where there are no others
	some    []uint16        // memory of rows
	shard   []uint8         // by row; Shards = not accepted
	slot    []uint16        // by row
	start   [Shards + 1]int // by shard: its first slot
	count   [Shards + 1]int // and how many it has; of the rows not accepted, last
}

// slotGap is free slots behind those of a shard: putNarrow writes up to seven bytes beyond a slot.
const slotGap = 8

// waitingColumn is the numbers of a batch's accepted rows as narrow has them, by slot.
type waitingColumn struct {
	base   int64
	width  int
	packed []byte // nothing is in it where the width is 0: the day of an export by time, the form of keys
}

// constant makes column c one number.
func (w *waiting) constant(c int, x int64) { w.columns[c].base, w.columns[c].width = x, 0 }

// set gives column c its numbers.
func (w *waiting) set(c int, values []int64) {
	lo, hi := bounds(values, w.rows)
	w.constant(c, lo)
	if lo == hi {
		return
	}
	k := &w.columns[c]
	k.width = widthOf(lo, hi)
	k.packed = sized(k.packed, (len(values)+len(w.start)*slotGap)*k.width)
	putNarrow(k.packed, values, w.slot, lo, k.width)
}

// bounds is the least and the greatest of the values of some rows, which are all rows or a part of them.
func bounds[T int64 | Day](values []T, rows []uint16) (lo, hi T) {
	lo, hi = values[rows[0]], values[rows[0]]
	if len(rows) == len(values) {
		for _, x := range values {
			lo, hi = min(lo, x), max(hi, x)
		}
		return lo, hi
	}
	for _, r := range rows {
		lo, hi = min(lo, values[r]), max(hi, values[r])
	}
	return lo, hi
}

// place gives the rows of a batch their slots, and lists the accepted ones.
func (w *waiting) place(reasons []reason, places []place) {
	n := len(reasons)
	w.shard, w.slot = sized(w.shard, n), sized(w.slot, n)
	clear(w.count[:])
	for i, why := range reasons {
		shard := uint8(Shards)
		if why == accepted {
			shard = places[i].shard()
		}
		w.shard[i] = shard
		w.count[shard]++
	}
	next := 0
	for shard, k := range w.count {
		w.start[shard] = next
		next += k + slotGap
	}
	free := w.start
	for i, shard := range w.shard {
		w.slot[i] = uint16(free[shard])
		free[shard]++
	}
	w.list(n)
}

// list lists the accepted rows of a batch of n.
func (w *waiting) list(n int) {
	if w.count[Shards] == 0 {
		for len(w.all) < n {
			w.all = append(w.all, uint16(len(w.all)))
		}
		w.rows = w.all[:n]
		return
	}
	w.some = w.some[:0]
	for i, shard := range w.shard {
		if shard < Shards {
			w.some = append(w.some, uint16(i))
		}
	}
	w.rows = w.some
}

// memory is room for n values of column c.
func (w *waiting) memory(c, n int) []int64 {
	w.own[c] = sized(w.own[c], n)
	return w.own[c]
}
