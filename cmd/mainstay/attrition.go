package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mainstay/ingest"
	"mainstay/reports"
	"mainstay/segment"
	"mainstay/segment/latent"
)

const attritionLong = `Find who has silently left, how often each customer will buy, and what that is worth, by latent
attrition ("buy till you die") models: customers buy at a rate of their own while they are alive,
leave unseen, and the silence since the last purchase says how likely they have.

The models see three numbers of each customer, in units of time since the first purchase: x,
purchase days after it; t.x, when the last was; T, how long the customer has been observed.

  nbd          nobody leaves: what is left where no leaving is seen
  bg/nbd       leaves by chance after a repeat purchase; who has none is alive by construction
  mbg/nbd      may leave after the first purchase too: prefer it to find who has left
  mbg/cnbd-k   mbg/nbd of regular buyers, k ticks to a purchase: business customers buy on schedule
  pareto/nbd   leaves at any time, whatever is bought
  bg/bb        buys or not once in each period, as donors or subscribers to events do

auto fits all but the last (mbg/cnbd-k where timing is regular, by the likeliest k) and takes the
lowest BIC; whether anybody leaves is tested against nbd, and whether timing is by chance. Contracts
that end visibly are for mainstay attrition contracts. A purchase day is one with a positive net
amount; value is what a purchase day of the customer is expected to bring (Gamma-Gamma) times the
purchase days, which takes spend and frequency as unrelated: their correlation is shown.

--by pools segments: each has parameters of its own, drawn to those of the others as far as its
customers are few or the segments alike, so that five customers have an answer too; whether segments
differ is tested. --on lets covariates act on all: how many times the rate of buying, and the rate
(bg/nbd and mbg/nbd: the odds) of leaving, a unit or level brings, with tests. Both read attributes,
which hold as they are today and must not tell what came of a customer.

--until fits what happened until a day and holds the rest against it. --out writes every customer
with intervals. Intervals are of means, from the uncertainty of the parameters: what one customer
does varies more.

A model whose likelihood has no maximum is refused (status 4 when it is the one asked for, or all
are).`

type attritionOptions struct {
	inputOptions
	study latent.Config
	until string
	out   string
	json  bool
}

func (o *attritionOptions) addFlags(f *pflag.FlagSet) {
	o.inputOptions.addFlags(f)
	addModel(f, &o.study)
	f.StringVar(&o.until, "until", "", "fit what happened until this `DATE`, hold the rest against it")
	f.Float64Var(&o.study.Horizon, "horizon", o.study.Horizon, "`DAYS` ahead of expected purchases and value")
	addLevel(f, &o.study.Level)
	addOutFile(f, &o.out, "every customer")
	addJSON(f, &o.json)
}

// addModel adds the flags of a study, whatever it is of.
func addModel(f *pflag.FlagSet, c *latent.Config) {
	f.StringVar(&c.Model, "model", c.Model, "`MODEL`: auto, nbd, bg/nbd, mbg/nbd, mbg/cnbd-k, pareto/nbd, bg/bb")
	f.StringVar(&c.Unit, "time-unit", c.Unit, "`UNIT` of time of the parameters, and period of bg/bb: day, week, month, quarter, year")
	f.IntVar(&c.K, "regularity", c.K, "`K` of mbg/cnbd-k: 1 is chance, 12 a clock (default: estimated)")
	f.StringVar(&c.By, "by", "", "`COLUMN` of segments: a fit for each that borrows from all, and a test whether they differ")
	f.StringVar(&c.On, "on", "", "covariates of buying and leaving, as `TERMS` of a formula ('industry + log(employees)'): rate ratios, with tests")
	f.Float64Var(&c.Rate, "rate", c.Rate, "annual discount rate of all purchases to come; 0 leaves them out")
}

func newAttritionCommand(a *app) *cobra.Command {
	o := &attritionOptions{inputOptions: newInputOptions(), study: latent.Defaults}
	cmd := &cobra.Command{
		Use:   "attrition IN...",
		Short: "who has silently left, how often each customer will buy: BG/NBD, Pareto/NBD and their kin",
		Long:  attritionLong,
		Example: `  mainstay attrition orders.parquet
  mainstay attrition orders.parquet --until 2025-12-31
  mainstay attrition orders.parquet --model pareto/nbd --time-unit month --out customers.csv
  mainstay attrition orders.parquet --accounts accounts.parquet --by industry
  mainstay attrition orders.parquet --accounts accounts.parquet --on 'industry + region' --json
  mainstay attrition orders.parquet --model bg/bb --time-unit quarter --json`,
	}
	o.addFlags(cmd.Flags())
	cmd.AddCommand(newHistoriesCommand(a), newContractsCommand(a))
	return a.inputCommand(cmd, &o.inputOptions, func(ctx context.Context) error { return runAttrition(ctx, a, o) })
}

// check finds what is wrong with the flags before any work is done.
func (o *attritionOptions) check() error {
	if err := checkStudy(&o.study); err != nil {
		return err
	}
	if o.until != "" {
		day, err := time.Parse(time.DateOnly, o.until)
		if err != nil {
			return usageError{fmt.Errorf("--until is %q; expected a date such as 2024-01-31", o.until)}
		}
		o.study.Until = ingest.DayOf(day)
	}
	return checkFiles(o.reads(), o.out)
}

// checkStudy finds what is wrong with what is asked of a fit.
func checkStudy(c *latent.Config) error {
	if err := c.Check(); err != nil {
		return usageError{err}
	}
	if c.On != "" {
		if _, err := latent.Covariates(c.On); err != nil {
			return usageError{err}
		}
	}
	return nil
}

// attributes are those that --by and --on name.
func (o *attritionOptions) attributes() []string {
	if o.study.By != "" {
		return []string{o.study.By}
	}
	if o.study.On == "" {
		return nil
	}
	f, err := latent.Covariates(o.study.On)
	if err != nil {
		return nil // check has said it
	}
	return f.Predictors()
}

func runAttrition(ctx context.Context, a *app, o *attritionOptions) (err error) {
	if err := o.check(); err != nil {
		return err
	}
	p, err := a.plan(ctx, &o.inputOptions)
	if err != nil {
		return err
	}
	in, err := a.inputs(ctx, &o.inputOptions, p)
	if err != nil {
		return err
	}
	if extra := extraAttributes(o.attributes(), p, in.Accounts); len(extra) > 0 {
		o.config.Ingest.Columns.Attributes = append(o.config.Ingest.Columns.Attributes, extra...)
		if p, err = a.plan(ctx, &o.inputOptions); err != nil {
			return err
		}
	}
	a.logWarnings(false, reports.Warnings(p, nil))
	ledger, err := ingest.Build(ctx, files, p, o.threads, nil, a.rowProgress(p))
	if err != nil {
		return err
	}
	defer ledger.Recover(&err)
	a.progress.say("fitting")
	var attributes latent.Attributes
	if len(o.attributes()) > 0 {
		book, err := segment.OpenBook(ledger, in, o.config.Segment, o.threads)
		if err != nil {
			return err
		}
		attributes = book.CustomerColumns
	}
	var study *latent.Study
	err = unlessStopped(ctx, func() (err error) {
		study, err = latent.Run(ledger, p.AsOf, o.study, attributes, o.threads)
		return err
	})
	if err != nil {
		return err
	}
	a.progress.clear()
	return a.showAttrition(o.out, o.json, &reports.Attrition{Files: o.config.Transactions, Ledger: ledger, Study: study})
}

// showAttrition prints the study and writes the file asked for; of a refused model there is no file.
func (a *app) showAttrition(out string, json bool, s *reports.Attrition) error {
	fit := &s.Study.Fit.Certificate
	if out != "" && fit.Certified() {
		if err := reports.WriteFile(out, reports.AttritionCustomers(s)); err != nil {
			return err
		}
	}
	show := reports.AttritionText
	if json {
		show = reports.WriteAttritionJSON
	}
	if err := show(a.stdout, s); err != nil {
		return err
	}
	if !fit.Certified() {
		return qualityError{fmt.Errorf("no model may be used: %s is refused", s.Study.Fit.Model)}
	}
	return nil
}
