package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mainstay/ingest/table"
	"mainstay/markov"
	"mainstay/reports"
	"mainstay/segment/moves"
)

const markovLong = `Fit a Markov chain to any table (Parquet, CSV, XLSX) and say where it leads: the transition matrix
with standard errors and intervals, the long run, the time until states that nobody leaves, a
forecast, and the value of every state.

The table holds rows of id, time and state; or, with --wide, a row per id with a column per step;
or, with --counts, numbers of moves: the first column names the state moved from, every other column
is a state moved to.

Without --period the distinct times of an id are its steps, however far apart. With it, calendar
periods of dates or lengths of a numeric time are: the last state in a period is the period's, and a
period without one is a gap over which no move is counted. An empty state is unknown, not a state.
Dates after the as-of date are set aside, and so is a period that was not over then.

States stand in the order of --states, else by number where all are numbers, else by the bytes of
their names; a table of counts keeps its own order. Rewards and rates are per step.

--tests asks whether a chain is the right description: whether the state before matters (order 0),
whether the one before that does (order 1), whether moves change over time. --by gives every segment
its own chain, in which few moves borrow from all, an answer to whatever is asked, and tests whether
segments differ. --gaps fill fits the chain over periods that were not seen. --on says what moves
owe to covariates: odds ratios against staying, and a test against the chain without them; --at
shows the matrix where they have given values. Out of a state where covariates settle where moves
go (an industry that never leaves) they are fitted by Firth's penalised likelihood.

A state that nobody was seen to leave has no row of probabilities: the chain is refused (status 4)
until it is declared with --absorbing, or there is more history.`

// The most that is asked of standard errors, which take steps² × states³ multiplications for a forecast and
// steps × states³ for a finite value: some seconds, with tens of states whatever the steps.
const (
	mostForecast = 200
	mostHorizon  = 1000
	mostWork     = 1e9
)

type markovOptions struct {
	chainFlags
	wide, counts bool
	absorbing    []string
	start        []string
	reward       []string
	rate         float64
	rateGiven    bool
	forecast     int
	horizon      int
	times, stop  bool
	estimateFlags
	testFlags
}

func (o *markovOptions) addFlags(f *pflag.FlagSet) {
	f.SortFlags = false
	o.addIDTime(f, "", " (default: id, with --wide where there is one; with --counts the first column)")
	o.addState(f)
	f.BoolVar(&o.wide, "wide", false, "a row per id, every other column is a step, in the order of the table")
	f.BoolVar(&o.counts, "counts", false, "a table of counts, from-state by to-state")
	o.addPeriod(f)
	o.addAsOf(f)
	f.StringSliceVar(&o.absorbing, "absorbing", nil, "`STATES` that nobody leaves: adds times and chances of ending there")
	f.IntVar(&o.forecast, "forecast", 0, "`STEPS` ahead to forecast")
	f.StringSliceVar(&o.start, "start", nil, "where the forecast starts, `STATE=AMOUNT`,... (default: the last states of the table)")
	f.StringSliceVar(&o.reward, "reward", nil, "`STATE=AMOUNT`,... per step, others 0: adds the value of every state; needs --rate")
	f.Float64Var(&o.rate, "rate", 0, "discount rate per step (0.1 a year is 0.00797 a month)")
	f.IntVar(&o.horizon, "horizon", 0, "also the value of this step and so many `STEPS` more")
	f.BoolVar(&o.stop, "stop", false, "with --reward or --margin: which states are not worth serving, and the value when these are let go; --rate above 0")
	f.BoolVar(&o.times, "times", false, "how many steps a state is kept, and from each to each until it is entered")
	f.StringVar(&o.config.By, "by", "", "`COLUMN` of segments, read where a move begins: a chain for each that borrows from all, and a test whether they differ")
	f.StringVar(&o.config.Weight, "weight", "", "`COLUMN` of weights of moves, read where a move begins")
	f.StringVar(&o.config.Margin, "margin", "", "`COLUMN` of what is earned: the mean by state is the reward, and how sure it is reaches the value; needs --rate")
	o.addOn(f, "odds ratios against staying")
	o.addAt(f)
	o.estimateFlags.addFlags(f)
	o.testFlags.addFlags(f)
	o.addAnswer(f, addOutTables, "the moves")
}

func newMarkovCommand(a *app) *cobra.Command {
	o := &markovOptions{}
	cmd := &cobra.Command{
		Use:   "markov TABLE...",
		Short: "fit a Markov chain to any table of id, time, state, and say where it leads",
		Long:  markovLong,
		Example: `  mainstay markov states.csv --id customer --time month --state stage --period month
  mainstay markov sequences.csv --wide --id id --forecast 12
  mainstay markov ratings.csv --counts --absorbing D
  mainstay markov states.csv --absorbing lost --reward 'key=900,regular=120' --rate 0.02 --json
  mainstay markov states.csv --tests --by industry
  mainstay markov states.csv --on 'industry + complaints + log(price)' --at complaints=2
  mainstay markov states.csv --absorbing lost --margin profit --rate 0.01 --bootstrap 1000`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.rateGiven = cmd.Flags().Changed("rate")
			if err := o.check(args); err != nil {
				return err
			}
			if err := errors.Join(o.estimateFlags.check(o.counts), o.testFlags.check(cmd.Flags().Changed("eras")), o.checkOut(args)); err != nil {
				return err
			}
			return runMarkov(cmd.Context(), a, o, args)
		},
	}
	o.addFlags(cmd.Flags())
	cmd.AddCommand(newContinuousCommand(a), newHiddenCommand(a))
	return cmd
}

// check finds what is wrong with the flags before any work is done.
func (o *markovOptions) check(args []string) error {
	if err := o.chainFlags.check(args); err != nil {
		return err
	}
	c := &o.config
	switch {
	case o.wide && o.counts:
		return usageError{errors.New("--wide and --counts exclude each other: a table holds one or the other")}
	case (o.wide || o.counts) && c.Period != moves.Auto:
		return usageError{errors.New("--period needs a column of times; leave it out with --wide and --counts")}
	case (o.wide || o.counts) && (c.Time != "time" || c.State != "state"):
		return usageError{errors.New("--time and --state are columns of a table of id, time, state; leave them out with --wide and --counts")}
	case o.counts && c.ID != "":
		return usageError{errors.New("--id is a column of ids, and a table of counts has none: its first column names the state moved from; leave --id out")}
	case o.forecast < 0 || o.forecast > mostForecast:
		return usageError{fmt.Errorf("--forecast is %d; expected 1 to %d steps", o.forecast, mostForecast)}
	case o.horizon < 0 || o.horizon > mostHorizon:
		return usageError{fmt.Errorf("--horizon is %d; expected 1 to %d steps", o.horizon, mostHorizon)}
	case len(o.start) > 0 && o.forecast == 0:
		return usageError{errors.New("--start is where a forecast starts; add --forecast STEPS")}
	case o.counts && (c.By != "" || c.Weight != "" || c.Margin != ""):
		return usageError{errors.New("--by, --weight and --margin are read beside each move, and a table of counts has none; count each segment apart")}
	case o.wide && c.Margin != "":
		return usageError{errors.New("--margin is read beside each state: it needs a table of id, time, state")}
	case o.gaps == gapsFill && c.Weight != "":
		return usageError{errors.New("--gaps fill and --weight exclude each other: gaps are filled by maximum likelihood, in which every move counts once")}
	case c.Margin != "" && len(o.reward) > 0:
		return usageError{errors.New("--margin and --reward exclude each other: what a state earns is estimated or known")}
	case c.Margin != "" && !o.rateGiven:
		return usageError{errors.New("--margin needs --rate, the discount rate per step (0 = money later is worth as much as now)")}
	case len(o.reward) > 0 && !o.rateGiven:
		return usageError{errors.New("--reward needs --rate, the discount rate per step (0 = money later is worth as much as now)")}
	case o.stop && (len(o.reward) == 0 && c.Margin == "" || o.rate == 0):
		return usageError{errors.New("--stop weighs rewards against each other over time: add --reward STATE=AMOUNT, costs being negative, and a --rate above 0")}
	case len(o.reward) == 0 && c.Margin == "" && (o.rateGiven || o.horizon > 0):
		return usageError{errors.New("--rate and --horizon are for the value of states; add --reward STATE=AMOUNT")}
	case !(o.rate >= 0) || math.IsInf(o.rate, 1):
		return usageError{fmt.Errorf("--rate is %v; expected 0 or more, 0.02 for 2 %% a step", o.rate)}
	case o.asOf != "" && (o.wide || o.counts):
		return usageError{errors.New("--as-of needs a column of dates; leave it out with --wide and --counts")}
	case o.on != "" && (o.wide || o.counts):
		return usageError{errors.New("--on is read beside each state: it needs a table of id, time, state")}
	}
	switch {
	case o.wide:
		c.Layout = moves.Wide
	case o.counts:
		c.Layout = moves.Matrix
	case c.ID == "":
		c.ID = "id"
	}
	return nil
}

// checkOut says before any work is done what is wrong with the file or the folder to write.
func (o *markovOptions) checkOut(read []string) error {
	if o.against != "" {
		read = append(slices.Clone(read), o.against)
	}
	return checkTables(read, o.out, reports.ChainTableNames)
}

func runMarkov(ctx context.Context, a *app, o *markovOptions, sources []string) error {
	t, err := a.readTable(ctx, sources, o.threads)
	if err != nil {
		return err
	}
	m, err := moves.Count(t, o.config)
	if err != nil {
		return err
	}
	q, err := o.questions(m)
	if err != nil {
		return err
	}
	a.progress.say("fitting the chain")
	c := &reports.Chain{Files: t.Files, Moves: m, Questions: q}
	if err := unlessStopped(ctx, func() error { return o.answer(ctx, t, c) }); err != nil {
		return err
	}
	if note := o.unweighted(); note != "" {
		c.Remarks = append(c.Remarks, note)
	}
	c.Remarks = append(c.Remarks, o.gapNotes(m)...)
	a.progress.clear()
	if err := a.showChain(o, c); err != nil {
		return err
	}
	if c.Refusal != nil {
		return qualityError{fmt.Errorf("the chain may not be used: %w%s", c.Refusal, absorbingHint(c))}
	}
	return nil
}

// answer fits the chain, and what else was asked for.
func (o *markovOptions) answer(ctx context.Context, t *table.Table, c *reports.Chain) (err error) {
	m := c.Moves
	c.Analysis, err = markov.Analyse(m.Counts, c.Questions)
	if err != nil && !errors.As(err, &c.Refusal) { // what was asked does not go with the moves
		return usageError{err}
	}
	return errors.Join(o.testFlags.run(ctx, m, c, o.threads), o.pool(m, c), o.influence(t, m, c))
}

// showChain prints the chain and writes the files asked for; of a refused chain there are no files.
func (a *app) showChain(o *markovOptions, c *reports.Chain) error {
	if o.out != "" && c.Refusal == nil {
		if err := writeTables(o.out, reports.ChainTables(c)); err != nil {
			return err
		}
	}
	if o.json {
		return reports.WriteChainJSON(a.stdout, c)
	}
	return reports.ChainText(a.stdout, c)
}

// writeTables writes the first of the tables to a file, or all to a folder.
func writeTables(out string, tables []*reports.Table) error {
	if filepath.Ext(out) != "" {
		return reports.WriteFile(out, tables[0])
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	for _, t := range tables {
		for _, ext := range []string{".parquet", ".csv"} {
			if err := reports.WriteFile(filepath.Join(out, t.Name+ext), t); err != nil {
				return err
			}
		}
	}
	return nil
}
