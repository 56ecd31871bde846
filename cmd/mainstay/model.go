package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"mainstay/ingest"
	"mainstay/reports"
	"mainstay/segment"
)

// When a run fits its models.
const (
	refitNightly = "nightly"  // always
	refitMonthly = "monthly"  // unless the latest run's were learnt in the month of the as-of date
	refitOnDrift = "on-drift" // when the latest run's do not hold any more
)

var refits = []string{refitNightly, refitMonthly, refitOnDrift}

// addStoredFlags binds the flags of what scores.
func (c *config) addStoredFlags(f *pflag.FlagSet) {
	f.StringVar(&c.Model, "model", c.Model, "score with the models that the run in `FOLDER` learnt, and fit none")
	f.StringVar(&c.Refit, "refit", c.Refit, "when to fit: nightly (every run), monthly (the first run of a month), on-drift (when the latest run's models do not hold)")
}

func (c *config) checkRefit() error {
	switch {
	case !slices.Contains(refits, c.Refit):
		return &ingest.ConfigError{Msg: fmt.Sprintf("refit is %q; expected %s", c.Refit, strings.Join(refits, ", "))}
	case c.Model != "" && c.Refit != refitNightly:
		return usageError{errors.New("--model names the models that score, --refit says when to fit others: leave one out")}
	}
	return nil
}

// modelIdentity is how what was learnt before decides the bytes of a run.
type modelIdentity struct {
	Refit  string `json:"refit,omitempty"`
	From   string `json:"from,omitempty"` // the run that the model lay with
	SHA256 string `json:"sha256,omitempty"`
	Why    string `json:"why,omitempty"` // why there is none
}

// stored finds the models that a run as of the plan's day scores with, or looks at; nil where it fits without looking.
func (a *app) stored(ctx context.Context, c *config, p *ingest.Plan) (*segment.Reuse, *modelIdentity, error) {
	switch {
	case c.Model != "":
		use, err := reports.ReadModel(ctx, c.TempDir, c.Model)
		if err != nil {
			return nil, nil, err
		}
		return use, &modelIdentity{SHA256: use.SHA256}, nil
	case c.Refit == refitNightly:
		return nil, nil, nil
	}
	use, err := reports.LatestModel(ctx, c.Out, c.TempDir, p.AsOf)
	if err != nil {
		return nil, nil, err
	}
	id := &modelIdentity{c.Refit, use.From, use.SHA256, use.Why}
	use.OnDrift = c.Refit == refitOnDrift
	if m := use.Model; m != nil && c.Refit == refitMonthly && monthOf(m.LearntOn) != monthOf(p.AsOf) {
		use.Model, use.Why = nil, fmt.Sprintf("monthly: the models of run %s were learnt in %s", use.From, monthOf(m.LearntOn))
	}
	return use, id, nil
}

// monthOf is YYYY-MM.
func monthOf(d ingest.Day) string { return d.String()[:len("2006-01")] }

// modelError names the folder of a model that does not suit.
func modelError(c *config, err error) error {
	var setting *ingest.ConfigError
	var quality *ingest.QualityError
	var damaged *segment.DamagedError
	switch {
	case c.Model == "" || err == nil || errors.As(err, &quality) || errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &damaged):
		return &ingest.InputError{File: c.Model, RowGroup: -1, Row: -1, Err: fmt.Errorf("%w; take its run's folder from a backup, or fit without --model", err)}
	case errors.As(err, &setting):
		return fmt.Errorf("--model %s: %w", c.Model, err)
	}
	return err
}
