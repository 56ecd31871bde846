package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mainstay/ingest"
	"mainstay/reports"
	"mainstay/segment"
)

const segmentLong = `Describe the customers by groups, without fitting a model: how many, how many at risk of leaving,
revenue and its share, observed retention with its interval. The table goes to stdout; --out writes
it to a file as well, --members who belongs where.

--by takes rfm, abc, ladder (where units are mapped), any attribute (a column of the accounts table,
or of the transactions), or bands of a number: revenue_12m:0,1000,10000 cuts at these bounds, each
belonging to the band above it, recency_days:q4 into quarters. kmeans and gmm (a Gaussian mixture)
find clusters by --features, among those for whom --where holds. Several joined by commas are
crossed; --by may be repeated. --where keeps the customers for whom a condition holds, over any
attribute and the fields

%s
as docs/format.md explains them.

Five flags ask how the book got there instead, each with --by and --where: --compare, --bridge,
--cohorts, --survival, --concentration. Each shows a chart or table; --out and --json give all of it.`

// conditionFields lists what --where may use, a few to the line.
func conditionFields() string {
	const perLine = 5
	var b strings.Builder
	for group := range slices.Chunk(segment.Fields(), perLine) {
		line := ""
		for _, f := range group {
			line += fmt.Sprintf("  %-18s", f.Name)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

type segmentOptions struct {
	inputOptions
	viewOptions
	by      []string
	where   string
	out     string
	members string
	json    bool
}

func (o *segmentOptions) addFlags(f *pflag.FlagSet) {
	o.inputOptions.addFlags(f)
	o.config.addBookFlags(f)
	f.StringArrayVar(&o.by, "by", nil, "`SCHEME`: rfm, abc, ladder, columns, bands (revenue_12m:0,1000; recency_days:q4); commas cross")
	f.StringSliceVar(&o.config.Segment.Clusters.Features, "features", o.config.Segment.Clusters.Features, "numbers by which kmeans and gmm find clusters: fields or `COLUMNS`")
	f.StringVar(&o.config.Segment.Clusters.Number, "clusters", o.config.Segment.Clusters.Number, "how many clusters: `N`, or auto (2 to 8, by silhouette or BIC)")
	f.StringVar(&o.where, "where", "", "`CONDITION` on customers, for example 'revenue_12m > 10000 and at_risk'")
	f.StringVarP(&o.out, "out", "o", "", "also write the table to `FILE` (.csv, .parquet, .arrow, .json)")
	f.StringVarP(&o.members, "members", "m", "", "write every customer with its segments to `FILE`")
	f.BoolVar(&o.json, "json", false, "print JSON instead of a table")
	o.viewOptions.addFlags(f)
	f.StringVar(&o.config.Language, "language", o.config.Language, "language of the tables: en or zh")
}

func newSegmentCommand(a *app) *cobra.Command {
	o := &segmentOptions{inputOptions: newInputOptions()}
	cmd := &cobra.Command{
		Use:   "segment IN... [--by SCHEME] [--where CONDITION]",
		Short: "describe customers by groups, in seconds",
		Long:  fmt.Sprintf(segmentLong, conditionFields()),
		Example: `  mainstay segment orders.parquet --by abc
  mainstay segment orders.parquet --by industry,region --where 'revenue_12m > 10000' --out groups.csv
  mainstay segment orders.parquet --by abc,revenue_12m:0,1000,10000 --by recency_days:q4
  mainstay segment orders.parquet --by abc --members customers.csv
  mainstay segment orders.parquet --by kmeans --features frequency,revenue_12m --where at_risk
  mainstay segment orders.parquet --by abc --compare 2025-12-31 --where at_risk
  mainstay segment orders.parquet --bridge --by industry
  mainstay segment orders.parquet --cohorts=quarter
  mainstay segment orders.parquet --survival --by region
  mainstay segment orders.parquet --concentration --json`,
	}
	o.addFlags(cmd.Flags())
	return a.inputCommand(cmd, &o.inputOptions, func(ctx context.Context) error { return runSegment(ctx, a, o) })
}

func runSegment(ctx context.Context, a *app, o *segmentOptions) (err error) {
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
	if extra := extraAttributes(o.config.Segment.Columns(o.by), p, in.Accounts); len(extra) > 0 {
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
	cfg := o.config.Segment
	if o.where != "" {
		cfg.Clusters.Where = o.where
	}
	if len(o.chosen()) > 0 {
		b, err := segment.OpenBook(ledger, in, cfg, o.threads)
		if err != nil {
			return err
		}
		return a.showView(ctx, o, b)
	}
	d, err := segment.By(ctx, ledger, in, cfg, o.by, o.where, o.threads)
	if err != nil {
		return err
	}
	a.progress.clear()
	return a.showSegments(o, d)
}

// check finds what is wrong with the flags before any work is done.
func (o *segmentOptions) check() error {
	if err := o.checkViews(); err != nil {
		return err
	}
	return checkFiles(o.reads(), o.out, o.members)
}

// showSegments prints the rows and writes the files asked for.
func (a *app) showSegments(o *segmentOptions, d *segment.Description) error {
	rows := reports.Segments(d.Rows, d.Scale)
	if o.out != "" {
		if err := reports.WriteFile(o.out, rows); err != nil {
			return err
		}
	}
	if o.members != "" {
		if err := reports.WriteStream(o.members, reports.Members(d)); err != nil {
			return err
		}
	}
	if o.json {
		return reports.WriteJSON(a.stdout, rows)
	}
	return reports.Description(a.stdout, d, o.style(a))
}
