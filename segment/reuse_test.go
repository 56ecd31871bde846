package segment

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"mainstay/ingest"
	"mainstay/ingest/table"
)

// learnt is the model of a book, by way of a file.
func learnt(t *testing.T, l *ingest.Ledger, in *table.Inputs, change func(*Config)) *Stored {
	t.Helper()
	cfg := DefaultConfig()
	change(&cfg)
	r, err := Analyse(context.Background(), l, in, cfg, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Scores.Close()
	return again(t, r.Stored)
}

// again is a model read from its file, which no book has bound yet.
func again(t *testing.T, s *Stored) *Stored {
	t.Helper()
	file, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	stored, err := ParseStored(file)
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

// noFits makes every candidate fail the test when it is trained.
func noFits(t *testing.T) {
	fails := func(name string) { t.Errorf("%s was fitted", name) }
	churn, value, decline := churnCandidates, valueCandidates, declineCandidates
	churnCandidates, valueCandidates, declineCandidates = untrained(churn, fails), untrained(value, fails), untrained(decline, fails)
	t.Cleanup(func() { churnCandidates, valueCandidates, declineCandidates = churn, value, decline })
}

func untrained[M any](list []candidate[M], fails func(name string)) []candidate[M] {
	out := make([]candidate[M], len(list))
	for k, c := range list {
		c.train = func(*study, *origin) trained[M] {
			fails(c.name)
			return refused[M]("not to be trained")
		}
		out[k] = c
	}
	return out
}

func revenue(c *Config) { c.ValueBasis = Revenue }

// growing is a book as of two days.
func growing(days, later int) (then, now *ingest.Ledger, sim simulation) {
	sim = manyBuyers()
	sim.days = days + later + 1
	return sim.ledger(days), sim.ledger(days + later), sim
}

// Later scores come from the stored model, age and all, and from no fit.
func TestLaterScoresAreNotFitted(t *testing.T) {
	slow(t)
	then, now, _ := growing(900, 100)
	m := learnt(t, then, nil, revenue)
	noFits(t)
	cfg := DefaultConfig()
	cfg.ValueBasis, cfg.Reuse = Revenue, &Reuse{Model: m, Must: true}
	r, err := Analyse(context.Background(), now, nil, cfg, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	if u := r.Reuse; !u.Used || u.AgeDays != 100 || u.LearntOn != then.AsOf || r.Clock.Horizon != m.Terms.HorizonDays {
		t.Errorf("%+v", u)
	}
	if r.Clock.AsOf != now.AsOf || r.ChurnModel != m.Churn.Name || len(rowsOf(t, r.Scores)) < 100 {
		t.Errorf("as of %s by %s", r.Clock.AsOf, r.ChurnModel)
	}
	warned := false
	for _, w := range r.Warnings {
		warned = warned || w.Code == warnModelAge
	}
	if !warned {
		t.Errorf("100 days old, and no warning: %v", r.Warnings)
	}
}

// What does not suit is refused with what the model has, what the data has, and what to do; unless the model need not be used: then the run fits, and says the same.
func TestUnsuitableDataIsRefused(t *testing.T) {
	slow(t)
	then, now, sim := growing(900, 30)
	m := learnt(t, then, nil, revenue)
	for name, c := range map[string]struct {
		ledger func(l *ingest.Ledger)
		config func(c *Config)
		model  func(m *Stored)
		want   string
	}{
		"currency":      {ledger: func(l *ingest.Ledger) { l.Currency = "EUR" }, want: "currency none, the data has amounts in currency EUR"},
		"zero days":     {ledger: func(l *ingest.Ledger) { l.ZeroDays = true }, want: "--zero-days=ignore"},
		"basis":         {config: func(c *Config) { c.ValueBasis = Margin }, want: "value_basis revenue, the settings say margin"},
		"period":        {config: func(c *Config) { c.Period = "week" }, want: "period month, the settings say week"},
		"horizon":       {config: func(c *Config) { c.ChurnHorizon = 100 }, want: "settings say 100"},
		"level":         {config: func(c *Config) { c.Level = 0.5 }, want: "level 0.9, the settings say 0.5"},
		"decline":       {config: func(c *Config) { c.DeclineShare = 0.5 }, want: "decline_share 0.3"},
		"attributes":    {config: func(c *Config) { c.ModelAttributes = []string{"region"} }, want: "model_attributes none, the settings say region"},
		"not there":     {model: func(m *Stored) { m.Terms.Attributes = []string{"region"} }, want: "does not have what the model needs"},
		"own period":    {model: func(m *Stored) { m.Terms.Period = Quarter }, want: "periods of a quarter, this data's customers buy by the month"},
		"own horizon":   {model: func(m *Stored) { m.Terms.HorizonDays = 365 }, want: "churn horizon of 365 days, this data's own is"},
		"states":        {model: func(m *Stored) { m.Terms.EstablishedFrom = 5 }, want: "established from 5"},
		"state names":   {model: func(m *Stored) { m.Terms.States = []string{"a", "b"} }, want: "states a, b"},
		"unit":          {model: func(m *Stored) { m.Terms.Unit = ingest.UnitParent }, want: "unit parent"},
		"contracts":     {model: func(m *Stored) { m.Terms.Contracts = true }, want: "give --contracts"},
		"from tomorrow": {model: func(m *Stored) { m.LearntOn = now.AsOf + 1 }, want: "it knows what came later"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg, l, stored := DefaultConfig(), sim.ledger(930), again(t, m)
			revenue(&cfg)
			if c.ledger != nil {
				c.ledger(l)
			}
			if c.config != nil {
				c.config(&cfg)
			}
			if c.model != nil {
				c.model(stored)
			}
			cfg.Reuse = &Reuse{Model: stored, Must: true}
			_, err := Analyse(context.Background(), l, nil, cfg, 2, nil)
			var wrong *IncompatibleError
			var setting *ingest.ConfigError
			if !errors.As(err, &wrong) || !errors.As(err, &setting) || !strings.Contains(err.Error(), c.want) || wrong.Do == "" {
				t.Errorf("%v, want %q", err, c.want)
			}
			if c.config != nil { // such a run is another
				return
			}
			stored = again(t, m)
			if c.model != nil {
				c.model(stored)
			}
			cfg.Reuse = &Reuse{Model: stored, From: "A"}
			r, err := Analyse(context.Background(), l, nil, cfg, 2, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Scores.Close()
			if u := r.Reuse; u.Used || !strings.Contains(fmt.Sprint(r.Warnings), "{refit the model of run") || r.Stored.LearntOn != l.AsOf {
				t.Errorf("%+v, warnings %v", u, r.Warnings)
			}
		})
	}
}

// Levels that nobody had in training are taken as rare ones, and counted.
func TestUnseenLevels(t *testing.T) {
	sim := manyBuyers()
	sim.days = 931
	rows := sim.sales()
	for i := range rows {
		rows[i].sides = []string{"R" + rows[i].key[4:]}
	}
	attributes := func(c *Config) { c.ValueBasis, c.ModelAttributes = Revenue, []string{"region"} }
	c := contestedOn(t, handmade(sim.start+900, []string{"region"}, rows...), nil, attributes)
	m := again(t, c.scoredWith(t, trialOf(c.churn.trials, logisticName), 0, 0).Stored)
	for i := range rows {
		if rows[i].sides[0] == "R7" {
			rows[i].sides = []string{"moon"}
		}
	}
	cfg := DefaultConfig()
	attributes(&cfg)
	cfg.Reuse = &Reuse{Model: m, Must: true}
	r, err := Analyse(context.Background(), handmade(sim.start+930, []string{"region"}, rows...), nil, cfg, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Scores.Close()
	if !strings.Contains(fmt.Sprint(r.Warnings), "{unseen-level region: ") || !strings.Contains(fmt.Sprint(r.Warnings), "(moon)") {
		t.Errorf("%v", r.Warnings)
	}
}

// A model that holds is used again; one whose customers leave as they never did, or are others, is not, with the figures.
func TestDriftAsksForAFit(t *testing.T) {
	slow(t)
	sim := manyBuyers()
	sim.customers, sim.days = 2000, 1021
	then, now := sim.ledger(900), sim.ledger(1020)
	m := learnt(t, then, nil, revenue)
	use := func(l *ingest.Ledger) *Result {
		cfg := DefaultConfig()
		cfg.ValueBasis, cfg.Reuse = Revenue, &Reuse{Model: again(t, m), From: "A", OnDrift: true}
		r, err := Analyse(context.Background(), l, nil, cfg, 2, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.Scores.Close() })
		return r
	}
	r := use(now)
	tests := map[string]DriftTest{}
	for _, d := range r.Reuse.Tests {
		tests[d.Name] = d
	}
	churn := tests["churn calibration"]
	if !r.Reuse.Used || !(churn.Low < 1 && churn.High > 1 && churn.N > 100) || !finite(tests["stability of state"].Figure) || tests["value calibration"].Figure == 0 {
		t.Errorf("nothing has changed: %q, %+v", r.Reuse.Why, r.Reuse.Tests)
	}
	if early := use(sim.ledger(910)); !early.Reuse.Used || early.Reuse.Tests[0].Note == "" {
		t.Errorf("nothing can have been told yet: %+v", early.Reuse.Tests[0])
	}
	var rows []sale
	for i, s := range sim.sales() {
		if s.day <= then.AsOf+30 || i%7 == 0 { // most stop
			rows = append(rows, s)
		}
	}
	gone := handmade(now.AsOf, nil, rows...)
	if r := use(gone); r.Reuse.Used || !strings.HasPrefix(r.Reuse.Why, "drift: ") || r.Stored.LearntOn != now.AsOf || !strings.Contains(fmt.Sprint(r.Warnings), "{refit ") {
		t.Errorf("most have left: %+v", r.Reuse)
	}
}

// A naive rule that stood in for want of history is not kept once there is enough of it for a backtest, but by --model; nor is the model fitted then outgrown again.
func TestOutgrownModelIsFittedAgain(t *testing.T) {
	slow(t)
	then, now, sim := growing(200, 100)
	change := func(c *Config) { c.ValueBasis, c.ChurnHorizon = Revenue, 60 }
	m := learnt(t, then, nil, change)
	if m.Churn.Contested || m.Value.Contested {
		t.Fatal("200 days are enough for labels of 60")
	}
	reused := func(l *ingest.Ledger, m *Stored, must bool) *Reused {
		t.Helper()
		cfg := DefaultConfig()
		change(&cfg)
		cfg.Reuse = &Reuse{Model: again(t, m), From: "A", Must: must}
		a, err := open(context.Background(), l, &table.Inputs{}, cfg, 2)
		if err != nil {
			t.Fatal(err)
		}
		return a.result.Reuse
	}
	if r := reused(now, m, false); r.Used || !strings.Contains(r.Why, "too short for a backtest on "+m.LearntOn.String()) {
		t.Errorf("used: %v, %q", r.Used, r.Why)
	}
	if r := reused(now, m, true); !r.Used {
		t.Errorf("--model: %q", r.Why)
	}
	if r := reused(sim.ledger(205), m, false); !r.Used {
		t.Errorf("205 days: %q", r.Why)
	}
	if r := reused(sim.ledger(301), learnt(t, now, nil, change), false); !r.Used {
		t.Errorf("the night after: %q", r.Why)
	}
}
