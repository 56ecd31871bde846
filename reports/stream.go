package reports

import (
	"cmp"
	"iter"
	"sync"
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

// Stream is a table that is too large to be at hand: it comes in batches of rows.
type Stream struct {
	Shape *Table // name and columns, without rows
	Rows  int
	// Batches are the rows in order. A batch is valid until the one after the next is asked for: it is written while
	// the next one is made.
	Batches iter.Seq2[*Table, error]
}

// batched makes tables of batches of rows, each in the memory of the one before the last.
func batched[R any](batches iter.Seq2[[]R, error], table func(room *Table, rows []R) *Table) iter.Seq2[*Table, error] {
	return func(yield func(*Table, error) bool) {
		this, next := &Table{}, &Table{}
		first := 0
		for rows, err := range batches {
			if err == nil {
				this, next = table(next, rows), this
				this.First = first
				first += len(rows)
			}
			if !yield(this, err) {
				return
			}
		}
	}
}

// write writes the stream in several formats at the same time. The error is that of the first of them.
func (s *Stream) write(writers ...tableWriter) error {
	var wg sync.WaitGroup
	failed := make([]error, len(writers))
	each := func(do func(w tableWriter) error) {
		for k, w := range writers {
			wg.Go(func() { failed[k] = do(w) })
		}
	}
	for t, err := range s.Batches {
		wg.Wait()
		if err = cmp.Or(cmp.Or(failed...), err); err == nil {
			err = t.check()
		}
		if err != nil {
			return err
		}
		each(func(w tableWriter) error { return w.rows(t) })
	}
	wg.Wait()
	if err := cmp.Or(failed...); err != nil {
		return err
	}
	each(tableWriter.close)
	wg.Wait()
	return cmp.Or(failed...)
}
