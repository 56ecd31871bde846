package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"mainstay/ingest"
	"mainstay/reports"
	"mainstay/segment"
)

// viewOptions ask about the course of the book, where segment by itself shows where it stands.
type viewOptions struct {
	bridge, survival       bool
	cohorts, concentration string // a period, or auto
	compare                string // an earlier day
}

func (o *viewOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.compare, "compare", "", "who moved between the segments since an earlier `DATE`: matrix and chart")
	f.BoolVar(&o.bridge, "bridge", false, "from the 12 months before to the last 12: new, returned, grown, shrunk, lost; NRR, GRR")
	f.StringVar(&o.cohorts, "cohorts", "", "who still buys how long after the first purchase, by `PERIOD`: auto, month, quarter, year")
	f.BoolVar(&o.survival, "survival", false, "how long customers stay: Kaplan–Meier curve, lost by the churn horizon")
	f.StringVar(&o.concentration, "concentration", "", "Gini, HHI, top shares of the trailing 12 months, by `PERIOD`")
	for _, name := range []string{"cohorts", "concentration"} {
		f.Lookup(name).NoOptDefVal = "auto"
	}
}

// chosen are the views asked for.
func (o *viewOptions) chosen() (names []string) {
	for _, v := range []struct {
		name string
		on   bool
	}{{"--compare", o.compare != ""}, {"--bridge", o.bridge}, {"--cohorts", o.cohorts != ""}, {"--survival", o.survival}, {"--concentration", o.concentration != ""}} {
		if v.on {
			names = append(names, v.name)
		}
	}
	return names
}

// checkViews finds what is wrong before any work is done.
func (o *segmentOptions) checkViews() error {
	names := o.chosen()
	switch {
	case len(names) > 1:
		return usageError{fmt.Errorf("%s: one at a time, because each has a table of its own", strings.Join(names, " and "))}
	case len(names) == 1 && o.members != "":
		return usageError{fmt.Errorf("--members goes with the table of segments, not with %s", names[0])}
	case len(o.by) == 0 && (len(names) == 0 || o.compare != ""):
		return usageError{errors.New("--by is missing: give rfm, abc, ladder or a column, for example --by abc")}
	}
	for _, source := range o.config.Transactions {
		if period := o.cohorts != "" || o.concentration != ""; period && slices.Contains(choices["cohorts"], source) {
			return usageError{fmt.Errorf("%s is taken for an input: write %s=%s", source, names[0], source)}
		}
	}
	for _, period := range []string{o.cohorts, o.concentration} {
		if period != "" && period != "auto" {
			if _, err := segment.ParsePeriod(period); err != nil {
				return err
			}
		}
	}
	if o.compare != "" {
		if _, err := time.Parse(time.DateOnly, o.compare); err != nil {
			return usageError{fmt.Errorf("--compare is %q: expected a date such as 2025-12-31", o.compare)}
		}
	}
	return nil
}

// answer is what a view found: a table for files and machines, and the way to show it to people.
type answer struct {
	schema string
	table  *reports.Table
	show   func(io.Writer) error
}

// showView answers and prints one view.
func (a *app) showView(ctx context.Context, o *segmentOptions, b *segment.Book) error {
	v, err := o.answer(ctx, b, o.style(a))
	if err != nil {
		return err
	}
	a.progress.clear()
	if o.out != "" {
		if err := reports.WriteFile(o.out, v.table); err != nil {
			return err
		}
	}
	if o.json {
		return reports.WriteAnswer(a.stdout, v.schema, b.Clock, v.table)
	}
	return v.show(a.stdout)
}

func (o *segmentOptions) answer(ctx context.Context, b *segment.Book, style reports.Style) (*answer, error) {
	scale := b.Ledger.Scale
	switch {
	case o.compare != "":
		day, err := time.Parse(time.DateOnly, o.compare)
		if err != nil {
			return nil, err
		}
		moves, err := b.Migrations(ctx, ingest.DayOf(day), o.by, o.where)
		return &answer{reports.MigrationSchema, reports.Migrations(moves, scale), func(w io.Writer) error {
			return reports.ShowMigrations(w, b, moves, style)
		}}, err
	case o.bridge:
		rows, err := b.Bridges(ctx, o.by, o.where)
		return &answer{reports.BridgeSchema, reports.Bridge(rows, scale), func(w io.Writer) error {
			return reports.ShowBridge(w, b, rows, style)
		}}, err
	case o.survival:
		curves, err := b.Survivals(ctx, o.by, o.where)
		return &answer{reports.SurvivalSchema, reports.Survival(curves), func(w io.Writer) error {
			return reports.ShowSurvival(w, b, curves, style)
		}}, err
	case o.cohorts != "":
		period := choosePeriod(o.cohorts, b.Clock.CohortPeriod())
		rows, err := b.Cohorts(ctx, period, o.by, o.where)
		return &answer{reports.CohortsSchema, reports.Cohorts(rows, scale), func(w io.Writer) error {
			return reports.ShowCohorts(w, b, rows, period, style)
		}}, err
	default:
		rows, err := b.Trend(ctx, choosePeriod(o.concentration, b.Clock.CohortPeriod()), o.by, o.where)
		return &answer{reports.TrendSchema, reports.Trend(rows, scale), func(w io.Writer) error {
			return reports.ShowTrend(w, b, rows, style)
		}}, err
	}
}

// choosePeriod is the period of that name, which check has looked at, or the automatic one.
func choosePeriod(name string, auto segment.Period) segment.Period {
	if p, err := segment.ParsePeriod(name); err == nil {
		return p
	}
	return auto
}
