package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mainstay/ingest/table"
	"mainstay/reports"
	"mainstay/segment/latent"
)

const contractsLong = `Fit contracts that end visibly: how many will still be there after the next renewals, how likely
each is renewed, and how long who renewed so often will stay, by the shifted-beta-geometric model.
Every customer has a chance of not renewing, which differs between customers (Beta); retention rises
because those who would leave have left, not because anybody grows loyal.

The table holds a row per contract (customer, start, end; an empty end is open), or with --survivors
a row per period of a cohort: how many are left after 0, 1, 2 … renewals. Contracts of a customer
that follow each other within --grace days are renewals of one; those beside another are none. Where
a row is a whole subscription, --every says how often it could have been given up. --by fits groups
apart.

--until fits the first renewals and shows what came beside what was expected. A fit without a
maximum is refused (status 4).`

type contractsOptions struct {
	config  latent.ContractConfig
	asOf    string
	out     string
	json    bool
	threads int
}

func (o *contractsOptions) addFlags(f *pflag.FlagSet) {
	c := &o.config
	f.SortFlags = false
	f.StringVar(&c.Customer, "customer", c.Customer, "`COLUMN` of the customer")
	f.StringVar(&c.Start, "start", c.Start, "`COLUMN` of the first day")
	f.StringVar(&c.End, "end", c.End, "`COLUMN` of the last day; empty is open")
	f.StringVar(&c.Every, "every", c.Every, "a period: contract (each row is one), month, quarter, year")
	f.IntVar(&c.Grace, "grace", c.Grace, "`DAYS` until the next contract that are no end")
	f.StringVar(&o.asOf, "as-of", "", "what is known on this `DATE`, or at the end of a period such as 2024-01 or 2024Q1 (default: yesterday)")
	f.StringVar(&c.Survivors, "survivors", "", "`COLUMN` of how many are left: the table has a row per period")
	f.StringVar(&c.Period, "period", c.Period, "with --survivors: `COLUMN` of renewals since the start, from 0")
	f.StringVar(&c.Cohort, "cohort", "", "with --survivors: `COLUMN` of cohorts, which share one fit")
	f.StringVar(&c.By, "by", "", "`COLUMN` of groups: a fit for each, apart from the others")
	f.IntVar(&c.Until, "until", 0, "fit so many `RENEWALS`, hold the others against it (default: all)")
	f.IntVar(&c.Ahead, "ahead", c.Ahead, "`RENEWALS` beyond those seen")
	f.Float64Var(&c.Rate, "rate", c.Rate, "discount rate: annual with --every month, quarter, year, else of a period")
	addLevel(f, &c.Level)
	addOutFile(f, &o.out, "the renewals")
	addJSON(f, &o.json)
	addThreads(f, &o.threads)
}

func newContractsCommand(a *app) *cobra.Command {
	o := &contractsOptions{config: latent.ContractDefaults}
	cmd := &cobra.Command{
		Use:   "contracts TABLE...",
		Short: "renewal, survival and residual lifetime of contracts that end visibly (sBG)",
		Long:  contractsLong,
		Example: `  mainstay attrition contracts subscriptions.csv --by plan
  mainstay attrition contracts subscriptions.csv --every month --as-of 2026-10-31 --out renewals.csv
  mainstay attrition contracts left.csv --survivors left --by plan --until 7 --json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(args); err != nil {
				return err
			}
			if err := o.idle(cmd.Flags()); err != nil {
				return usageError{err}
			}
			return runContracts(cmd.Context(), a, o, args)
		},
	}
	o.addFlags(cmd.Flags())
	return cmd
}

func (o *contractsOptions) check(sources []string) error {
	if len(sources) == 0 {
		return usageError{errors.New("name a table of contracts, or with --survivors of who is left")}
	}
	if err := o.config.Check(); err != nil {
		return usageError{err}
	}
	var err error
	if o.config.AsOf, err = tableAsOf(o.asOf); err != nil {
		return err
	}
	return checkFiles(sources, o.out)
}

// idle finds flags that say nothing of a table of this kind.
func (o *contractsOptions) idle(f *pflag.FlagSet) error {
	names, of := []string{"customer", "start", "end", "every", "grace", "as-of"}, "a row per contract, and --survivors names one of who is left: leave one of them out"
	if o.config.Survivors == "" {
		names, of = []string{"period"}, "who is left: name its column of how many with --survivors too"
	}
	for _, name := range names {
		if f.Changed(name) {
			return fmt.Errorf("--%s is of a table of %s", name, of)
		}
	}
	return nil
}

func runContracts(ctx context.Context, a *app, o *contractsOptions, sources []string) error {
	t, err := a.readTable(ctx, sources, o.threads)
	if err != nil {
		return err
	}
	if t.Rows == 0 {
		return &table.MappingError{Msg: fmt.Sprintf("%v: the table has no rows; give one with data", t.Files)}
	}
	var s *latent.ContractStudy
	err = unlessStopped(ctx, func() (err error) {
		s, err = latent.Contracts(t, o.config)
		return err
	})
	if err != nil {
		return err
	}
	a.progress.clear()
	if o.out != "" {
		if err := reports.WriteFile(o.out, reports.RenewalsTable(s)); err != nil {
			return err
		}
	}
	show := reports.RenewalsText
	if o.json {
		show = reports.WriteRenewalsJSON
	}
	if err := show(a.stdout, s); err != nil {
		return err
	}
	for k := range s.Groups {
		if s.Groups[k].Fit.Certificate.Certified() {
			return nil
		}
	}
	return qualityError{errors.New("no fit may be used: see the notes")}
}
