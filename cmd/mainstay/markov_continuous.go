package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mainstay/ingest/table"
	"mainstay/markov/ctmc"
	"mainstay/reports"
	"mainstay/segment/moves"
)

const continuousLong = `Fit a Markov chain in continuous time to states that were seen at irregular times: how fast
customers move (moves per unit of time), how long states last, and what that owes to covariates.

The table holds rows of id, time and state. Between two rows of an id anything may have happened
that the moves allow. --moves names those that can happen in an instant; others take place by way of
them. Of states named with --death the time is that of entering them, as it is of a contract that
ended on a day; with --exact every time is that of a move. A row without state is passed over.
--censored says of a label which states it may stand for, where a history ends with no more known.

Dates are taken in years (--per): an intensity of 0.5 is a move every two years. --on adds
covariates, as on the right of a formula (mainstay regress --help); they hold from a row to the
next. A covariate has a coefficient for every move; one that runs to infinity is shown there. Leave
coefficients out with --on-moves, or let covariates act alike on several moves: on all with
--common, on some by joining them, as in --on-moves 'size:a>b+b>c'.

States that people assign are not always the true ones: --misclassified names what may be taken for
what, says how often it is, and how the true states move; whether mistakes are made at all is tested.
Name the moves then (--moves), or each mistake counts as one. --out to a folder writes the likely
true state of every row, too. --prevalence compares the shares of ids in each state, as they were
seen and as the chain expects them. What the table does not tell is refused (status 4).`

type continuousOptions struct {
	chainFlags
	continuous moves.Continuous
	censored   []string
	per        string
	after      []float64
	prevalence []float64
	mistaken   moves.Misclassified
}

func (o *continuousOptions) addFlags(f *pflag.FlagSet) {
	f.SortFlags = false
	o.addIDTime(f, "id", "")
	o.addState(f)
	o.addAsOf(f)
	f.StringSliceVar(&o.continuous.Rates, "moves", nil, "moves that can happen in an instant, `FROM>TO`,... (default: all that were seen from one row to the next)")
	f.StringSliceVar(&o.continuous.Death, "death", nil, "`STATES` whose times are those of entering them")
	f.BoolVar(&o.continuous.Exact, "exact", false, "all times are those of moves, and nothing happens in between")
	f.StringArrayVar(&o.censored, "censored", nil, "`LABEL=STATE+STATE...`: the label says only that it is one of these states")
	f.StringSliceVar(&o.mistaken.Mistakes, "misclassified", nil, "states are seen with mistakes, `TRUE>SEEN`,...: the true one, and what it may be taken for; their chances are estimated")
	f.StringVar(&o.mistaken.First, "first", moves.Estimated, "with --misclassified: the true state in the first row of an id: estimated, seen (no mistake), or a `STATE` in which all begin")
	o.addOn(f, "hazard ratios")
	f.StringSliceVar(&o.continuous.Acts, "on-moves", nil, "with --on: moves that covariates act on, `FROM>TO`,..., or COVARIATE:FROM>TO of a single one (default: all); alike on moves joined by a +, as in size:a>b+b>c")
	f.BoolVar(&o.continuous.Common, "common", false, "with --on: a covariate acts alike on all these moves")
	f.StringVar(&o.per, "per", "year", "`UNIT` of time of dates: day, week, month, year")
	addTimes(f, &o.after, "after", "probabilities after these `TIMES`, in that unit")
	addTimes(f, &o.prevalence, "prevalence", "goodness of fit: shares of ids in each state after these `TIMES` since their first row, as seen and as expected")
	o.addAnswer(f, addOutTables, "the intensities")
}

// addTimes binds times of which there are none by default, which pflag would show as [].
func addTimes(f *pflag.FlagSet, times *[]float64, name, usage string) {
	f.Float64SliceVar(times, name, nil, usage)
	f.Lookup(name).DefValue = ""
}

func newContinuousCommand(a *app) *cobra.Command {
	o := &continuousOptions{}
	cmd := &cobra.Command{
		Use:   "continuous TABLE...",
		Short: "fit a Markov chain in continuous time to states seen at irregular times",
		Long:  continuousLong,
		Example: `  mainstay markov continuous visits.csv --id customer --time date --state stage --death lost
  mainstay markov continuous cav.csv --id PTNUM --time years --moves '1>2,1>4,2>1,2>3,2>4,3>2,3>4' --death 4
  mainstay markov continuous visits.csv --on 'industry + complaints' --after 0.5,1 --json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.checkContinuous(args); err != nil {
				return err
			}
			return runContinuous(cmd.Context(), a, o, args)
		},
	}
	o.addFlags(cmd.Flags())
	return cmd
}

// daysPer is how many days a unit of time has.
var daysPer = map[string]float64{"day": 1, "week": 7, "month": 365.25 / 12, "year": 365.25}

func (o *continuousOptions) checkContinuous(args []string) error {
	o.config.Period, o.config.Skip = moves.Auto, true
	if err := o.check(args); err != nil {
		return err
	}
	if err := checkTables(args, o.out, reports.ContinuousTableNames); err != nil {
		return err
	}
	if err := o.checkMistaken(); err != nil {
		return err
	}
	if daysPer[o.per] == 0 {
		return usageError{fmt.Errorf("--per is %q; expected day, week, month or year", o.per)}
	}
	if (o.continuous.Common || o.continuous.Acts != nil) && o.on == "" {
		return usageError{errors.New("--common and --on-moves are for covariates; add --on TERMS")}
	}
	for flag, times := range map[string][]float64{"after": o.after, "prevalence": o.prevalence} {
		for _, t := range times {
			if !(t >= 0) || math.IsInf(t, 1) {
				return usageError{fmt.Errorf("--%s holds %v; expected times of 0 or more", flag, t)}
			}
		}
	}
	for _, label := range o.censored {
		name, set, found := strings.Cut(label, "=")
		if !found || set == "" {
			return usageError{fmt.Errorf("--censored: %q is no LABEL=STATE+STATE, such as unknown=active+quiet", label)}
		}
		if o.continuous.Censored == nil {
			o.continuous.Censored = map[string][]string{}
		}
		o.continuous.Censored[name] = strings.Split(set, "+")
	}
	return nil
}

func runContinuous(ctx context.Context, a *app, o *continuousOptions, sources []string) error {
	t, err := a.readTable(ctx, sources, o.threads)
	if err != nil {
		return err
	}
	m, err := moves.Count(t, o.config)
	if err != nil {
		return err
	}
	c := &reports.ContinuousChain{Files: t.Files, IDs: m.IDs, AsOf: m.AsOf, Unit: "unit of " + o.config.Time, Units: "units of " + o.config.Time, Level: o.level, After: o.after, Remarks: timedNotes(m.Notes)}
	o.continuous.Unit = 1
	if m.AsOf == "" && o.per != "year" {
		return usageError{fmt.Errorf("--per is the unit of dates, and column %q holds numbers, whose unit is that of the intensities; leave --per out", o.config.Time)}
	}
	if m.AsOf != "" {
		c.Unit, c.Units, o.continuous.Unit = o.per, o.per+"s", daysPer[o.per]
	}
	var x *moves.Covariates
	if o.on != "" {
		if x, err = moves.ReadCovariates(t, o.config.State, o.on, m); err != nil {
			return err
		}
		c.Remarks = append(c.Remarks, x.Notes...)
	}
	timed, err := o.continuous.Timed(m, x)
	if err != nil {
		return err
	}
	c.Remarks = append(c.Remarks, timed.Notes...)
	a.progress.say("fitting the intensities")
	fit := func() error { return o.fit(c, timed, t, m.AsOf != "") }
	if o.mistaken.Mistakes != nil {
		fit = func() error { return o.fitMistaken(c, timed, t, m) }
	}
	if err := unlessStopped(ctx, fit); err != nil {
		return err
	}
	a.progress.clear()
	return a.showContinuous(o, c)
}

// fit fits the intensities, without covariates too where there are any; dated says that times are dates.
func (o *continuousOptions) fit(c *reports.ContinuousChain, timed *moves.Timed, t *table.Table, dated bool) (err error) {
	if c.Fit, err = timed.Fit(t, o.config.State, o.threads); err != nil {
		return err
	}
	if err := o.certified(c.Fit); err != nil {
		return err
	}
	if o.on != "" {
		plain := &ctmc.Model{States: timed.Model.States, Rates: timed.Model.Rates}
		if c.Plain, err = plain.Fit(timed.Plain(), o.threads); err != nil {
			return err
		}
	}
	if o.prevalence != nil {
		c.Prevalence = c.Fit.Prevalence(timed.Data, timed.Histories(dated, o.continuous.Unit), o.prevalence)
	}
	return nil
}

// certified is an error that says why the intensities may not be used, and which flags may help; nil where they may.
func (o *continuousOptions) certified(f *ctmc.Fit) error {
	err := certified(&f.Certificate, "the intensities")
	if err != nil && o.continuous.Rates == nil {
		err = fmt.Errorf("%w (--moves names the moves that can happen in an instant)", err)
	}
	if err != nil && o.on != "" {
		err = fmt.Errorf("%w (--on-moves names the moves that covariates act on, --common lets them act alike on these)", err)
	}
	return err
}

// timedNotes are those of the table that hold in continuous time: that moves took unequal times is the point of it.
func timedNotes(notes []string) (out []string) {
	for _, n := range notes {
		if !strings.HasPrefix(n, "moves take from ") && !strings.Contains(n, "has no state:") && !strings.Contains(n, "have no state:") {
			out = append(out, n)
		}
	}
	return out
}

func (a *app) showContinuous(o *continuousOptions, c *reports.ContinuousChain) error {
	if o.out != "" {
		if err := writeTables(o.out, reports.ContinuousTables(c)); err != nil {
			return err
		}
	}
	if o.json {
		return reports.WriteContinuousJSON(a.stdout, c)
	}
	return reports.ContinuousText(a.stdout, c)
}
