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
