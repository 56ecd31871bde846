package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mainstay/ingest"
	"mainstay/reports"
)

const inspectLong = `Show what is in an export before anything is computed: schema, which column serves which role and how it
was found, ranges, nulls, exact duplicate rows, the as-of date, and what a run would set aside. No model is fitted
and nothing is written, except the configuration asked for with --save-config.`

type inspectOptions struct {
	config     config
	source     configFlags
	threads    int
	json       bool
	saveConfig string
}

func (o *inspectOptions) addFlags(f *pflag.FlagSet) {
	o.source.addFlags(f)
	o.config.addInputFlags(f)
	addThreads(f, &o.threads)
	f.BoolVar(&o.json, "json", false, "print JSON instead of tables")
	f.StringVar(&o.saveConfig, "save-config", "", "write the mapping that was found as a configuration `FILE`")
}

func newInspectCommand(a *app) *cobra.Command {
	o := inspectOptions{config: defaultConfig()}
	cmd := &cobra.Command{
		Use:   "inspect IN...",
		Short: "show schema, mapping, ranges and what would be set aside",
		Long:  inspectLong,
		Example: `  mainstay inspect orders.parquet
  mainstay inspect exports/ --save-config night.yaml
  mainstay inspect orders.parquet --json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.source.resolve(&o.config, cmd.Flags(), args); err != nil {
				return err
			}
			if o.source.print {
				return a.printConfig(&o.config)
			}
			return runInspect(cmd.Context(), a, &o)
		},
	}
	o.addFlags(cmd.Flags())
	return cmd
}

func runInspect(ctx context.Context, a *app, o *inspectOptions) error {
	st, p, err := a.plan(ctx, &o.config, o.threads)
	if err != nil {
		return err
	}
	a.progress.say("reading rows")
	found, err := ingest.Inspect(ctx, st, p, o.threads)
	if err != nil {
		return err
	}
	a.progress.clear()
	if o.json {
		enc := json.NewEncoder(a.stdout)
		enc.SetIndent("", "  ")
		err = enc.Encode(found)
	} else {
		err = reports.Inspection(a.stdout, found)
	}
	if err != nil || o.saveConfig == "" {
		return err
	}
	saved := o.config
	saved.Ingest = p.Config
	saved.Ingest.AsOf = o.config.Ingest.AsOf // a night chooses its own day
	text, err := saved.yaml()
	if err != nil {
		return err
	}
	if err := os.WriteFile(o.saveConfig, text, 0o644); err != nil {
		return fmt.Errorf("save configuration: %w", err)
	}
	log := a.logger()
	log.Info().Str("file", o.saveConfig).Msg("configuration written")
	return nil
}
