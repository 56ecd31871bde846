package main

import (
	"context"
	"time"

	"mainstay/ingest"
	"mainstay/ingest/store"
	"mainstay/ingest/table"
)

// now is the clock; tests replace it, because "not after yesterday" depends on it.
var now = time.Now

// plan reads footers and the time column.
func (a *app) plan(ctx context.Context, c *config, threads int) (store.Store, *ingest.Plan, error) {
	a.progress.start(a.stderr)
	a.progress.say("reading dates")
	st := store.Dir{}
	p, err := ingest.NewPlan(ctx, st, c.Transactions, c.Ingest, threads, now())
	if err != nil {
		return nil, nil, err
	}
	log := a.logger()
	for _, note := range p.Notes {
		log.Warn().Msg(note)
	}
	return st, p, nil
}

// accounts reads the accounts table, nil when none is configured.
func (a *app) accounts(ctx context.Context, st store.Store, c *config, p *ingest.Plan) (*table.Accounts, error) {
	if len(c.Accounts.Source) == 0 {
		return nil, nil
	}
	return table.ReadAccounts(ctx, st, c.Accounts.Source, c.Accounts.Columns, p.Customer)
}

// rowProgress shows how many of the planned rows have been read.
func (a *app) rowProgress(p *ingest.Plan) func(int64) {
	total := int64(0)
	for _, f := range p.Files {
		total += f.File.Rows
	}
	return func(rows int64) { a.progress.phase("reading rows", float64(rows)/float64(max(total, 1))) }
}

// printConfig shows the effective configuration.
func (a *app) printConfig(c *config) error {
	text, err := c.yaml()
	if err != nil {
		return err
	}
	_, err = a.stdout.Write(text)
	return err
}
