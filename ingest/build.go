package ingest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"mainstay/ingest/store"
	"mainstay/internal/num"
)

// Build reads every row once and returns the Ledger, the same for any number of
// threads and any order of rows. Rows set aside go to sink (nil = only counted).
// progress, when not nil, is called with rows read so far from any goroutine. Of a stored
// Ledger the rows are postings, and the rows set aside are known as counts alone.
//
// More bad rows than Config.MaxBadRate, no row that can be used, or a day of a customer
// that 64 bits do not hold is a *QualityError; the Ledger returned with it holds only the
// Tally. Rows or money that do not reconcile are an error.
func Build(ctx context.Context, st store.Store, p *Plan, threads int, sink RejectSink, progress func(rows int64)) (*Ledger, error) {
	if p.stored != nil {
		return p.stored.ledger(ctx, st, p, threads, progress)
	}
	if p.Config.Unit == UnitParent && p.Parents == nil {
		return nil, &ConfigError{"unit parent: no accounts table says who belongs to which buying group"}
	}
	r := newRules(p)
	has := p.has()
	workers := make([]*scatterer, max(1, threads))
	for i := range workers {
		workers[i] = newScatterer(r, newRecordLayout(has, len(p.Sides)))
	}
	pageWithin(p, workers)
	defer closePagers(workers)
	if err := readUnits(ctx, st, p, workers, sink, progress); err != nil {
		return nil, err
	}
	l := &Ledger{
		Scale: p.Scale, UnitsScale: p.UnitsScale, Currency: ledgerCurrency(p),
		AsOf: p.AsOf, ZeroDays: p.Config.ZeroDays == "count", Has: has, Space: p.Space,
	}
	if err := finish(ctx, l, p, workers); err != nil {
		if _, held := err.(*QualityError); !held {
			return nil, err
		}
		return &Ledger{Scale: l.Scale, UnitsScale: l.UnitsScale, Currency: l.Currency, AsOf: l.AsOf, Tally: l.Tally}, err
	}
	return l, nil
}

// ledgerCurrency is the currency asked for, or the only one in the export.
func ledgerCurrency(p *Plan) string {
	if p.Config.Currency == "" && len(p.Currencies) == 1 {
		return p.Currencies[0]
	}
	return currencyName(p.Config.Currency)
}

// finish is everything after the last row was read: gates, assembly, reconciliation.
func finish(ctx context.Context, l *Ledger, p *Plan, workers []*scatterer) error {
	total := newCounts()
	for _, w := range workers {
		total.merge(&w.counts)
	}
	total.outside += p.rowsOutside()
	l.Tally, l.First = total.tally(), total.first
	l.Tally.Excluded = workers[0].rules.exclude.tally(total.excluded, p.excludedAccounts)
	if err := total.gate(p.Config.MaxBadRate); err != nil {
		return err
	}
	if err := assemble(ctx, l, p.Sides, workers); err != nil {
		return err
	}
	return reconcile(l)
}

// assemble fills the shards, one worker to a shard at a time.
func assemble(ctx context.Context, l *Ledger, sides []SideInfo, workers []*scatterer) error {
	plan := &assembly{layout: workers[0].layout, has: l.Has, scale: l.Scale, unitsScale: l.UnitsScale}
	l.Sides, plan.sideRemap = mergeValues(sides, workers)
	if err := pageRest(ctx, workers); err != nil {
		return err
	}
	n, err := assemblersFor(&plan.layout, l.Space, workers)
	if err != nil {
		return err
	}
	assemblers, packers := make([]*assembler, n), make([]packer, n)
	return inParallel(ctx, n, Shards, func(_ context.Context, worker, shard int) error {
		if assemblers[worker] == nil {
			assemblers[worker], packers[worker].ledger = newAssembler(plan), l
		}
		parts, err := partsOf(workers, shard)
		if err != nil {
			return err
		}
		return assemblers[worker].shard(shard, parts, &packers[worker])
	})
}

// inParallel runs f for every task, handed out in ascending order to the workers.
// The first failure is returned and stops the others; a panic is a failure.
func inParallel(ctx context.Context, workers, tasks int, f func(ctx context.Context, worker, task int) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		wg    sync.WaitGroup
		next  atomic.Int64
		once  sync.Once
		first error
	)
	for w := range min(workers, tasks) {
		wg.Go(func() {
			for ctx.Err() == nil {
				task := int(next.Add(1)) - 1
				if task >= tasks {
					return
				}
				if err := num.Safely(func() error { return f(ctx, w, task) }); err != nil {
					once.Do(func() { first = err })
					cancel()
					return
				}
			}
		})
	}
	wg.Wait()
	if first == nil {
		return context.Cause(ctx)
	}
	return first
}

// reconcile adds up the rows and the money that the packed cells hold, and compares them with what was read and set aside.
func reconcile(l *Ledger) error {
	t := &l.Tally
	for k := range l.shelf.shards {
		held := &l.shelf.shards[k].held
		rows, _ := held.rows.Int64()
		t.RowsUsed += rows
		t.MoneyUsed.Merge(held.money)
	}
	excluded := ReasonTally{Reason: ReasonExcludedCustomer, Kind: OutOfScope}
	for _, x := range t.Excluded {
		excluded.Rows += x.Rows
		excluded.Money.Merge(x.Money)
	}
	rows, sum := t.RowsUsed, t.MoneyUsed
	for _, r := range t.Reasons {
		rows += r.Rows
		sum.Merge(r.Money)
		if r.Reason == ReasonExcludedCustomer && len(t.Excluded) > 0 && r != excluded {
			return fmt.Errorf("excluded customers do not reconcile: %d rows set aside, %d by the lists: this is a fault of mainstay, please report it", r.Rows, excluded.Rows)
		}
	}
	if rows != t.RowsRead {
		return fmt.Errorf("rows do not reconcile: %d read, %d used and set aside: this is a fault of mainstay, please report it", t.RowsRead, rows)
	}
	if sum != t.MoneyRead {
		return fmt.Errorf("money does not reconcile: %s read, %s used and set aside: this is a fault of mainstay, please report it",
			t.MoneyRead.Format(l.Scale), sum.Format(l.Scale))
	}
	return nil
}
