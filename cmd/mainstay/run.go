package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mainstay/ingest"
	"mainstay/ingest/table"
	"mainstay/internal/num"
	"mainstay/regress/evaluate"
	"mainstay/reports"
	"mainstay/segment"
)

const runLong = `Read transaction exports, build the Ledger, fit and compare the retention models, and write scores,
segments, transitions, tiers and rejected rows into a run folder.

IN is a Parquet file, a folder (Hive partitions included), or a glob, here or in an object store
(s3://bucket/key, as the tables beside it and --out may be); several are read as one export. The run
folder is <out>/<as-of>-<id>: complete or not there, and reused when the same input and configuration
come again. The summary goes to stdout (--json: the manifest), logs and progress to stderr.

Every run leaves what it has learnt in its folder, as model.json. --model FOLDER scores with the models
of an earlier run, fits none, and refuses data that they are not of; --refit monthly and on-drift use
those of the latest run as long as they hold.

--as-of FROM..TO replays the past: one run per date, each the same as a run of that date alone, and a
folder that holds every forecast against what came.`

const runExample = `  mainstay run orders.parquet
  mainstay run exports/ --accounts accounts.parquet --contracts contracts.csv --zone Asia/Shanghai
  mainstay run online_retail.parquet --amount 'Quantity*UnitPrice' --as-of 2011-11-30
  mainstay run --config night.yaml --quiet
  mainstay run south.parquet --model mainstay-out/2026-10-31-7f3a1b2c
  mainstay run s3://exports/orders/ --out s3://reports/mainstay
  mainstay run orders.parquet --as-of 2026-01-31..2026-10-31 --step month`

type runOptions struct {
	inputOptions
	dates dateRange // a replay
	quiet bool
	json  bool

	reference *evaluate.Reference // nil = the run before
}

// previousRun is the value of --reference that compares with the run before.
const previousRun = "previous"

func (o *runOptions) addFlags(f *pflag.FlagSet) {
	o.inputOptions.addFlags(f)
	o.config.addModelFlags(f)
	o.config.addStoredFlags(f)
	f.StringVarP(&o.config.Out, "out", "o", o.config.Out, "output `FOLDER` for runs, here or s3://bucket/folder")
	f.StringVar(&o.config.Language, "language", o.config.Language, "language of the summary: en or zh")
	f.BoolVar(&o.config.Strict, "strict", o.config.Strict, "publish nothing (exit 4) when a model falls back to a naive rule")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "print and log nothing on success, but where latest.json stays at a later run; the manifest holds the warnings")
	f.BoolVar(&o.json, "json", false, "print the run's manifest instead of the summary")
	f.StringVar(&o.config.Reference, "reference", o.config.Reference, "say what moved since the run in `FOLDER`; previous = since the run before")
	f.StringVar(&o.dates.step, "step", "", "with --as-of FROM..TO: week, month, quarter, year, or days such as 10d (default month)")
}

func newRunCommand(a *app) *cobra.Command {
	o := &runOptions{inputOptions: newInputOptions()}
	cmd := &cobra.Command{
		Use:     "run IN...",
		Short:   "score every customer and every segment, recommend service tiers",
		Long:    runLong,
		Example: runExample,
	}
	o.addFlags(cmd.Flags())
	a.inputCommand(cmd, &o.inputOptions, func(ctx context.Context) error { return runRun(ctx, a, o) })
	single := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := o.dates.take(cmd.Flags()); err != nil {
			return err
		}
		return single(cmd, args)
	}
	return cmd
}

// identity is the part of the configuration that decides the run's bytes, as the manifest shows it.
// Where the input lies and where the output goes are left out: the input counts by its content.
type identity struct {
	Ingest   ingest.Config  `json:"input"`
	Tables   any            `json:"tables"`
	Segment  segment.Config `json:"models"`
	Language string         `json:"language"`
	Strict   bool           `json:"strict"`
	Model    *modelIdentity `json:"model,omitempty"`
}

// staged is called when the run's folder is staged and the work begins; tests hold a run here.
var staged = func(context.Context) {}

func runRun(ctx context.Context, a *app, o *runOptions) error {
	if err := reports.CheckOut(o.config.Out); err != nil {
		return err
	}
	if err := o.readReference(); err != nil {
		return err
	}
	if len(o.dates.days) > 0 {
		if o.config.Model != "" || o.config.Refit != refitNightly {
			return usageError{errors.New("a replay (--as-of FROM..TO) fits the models of every date, as it would have been run then: leave --model out, and --refit at nightly")}
		}
		return runReplay(ctx, a, o)
	}
	r, err := a.runOnce(ctx, o, func(ctx context.Context, p *ingest.Plan) ([]reports.Input, error) { return a.hash(ctx, o, p) })
	if err != nil {
		return err
	}
	a.progress.clear()
	r.Against(o.reference)
	return a.show(o, r)
}

// readReference reads what --reference names, before any work is done.
func (o *runOptions) readReference() (err error) {
	switch {
	case o.config.Reference == previousRun || o.config.Reference == "":
		return nil
	case len(o.dates.days) > 0:
		return usageError{errors.New("--reference compares one run: leave it out of a replay, whose folder holds every forecast against what came")}
	}
	o.reference, err = reports.ReadReference(o.config.Reference)
	return err
}

// hash lists and hashes the inputs.
func (a *app) hash(ctx context.Context, o *runOptions, p *ingest.Plan) ([]reports.Input, error) {
	a.progress.say("hashing inputs")
	return reports.Inputs(ctx, files, p, o.config.sources(), o.threads)
}

// inputsAndHashes reads the tables beside the transactions while the inputs are hashed: the one waits for memory, the other for nothing. An
// error of the tables comes first, and ends the hashing.
func (a *app) inputsAndHashes(ctx context.Context, o *runOptions, p *ingest.Plan, hash func(context.Context, *ingest.Plan) ([]reports.Input, error)) (*table.Inputs, []reports.Input, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var inputs []reports.Input
	var failed error
	var wg sync.WaitGroup
	wg.Go(func() {
		failed = num.Safely(func() (err error) {
			inputs, err = hash(ctx, p)
			return err
		})
	})
	in, err := a.inputs(ctx, &o.inputOptions, p)
	if err != nil {
		stop()
	}
	wg.Wait()
	return in, inputs, cmp.Or(err, failed)
}

// runOnce publishes the run of one as-of date, or finds it. hash lists its inputs.
func (a *app) runOnce(ctx context.Context, o *runOptions, hash func(context.Context, *ingest.Plan) ([]reports.Input, error)) (*reports.Run, error) {
	c := &o.config
	start := time.Now()
	p, err := a.plan(ctx, &o.inputOptions)
	if err != nil {
		return nil, err
	}
	in, inputs, err := a.inputsAndHashes(ctx, o, p, hash)
	if err != nil {
		return nil, err
	}
	use, model, err := a.stored(ctx, c, p)
	if err != nil {
		return nil, err
	}
	r, err := reports.Begin(ctx, c.Out, c.TempDir, reports.Identity{
		AsOf: p.AsOf, Inputs: inputs, Version: version,
		Config: identity{p.Config, c.columns(), c.Segment, c.Language, c.Strict, model},
	})
	if err != nil {
		return nil, err
	}
	if !r.Reused {
		r.Timings.Threads = o.threads
		r.Timings.Add("plan", start)
		staged(ctx)
		if err := a.compute(ctx, o, p, in, use, r); err != nil {
			return nil, errors.Join(err, r.Abort())
		}
	}
	return r, nil
}

// compute does the work of a run that is not there yet, and publishes it.
func (a *app) compute(ctx context.Context, o *runOptions, p *ingest.Plan, in *table.Inputs, use *segment.Reuse, r *reports.Run) (err error) {
	start := time.Now()
	rejects, err := reports.NewRejects(ctx, r, p.Scale)
	if err != nil {
		return err
	}
	ledger, err := ingest.Build(ctx, files, p, o.threads, rejects.Sink, a.rowProgress(p))
	if err != nil {
		return err
	}
	defer ledger.Recover(&err)
	if err := rejects.Close(); err != nil {
		return err
	}
	r.Timings.Add("ledger", start)
	start = time.Now()
	cfg := o.config.Segment
	cfg.Reuse = use
	if o.config.Model == "" {
		r.Refit = o.config.Refit
	}
	res, err := segment.Analyse(ctx, ledger, in, cfg, o.threads, a.progress.phase)
	if err != nil {
		return modelError(&o.config, err)
	}
	defer res.Scores.Close()
	r.Timings.Add("analysis", start)
	if o.config.Strict {
		if err := reports.Fallback(res); err != nil {
			return err
		}
	}
	a.progress.say("writing")
	if err := reports.Write(ctx, r, p, ledger, res, o.style(a)); err != nil {
		return err
	}
	if !o.quiet {
		a.logWarnings(!o.json, reports.Warnings(p, res))
	}
	return nil
}

// show prints what the run found: the summary, or the manifest.
func (a *app) show(o *runOptions, r *reports.Run) error {
	if o.quiet {
		a.logWarnings(false, r.Backfill()) // readers of latest.json do not get this run, and no file of it says so
	} else {
		a.logWarnings(!o.json, slices.Concat(r.Backfill(), r.History().Warnings(), r.Drift().Warnings()))
	}
	switch {
	case o.quiet:
		return nil
	case o.json:
		manifest, err := r.Read("manifest.json")
		if err != nil {
			return err
		}
		_, err = a.stdout.Write(manifest)
		return err
	}
	return reports.Summary(a.stdout, r, o.style(a))
}
