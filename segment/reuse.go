package segment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"mainstay/ingest"
	"mainstay/ingest/table"
	"mainstay/internal/num"
)

// Reuse asks an analysis to score with a stored model in place of a tournament.
type Reuse struct {
	Model   *Stored // nil: the run fits, because of Why
	From    string  // where its file lies: a folder, or a run of the output folder
	SHA256  string  // of its file
	Must    bool    // refuse data that it does not suit; else fit, and say why
	OnDrift bool    // fit where a DriftTest says so
	Why     string  // why there is no Model
	Failed  bool    // Why is a failure, to be warned of
}

// Reused says whether a run scored with a stored model, and why.
type Reused struct {
	From, SHA256 string // of the file looked at; "" where there was none
	Run          string // that learnt the model looked at
	LearntOn     ingest.Day
	AgeDays      int
	Used         bool
	Why          string // "" where it was used
	Tests        []DriftTest

	failed bool
	unseen []unseen
}

// DamagedError says that a stored model holds what no fit leaves behind, so that nothing can be scored with it.
type DamagedError struct{ Err error }

func (e *DamagedError) Error() string {
	return "it is not a model as mainstay writes it: " + e.Err.Error()
}

// Unwrap is what is wrong.
func (e *DamagedError) Unwrap() error { return e.Err }

// Codes of warnings about stored models.
const (
	warnRefit    = "refit"        // a stored model was not used, though the settings ask for it
	warnModelAge = "model-age"    // the model is old
	warnUnseen   = "unseen-level" // customers at levels of an attribute that the model was not taught
)

// oldModel is the age in days from which on a run warns, unless the churn horizon is longer: a quarter, after which most books have another season.
const oldModel = 92

// open is the analysis of a book with the stored model of the configuration, where that suits it, or without.
func open(ctx context.Context, l *ingest.Ledger, in *table.Inputs, cfg Config, threads int) (*analysis, error) {
	use := cfg.Reuse
	if use == nil {
		return openFor(l, in, cfg, threads, nil)
	}
	said := &Reused{From: use.From, SHA256: use.SHA256, Why: use.Why, failed: use.Failed}
	if use.Model == nil {
		return fitFor(l, in, cfg, threads, said)
	}
	said.Run, said.LearntOn, said.AgeDays, said.failed = use.Model.Run, use.Model.LearntOn, int(l.AsOf-use.Model.LearntOn), true
	a, err := adopt(l, in, cfg, threads)
	if err == nil && use.OnDrift {
		said.Tests, err = a.driftTests(ctx)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	drifted := firstDrift(said.Tests)
	if err == nil && drifted == "" && !use.Must {
		drifted = a.outgrown()
	}
	switch {
	case err != nil && use.Must:
		return nil, err
	case err != nil:
		said.Why = reasonOfError(err)
	case drifted != "":
		said.Why = drifted
	default:
		said.Used, said.unseen = true, a.unseenLevels()
		a.result.Reuse = said
		return a, nil
	}
	return fitFor(l, in, cfg, threads, said)
}

// outgrown says that the model was learnt when the history was too short for a backtest, so that a naive rule stands in, and that it is long enough for one by now, at the model's
// lengths of labels; "" otherwise. What was contested in vain then is no reason: it would be so every night.
func (a *analysis) outgrown() string {
	then := a.Clock
	then.AsOf = a.given.LearntOn
	grown := func(contested bool, plan schedule) bool {
		return !contested && plan.contested() && !newSchedule(then, plan.Label).contested()
	}
	if !grown(a.given.Churn.Contested, a.churnPlan) && !grown(a.given.Value.Contested, a.valuePlan) {
		return ""
	}
	return fmt.Sprintf("the history was too short for a backtest on %s, and is long enough by now", then.AsOf)
}

// fitFor is the analysis that fits, and says why.
func fitFor(l *ingest.Ledger, in *table.Inputs, cfg Config, threads int, said *Reused) (*analysis, error) {
	a, err := openFor(l, in, cfg, threads, nil)
	if err != nil {
		return nil, err
	}
	a.result.Reuse = said
	return a, nil
}

// reasonOfError is what is wrong, without what to do about it.
func reasonOfError(err error) string {
	if wrong := (*IncompatibleError)(nil); errors.As(err, &wrong) {
		return wrong.Msg
	}
	return err.Error()
}

// openFor reads the book; labels are as long as those of a stored model, where one is given.
func openFor(l *ingest.Ledger, in *table.Inputs, cfg Config, threads int, model *Stored) (*analysis, error) {
	b, err := OpenBook(l, in, cfg, threads)
	if err != nil {
		return nil, err
	}
	st := newStudy(b)
	if model != nil {
		st.label, st.declineDays = model.Terms.ValueLabelDays, model.Terms.DeclineLabelDays
	}
	return &analysis{backtest: newBacktest(st), given: model, result: &Result{Clock: b.Clock, Scale: l.Scale, UnitsScale: l.UnitsScale,
		Currency: l.Currency, Basis: b.Basis, BasisWhy: b.BasisWhy}}, nil
}

// adopt opens the book on the terms of the stored model, and shows it to the model.
func adopt(l *ingest.Ledger, in *table.Inputs, cfg Config, threads int) (*analysis, error) {
	m := cfg.Reuse.Model
	if l.AsOf < m.LearntOn {
		return nil, incompatible("give a model of that day or earlier, or fit without --model", "the model was learnt as of %s, the scores are as of %s: it knows what came later", m.LearntOn, l.AsOf)
	}
	on, err := m.Terms.configure(cfg)
	if err != nil {
		return nil, err
	}
	a, err := openFor(l, in, on, threads, m)
	if setting := (*ingest.ConfigError)(nil); errors.As(err, &setting) {
		return nil, incompatible("give what it needs, or fit without --model", "the data does not have what the model needs: %v", err)
	}
	if err != nil {
		return nil, err
	}
	if err := m.Terms.met(a.study, cfg); err != nil {
		return nil, err
	}
	a.result.Clock.Why = strings.ReplaceAll(a.result.Clock.Why, setWhy, "that of the model")
	if err := m.bind(a.study); err != nil {
		if wrong := (*IncompatibleError)(nil); errors.As(err, &wrong) {
			return nil, err
		}
		return nil, &DamagedError{err}
	}
	return a, nil
}

// learnOrBind makes what scores: by a tournament, or as given.
func (a *analysis) learnOrBind(ctx context.Context, progress Progress) error {
	if a.given == nil {
		return a.learn(ctx, progress)
	}
	a.stored = a.given
	a.counts = countStates(a.Ledger, ingest.Shards, a.Clock, a.Clock.AsOf, a.states, a.Threads) // for the table of moves
	return nil
}

// reuseWarnings are those about a stored model.
func (a *analysis) reuseWarnings() (out []num.Warning) {
	r := a.result.Reuse
	if r == nil {
		return nil
	}
	add := func(code, format string, args ...any) {
		out = append(out, num.Warning{Code: code, Message: fmt.Sprintf(format, args...)})
	}
	switch {
	case r.failed && !r.Used:
		add(warnRefit, "the model of run %s was not used, this run learnt its own: %s", cmp.Or(r.Run, r.From), r.Why)
		return out
	case !r.Used:
		return nil
	}
	if limit := max(oldModel, a.Clock.Horizon); r.AgeDays > limit {
		add(warnModelAge, "the model was learnt %d days ago (%s), more than %d: fit again, and compare", r.AgeDays, r.LearntOn, limit)
	}
	for _, u := range r.unseen {
		add(warnUnseen, "%s: %s at risk %s at levels that the model was not taught (%s): taken as it takes rare ones", u.attribute,
			plural(u.customers, "customer", "customers"), map[bool]string{true: "is", false: "are"}[u.customers == 1], u.example)
	}
	return out
}
