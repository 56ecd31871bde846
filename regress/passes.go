package regress

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"mainstay/internal/num"
)

// data are the rows of a fit as its passes see them: rows of positive weight, in pieces of at most rowBlock rows. Like
// a bufio.Scanner a pass shows no error: after the first one passes see no rows, and whoever fits looks at err in
// the end.
type data struct {
	Source
	names   []string
	threads int
	check   func(y float64) error // in the first pass rows are checked; nil = they were
	counts  []int                 // rows of positive weight by block, after the first pass
	every   int                   // a sample is every so manieth block; 0 = all
	units   *units                // what responses are counted in; nil = as they come
	err     error
	buffers sync.Pool // of *buffer
}

// buffer is what one goroutine reads into: blocks of a source, and what is left of them.
type buffer struct{ rows, live, scaled Rows }

// inMemory are rows that were checked and have positive weight.
func inMemory(d *Design, y []float64, o Options) *data {
	return &data{Source: &memory{d, y, o}, names: d.Names, threads: o.Threads}
}

// streamed are the rows of s, checked in the first pass.
func streamed(s Source, threads int, check func(y float64) error) *data {
	return &data{Source: s, names: s.Names(), threads: max(threads, 1), check: check}
}

// fold makes a T of every piece of rows (lo numbers its first row within the block) and merges them in a fixed tree,
// within each block and then over blocks. The zero T comes back where there are no rows.
func fold[T any](d *data, empty func() T, f func(b, lo int, r *Rows, into T) T, merge func(into, from T) T) T {
	first := d.counts == nil
	if first {
		d.counts = make([]int, d.Blocks())
	}
	every := max(d.every, 1)
	parts, errs := make([]T, (len(d.counts)+every-1)/every), make([]error, len(d.counts))
	var failed atomic.Bool
	num.Blocks(len(parts), 1, d.threads, func(p, _, _ int) {
		parts[p] = empty()
		if d.err != nil || failed.Load() {
			return
		}
		b := p * every
		buf, _ := d.buffers.Get().(*buffer)
		if buf == nil {
			buf = &buffer{}
		}
		defer d.buffers.Put(buf)
		rows, err := d.read(b, buf, first)
		if err != nil {
			errs[b] = fmt.Errorf("regress: block %d (the first is 0): %w", b, err)
			failed.Store(true)
			return
		}
		n := len(rows.Y)
		if n == 0 {
			return
		}
		pieces := make([]T, (n-1)/rowBlock+1)
		for i := range pieces {
			lo := i * rowBlock
			piece := rows.slice(lo, min(lo+rowBlock, n), len(d.names))
			pieces[i] = f(b, lo, &piece, empty())
		}
		parts[p] = num.Tree(pieces, merge)
	})
	if i := slices.IndexFunc(errs, func(err error) bool { return err != nil }); i >= 0 {
		d.fail(errs[i])
	}
	return num.Tree(parts, merge)
}

// read is the rows of positive weight of block b.
func (d *data) read(b int, buf *buffer, first bool) (*Rows, error) {
	if err := d.Block(b, &buf.rows); err != nil {
		return nil, err
	}
	rows := &buf.rows
	if err := rows.shape(len(d.names)); err != nil {
		return nil, err
	}
	if first && d.check != nil {
		if err := rows.check(d.names, d.check); err != nil {
			return nil, err
		}
	}
	if slices.Contains(rows.Weights, 0) {
		rows.live(&buf.live, len(d.names))
		rows = &buf.live
	}
	if n := len(rows.Y); first {
		d.counts[b] = n
	} else if n != d.counts[b] {
		return nil, fmt.Errorf("%d rows of positive weight, %d in an earlier pass: a source must give the same rows whenever it is asked", n, d.counts[b])
	}
	if d.units != nil {
		d.units.scale(rows, &buf.scaled)
		rows = &buf.scaled
	}
	return rows, nil
}

func addVectors(into, from []float64) []float64 {
	for j, v := range from {
		into[j] += v
	}
	return into
}

// sample is every so manieth block of d, which has been passed before.
func (d *data) sample(every int) *data {
	return &data{Source: d.Source, names: d.names, threads: d.threads, counts: d.counts, every: every, units: d.units, err: d.err}
}

// fail keeps the first error.
func (d *data) fail(err error) {
	if d.err == nil {
		d.err = err
	}
}

// rows is the number of rows of positive weight, after the first pass.
func (d *data) rows() int {
	n := 0
	for _, c := range d.counts {
		n += c
	}
	return n
}
