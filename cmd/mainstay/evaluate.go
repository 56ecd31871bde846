package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mainstay/ingest/table"
	"mainstay/regress/evaluate"
	"mainstay/reports"
)

const evaluateLong = `How good are predictions, whoever made them? Give a table (Parquet, CSV, XLSX) with what was
predicted and what came: probabilities of an event, or values. Every figure has an interval.

Probabilities are judged three ways. Ranking: do those who leave stand above those who stay (ROC AUC,
average precision, lift)? Calibration: of those given 20 %, do 20 % leave? And both together (log
loss, Brier score). A model may rank well and be too bold: then the order can be used and the
numbers cannot, until they are corrected.

Values are judged by squared error (by which models are chosen), bias in total, deviances, rank
correlation, and capture: how much of the whole the customers with the highest predictions hold.

--contact-cost, --saved and --success turn a probability into a decision: how many to contact, and what
that earns. The share that is best on these rows is a little too good to be true, so the range of
shares that cannot be told from it stands beside it.

--calibrate learns a correction of probabilities on other rows (--learn FILE, or those of the table for
which --learn-where holds), applies it to the rows that are judged, and keeps it only where it helps them.

Predictions are only judged by rows that they were not learnt from. Where a customer has several
rows, name it with --cluster: its rows are one witness, not many.`

// evaluateOptions are the flags of evaluate.
type evaluateOptions struct {
	actual, predicted, against, event string
	kind                              string
	weights, cluster, by, where       string
	bins                              int
	top                               []float64
	power, level                      float64
	cost, success                     float64
	saved                             string
	language                          string
	json                              bool
	threads                           int
	stream                            bool
	mappingFlags

	policy bool // any of cost, success, saved was given
}

// Kinds of predictions.
const (
	kindAuto        = "auto"
	kindProbability = "probability"
	kindValue       = "value"
)

func (o *evaluateOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.actual, "actual", "", "`COLUMN` of what came: an event (two values, such as 0 and 1) or a number")
	f.StringVar(&o.predicted, "predicted", "", "`COLUMN` of what was predicted for it")
	f.StringVar(&o.against, "against", "", "`COLUMN` of another model's predictions for the same rows, to compare with")
	f.StringVar(&o.event, "event", "", "the `VALUE` of the actual column that is the event (default: the second one)")
	f.StringVar(&o.kind, "kind", kindAuto, "what is predicted: probability, value; auto = probability where what came has two values and predictions lie in 0 to 1")
	f.StringVar(&o.weights, "weights", "", "`COLUMN` of weights: how much a row counts")
	f.StringVar(&o.cluster, "cluster", "", "`COLUMN` whose equal values depend on each other, such as the customer: errors are by cluster")
	f.StringVar(&o.by, "by", "", "`COLUMN` of segments: each is judged on its own too")
	f.StringVar(&o.where, "where", "", "use the rows for which a `CONDITION` holds, as in 'tenure > 0'")
	f.IntVar(&o.bins, "bins", 10, "how many bins of equal weight calibration and lift have")
	f.Float64SliceVar(&o.top, "top", []float64{5, 10, 20}, "`PERCENTAGES` of customers whose share of the whole value is told")
	f.Float64Var(&o.power, "power", 1.5, "power of the Tweedie deviance, between 1 and 2")
	f.Float64Var(&o.cost, "contact-cost", 0, "what contacting a customer costs")
	f.Float64Var(&o.success, "success", 1, "chance that contacting one who would leave keeps them, 0 to 1")
	f.StringVar(&o.saved, "saved", "", "value kept by keeping a customer: an `AMOUNT`, or a column of amounts")
	addLevel(f, &o.level)
	addLanguage(f, &o.language)
	addJSON(f, &o.json)
	addThreads(f, &o.threads)
	f.BoolVar(&o.stream, "stream", false, "read row group by row group, in bounded memory: sums stay exact, ranks up to 65,536 different predictions")
	o.mappingFlags.addFlags(f)
}

func newEvaluateCommand(a *app) *cobra.Command {
	o := &evaluateOptions{}
	cmd := &cobra.Command{
		Use:   "evaluate TABLE...",
		Short: "how good predictions are, and how sure that is",
		Long:  evaluateLong,
		Example: `  mainstay evaluate scored.parquet --actual churned --predicted churn_probability
  mainstay evaluate scored.csv --actual left --event yes --predicted p --against p_old --cluster customer
  mainstay evaluate scored.csv --actual left --predicted p --contact-cost 20 --success 0.3 --saved 500
  mainstay evaluate scored.csv --actual left --predicted p --calibrate auto --learn-where 'year < 2025' --out corrected.csv
  mainstay evaluate year.xlsx --actual revenue --predicted expected --by segment --top 1,10 --json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, name := range []string{"contact-cost", "success", "saved"} {
				o.policy = o.policy || cmd.Flags().Changed(name)
			}
			return runEvaluate(cmd.Context(), a, o, args)
		},
	}
	o.addFlags(cmd.Flags())
	cmd.Flags().SortFlags = false
	return cmd
}

func runEvaluate(ctx context.Context, a *app, o *evaluateOptions, args []string) error {
	if err := o.check(args); err != nil {
		return err
	}
	a.progress.start(a.stderr)
	if o.stream {
		return streamEvaluation(ctx, a, o, args)
	}
	a.progress.say("reading the table")
	t, err := table.Read(ctx, files, args, o.threads)
	if err != nil {
		return err
	}
	a.progress.say("evaluating")
	teaches, err := o.teaches(t)
	if err != nil {
		return err
	}
	p, err := newPredictions(t, o, not(teaches))
	if err != nil {
		return err
	}
	e, err := p.evaluate(ctx, o)
	if err == nil && teaches != nil {
		if e.ChosenFor = reports.NotLearntFrom; o.where != "" {
			e.ChosenFor = reports.ChosenNotLearntFrom
		}
	}
	if err == nil && o.calibrate != "" {
		e.Mapped, err = p.correct(ctx, o, t, teaches)
	}
	if err != nil {
		return err
	}
	if err := p.writeMapped(o, e); err != nil {
		return err
	}
	return a.showEvaluation(o, e)
}

// showEvaluation prints an evaluation.
func (a *app) showEvaluation(o *evaluateOptions, e *reports.Evaluation) error {
	a.progress.clear()
	if o.json {
		return reports.WriteEvaluationJSON(a.stdout, e)
	}
	return reports.WriteEvaluation(a.stdout, e, reports.Style{Lang: o.language})
}

// More bins and segments than anybody reads.
const (
	mostBins     = 1000
	mostSegments = 1000
)

// check finds what is wrong with the flags before any work is done.
func (o *evaluateOptions) check(args []string) error {
	fault := func(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }
	switch {
	case len(args) == 0:
		return usageError{errors.New("a table is needed, for example: mainstay evaluate scored.csv --actual churned --predicted p")}
	case o.actual == "" || o.predicted == "":
		return usageError{errors.New("name the columns of what came and of what was predicted: --actual COLUMN --predicted COLUMN")}
	case o.kind != kindAuto && o.kind != kindProbability && o.kind != kindValue:
		return fault("--kind is %q; expected auto, probability or value", o.kind)
	case !knownLanguage(o.language):
		return fault("--language is %q; expected en or zh", o.language)
	case !(o.level > 0 && o.level < 1):
		return fault("--level is %v; expected a number between 0 and 1, such as 0.95", o.level)
	case o.bins < 1 || o.bins > mostBins:
		return fault("--bins is %d; expected 1 to %d", o.bins, mostBins)
	case !(o.power > 1 && o.power < 2):
		return fault("--power is %v; expected a number between 1 (Poisson) and 2 (Gamma)", o.power)
	case o.kind == kindValue && (o.event != "" || o.policy):
		return usageError{errors.New("--event, --contact-cost, --success and --saved are of probabilities: leave them out with --kind value")}
	case o.policy && o.saved == "":
		return usageError{errors.New("--contact-cost and --success need what a kept customer is worth: --saved AMOUNT or --saved COLUMN")}
	case !(o.cost >= 0 && o.cost <= mostAmount):
		return fault("--contact-cost is %v; expected an amount of at least 0", o.cost)
	case !(o.success >= 0 && o.success <= 1):
		return fault("--success is %v; expected a chance, from 0 to 1", o.success)
	}
	if o.stream && (o.against != "" || o.by != "" || o.policy || o.calibrate != "") {
		return fault("--stream looks at every row once or twice and keeps none: leave --against, --by, --contact-cost, --saved and --calibrate out, or --stream")
	}
	if err := o.mappingFlags.check(o.kind, args); err != nil {
		return err
	}
	for _, share := range o.top {
		if !(share > 0 && share < 100) {
			return fault("--top has %v; expected percentages above 0 and below 100", share)
		}
	}
	return nil
}

// amountSaved is --saved as an amount; ok is false where it names a column.
func (o *evaluateOptions) amountSaved() (amount float64, ok bool) {
	v, err := strconv.ParseFloat(strings.TrimSpace(o.saved), 64)
	return v, err == nil && math.Abs(v) <= mostAmount
}

// settings of the evaluation.
func (o *evaluateOptions) settings() (evaluate.Options, evaluate.ValueOptions) {
	p := evaluate.Options{Level: o.level, Bins: o.bins}
	if o.policy {
		saved, _ := o.amountSaved()
		p.Policy = &evaluate.Policy{Cost: o.cost, Success: o.success, Saved: saved}
	}
	v := evaluate.ValueOptions{Level: o.level, Power: o.power}
	for _, share := range o.top {
		v.Shares = append(v.Shares, share/100)
	}
	return p, v
}
