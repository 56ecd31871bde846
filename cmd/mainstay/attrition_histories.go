package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mainstay/reports"
	"mainstay/segment/latent"
)

const historiesLong = `Fit latent attrition models to a table of purchase histories instead of transactions: a row per
customer with x, repeat purchases; t.x, the time from the first purchase to the last; T, the time
from the first purchase until the end. It is what BTYD, CLVTools and lifetimes call a customer-by-
sufficient-statistic table or a summary; lifetimes calls x frequency and t.x recency.

--time-unit is the unit of the table's times. With --count a row stands for so many customers. --mean
is the mean amount of repeat purchases, from which value comes. --later is what was bought in the
--horizon that followed: expected purchases are held against it. --gaps, the sum of the logarithms of
the times between purchases (BTYDplus: litt), lets mbg/cnbd-k be fitted, with the k of the highest
likelihood. --by and --on name columns of the table.

The models, and what is said of them, are those of mainstay attrition. A model whose likelihood has
no maximum is refused (status 4).`

type historiesOptions struct {
	columns latent.HistoryColumns
	study   latent.Config
	horizon float64 // in units of time
	out     string
	json    bool
	threads int
}

func (o *historiesOptions) addFlags(f *pflag.FlagSet) {
	c := &o.columns
	f.SortFlags = false
	f.StringVar(&c.X, "x", "", "`COLUMN` of repeat purchases (default: x, frequency or repeats)")
	f.StringVar(&c.Last, "last", "", "`COLUMN` of the time of the last (default: t.x or recency)")
	f.StringVar(&c.T, "observed", "", "`COLUMN` of the time observed (default: T.cal, T, n.cal or age)")
	f.StringVar(&c.ID, "id", "", "`COLUMN` of who it is (default: the number of the row)")
	f.StringVar(&c.Count, "count", "", "`COLUMN` of how many such customers there are (default: one)")
	f.StringVar(&c.Mean, "mean", "", "`COLUMN` of the mean amount of repeat purchases (default: no value)")
	f.StringVar(&c.Gaps, "gaps", "", "`COLUMN` of the sum of logarithms of the times between purchases (default: no mbg/cnbd-k)")
	f.StringVar(&c.Later, "later", "", "`COLUMN` of purchases in the horizon that followed (default: no holdout)")
	addModel(f, &o.study)
	f.Float64Var(&o.horizon, "horizon", 0, "`UNITS` of time ahead (default: those of 365 days)")
	addLevel(f, &o.study.Level)
	addOutFile(f, &o.out, "every row")
	addJSON(f, &o.json)
	addThreads(f, &o.threads)
}

func newHistoriesCommand(a *app) *cobra.Command {
	o := &historiesOptions{study: latent.Defaults}
	cmd := &cobra.Command{
		Use:   "histories TABLE...",
		Short: "the same of a table of x, t.x and T, as BTYD, CLVTools and lifetimes make it",
		Long:  historiesLong,
		Example: `  mainstay attrition histories cbs.csv --id cust
  mainstay attrition histories cbs.csv --model pareto/nbd --later x.star --horizon 39
  mainstay attrition histories summary.csv --time-unit day --mean monetary_value --out scores.csv
  mainstay attrition histories donors.csv --model bg/bb --time-unit year --count custs --json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(args, cmd.Flags().Changed("horizon")); err != nil {
				return err
			}
			return runHistories(cmd.Context(), a, o, args)
		},
	}
	o.addFlags(cmd.Flags())
	return cmd
}

// check finds what is wrong with the flags before any work is done.
func (o *historiesOptions) check(sources []string, horizon bool) error {
	if len(sources) == 0 {
		return usageError{errors.New("name a table of purchase histories: x, t.x and T of each customer")}
	}
	if horizon {
		days, err := latent.UnitDays(o.study.Unit)
		if err != nil {
			return usageError{err}
		}
		o.study.Horizon = o.horizon * days
	} else if o.columns.Later != "" {
		return usageError{fmt.Errorf("--later is what was bought in the time that followed: say how long that was with --horizon, in %ss", o.study.Unit)}
	}
	if err := checkStudy(&o.study); err != nil {
		return err
	}
	return checkFiles(sources, o.out)
}

func runHistories(ctx context.Context, a *app, o *historiesOptions, sources []string) error {
	t, err := a.readTable(ctx, sources, o.threads)
	if err != nil {
		return err
	}
	a.progress.say("fitting")
	var study *latent.Study
	err = unlessStopped(ctx, func() (err error) {
		study, err = latent.Histories(t, o.columns, o.study, o.threads)
		return err
	})
	if err != nil {
		return err
	}
	a.progress.clear()
	return a.showAttrition(o.out, o.json, &reports.Attrition{Files: t.Files, Study: study})
}
