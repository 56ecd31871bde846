package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"mainstay/ingest"
	"mainstay/ingest/table"
	"mainstay/segment/moves"
)

// chainFlags are those that mainstay markov, markov continuous and markov hidden share, each in one wording.
type chainFlags struct {
	config  moves.Config
	asOf    string
	on      string
	at      []string
	level   float64
	out     string
	json    bool
	threads int
}

// addIDTime binds who and when; other says what else than a column id is taken by default.
func (o *chainFlags) addIDTime(f *pflag.FlagSet, id, other string) {
	f.StringVar(&o.config.ID, "id", id, "`COLUMN` of who it is"+other)
	f.StringVar(&o.config.Time, "time", "time", "`COLUMN` of the time: numbers, or dates with or without a time of day; months (2024-01), quarters (2024Q1)")
}

func (o *chainFlags) addState(f *pflag.FlagSet) {
	f.StringVar(&o.config.State, "state", "state", "`COLUMN` of the state")
	f.StringSliceVar(&o.config.States, "states", nil, "all `STATES`, in this order")
}

func (o *chainFlags) addPeriod(f *pflag.FlagSet) {
	f.StringVar(&o.config.Period, "period", moves.Auto, "a step: auto (from one time of an id to its next), day, week, month, quarter, year, or a number")
}

func (o *chainFlags) addAsOf(f *pflag.FlagSet) {
	f.StringVar(&o.asOf, "as-of", "", "set later rows aside, and those of periods not over on this `DATE`, or at the end of a period such as 2024-01 or 2024Q1 (default: yesterday)")
}

// addOn binds covariates, of which result says what is told.
func (o *chainFlags) addOn(f *pflag.FlagSet, result string) {
	f.StringVar(&o.on, "on", "", "covariates of the moves, as `TERMS` of a formula ('industry + log(price)'), read where a move begins: "+result)
}

func (o *chainFlags) addAt(f *pflag.FlagSet) {
	f.StringArrayVar(&o.at, "at", nil, "with --on: the matrix where covariates are so, `COLUMN=VALUE,...`, the others as they were; may be repeated")
}

// addAnswer binds how the answer is given; addOut is addOutFile or addOutTables, of what.
func (o *chainFlags) addAnswer(f *pflag.FlagSet, addOut func(f *pflag.FlagSet, out *string, what string), what string) {
	addLevel(f, &o.level)
	addOut(f, &o.out, what)
	addJSON(f, &o.json)
	addThreads(f, &o.threads)
}

// check finds what is wrong with them before any work is done.
func (o *chainFlags) check(args []string) error {
	switch {
	case len(args) == 0:
		return usageError{errors.New("no table given: name a file; --help has examples")}
	case !(o.level > 0 && o.level < 1):
		return usageError{fmt.Errorf("--level is %v; expected a number between 0 and 1, such as 0.95", o.level)}
	case len(o.at) > 0 && o.on == "":
		return usageError{errors.New("--at is where covariates are: name these with --on")}
	}
	o.config.Layout = moves.Long
	var err error
	o.config.AsOf, err = tableAsOf(o.asOf)
	o.config.AsOfGiven = o.asOf != ""
	return err
}

// tableAsOf is the day that --as-of asks for of a table; without it yesterday, for today is not over.
func tableAsOf(text string) (ingest.Day, error) {
	if text == "" {
		return ingest.DayOf(now().UTC()) - 1, nil
	}
	at, err := time.Parse(time.DateOnly, text)
	if first, months, ok := table.ParsePeriod(text); ok { // its last day
		at, err = first.AddDate(0, months, -1), nil
	}
	if err != nil {
		return 0, usageError{fmt.Errorf("--as-of is %q; expected a date such as 2024-01-31, or a month, quarter or year: 2024-01, 2024Q1, 2024", text)}
	}
	return ingest.DayOf(at), nil
}
