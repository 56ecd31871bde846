package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mainstay/regress/model"
	"mainstay/reports"
)

const regressLong = `Fit a regression to any table (Parquet, CSV, XLSX): what goes with what, and how sure that is.
FORMULA is written as in R, and means what it means there:

  a + b         both                           a:b        their interaction
  a * b         a + b + a:b                    (a + b)^2  all interactions up to two-way
  . - id        all columns but id             - 1        without intercept
  log(x), sqrt(x), I(x^2), I(x > 5)            arithmetic, comparisons
  factor(x)     numbers as levels              relevel(x, ref = "B")  another base level
  poly(x, 3, raw = TRUE), scale(x)             offset(x)  with coefficient 1
  Surv(time, event) ~ …                        time until an event (cox, weibull, km, …)
  Surv(start, stop, event) ~ …                 late entry, columns that change with time
  strata(x)                                    a baseline for each value (cox, km)

Text is a factor; its first level (by bytes) is the base that the others are compared with. Names
with blanks stand in backquotes. Rows that lack a column of the formula are left out and counted. A
response of two values needs --family binomial; the second one is the event. Counts are poisson, or
negative-binomial where they vary more; amounts gamma, or tweedie with zeros among them.

--cv K holds rows out K times and tells how well they are predicted: everything, levels included, is
learnt on the other rows. --cv-group keeps the rows of one customer together, --cv-time predicts
only forward in time. Where a row says what came within 30 days of it, --cv-gap 30 keeps from
learning what was not known yet. Folds follow from --seed and from what the rows hold, not from their order.

--predict FILE predicts other rows, each with an interval. A row that lacks a column, or has a level
that the fit never saw, has no prediction but a reason; rows beyond those of the fit are marked.

A fit that cannot be trusted (separated classes, too few rows) prints no numbers and ends with
status 4.`

// regressOptions are the flags of regress.
type regressOptions struct {
	family, weights, robust, cluster string
	link, ties, mean, se             string
	tau                              []float64
	theta, power, ridge              float64
	tests                            bool
	against, diagnose                string
	level                            float64
	where                            string
	folds                            int
	seed                             uint64
	group, time                      string
	gap, window                      int
	out                              string
	language                         string
	json                             bool
	threads                          int
	penaltyFlags
	predictFlags
}

func (o *regressOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.family, "family", string(model.Gaussian), familyHelp())
	o.addFamilyFlags(f)
	f.StringVar(&o.where, "where", "", "use the rows for which a `CONDITION` holds, as in 'tenure > 0 & Contract != \"One year\"'")
	f.StringVar(&o.weights, "weights", "", "`COLUMN` of weights: of precision (gaussian, gamma, tweedie, quasi families), of frequency (others)")
	f.StringVar(&o.robust, "robust", robustKinds[0], "standard errors that allow for unequal variance: "+strings.Join(robustKinds, ", "))
	f.StringVar(&o.cluster, "cluster", "", "`COLUMN` whose equal values depend on each other: clustered standard errors, and folds")
	addLevel(f, &o.level)
	f.IntVar(&o.folds, "cv", 0, "cross-validate with so many `FOLDS` (0 = not)")
	f.Uint64Var(&o.seed, "seed", 1, "which folds")
	f.StringVar(&o.group, "cv-group", "", "`COLUMN` whose equal values stay in one fold (default: that of --cluster)")
	f.StringVar(&o.time, "cv-time", "", "`COLUMN` of dates: every fold is predicted from earlier days alone")
	f.IntVar(&o.gap, "cv-gap", 0, "with --cv-time: so many `DAYS` before a fold do not teach, for what their rows say was not known yet")
	f.IntVar(&o.window, "cv-window", 0, "with --cv-time: only so many `DAYS` before that teach (0 = all)")
	f.StringVarP(&o.out, "out", "o", "", "also write the coefficients, with --predict the predictions, to `FILE` (.csv, .parquet, .arrow, .json)")
	addLanguage(f, &o.language)
	addJSON(f, &o.json)
	addThreads(f, &o.threads)
}

// robustKinds are the values of --robust, by regress.HC.
var robustKinds = []string{"none", "hc0", "hc1", "hc2", "hc3"}

func newRegressCommand(a *app) *cobra.Command {
	o := &regressOptions{}
	cmd := &cobra.Command{
		Use:   "regress TABLE... FORMULA",
		Short: "fit a formula to any table: what goes with what, and how sure that is",
		Long:  regressLong,
		Example: `  mainstay regress accounts.csv 'revenue ~ industry + log(employees)' --robust hc3
  mainstay regress churn.parquet 'Churn ~ tenure + Contract + MonthlyCharges' --family binomial --cv 10
  mainstay regress visits.xlsx 'won ~ visits * region' --family binomial --cluster account --json
  mainstay regress book.csv 'lost ~ complaints + contract' --family firth --mean flic
  mainstay regress accounts.csv 'revenue ~ employees' --family quantile --tau .5,.9
  mainstay regress customers.csv 'mean_spend ~ purchases' --family gamma-gamma
  mainstay regress customers.csv 'Surv(days, lost) ~ industry + visits' --family cox --cv 5
  mainstay regress accounts.csv 'orders ~ industry + offset(log(months))' --family negative-binomial --tests
  mainstay regress accounts.csv 'lost ~ visits' --family binomial --predict today.csv --keep account --out risk.csv
  mainstay regress months.parquet 'units ~ . - month' --cv 6 --cv-time month --out coefficients.csv`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(args); err != nil {
				return err
			}
			if err := o.penaltyFlags.check(cmd.Flags()); err != nil {
				return err
			}
			if err := o.checkFamily(cmd.Flags()); err != nil {
				return err
			}
			return runRegress(cmd.Context(), a, o, args)
		},
	}
	o.addFlags(cmd.Flags())
	o.penaltyFlags.addFlags(cmd.Flags())
	o.predictFlags.addFlags(cmd.Flags())
	cmd.Flags().SortFlags = false
	return cmd
}

func runRegress(ctx context.Context, a *app, o *regressOptions, args []string) error {
	t, err := a.readTable(ctx, args[:len(args)-1], o.threads)
	if err != nil {
		return err
	}
	s, err := newStudy(t, args[len(args)-1], o)
	if err != nil {
		return err
	}
	rows, err := s.newRows(ctx, o)
	if err != nil {
		return err
	}
	a.progress.say("fitting")
	var r *model.Result
	err = unlessStopped(ctx, func() (err error) {
		r, err = model.Fit(ctx, s.data, s.formula, s.options)
		return err
	})
	if err != nil {
		return s.explain(err)
	}
	a.progress.clear()
	return a.showRegression(o, &reports.Regression{Result: r, Files: t.Files, Rows: t.Rows, Notes: append(t.Notes, s.notes()...), New: rows})
}

// check finds what is wrong with the flags before any work is done.
func (o *regressOptions) check(args []string) error {
	fault := func(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }
	switch {
	case len(args) < 2:
		return usageError{errors.New("a table and a formula are needed, for example: mainstay regress accounts.csv 'revenue ~ industry + employees'")}
	case strings.Contains(args[0], "~"):
		return fault("%q stands where the table belongs: the formula comes last", args[0])
	case !slices.Contains(robustKinds, o.robust):
		return fault("--robust is %q; expected %s", o.robust, strings.Join(robustKinds, ", "))
	case o.robust != robustKinds[0] && o.cluster != "":
		return fault("--cluster allows for unequal variance as well: leave --robust out")
	case !knownLanguage(o.language):
		return fault("--language is %q; expected en or zh", o.language)
	case !(o.level > 0 && o.level < 1):
		return fault("--level is %v; expected a number between 0 and 1, such as 0.95", o.level)
	case o.folds == 1 || o.folds < 0 || o.folds > mostFolds:
		return fault("--cv is %d; expected 2 to %d folds, or 0 for none", o.folds, mostFolds)
	case o.folds == 0 && (o.group != "" || o.time != ""):
		return fault("--cv-group and --cv-time say how rows are held out: give the number of folds with --cv")
	case o.time == "" && (o.gap != 0 || o.window != 0):
		return fault("--cv-gap and --cv-window say which days before a fold teach: name the column of days with --cv-time")
	case o.gap < 0 || o.window < 0 || o.gap > mostDays || o.window > mostDays:
		return fault("--cv-gap is %d and --cv-window %d; expected 0 to %d days", o.gap, o.window, mostDays)
	case o.group != "" && o.time != "":
		return fault("--cv-group and --cv-time exclude each other: forward in time, a customer's past may teach about its future")
	case o.predict == "" && (len(o.keep) > 0 || len(o.times) > 0):
		return fault("--keep and --times are about rows to predict: name their table with --predict")
	}
	read := slices.Clone(args[:len(args)-1])
	if o.predict != "" {
		read = append(read, o.predict)
	}
	return checkFiles(read, o.out, o.diagnose)
}

// mostDays is longer than any history.
const mostDays = 100_000

// mostFolds is more folds than anybody waits for.
const mostFolds = 1000

// showRegression prints the fit and writes the file asked for.
func (a *app) showRegression(o *regressOptions, r *reports.Regression) error {
	if o.out != "" {
		out := reports.Coefficients(r.Result)
		if r.Predictions != nil {
			var err error
			if out, err = reports.PredictionTable(r.Predictions, r.New); err != nil {
				return usageError{err}
			}
		}
		if err := reports.WriteFile(o.out, out); err != nil {
			return err
		}
	}
	if o.diagnose != "" && r.Result.Rows != nil {
		if err := reports.WriteFile(o.diagnose, reports.DiagnosedRows(r.Result.Rows)); err != nil {
			return err
		}
	}
	if o.json {
		return reports.WriteRegressionJSON(a.stdout, r)
	}
	return reports.WriteRegression(a.stdout, r, reports.Style{Lang: o.language})
}
