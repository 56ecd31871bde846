package ingest

import (
	"context"
	"fmt"
	"sync/atomic"

	"mainstay/ingest/store"
	"mainstay/internal/num"
)

// batchRows is how many rows are decoded, judged and scattered at a time: few
// enough that a batch of every column stays in the second-level cache.
const batchRows = 8192

// unit is one row group of one file, or a part of one: what a worker reads at a time.
type unit struct {
	file  int
	group int
	first int64 // row number, within the file, of its first row
	skip  int64 // rows of the row group before it
	rows  int64

	trusted *groupDays // what the plan took from the footer without looking; nil = nothing
}

// unitsOf lists the row groups of all files that hold something inside the window, in file and row order.
func unitsOf(p *Plan) []unit {
	var units []unit
	for i, f := range p.Files {
		var first int64
		for g, n := range f.File.RowGroups {
			u := unit{file: i, group: g, first: first, rows: n}
			first += n
			if p.groups != nil {
				if p.groups[i][g].outside {
					continue
				}
				u.trusted = p.groups[i][g].trusted
			}
			units = append(units, u)
		}
	}
	return units
}

// readUnits reads every unit once, each by one of the workers.
func readUnits(ctx context.Context, st store.Store, p *Plan, workers []*scatterer, sink RejectSink, progress func(int64)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var queue *rejectQueue
	if sink != nil {
		var release func() bool
		queue, release = newRejectQueue(ctx, sink)
		defer release()
	}
	var rows atomic.Int64
	rows.Store(p.rowsOutside())
	err := eachUnit(ctx, st, p, len(workers), func(ctx context.Context, worker, task int, d *decoder, u unit) error {
		err := num.Safely(func() error {
			d.perRow = workers[worker].aside != nil
			if err := d.open(ctx, st, u); err != nil {
				return err
			}
			return readUnit(ctx, task, u, d, workers[worker], queue, func(n int64) {
				if n = rows.Add(n); progress != nil {
					progress(n)
				}
			})
		})
		if err != nil && queue != nil {
			queue.stop(err) // nobody waits for the turn of a unit that will not finish
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := p.reconcileUndated(workers); err != nil {
		return err
	}
	return p.reconcileRows(workers)
}

// eachUnit hands out every unit once, with the decoder of the worker that gets it.
func eachUnit(ctx context.Context, st store.Store, p *Plan, workers int, f func(ctx context.Context, worker, task int, d *decoder, u unit) error) error {
	objects := make([]store.Object, len(p.Files))
	for i := range p.Files {
		objects[i] = p.Files[i].Object
	}
	names := RelativeNames(objects)
	decoders := make([]*decoder, workers)
	for i := range decoders {
		decoders[i] = newDecoder(p, names)
		defer decoders[i].close()
	}
	units, err := cutUnits(ctx, st, p, unitsOf(p), decoders[0].names, workers)
	if err != nil {
		return err
	}
	return inParallel(ctx, workers, len(units), func(ctx context.Context, worker, task int) error {
		return f(ctx, worker, task, decoders[worker], units[task])
	})
}

// readUnit gives every batch of an open unit to the worker.
func readUnit(ctx context.Context, index int, u unit, d *decoder, s *scatterer, queue *rejectQueue, progress func(rows int64)) error {
	s.beginUnit(index, queue)
	var bad int64
	for {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		b, err := d.next(&s.counts.rounding)
		if err != nil {
			return err
		}
		if b == nil {
			break
		}
		if u.trusted != nil {
			if err := u.trusted.holds(b, &bad); err != nil {
				return err
			}
		}
		if err := s.add(b); err != nil {
			return err
		}
		progress(int64(d.rows.rows.taken))
	}
	s.counts.outside += d.rows.outside
	if u.trusted != nil {
		if d.rows.outside > 0 {
			return wrongStatistics(d.batch.path, -1, fmt.Sprintf("%s of a row group lie outside the window, and the footer says none", plural(d.rows.outside, "row")))
		}
		s.undated[u.trusted] += bad
	}
	return s.rejects.finish()
}
