package main

import (
	"context"
	"encoding/json"
	"io"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mainstay/ingest"
	"mainstay/ingest/table"
	"mainstay/reports"
)

const inspectLong = `Show what is in an export before anything is computed: schema, which column serves which role and
how it was found, ranges, nulls, exact duplicate rows, the as-of date, and what a run would set
aside. No model is fitted and nothing is written, except the configuration asked for with
--save-config.`

type inspectOptions struct {
	inputOptions
	json       bool
	saveConfig string
}

func (o *inspectOptions) addFlags(f *pflag.FlagSet) {
	o.inputOptions.addFlags(f)
	addJSON(f, &o.json)
	f.StringVar(&o.saveConfig, "save-config", "", "write the mapping that was found as a configuration `FILE`")
}

func newInspectCommand(a *app) *cobra.Command {
	o := &inspectOptions{inputOptions: newInputOptions()}
	cmd := &cobra.Command{
		Use:   "inspect IN...",
		Short: "show schema, mapping, ranges and what would be set aside",
		Long:  inspectLong,
		Example: `  mainstay inspect orders.parquet
  mainstay inspect exports/ --save-config night.yaml
  mainstay inspect orders.parquet --json`,
	}
	o.addFlags(cmd.Flags())
	return a.inputCommand(cmd, &o.inputOptions, func(ctx context.Context) error { return runInspect(ctx, a, o) })
}

func runInspect(ctx context.Context, a *app, o *inspectOptions) error {
	p, err := a.plan(ctx, &o.inputOptions)
	if err != nil {
		return err
	}
	a.progress.say("reading rows")
	found, err := ingest.Inspect(ctx, files, p, o.threads)
	if err != nil {
		return err
	}
	in, err := a.readTables(ctx, &o.inputOptions, p)
	if err != nil {
		return err
	}
	found.Tables = in.Tallies()
	for _, t := range found.Tables {
		if err := ingest.GateTable(t, o.config.Ingest.MaxBadRate); err != nil && found.Problem == "" {
			found.Problem = err.Error()
		}
	}
	a.progress.clear()
	if o.saveConfig != "" {
		if err := saveConfig(o, p, in); err != nil {
			return err
		}
	}
	if o.json {
		enc := json.NewEncoder(a.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(found)
	}
	return reports.Inspection(a.stdout, found)
}

// saveConfig writes the effective configuration with the columns that were found. The as-of date is not
// saved unless it was given: a night chooses its own day.
func saveConfig(o *inspectOptions, p *ingest.Plan, in *table.Inputs) error {
	c := o.config
	c.Ingest = p.Config
	c.Ingest.AsOf = o.config.Ingest.AsOf
	c.Tables.found(in)
	text, err := c.yaml()
	if err != nil {
		return err
	}
	return reports.WriteWhole(o.saveConfig, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}
