package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mainstay/ingest"
	"mainstay/reports"
	"mainstay/segment"
)

const segmentLong = `Describe the customers by groups, without fitting a model: how many, how many at risk of leaving, revenue and its
share, observed retention with its interval. The table goes to stdout; --out writes it to a file as well, --members who
belongs where.

--by takes rfm, abc, ladder (where units are mapped), or any attribute: a column of the accounts table, or of the
transactions. Several joined by commas are crossed; --by may be repeated. --where keeps the customers for whom a condition holds, over
the fields of docs/format.md and any attribute.`

type segmentOptions struct {
	config  config
	source  configFlags
	threads int
	by      []string
	where   string
	out     string
	members string
	json    bool
}

func (o *segmentOptions) addFlags(f *pflag.FlagSet) {
	o.source.addFlags(f)
	o.config.addInputFlags(f)
	o.config.addModelFlags(f)
	addThreads(f, &o.threads)
	f.StringArrayVar(&o.by, "by", nil, "rfm, abc, ladder, or columns; joined by commas = crossed; may be repeated")
	f.StringVar(&o.where, "where", "", "condition on customers, for example 'revenue_12m > 10000 and at_risk'")
	f.StringVarP(&o.out, "out", "o", "", "also write the table to `FILE` (.csv, .parquet, .arrow, .json)")
	f.StringVarP(&o.members, "members", "m", "", "write every customer with its segments to `FILE`")
	f.BoolVar(&o.json, "json", false, "print JSON instead of a table")
}

func newSegmentCommand(a *app) *cobra.Command {
	o := segmentOptions{config: defaultConfig()}
	cmd := &cobra.Command{
		Use:   "segment IN... --by SCHEME",
		Short: "describe customers by groups, in seconds",
		Long:  segmentLong,
		Example: `  mainstay segment orders.parquet --by abc
  mainstay segment orders.parquet --by industry,region --where 'revenue_12m > 10000' --out groups.csv
  mainstay segment orders.parquet --by abc --members customers.csv
  mainstay segment orders.parquet --by rfm --by ladder --json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.source.resolve(&o.config, cmd.Flags(), args); err != nil {
				return err
			}
			if o.source.print {
				return a.printConfig(&o.config)
			}
			if len(o.by) == 0 {
				return usageError{fmt.Errorf("--by is missing: give rfm, abc, ladder or a column, for example --by abc")}
			}
			return runSegment(cmd.Context(), a, &o)
		},
	}
	o.addFlags(cmd.Flags())
	return cmd
}

func runSegment(ctx context.Context, a *app, o *segmentOptions) error {
	for _, path := range []string{o.out, o.members} {
		if path != "" {
			if err := reports.CheckFormat(path); err != nil {
				return err
			}
		}
	}
	st, p, err := a.plan(ctx, &o.config, o.threads)
	if err != nil {
		return err
	}
	accounts, err := a.accounts(ctx, st, &o.config, p)
	if err != nil {
		return err
	}
	if extra := extraAttributes(o.by, p, accounts); len(extra) > 0 {
		o.config.Ingest.Columns.Attributes = append(o.config.Ingest.Columns.Attributes, extra...)
		if st, p, err = a.plan(ctx, &o.config, o.threads); err != nil {
			return err
		}
	}
	ledger, err := ingest.Build(ctx, st, p, o.threads, nil, a.rowProgress(p))
	if err != nil {
		return err
	}
	d, err := segment.By(ctx, ledger, accounts, o.config.Segment, o.by, o.where, o.threads)
	if err != nil {
		return err
	}
	a.progress.clear()
	return a.showSegments(o, d)
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
		if err := reports.WriteFile(o.members, reports.Members(d)); err != nil {
			return err
		}
	}
	if o.json {
		return reports.WriteJSON(a.stdout, rows)
	}
	return reports.Description(a.stdout, d)
}
