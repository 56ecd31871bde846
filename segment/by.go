package segment

import (
	"context"
	"slices"

	"mainstay/ingest"
	"mainstay/ingest/table"
)

// By describes segmentations without fitting anything: rows for every scheme of by ("rfm", "abc",
// "ladder", an attribute, or several joined by "," = crossed), over the customers for which where holds
// (empty = all), with cut points. It is what `mainstay segment` prints. An empty by means Book.Schemes.
// Classes, cut points and key accounts are those of the whole book, as in a run: where chooses who is
// counted, not how they are classed.
func By(ctx context.Context, l *ingest.Ledger, accounts *table.Accounts, cfg Config, by []string, where string, threads int) (rows []SegmentRow, cuts []Cut, err error) {
	if err := cfg.Check(); err != nil {
		return nil, nil, err
	}
	b, err := NewBook(l, accounts, NewClock(l, l.AsOf, cfg), cfg, threads)
	if err != nil {
		return nil, nil, err
	}
	in, err := b.Where(where)
	if err != nil {
		return nil, nil, err
	}
	past, err := ObserveRetention(b)
	if err != nil {
		return nil, nil, err
	}
	if len(by) == 0 {
		by = b.Schemes()
	}
	for _, scheme := range by {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		g, err := b.Group(scheme)
		if err != nil {
			return nil, nil, err
		}
		some, err := b.Aggregate(scheme, g, where, in, past, nil)
		if err != nil {
			return nil, nil, err
		}
		rows = append(rows, some...)
		cuts = appendNewCuts(cuts, g.Cuts)
	}
	return rows, cuts, nil
}

// appendNewCuts leaves out the cuts of a scheme that are there already (from a crossing).
func appendNewCuts(cuts, more []Cut) []Cut {
	for _, c := range more {
		if !slices.ContainsFunc(cuts, func(o Cut) bool { return o.Scheme == c.Scheme && o.Measure == c.Measure && o.Group == c.Group }) {
			cuts = append(cuts, c)
		}
	}
	return cuts
}
