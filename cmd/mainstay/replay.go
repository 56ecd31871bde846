package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"mainstay/ingest"
	"mainstay/reports"
	"mainstay/segment"
)

// dateRange is --as-of FROM..TO --step STEP, empty without a range.
type dateRange struct {
	days []ingest.Day
	step string
}

// defaultStep is the step of a replay: what most books are looked at by.
const defaultStep = "month"

// take recognises a range in --as-of and leaves its end there, a date like any other.
func (d *dateRange) take(flags *pflag.FlagSet) error {
	text := flags.Lookup("as-of").Value.String()
	from, to, isRange := strings.Cut(text, "..")
	if !isRange {
		if d.step != "" {
			return usageError{errors.New("--step goes with a range of dates: --as-of 2026-01-31..2026-10-31")}
		}
		return nil
	}
	if d.step == "" {
		d.step = defaultStep
	}
	var ends [2]ingest.Day
	for i, date := range []string{from, to} {
		t, err := time.Parse(time.DateOnly, date)
		if err != nil {
			return usageError{fmt.Errorf("--as-of %q: expected a date, or a range such as 2026-01-31..2026-10-31", text)}
		}
		ends[i] = ingest.DayOf(t)
	}
	var err error
	if d.days, err = segment.Steps(ends[0], ends[1], d.step); err != nil {
		return err
	}
	return flags.Set("as-of", to)
}

// stoppedError says how far a replay came before it was stopped.
type stoppedError struct {
	at       ingest.Day
	done, of int
	err      error
}

func (e *stoppedError) Error() string {
	return fmt.Sprintf("as of %s: %v (%d of %d runs were published before; the same command goes on from there)", e.at, e.err, e.done, e.of)
}

func (e *stoppedError) Unwrap() error { return e.err }

// runReplay publishes one run per date, then the comparison of what they forecast with what came.
func runReplay(ctx context.Context, a *app, o *runOptions) error {
	newest := o.at("") // the newest complete day: what came is known until there
	p, err := a.plan(ctx, &newest.inputOptions)
	if err != nil {
		return err
	}
	if first := o.dates.days[0]; first < p.FirstDay {
		return &ingest.ConfigError{Msg: fmt.Sprintf("--as-of begins on %s, before the first row (%s): begin later", first, p.FirstDay)}
	}
	if last, today := o.dates.days[len(o.dates.days)-1], ingest.DayOf(now().In(p.Location)); last > today {
		return &ingest.ConfigError{Msg: fmt.Sprintf("--as-of reaches %s, after today (%s): end earlier", last, today)}
	}
	inputs, err := a.hash(ctx, o, p)
	if err != nil {
		return err
	}
	same := func(_ context.Context, now *ingest.Plan) ([]reports.Input, error) { return inputs, sameFiles(p, now) }
	x := &reports.Replay{DataAsOf: p.AsOf, Step: o.dates.step}
	m := &reports.ReplayManifest{Version: version, From: o.dates.days[0].String(), To: o.config.Ingest.AsOf, Step: o.dates.step,
		DataAsOf: p.AsOf.String(), Language: o.config.Language}
	for i, day := range o.dates.days {
		a.progress.prefix = fmt.Sprintf("%s (%d of %d): ", day, i+1, len(o.dates.days))
		r, err := a.runOnce(ctx, o.at(day.String()), same)
		if err != nil {
			return &stoppedError{day, i, len(o.dates.days), err}
		}
		said, err := reports.ReadPublished(r)
		if err != nil {
			return err
		}
		said.HighRisk, said.Ladder = o.config.Segment.Tiers.HighRisk, o.config.Segment.Ladder
		x.Published = append(x.Published, said)
		m.Runs = append(m.Runs, reports.ReplayRun{AsOf: day.String(), Run: r.Name, ID: r.ID})
		log := a.logger()
		log.Info().Str("as_of", day.String()).Str("run", r.Name).Bool("reused", r.Reused).Msg("published")
	}
	a.progress.prefix = ""
	r, err := reports.BeginReplay(ctx, o.config.Out, o.config.TempDir, m)
	if err != nil {
		return err
	}
	if !r.Reused {
		r.Timings.Threads = o.threads
		if err := a.compare(ctx, o, p, x, m, r); err != nil {
			return errors.Join(err, r.Abort())
		}
	}
	a.progress.clear()
	return a.showReplay(o, r)
}

// at is the options of a single run on a date, without its warnings: a replay would repeat them for every date.
func (o *runOptions) at(date string) *runOptions {
	one := *o
	one.config.Ingest.AsOf = date
	one.quiet = true
	return &one
}

// sameFiles makes sure that every run of a replay reads what was hashed.
func sameFiles(then, now *ingest.Plan) error {
	same := slices.EqualFunc(then.Files, now.Files, func(x, y ingest.PlannedFile) bool {
		return x.Object.Name == y.Object.Name && x.Object.Size == y.Object.Size && x.File.Footer == y.File.Footer
	})
	if !same {
		return errors.New("the input changed while it was replayed: wait until the export has finished, then run again")
	}
	return nil
}

// compare reads what came and writes the replay.
func (a *app) compare(ctx context.Context, o *runOptions, p *ingest.Plan, x *reports.Replay, m *reports.ReplayManifest, r *reports.Run) (err error) {
	start := time.Now()
	l, err := ingest.Build(ctx, files, p, o.threads, nil, a.rowProgress(p))
	if err != nil {
		return err
	}
	defer l.Recover(&err)
	in, err := a.readTables(ctx, &o.inputOptions, p)
	if err != nil {
		return err
	}
	x.Currency = l.Currency
	for _, said := range x.Published {
		x.Outcomes = append(x.Outcomes, segment.Observe(l, in.Contracts, said, o.threads)...)
	}
	if err := l.Err(); err != nil {
		return err
	}
	r.Timings.Add("compare", start)
	return reports.WriteReplay(ctx, r, m, x, o.style(a))
}

// showReplay prints the replay's text, or its manifest.
func (a *app) showReplay(o *runOptions, r *reports.Run) error {
	if o.quiet {
		return nil
	}
	if !o.json {
		return reports.ShowReplay(a.stdout, r, o.style(a))
	}
	manifest, err := r.Read("manifest.json")
	if err != nil {
		return err
	}
	_, err = a.stdout.Write(manifest)
	return err
}
