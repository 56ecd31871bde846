package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mainstay/ingest/table"
	"mainstay/markov/hidden"
	"mainstay/reports"
	"mainstay/segment/moves"
)

const hiddenLong = `Fit a hidden Markov model: in every period a customer is in a state of relationship that nobody
sees, and how much is done and spent shows it. Says what the states are and how long they are kept,
how customers move between them, what that owes to covariates (--on), who has come down lately
(EARLY WARNING), how many states there are, and (--out) in which everybody was in every period.

The table holds rows of id and time, with a count of what was done (--activity; without it rows are
counted) and an amount (--spend). Rows of an id in one period are added up; where more was returned
than bought the amount is not known. Without --period the distinct times of an id are its periods.
With it, a period without a row is not known; with --zero it had no activity, up to the last period
of the table. States are numbered from the weakest, by activity times spend.

--on makes the chances of moving depend on columns of the table, as on the right of a formula
(mainstay regress --help): odds ratios against staying, and a test of all against the chain without.
What stands in a period acts on the move to the next, so nothing is used that was not known. A
period without a row has what all ids share in it (a season, a price index), else what held before.
--on-moves lets them act on some moves only: up (to stronger states), down, or 2>1 by number, also
of one covariate, as in season:up; whether others depend on them too is then tested. --at asks for
the moves at values of some of these columns, the others as they are.

--states takes a number or a range; of a range the number with the lowest BIC is shown. --holdout
also predicts the last periods of every id by fits without them. A fit without a maximum is refused
(status 4).`

type hiddenOptions struct {
	chainFlags
	hidden     moves.HiddenConfig
	states     string
	from, to   int
	negative   bool
	stationary bool
	holdout    int
	back       int
	onMoves    []string
}

func (o *hiddenOptions) addFlags(f *pflag.FlagSet) {
	f.SortFlags = false
	o.addIDTime(f, "id", "")
	f.StringVar(&o.hidden.Activity, "activity", "", "`COLUMN` of counts (default: rows are counted)")
	f.StringVar(&o.hidden.Spend, "spend", "", "`COLUMN` of amounts")
	o.addPeriod(f)
	f.BoolVar(&o.hidden.Zero, "zero", false, "with --period: a period without a row had no activity")
	o.addAsOf(f)
	f.StringVar(&o.states, "states", "1-4", "`NUMBER` of states, or a range")
	f.BoolVar(&o.negative, "negative-binomial", false, "counts vary more than Poisson's within a state")
	f.BoolVar(&o.stationary, "stationary", false, "first states are distributed as in the long run")
	f.IntVar(&o.holdout, "holdout", 0, "last `PERIODS` of every id to predict")
	o.addOn(f, "odds ratios against staying")
	f.StringSliceVar(&o.onMoves, "on-moves", nil, "with --on: `MOVES` that covariates act on (default: all): up, down, or FROM>TO by number of state,...; or COVARIATE:MOVES of a single one")
	o.addAt(f)
	f.IntVar(&o.back, "back", 3, "who is in a weaker state than so many `PERIODS` before")
	o.addAnswer(f, addOutTables, "the state of every period")
}

func newHiddenCommand(a *app) *cobra.Command {
	o := &hiddenOptions{}
	cmd := &cobra.Command{
		Use:   "hidden TABLE...",
		Short: "fit a hidden Markov model to activity and spend: the strength of relationships",
		Long:  hiddenLong,
		Example: `  mainstay markov hidden orders.parquet --id customer_id --time order_date --period quarter --zero --states 2 --on industry --at industry=Logistics
  mainstay markov hidden orders.csv --id customer --time date --spend amount --period month --zero
  mainstay markov hidden months.csv --id customer --time month --activity orders --states 3 --out states.csv
  mainstay markov hidden months.csv --activity visits --states 1-5 --holdout 6 --json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.checkHidden(args); err != nil {
				return err
			}
			return runHidden(cmd.Context(), a, o, args)
		},
	}
	o.addFlags(cmd.Flags())
	return cmd
}

func (o *hiddenOptions) checkHidden(args []string) error {
	if err := o.check(args); err != nil {
		return err
	}
	if err := checkTables(args, o.out, reports.HiddenTableNames); err != nil {
		return err
	}
	if o.hidden.Zero && o.config.Period == moves.Auto {
		return usageError{errors.New("--zero needs --period, of which there are some without a row")}
	}
	from, to, ranged := strings.Cut(o.states, "-")
	if !ranged {
		to = from
	}
	var errFrom, errTo error
	o.from, errFrom = strconv.Atoi(from)
	o.to, errTo = strconv.Atoi(to)
	if errFrom != nil || errTo != nil || o.from < 1 || o.to < o.from || o.to > hidden.MostStates {
		return usageError{fmt.Errorf("--states is %q; expected a number from 1 to %d, or a range such as 1-4", o.states, hidden.MostStates)}
	}
	if o.holdout < 0 {
		return usageError{fmt.Errorf("--holdout is %d; expected a number of periods", o.holdout)}
	}
	if o.back < 1 {
		return usageError{fmt.Errorf("--back is %d; expected a number of periods, 1 or more", o.back)}
	}
	if len(o.onMoves) > 0 && o.on == "" {
		return usageError{errors.New("--on-moves is for covariates; add --on TERMS")}
	}
	if o.on != "" && o.stationary {
		return usageError{errors.New("--stationary and --on exclude each other: with covariates there is no one long run to start from")}
	}
	o.hidden.Config, o.hidden.On = o.config, o.on
	return nil
}

// hiddenError names whose data a model does not know; other errors are of the model that was asked for.
func hiddenError(err error, c *reports.HiddenChain) error {
	var data *hidden.DataError
	if !errors.As(err, &data) {
		return usageError{err}
	}
	return &table.MappingError{Msg: fmt.Sprintf("%s: period %d of %q: %s", strings.Join(c.Files, ", "), data.Period+1, c.Panel.IDs[data.Customer], data.Reason)}
}

func runHidden(ctx context.Context, a *app, o *hiddenOptions, sources []string) error {
	t, err := a.readTable(ctx, sources, o.threads)
	if err != nil {
		return err
	}
	c := &reports.HiddenChain{Files: t.Files, Level: o.level, Back: o.back}
	if c.Panel, err = moves.ReadHidden(t, o.hidden); err != nil {
		return err
	}
	m := &hidden.Model{Activity: hidden.Poisson, Start: hidden.Free, Spend: o.hidden.Spend != "", States: o.from}
	if o.negative {
		m.Activity = hidden.NegativeBinomial
	}
	if o.stationary {
		m.Start = hidden.Stationary
	}
	if c.Panel.Covariates != nil {
		m.Covariates = c.Panel.Covariates.Names
		states := 0
		if o.from == o.to {
			states = o.from
		}
		if m.Acts, err = moves.HiddenActs(o.onMoves, c.Panel.Covariates, states); err != nil {
			return err
		}
	}
	for _, p := range o.at { // what is wrong with them is said before the work
		if _, _, err := c.Panel.Covariates.DistinctAt(p); err != nil {
			return err
		}
	}
	a.progress.say("fitting the states")
	if err := unlessStopped(ctx, func() error { return o.fit(c, m) }); err != nil {
		return err
	}
	a.progress.clear()
	if o.out != "" {
		if err := writeTables(o.out, reports.HiddenTables(c)); err != nil {
			return err
		}
	}
	if o.json {
		return reports.WriteHiddenJSON(a.stdout, c)
	}
	return reports.HiddenText(a.stdout, c)
}

// fit chooses the number of states, and finds who was when in which.
func (o *hiddenOptions) fit(c *reports.HiddenChain, m *hidden.Model) (err error) {
	if c.Choice, err = m.Choose(c.Panel.Data, o.from, o.to, o.holdout, o.threads); err != nil {
		return hiddenError(err, c)
	}
	if c.Choice.ByBIC < 0 {
		return certified(&c.Choice.Candidates[0].Fit.Certificate, "the states")
	}
	c.Fit = c.Choice.Candidates[c.Choice.ByBIC].Fit
	if c.States, err = c.Fit.Decode(c.Panel.Data, o.threads); err != nil {
		return err
	}
	if c.Fit.Acts != nil && c.Fit.States > 1 {
		all := c.Fit.Model
		all.Acts = nil
		if c.OnAll, err = all.Fit(c.Panel.Data, o.threads); err != nil {
			return hiddenError(err, c)
		}
	}
	return o.explain(c)
}

// explain finds who has come down, and with covariates what moves owe to them.
func (o *hiddenOptions) explain(c *reports.HiddenChain) (err error) {
	d := c.Panel.Data
	if c.Declines, err = c.Fit.Declines(d, c.States, o.back, o.threads); err != nil {
		return err
	}
	xs, weights := c.Panel.DistinctX()
	if c.Moves, err = c.Fit.MovesAt(xs, weights, o.level); err != nil {
		return err
	}
	for _, p := range o.at {
		xs, weights, err := c.Panel.Covariates.DistinctAt(p)
		if err != nil {
			return err
		}
		at, err := c.Fit.MovesAt(xs, weights, o.level)
		if err != nil {
			return err
		}
		c.Profiles = append(c.Profiles, reports.HiddenProfile{Name: p, Moves: at})
	}
	return nil
}
