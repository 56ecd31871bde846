package ingest

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"mainstay/ingest/spill"
	"mainstay/internal/num"
)

// shelf is where a Ledger keeps its shards: packed, in memory up to a share of it and in a temporary file beyond.
// Keys stay in memory. Whoever wants a shard gets it unpacked; as many as fit into openBytes stay open: those asked for
// last and, of a small Ledger, all.
type shelf struct {
	shards   [Shards]packedShard
	finished atomic.Int64               // shards that are packed
	memory   atomic.Int64               // bytes that packed columns take in memory, ends of slabs that they leave unused included
	file     atomic.Pointer[spill.File] // the others; nil without

	scans atomic.Int64 // begun so far

	open    [Shards]atomic.Pointer[openShard]
	mu      sync.Mutex
	opened  []int        // the shards that are open, the oldest first
	scratch []*openShard // to be used again
	err     error
}

// openBytes is the most that shards which stay open may take, and openShare the most of the memory in percent.
const (
	openBytes = 256 << 20
	openShare = 5
)

// Put makes s shard k. Nothing of s is kept: its memory may be used again. The error is that of a temporary file.
func (l *Ledger) Put(k int, s Shard) error {
	p := packer{ledger: l}
	if err := p.add(&s); err != nil {
		return err
	}
	return p.finish(k, &s)
}

// recode replaces the codes of a shard's side tables: code c of table i becomes final[i][c]. Order is kept.
func (l *Ledger) recode(k int, final [][]uint32) error {
	o, p := new(openShard), &l.shelf.shards[k]
	if err := o.unpack(l, k); err != nil {
		return err
	}
	var words []uint64
	for i := range p.sides {
		side := o.side(i)
		if err := l.Err(); err != nil {
			return err
		}
		for j, code := range side.Code {
			side.Code[j] = final[i][code]
		}
		words = packSide(words[:0], side)
		l.drop(&p.sides[i].page)
		var err error
		if p.sides[i].page, err = l.keep(words, nil); err != nil {
			return err
		}
	}
	return nil
}

// openFile is the file of what memory does not hold, made for the first page of it. It goes when the Ledger does.
func (h *shelf) openFile(l *Ledger) (*spill.File, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if f := h.file.Load(); f != nil {
		return f, nil
	}
	held := h.memory.Load() // by the shards that are finished and, about, one more
	f, err := l.Space.File("ledger", held*Shards/(h.finished.Load()+1)-held)
	if err == nil {
		h.file.Store(f)
		runtime.AddCleanup(l, func(f *spill.File) { _ = f.Close() }, f)
	}
	return f, err
}

// Scan calls visit once for every shard k, on up to threads goroutines (on one in ascending order): what visit gathers must
// not depend on who saw which shard, or in which order. A shard is valid only until visit returns. A panic in visit is
// raised again on the caller's goroutine. A shard that cannot be read ends the scan: see Err.
func (l *Ledger) Scan(threads int, visit func(k int, s *Shard)) { l.ScanFirst(Shards, threads, visit) }

// ScanFirst is Scan over the first n shards: a random sample of the customers, the same whatever the threads
// or the memory, for a shard is a fixed hash of the key.
func (l *Ledger) ScanFirst(n, threads int, visit func(k int, s *Shard)) {
	l.shelf.scans.Add(1)
	small := l.small()
	num.Blocks(n, 1, threads, func(k, _, _ int) {
		if l.Err() != nil {
			return
		}
		if small {
			visit(k, l.Shard(k))
			return
		}
		o := l.shelf.borrow()
		defer l.shelf.giveBack(o)
		if err := o.unpack(l, k); err != nil {
			l.fail(err)
			return
		}
		visit(k, &o.shard)
	})
}

// ScanParts is ScanFirst for whoever needs no side tables and looks at one customer at a time: it is given the customers of
// a shard, and their cells, a few at a time, so that what is unpacked stays in the cache. s.Key(i) and s.Cells(i) are those of
// customer first + i of shard k. A shard is visited by one goroutine, in order.
func (l *Ledger) ScanParts(n, threads int, visit func(k, first int, s *Shard)) {
	l.shelf.scans.Add(1)
	num.Blocks(n, 1, threads, func(k, _, _ int) {
		o := l.shelf.borrow()
		defer l.shelf.giveBack(o)
		first := 0
		for i := range l.shelf.shards[k].parts {
			if l.Err() != nil {
				return
			}
			if err := o.unpackPart(l, k, i, first); err != nil {
				l.fail(err)
				return
			}
			visit(k, first, &o.shard)
			first += o.shard.Customers()
		}
	})
}

// Scans is how many scans were begun: each unpacks, and may read, the whole Ledger.
func (l *Ledger) Scans() int { return int(l.shelf.scans.Load()) }

// small reports whether all shards can stay open.
func (l *Ledger) small() bool {
	size := int64(0)
	for k := range l.shelf.shards {
		size += l.shelf.shards[k].size()
	}
	return size <= l.openLimit()
}

// openLimit is how many bytes the shards that stay open may take.
func (l *Ledger) openLimit() int64 { return min(openBytes, l.Space.Share(openShare)) }

func (h *shelf) borrow() *openShard {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := len(h.scratch)
	if n == 0 {
		return new(openShard)
	}
	o := h.scratch[n-1]
	h.scratch = h.scratch[:n-1]
	return o
}

func (h *shelf) giveBack(o *openShard) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.scratch = append(h.scratch, o)
}

// Shard is shard k, to keep: for looks at single customers. The shards asked for last are kept open, so that customers
// in the Ledger's order cost no more than a scan; loops over all customers are better off with Scan. Its customers have
// no cells where it cannot be read: see Err.
func (l *Ledger) Shard(k int) *Shard {
	h := &l.shelf
	if o := h.open[k].Load(); o != nil {
		return &o.shard
	}
	o := new(openShard)
	if err := o.unpack(l, k); err != nil {
		l.fail(err)
		return &Shard{KeyBytes: h.shards[k].keyBytes, KeyStart: h.shards[k].keyStart, CellStart: make([]uint32, len(h.shards[k].keyStart))}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if first := h.open[k].Load(); first != nil {
		return &first.shard
	}
	h.open[k].Store(o)
	h.opened = append(h.opened, k)
	size := int64(0)
	for i, n := range slices.Backward(h.opened) {
		if size += h.shards[n].size(); size > l.openLimit() && n != k {
			for _, old := range h.opened[:i+1] {
				h.open[old].Store(nil)
			}
			h.opened = slices.Delete(h.opened, 0, i+1)
			break
		}
	}
	return &o.shard
}

// Err is the first error of reading a shard, nil for none. As with a bufio.Scanner, whoever has scanned asks
// once at the end, before anything found is shown or written.
func (l *Ledger) Err() error {
	l.shelf.mu.Lock()
	defer l.shelf.mu.Unlock()
	return l.shelf.err
}

// Recover is deferred by whoever computes from scans: where a shard could not be read, err becomes that error, whatever
// came of the missing cells, a panic included.
func (l *Ledger) Recover(err *error) {
	if failed := l.Err(); failed != nil {
		_ = recover()
		*err = failed
	}
}

func (l *Ledger) fail(err error) {
	l.shelf.mu.Lock()
	defer l.shelf.mu.Unlock()
	if l.shelf.err == nil {
		l.shelf.err = err
	}
}

// Key is the key of customer row of shard k; the bytes belong to the Ledger.
func (l *Ledger) Key(k, row int) []byte {
	p := &l.shelf.shards[k]
	return p.keyBytes[p.keyStart[row]:p.keyStart[row+1]]
}

// ShardCustomers is the number of customers of shard k.
func (l *Ledger) ShardCustomers(k int) int { return l.shelf.shards[k].customers() }
