package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mainstay/ingest"
	"mainstay/ingest/store"
	"mainstay/ingest/table"
	"mainstay/reports"
	"mainstay/segment"
)

const runLong = `Read transaction exports, build the Ledger, fit and compare the retention models, and write scores,
segments, transitions, tiers and rejected rows into a run folder.

IN is a Parquet file, a folder (Hive partitions included), or a glob; several are read as one export.
The columns are found by name and type and shown; a flag settles what is ambiguous. The run folder
is <out>/<as-of>-<id>: complete or not there, and reused when the same input and configuration come again.
The summary goes to stdout (--json: the manifest), logs and progress to stderr.`

const runExample = `  mainstay run orders.parquet
  mainstay run exports/ --accounts accounts.parquet --zone Asia/Shanghai
  mainstay run online_retail.parquet --amount 'Quantity*UnitPrice' --as-of 2011-11-30
  mainstay run --config night.yaml --quiet`

type runOptions struct {
	config  config
	source  configFlags
	threads int
	quiet   bool
	json    bool
}

func (o *runOptions) addFlags(f *pflag.FlagSet) {
	o.source.addFlags(f)
	o.config.addInputFlags(f)
	o.config.addModelFlags(f)
	addThreads(f, &o.threads)
	f.StringVarP(&o.config.Out, "out", "o", o.config.Out, "output `FOLDER` for runs")
	f.StringVar(&o.config.Language, "language", o.config.Language, "language of the summary: en or zh")
	f.BoolVar(&o.config.Strict, "strict", o.config.Strict, "fail (exit 4) when a model falls back to a naive rule")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "print nothing on success")
	f.BoolVar(&o.json, "json", false, "print the run's manifest instead of the summary")
}

func newRunCommand(a *app) *cobra.Command {
	o := runOptions{config: defaultConfig()}
	cmd := &cobra.Command{
		Use:     "run IN...",
		Short:   "score every customer and every segment, recommend service tiers",
		Long:    runLong,
		Example: runExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.source.resolve(&o.config, cmd.Flags(), args); err != nil {
				return err
			}
			if o.source.print {
				return a.printConfig(&o.config)
			}
			return runRun(cmd.Context(), a, &o)
		},
	}
	o.addFlags(cmd.Flags())
	return cmd
}
