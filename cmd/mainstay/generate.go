package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mainstay/ingest/generate"
	"mainstay/ingest/generate/example"
	"mainstay/ingest/store"
	"mainstay/reports"
)

const generateLong = `Write an export of a company that does not exist, from a buying process with known parameters, and
the truth beside it: to try Mainstay out, to hold its estimates to what is true, to measure speed.

The folder holds orders.parquet (with --files: orders/), accounts, contracts, activities and people,
series.csv, truth.parquet (per customer: purchase rate, when it truly left, mean order, ...) and
truth.json (every parameter, and how many rows and how much money a reader should find, and set
aside for which reason). The same settings and seed give the same bytes on any number of threads.
docs/generate.md has the process with its formulas and defaults.

--preset pareto-nbd leaves nothing but the textbook's model: Pareto/NBD purchases, Gamma-Gamma spend,
no dirt. --preset example writes the small export that the documentation uses instead: 380 accounts
with stories written by hand, and files with mistakes to be found.

Memory grows with the threads (about 200 MB each), not with rows or customers. Unless --order is
customer, a temporary file beside the result takes 32 bytes a row while it runs.`

type generateOptions struct {
	generate.Parameters
	out, preset string
	force, json bool
	threads     int
}

func (o *generateOptions) addFlags(f *pflag.FlagSet) {
	f.StringVarP(&o.out, "out", "o", "", "`FOLDER` for the export; complete or not there")
	f.BoolVar(&o.force, "force", false, "replace an export that is there")
	f.StringVar(&o.preset, "preset", "", "`NAME`: pareto-nbd, which other flags modify; example, as it is")
	f.IntVar(&o.Customers, "customers", o.Customers, "buying customers (default with --rows: one for 20 rows)")
	f.IntVar(&o.Rows, "rows", o.Rows, "about so many order lines (default with --customers: 20 each)")
	f.Uint64Var(&o.Seed, "seed", o.Seed, "another seed, another company of the same kind")
	f.StringVar(&o.From, "from", o.From, "first `DATE`")
	f.StringVar(&o.To, "to", o.To, "last `DATE`")
	f.StringSliceVar(&o.Industries, "industries", nil, "`NAMES`, of equal size and risk (default: seven that differ)")
	f.StringSliceVar(&o.Regions, "regions", o.Regions, "`NAMES`")
	f.Float64Var(&o.Prospects, "prospects", o.Prospects, "accounts that never bought, per customer")
	f.Float64Var(&o.Dirt, "dirt", o.Dirt, "share of lines damaged or entered twice")
	f.Float64Var(&o.Returns, "returns", o.Returns, "share of lines that come back")
	f.Float64Var(&o.Cancelled, "cancelled", o.Cancelled, "share of orders cancelled")
	f.Float64Var(&o.Arrivals, "arrivals", o.Arrivals, "share of customers whose first order is in the window")
	f.Float64Var(&o.Season, "season", o.Season, "strength of the seasons, 0 to 0.95")
	f.Float64Var(&o.Growth, "growth", o.Growth, "growth of purchase rates a year, as a logarithm")
	f.Float64Var(&o.IndexEffect, "index-effect", o.IndexEffect, "elasticity of purchase rates to the index in series.csv")
	f.Float64Var(&o.Regular, "regular", o.Regular, "share of customers that buy at regular gaps")
	f.Float64Var(&o.RateShape, "rate-shape", o.RateShape, "shape of the gamma distribution of purchase rates")
	f.Float64Var(&o.HazardShape, "hazard-shape", o.HazardShape, "shape of the gamma distribution of hazards of leaving")
	f.Float64Var(&o.HazardScale, "hazard-scale", o.HazardScale, "its rate, in days")
	f.Float64Var(&o.ManagerChanges, "manager-changes", o.ManagerChanges, "how often a year an account manager is replaced")
	f.Float64Var(&o.ManagerEffect, "manager-effect", o.ManagerEffect, "factor on the hazard for 180 days after")
	f.Float64Var(&o.Contracts, "contracts", o.Contracts, "share of customers with contracts")
	f.Float64Var(&o.ContractEffect, "contract-effect", o.ContractEffect, "factor on the hazard while one is in force")
	f.Float64Var(&o.Complaints, "complaints", o.Complaints, "complaints a year")
	f.Float64Var(&o.ComplaintEffect, "complaint-effect", o.ComplaintEffect, "factor on the hazard for 90 days after")
	f.Float64Var(&o.OrderValue, "order-value", o.OrderValue, "mean value of an order")
	f.Float64Var(&o.SpendShape, "spend-shape", o.SpendShape, "shape of the gamma distribution of a customer's orders")
	f.Float64Var(&o.CustomerShape, "customer-shape", o.CustomerShape, "shape of the gamma distribution of its scale over customers")
	f.Float64Var(&o.Lines, "lines", o.Lines, "lines of an order, in the mean")
	f.StringVar(&o.Order, "order", o.Order, "order of rows: "+oneOf(generate.Orders))
	f.StringVar(&o.IDs, "ids", o.IDs, "customer keys: "+oneOf(generate.IDs))
	f.IntVar(&o.Files, "files", o.Files, "number of files of orders")
	f.StringVar(&o.Compression, "compression", o.Compression, oneOf(generate.Compressions))
	f.BoolVar(&o.json, "json", false, "print truth.json instead of a summary")
	addThreads(f, &o.threads)
}

func newGenerateCommand(a *app) *cobra.Command {
	o := &generateOptions{Parameters: generate.Default()}
	cmd := &cobra.Command{
		Use:   "generate --out FOLDER",
		Short: "write an export from a known buying process, with the truth beside it",
		Long:  generateLong,
		Example: `  mainstay generate --out company && mainstay run company/orders.parquet
  mainstay generate --out big --rows 10000000 --customers 1000000 --ids int
  mainstay generate --out textbook --preset pareto-nbd --customers 5000
  mainstay generate --out example --preset example`,
		Args: noArguments,
	}
	cmd.Flags().SortFlags = false
	o.addFlags(cmd.Flags())
	for name, words := range map[string][]string{"order": generate.Orders, "ids": generate.IDs, "compression": generate.Compressions, "preset": presets} {
		// The only error is a second registration.
		_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		a.progress.start(a.stderr)
		return runGenerate(cmd.Context(), a, o, cmd.Flags())
	}
	return cmd
}

// rowsPerCustomer relates the two sizes when only one is given.
const rowsPerCustomer = 20

// paretoNBD are the flags of --preset pareto-nbd.
var paretoNBD = map[string]string{
	"industries": "all", "season": "0", "growth": "0", "index-effect": "0", "regular": "0", "arrivals": "0", "manager-changes": "0",
	"contracts": "0", "complaints": "0", "dirt": "0", "returns": "0", "cancelled": "0",
}

// presets are what --preset may be.
var presets = []string{"pareto-nbd", "example"}

// settle checks the flags and completes them.
func (o *generateOptions) settle(f *pflag.FlagSet) error {
	switch {
	case o.out == "":
		return usageError{errors.New("--out is missing: name the folder for the export, for example --out company")}
	case store.IsRemote(o.out):
		return reports.CheckLocal(o.out)
	case o.preset == "example":
		return asItIs(f)
	case o.preset == "pareto-nbd":
		for name, value := range paretoNBD {
			if !f.Changed(name) {
				if err := f.Set(name, value); err != nil {
					return err
				}
			}
		}
	case o.preset != "":
		return usageError{fmt.Errorf("unknown --preset %q: %s", o.preset, oneOf(presets))}
	}
	if f.Changed("rows") && !f.Changed("customers") {
		o.Customers = max(1, o.Rows/rowsPerCustomer)
	}
	if f.Changed("customers") && !f.Changed("rows") {
		o.Rows = o.Customers * rowsPerCustomer
	}
	return o.Parameters.Check()
}

// asItIs refuses flags that would change the example.
func asItIs(f *pflag.FlagSet) error {
	var extra []string
	f.Visit(func(flag *pflag.Flag) {
		if !slices.Contains([]string{"out", "force", "preset", "threads", "log-format", "log-level"}, flag.Name) {
			extra = append(extra, "--"+flag.Name)
		}
	})
	if len(extra) > 0 {
		return usageError{fmt.Errorf("--preset example is as it is: leave out %s", strings.Join(extra, ", "))}
	}
	return nil
}

// oneOf lists what may be chosen.
func oneOf(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

func runGenerate(ctx context.Context, a *app, o *generateOptions, f *pflag.FlagSet) error {
	if err := o.settle(f); err != nil {
		return err
	}
	if o.preset == "example" {
		if err := generate.Stage(o.out, o.force, example.Write); err != nil {
			return err
		}
		_, err := fmt.Fprintf(a.stdout, "the example export is in %s; testdata/README.md says what is wrong with it on purpose\n", o.out)
		return err
	}
	start := time.Now()
	var truth *generate.Truth
	err := generate.Stage(o.out, o.force, func(dir string) (err error) {
		truth, err = generate.Write(ctx, dir, o.Parameters, o.threads, func(done float64) { a.progress.phase("generating", done) })
		return err
	})
	if err != nil {
		return err
	}
	a.progress.clear()
	took := time.Since(start)
	log := a.logger()
	log.Info().Int64("rows", truth.Rows).Dur("took", took).Float64("rows_per_second", float64(truth.Rows)/took.Seconds()).Msg("generated")
	if o.json {
		enc := json.NewEncoder(a.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(truth)
	}
	return reports.Generated(a.stdout, o.out, truth)
}
