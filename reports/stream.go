package reports

import (
	"cmp"
	"iter"
	"sync"
	"sync/atomic"

	"mainstay/internal/num"
)

// tableWriter writes the rows of tables of one shape, one after the other.
type tableWriter interface {
	rows(t *Table) error
	close() error // ends the file; it is called once
}

// writeWhole writes a table at hand.
func writeWhole(w tableWriter, t *Table) error {
	if err := t.check(); err != nil {
		return err
	}
	if err := w.rows(t); err != nil {
		return err
	}
	return w.close()
}

// streamAhead is how many batches of a stream are being written while the next is made: formats that are faster than others for a while do
// not wait for them.
const streamAhead = 3

// Stream is a table that is too large to be at hand: it comes in batches of rows.
type Stream struct {
	Shape *Table // name and columns, without rows
	Rows  int
	// Batches are the rows in order. A batch is valid until so many more have been asked for as streamAhead says, and one.
	Batches iter.Seq2[*Table, error]
}

// batched makes tables of batches of rows, each in the memory of one that is no longer valid.
func batched[R any](batches iter.Seq2[[]R, error], table func(room *Table, rows []R) *Table) iter.Seq2[*Table, error] {
	return func(yield func(*Table, error) bool) {
		var rooms [streamAhead + 1]*Table
		for k := range rooms {
			rooms[k] = &Table{}
		}
		first, n := 0, 0
		for rows, err := range batches {
			room := &rooms[n%len(rooms)]
			if err == nil {
				*room = table(*room, rows)
				(*room).First = first
				first += len(rows)
			}
			if n++; !yield(*room, err) {
				return
			}
		}
	}
}

// write writes the stream in several formats at the same time, each on a goroutine. The error is that of the first of them; a panic is one.
func (s *Stream) write(writers ...tableWriter) error {
	var out fanOut
	for _, w := range writers {
		out.add(w)
	}
	ended := false
	defer func() {
		if !ended { // whoever makes the batches panicked: no writer stays behind
			_ = out.end(false)
		}
	}()
	err := out.batches(s.Batches)
	ended = true
	return cmp.Or(out.end(err == nil), err)
}

// fanOut hands batches to writers, which take them from their queues.
type fanOut struct {
	queues []chan *Table
	failed []error
	any    atomic.Bool                     // one of failed is set
	using  [streamAhead + 1]sync.WaitGroup // writers that have not done with a batch
	all    sync.WaitGroup
	whole  bool // every batch was handed out
}

// add begins a writer.
func (f *fanOut) add(w tableWriter) {
	queue, k := make(chan *Table, streamAhead), len(f.queues)
	f.queues, f.failed = append(f.queues, queue), append(f.failed, nil)
	f.all.Go(func() {
		err := error(nil)
		n := 0
		for t := range queue {
			if err == nil {
				err = num.Safely(func() error { return w.rows(t) })
				f.any.CompareAndSwap(false, err != nil)
			}
			f.using[n%len(f.using)].Done()
			n++
		}
		if err == nil && f.whole {
			err = num.Safely(w.close)
		}
		f.failed[k] = err
	})
}

// batches hands out all batches, as long as nobody has failed. The error is that of the batches.
func (f *fanOut) batches(batches iter.Seq2[*Table, error]) error {
	n := 0
	for t, err := range batches {
		if err == nil {
			err = t.check()
		}
		if err != nil {
			return err
		}
		f.using[n%len(f.using)].Add(len(f.queues))
		for _, queue := range f.queues {
			queue <- t
		}
		if f.any.Load() {
			return nil
		}
		n++
		f.using[n%len(f.using)].Wait() // the next batch takes the memory of this one
	}
	return nil
}

// end waits for the writers, who end their files where the stream is whole. The error is that of the first of them.
func (f *fanOut) end(whole bool) error {
	f.whole = whole && !f.any.Load()
	for _, queue := range f.queues {
		close(queue)
	}
	f.all.Wait()
	return cmp.Or(f.failed...)
}
