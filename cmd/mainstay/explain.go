package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mainstay/ingest"
	"mainstay/reports"
	"mainstay/segment"
)

const explainLong = `Explain one customer: the rows of the export, the days they make, the habits, what changed, the state,
why the churn probability and the expected value are what they are, and how far the next service tier
is. The score is that of 'run' with the same input and settings, to the digit: the same analysis is
computed and read.

CUSTOMER is a key, exactly as the export writes it, or the name of a single customer. A key that
begins with - goes behind --.`

const explainExample = `  mainstay explain C0037 orders.parquet --accounts accounts.parquet
  mainstay explain 'Municipal Bus' exports/ --as-of 2026-06-30 --since 2026-03-31
  mainstay explain C0037 orders.parquet --language zh --rows 20
  mainstay explain C0037 orders.parquet --json | jq .churn`

type explainOptions struct {
	inputOptions
	who   string
	since string
	rows  int
	json  bool
}

// sinceMonths is how far back the default comparison lies.
const sinceMonths = 3

func (o *explainOptions) addFlags(f *pflag.FlagSet) {
	o.inputOptions.addFlags(f)
	o.config.addModelFlags(f)
	o.config.addStoredFlags(f)
	f.StringVar(&o.since, "since", "", "compare with the score as of this `DATE` (default: 3 months before; none = do not compare)")
	f.IntVar(&o.rows, "rows", 5, "how many of the latest rows and days to list")
	f.StringVar(&o.config.Language, "language", o.config.Language, "language of the brief: en or zh")
	f.BoolVar(&o.json, "json", false, "print JSON instead of the brief")
}

func newExplainCommand(a *app) *cobra.Command {
	o := &explainOptions{inputOptions: newInputOptions()}
	cmd := &cobra.Command{
		Use:     "explain CUSTOMER IN...",
		Short:   "why one customer's score is what it is, from rows to tier",
		Long:    explainLong,
		Example: explainExample,
	}
	o.addFlags(cmd.Flags())
	a.inputCommand(cmd, &o.inputOptions, func(ctx context.Context) error { return runExplain(ctx, a, o) })
	withSources := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 || strings.TrimSpace(args[0]) == "" {
			return usageError{errors.New("no customer given: name a key, for example 'mainstay explain C0042 orders.parquet'")}
		}
		o.who = args[0]
		return withSources(cmd, args[1:])
	}
	return cmd
}

func runExplain(ctx context.Context, a *app, o *explainOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	p, err := a.plan(ctx, &o.inputOptions)
	if err != nil {
		return err
	}
	x := &reports.Explained{Stored: p.Stored()}
	x.Now, x.Has, err = a.explainAsOf(ctx, o, p, o.who)
	var unknown *segment.UnknownCustomerError
	if errors.As(err, &unknown) {
		return a.explainUnknown(ctx, o, p, unknown)
	}
	if err != nil {
		return err
	}
	key := x.Now.Score.Key
	if x.Rows, err = ingest.ReadCustomer(ctx, files, p, []byte(key), o.rows, o.threads, a.rowProgress(p)); err != nil {
		return err
	}
	if err := a.explainBefore(ctx, o, p, x); err != nil {
		return err
	}
	a.logWarnings(!o.json, reports.Warnings(p, x.Now.Result))
	a.progress.clear()
	if o.json {
		return reports.ExplainJSON(a.stdout, x)
	}
	return reports.Explain(a.stdout, x, o.style(a))
}

// check finds what is wrong with the flags before any work is done.
func (o *explainOptions) check() error {
	if o.rows < 0 {
		return usageError{fmt.Errorf("--rows is %d; expected 0 or more", o.rows)}
	}
	if _, err := time.Parse(time.DateOnly, o.since); err != nil && o.since != "" && o.since != "none" {
		return usageError{fmt.Errorf("--since is %q; expected a date such as 2026-03-31, or none", o.since)}
	}
	return nil
}

// explainAsOf computes the whole analysis of a plan and reads one customer out of it.
func (a *app) explainAsOf(ctx context.Context, o *explainOptions, p *ingest.Plan, who string) (*segment.Explanation, ingest.Has, error) {
	in, err := a.inputs(ctx, &o.inputOptions, p)
	if err != nil {
		return nil, ingest.Has{}, err
	}
	l, err := ingest.Build(ctx, files, p, o.threads, nil, a.rowProgress(p))
	if err != nil {
		return nil, ingest.Has{}, err
	}
	cfg := o.config.Segment
	if cfg.Reuse, _, err = a.stored(ctx, &o.config, p); err != nil {
		return nil, ingest.Has{}, err
	}
	e, err := segment.Explain(ctx, l, in, cfg, o.threads, a.progress.phase, who, o.rows)
	return e, l.Has, modelError(&o.config, err)
}

// explainUnknown tells whose rows were all set aside from who has none.
func (a *app) explainUnknown(ctx context.Context, o *explainOptions, p *ingest.Plan, unknown error) error {
	if group := p.Parents.Root([]byte(o.who), p.AsOf); string(group) != o.who {
		return &ingest.ConfigError{Msg: fmt.Sprintf("%q is part of the buying group %q, which is what is analysed (unit: parent): explain that, or leave --unit out", o.who, group)}
	}
	rows, err := ingest.ReadCustomer(ctx, files, p, []byte(o.who), 0, o.threads, a.rowProgress(p))
	if err != nil {
		return err
	}
	if rows.Read == 0 {
		return unknown
	}
	var reasons []string
	for _, r := range rows.Reasons {
		reasons = append(reasons, fmt.Sprintf("%d %s", r.Rows, r.Reason))
	}
	return &ingest.ConfigError{Msg: fmt.Sprintf("customer %q has %d rows, and none is used as of %s: %s; choose another date with --as-of, or change the rules that set them aside",
		o.who, rows.Read, p.AsOf, strings.Join(reasons, ", "))}
}

// explainBefore explains the customer as of the earlier day.
func (a *app) explainBefore(ctx context.Context, o *explainOptions, p *ingest.Plan, x *reports.Explained) error {
	if o.since == "none" {
		return nil
	}
	x.BeforeDay = segment.MonthsBefore(p.AsOf, sinceMonths)
	if t, err := time.Parse(time.DateOnly, o.since); err == nil {
		x.BeforeDay = ingest.DayOf(t)
	}
	if x.BeforeDay >= p.AsOf {
		return usageError{fmt.Errorf("--since %s is not before the as-of date %s", x.BeforeDay, p.AsOf)}
	}
	if x.BeforeDay < p.FirstDay {
		x.BeforeWhy = reports.BeforeYoung
		return nil
	}
	then := *o
	then.config.Ingest.AsOf = x.BeforeDay.String()
	before, err := a.plan(ctx, &then.inputOptions)
	if err != nil {
		return err
	}
	x.Before, _, err = a.explainAsOf(ctx, &then, before, x.Now.Score.Key)
	var unknown *segment.UnknownCustomerError
	var none *ingest.QualityError
	var unsuited *segment.IncompatibleError
	switch {
	case errors.As(err, &unknown):
		x.BeforeWhy = reports.BeforeUnknown
		return nil
	case errors.As(err, &unsuited):
		x.BeforeWhy = reports.BeforeModel
		return nil
	case errors.As(err, &none): // no row of the export could be used then
		x.BeforeWhy = reports.BeforeYoung
		return nil
	}
	return err
}
