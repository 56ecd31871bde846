package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mainstay/ingest"
	"mainstay/ingest/spill"
	"mainstay/ingest/store"
	"mainstay/ingest/table"
	"mainstay/reports"
)

// now is the clock; tests replace it, because "not after yesterday" depends on it.
var now = time.Now

const columnsLong = `A role whose COLUMN is not given is found by name and type where that is unambiguous; 'none' = do
without.`

// inputOptions is what every command that reads transactions has: the configuration, where it comes
// from, and the threads.
type inputOptions struct {
	config  config
	source  configFlags
	threads int
}

func newInputOptions() inputOptions { return inputOptions{config: defaultConfig()} }

func (o *inputOptions) addFlags(f *pflag.FlagSet) {
	o.source.addFlags(f)
	o.config.addInputFlags(f)
	o.config.addLimits(f, &o.threads)
}

// resolve settles the configuration: defaults, the file, flags, arguments, in rising order of strength.
func (o *inputOptions) resolve(flags *pflag.FlagSet, sources []string) error {
	if err := o.source.resolve(&o.config, flags, sources); err != nil {
		return err
	}
	_, err := o.config.memory()
	return errors.Join(o.config.Ingest.Validate(), o.config.Segment.Check(), err)
}

// inputCommand completes a command that reads transactions: it settles the configuration, then shows it
// (--print-config) or does the work.
func (a *app) inputCommand(cmd *cobra.Command, o *inputOptions, work func(context.Context) error) *cobra.Command {
	cmd.Long += "\n\n" + columnsLong
	cmd.Flags().SortFlags = false
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := o.resolve(cmd.Flags(), args); err != nil {
			return err
		}
		if err := o.adopt(cmd.Context(), cmd.Flags(), o.config.Transactions); err != nil {
			return err
		}
		if o.source.print {
			return a.printConfig(&o.config)
		}
		a.progress.start(a.stderr)
		return a.within(&o.config, func() error { return work(cmd.Context()) })
	}
	return cmd
}

// within does the work in the memory and the folder of temporary files that the configuration gives. The files are
// gone afterwards, whatever the work came to.
func (a *app) within(c *config, work func() error) (err error) {
	memory, err := c.memory()
	if err != nil {
		return err
	}
	a.space = spill.New(memory, c.TempDir)
	a.space.HoldHeap()
	defer func() { err = errors.Join(err, a.space.Close()) }()
	return work()
}

// adopt takes the settings of a stored Ledger in place of the defaults, where sources are one: the
// configuration file and flags may repeat them, and what differs is an error of the plan.
func (o *inputOptions) adopt(ctx context.Context, flags *pflag.FlagSet, sources []string) error {
	stored, err := ingest.StoredConfig(ctx, files, sources)
	if stored == nil || err != nil {
		return err
	}
	if flags.Changed("partition") {
		return usageError{fmt.Errorf("--partition chooses files of an export, and %s is a stored ledger: choose when it is made, or read the export", sources[0])}
	}
	return o.source.over(&o.config, flags, stored)
}

// plan reads footers and the time column, and what buying groups there are where they are the unit.
func (a *app) plan(ctx context.Context, o *inputOptions) (*ingest.Plan, error) {
	a.progress.say("reading dates")
	p, err := ingest.NewPlan(ctx, files, o.config.Transactions, o.config.Ingest, o.threads, now())
	if err != nil {
		return nil, err
	}
	p.Space = a.space
	if o.config.Ingest.Unit == ingest.UnitParent {
		_, err = a.accounts(ctx, o, p)
	}
	return p, err
}

// accounts reads the accounts table, once for a plan; nil when none is configured.
func (a *app) accounts(ctx context.Context, o *inputOptions, p *ingest.Plan) (*table.Accounts, error) {
	c := &o.config
	if p.Accounts != nil || len(c.Accounts.Source) == 0 {
		return p.Accounts, nil
	}
	a.progress.say("reading accounts")
	accounts, err := table.ReadAccounts(ctx, files, c.Accounts.Source, c.Accounts.Columns, p.Customer, int32(p.AsOf), o.threads)
	if err != nil {
		return nil, err
	}
	err = p.Meet(accounts)
	return p.Accounts, err
}

// rowProgress shows how many of the planned rows have been read.
func (a *app) rowProgress(p *ingest.Plan) func(int64) {
	total := int64(0)
	for _, f := range p.Files {
		total += f.File.Rows
	}
	return func(rows int64) { a.progress.phase("reading rows", float64(rows)/float64(max(total, 1))) }
}

// files is where every input lies.
var files store.Store = store.Files{}

// style is how a command that reads transactions speaks to people.
func (o *inputOptions) style(a *app) reports.Style {
	return reports.Style{Lang: o.config.Language, Level: o.config.Segment.Level, Colour: isTerminal(a.stdout)}
}
