package ingest

import (
	"context"
	"sync/atomic"

	"mainstay/ingest/store"
)

// unit is one row group of one file: what a worker reads at a time.
type unit struct {
	file  int
	group int
	first int64 // row number, within the file, of its first row
}

// unitsOf lists the row groups of all files, in file and row order.
func unitsOf(p *Plan) []unit {
	var units []unit
	for i, f := range p.Files {
		var first int64
		for g, n := range f.File.RowGroups {
			units = append(units, unit{i, g, first})
			first += n
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
	decoders := make([]*decoder, len(workers))
	for i := range decoders {
		decoders[i] = newDecoder(p)
		defer decoders[i].close()
	}
	var rows atomic.Int64
	units := unitsOf(p)
	return inParallel(ctx, len(workers), len(units), func(ctx context.Context, worker, task int) error {
		s, d := workers[worker], decoders[worker]
		if err := d.open(ctx, st, units[task]); err != nil {
			return err
		}
		s.beginUnit(task, queue)
		for {
			if err := context.Cause(ctx); err != nil {
				return err
			}
			b, err := d.next(&s.counts.rounding)
			if err != nil {
				return err
			}
			if b == nil {
				return s.rejects.finish()
			}
			if err := s.add(b); err != nil {
				return err
			}
			if n := rows.Add(int64(b.n)); progress != nil {
				progress(n)
			}
		}
	})
}
