package segment

import (
	"context"

	"mainstay/ingest"
	"mainstay/ingest/table"
)

// Analyse turns a Ledger into a Result: profiles, states, the tournament, scores, segments, tiers.
// accounts may be nil. Nothing after l.AsOf can influence it.
func Analyse(ctx context.Context, l *ingest.Ledger, accounts *table.Accounts, cfg Config, threads int, progress Progress) (*Result, error) {
	panic("not yet")
}

// By describes segmentations without fitting anything: rows for every scheme of by ("rfm", "abc",
// "ladder", an attribute, or several joined by "," = crossed), over the customers for which where holds
// (empty = all), with cut points. It is what `mainstay segment` prints.
func By(ctx context.Context, l *ingest.Ledger, accounts *table.Accounts, cfg Config, by []string, where string, threads int) (rows []SegmentRow, cuts []Cut, err error) {
	panic("not yet")
}
