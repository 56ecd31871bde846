package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mainstay/ingest"
	"mainstay/internal/num"
	"mainstay/reports"
)

const ledgerLong = `Read transaction exports once and store the Ledger in a folder, which run, segment and inspect then
read in place of the export: same results, much sooner. Mapping and rules are kept with it;
docs/ledger.md is the format.

The folder is complete or as it was. Written over an earlier one, the months that were closed are
compared, and what changed is said: how many rows, how much money, through how many customers.`

const appendLong = `Add a night's files to the stored Ledger in FOLDER. The result equals, byte for byte, the Ledger of
the whole export. Late rows go where they belong. --restate says what the files are:

  none    rows to add, of whatever day (the default: adding loses nothing)
  orders  orders that replace those of the same order id, all rows of them
  days    days that replace those in the Ledger, each day that has a row

A file that was added before is refused where its rows would count twice. Columns and rules are the
Ledger's; the as-of date moves on as it would for the whole export.`

type ledgerOptions struct {
	inputOptions
	out       string
	maxChange float64
	quiet     bool
	json      bool
}

func (o *ledgerOptions) addFlags(f *pflag.FlagSet) {
	o.inputOptions.addFlags(f)
	f.Float64Var(&o.maxChange, "max-change", -1, "publish nothing (exit 4) when a closed month changed by more than this `SHARE`")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "print nothing on success")
	f.BoolVar(&o.json, "json", false, "print JSON instead of the page")
}

func newLedgerCommand(a *app) *cobra.Command {
	o := &ledgerOptions{inputOptions: newInputOptions()}
	cmd := &cobra.Command{
		Use:   "ledger IN... --out FOLDER",
		Short: "store what an export holds, to read it again in no time",
		Long:  ledgerLong,
		Example: `  mainstay ledger orders.parquet --out book
  mainstay run book
  mainstay ledger append book night.parquet`,
		Args: cobra.ArbitraryArgs,
	}
	cmd.Flags().StringVarP(&o.out, "out", "o", "", "`FOLDER` of the Ledger")
	o.addFlags(cmd.Flags())
	a.inputCommand(cmd, &o.inputOptions, func(ctx context.Context) error { return runLedger(ctx, a, o) })
	cmd.AddCommand(newAppendCommand(a))
	return cmd
}

func runLedger(ctx context.Context, a *app, o *ledgerOptions) error {
	if o.out == "" {
		return usageError{errors.New("--out is missing: name the folder of the Ledger, for example --out book")}
	}
	if err := reports.CheckLocal(o.out); err != nil {
		return err
	}
	p, err := a.plan(ctx, &o.inputOptions)
	if err != nil {
		return err
	}
	s, err := ingest.StoreLedger(ctx, files, p, o.out, a.storeOptions(o, a.rowProgress(p)))
	if err != nil {
		return err
	}
	return a.showStored(o, o.out, s)
}

func (a *app) storeOptions(o *ledgerOptions, progress func(int64)) ingest.StoreOptions {
	return ingest.StoreOptions{Threads: o.threads, Now: now(), Version: version, MaxChange: o.maxChange, Progress: progress, Space: a.space}
}

// showStored prints what was written; what changed in closed months is a warning too.
func (a *app) showStored(o *ledgerOptions, folder string, s *ingest.Stored) error {
	a.progress.clear()
	var warnings []num.Warning
	for _, n := range s.Notes {
		warnings = append(warnings, num.Warning{Code: reports.WarnInput, Message: n})
	}
	if n := len(s.Night.Changed); n > 0 {
		warnings = append(warnings, num.Warning{Code: ingest.WarnChanged, Message: s.Night.ChangedNote()})
	}
	a.logWarnings(!o.quiet && !o.json, warnings)
	switch {
	case o.quiet:
		return nil
	case o.json:
		return reports.StoredJSON(a.stdout, s)
	}
	return reports.Stored(a.stdout, folder, s, o.style(a))
}

func newAppendCommand(a *app) *cobra.Command {
	o := &ledgerOptions{inputOptions: newInputOptions()}
	var (
		folder  string
		restate string
		again   bool
	)
	cmd := &cobra.Command{
		Use:   "append FOLDER IN...",
		Short: "add a night's files to a stored Ledger",
		Long:  appendLong,
		Example: `  mainstay ledger append book night.parquet
  mainstay ledger append book last-7-days.parquet --restate days --max-change 0.005`,
	}
	cmd.Flags().StringVar(&restate, "restate", ingest.RestateNone, "what the files replace: none, orders or days")
	cmd.Flags().BoolVar(&again, "again", false, "add files although they were added before")
	o.addFlags(cmd.Flags())
	a.inputCommand(cmd, &o.inputOptions, func(ctx context.Context) error {
		if err := reports.CheckLocal(folder); err != nil {
			return err
		}
		if err := o.adopt(ctx, cmd.Flags(), []string{folder}); err != nil {
			return err
		}
		a.progress.say("reading rows")
		s, err := ingest.AppendLedger(ctx, files, folder, o.config.Transactions, o.config.Ingest, ingest.AppendOptions{
			StoreOptions: a.storeOptions(o, nil), Restate: restate, AsOf: o.config.Ingest.AsOf, Again: again,
		})
		if err != nil {
			return err
		}
		return a.showStored(o, folder, s)
	})
	withSources := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usageError{fmt.Errorf("no Ledger given: name its folder, for example '%s book night.parquet'", cmd.CommandPath())}
		}
		folder = args[0]
		return withSources(cmd, args[1:])
	}
	return cmd
}
