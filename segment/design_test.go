package segment

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"mainstay/ingest"
	"mainstay/ingest/table"
)

// industryAccounts are accounts of simulated customers; from is nil without dates.
func industryAccounts(n int, industry func(c int) string, from func(c int) []ingest.Day) *table.Inputs {
	a := &table.Accounts{Attributes: []table.Attribute{{Name: "Industry"}}}
	var values []string
	for c := range n {
		add := func(day int32, value string) {
			a.Keys = append(a.Keys, fmt.Appendf(nil, "C%04d", c))
			values = append(values, value)
			if from != nil {
				a.From = append(a.From, day)
			}
		}
		if from == nil {
			add(0, industry(c))
			continue
		}
		for k, d := range from(c) {
			add(int32(d), fmt.Sprint(industry(c), strings.Repeat("+", k)))
		}
	}
	none := textsOf(make([]string, len(values)))
	a.Name, a.Parent, a.Attributes[0].Text = none, none, textsOf(values)
	return &table.Inputs{Accounts: a}
}

// An attribute that says who leaves earns its coefficient: customers of two simulations, one of which
// leaves twenty times as fast, told apart by industry alone.
func TestModelAttributeIsLearnt(t *testing.T) {
	slow, fast := manyBuyers(), manyBuyers()
	slow.lifetime, fast.lifetime, fast.seed = 4000, 200, 11
	rows := slow.sales()
	for _, s := range fast.sales() {
		s.key = "C1" + s.key[2:]
		rows = append(rows, s)
	}
	asOf := slow.start + 1300
	l := handmade(asOf, nil, rows...)
	in := industryAccounts(1600, func(c int) string {
		switch {
		case c%97 == 0:
			return fmt.Sprint("rare ", c)
		case c < 1000:
			return "Steel"
		}
		return "Events"
	}, nil)
	fit := func(static bool) (*study, trained[chanceModel]) {
		b := mustBook(l, in, func(c *Config) {
			if c.Static = []string{"industry"}; static {
				c.ModelAttributes = []string{"industry"}
			}
		})
		st := newStudy(b)
		bt := newBacktest(st)
		day := asOf - ingest.Day(b.Clock.Horizon)
		return st, fitLogistic(st, []*panel{bt.panel(day), bt.panel(day - 200), bt.panel(day - 400)}, usualSet, churned, logisticName)
	}
	_, plain := fit(false)
	st, with := fit(true)
	if !with.OK {
		t.Fatal(with.Note)
	}
	m := with.Model.(*linearModel)
	names := strings.Join(m.Columns.names()[len(features):], ", ")
	if names != "industry = Events" {
		t.Fatalf("columns %s: the commonest level is the base, and so few rare ones have no column", names)
	}
	k := len(features)
	unit := make([]float64, k+1)
	unit[k] = 1
	if beta, se := m.Coef[k], errorOf(m.Cov, unit); !(beta > 3*se) {
		t.Errorf("Events leave: β = %.2f ± %.2f", beta, se)
	}
	if more, less := with.Fits[0].Certificate.LogLik, plain.Fits[0].Certificate.LogLik; !(more > less+5) {
		t.Errorf("log-likelihood %.1f with the attribute, %.1f without", more, less)
	}
	today := st.newPanel(asOf, st.Profiles)
	facts := &teller{study: st, typical: today.typical, levels: st.textsOn(asOf, st.Profiles)}
	found := false
	for i := range today.Subjects {
		if s := &today.Subjects[i]; s.atRisk {
			reasons, _ := m.contributions(today, i).strongest()
			for _, r := range reasons {
				words := string(facts.append(nil, codeAttribute, &fact{member: int(s.profile)}))
				found = found || r.code() == codeAttribute && strings.HasPrefix(words, "industry ")
			}
		}
	}
	if !found {
		t.Error("no reason tells of the attribute")
	}
}

// An attribute without a date may not enter a model, and says why.
func TestUndatedAttributeIsRefused(t *testing.T) {
	asOf := date("2024-06-30")
	l := handmade(asOf, []string{"region"}, sale{key: "C0000", day: asOf, amount: 1, sides: []string{"N"}})
	try := func(in *table.Inputs, static, model string) error {
		cfg := DefaultConfig()
		cfg.ModelAttributes = strings.Fields(model)
		cfg.Static = strings.Fields(static)
		_, err := bookOn(l, in, asOf, cfg, 1)
		return err
	}
	steel := func(int) string { return "Steel" }
	undated, dated := industryAccounts(1, steel, nil), industryAccounts(1, steel, func(int) []ingest.Day { return []ingest.Day{0} })
	for _, c := range []struct {
		in            *table.Inputs
		static, model string
		want          string
	}{
		{undated, "", "industry", "describes today"},
		{undated, "", "Industry", "static: [Industry]"},
		{undated, "industry", "industry", ""},
		{dated, "", "industry", ""},
		{undated, "", "region", ""},
		{nil, "", "region", ""},
		{undated, "", "regoin", `did you mean "region"?`},
		{undated, "industri", "", `did you mean "Industry"?`},
	} {
		err := try(c.in, c.static, c.model)
		var config *ingest.ConfigError
		if c.want == "" && err != nil || c.want != "" && (!errors.As(err, &config) || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("static %q, model %q: %v, want %q", c.static, c.model, err, c.want)
		}
	}
}

// What an account becomes after a fold's origin may not change the fold's predictions.
func TestFoldsAreBlindToLaterAttributes(t *testing.T) {
	slow(t)
	sim := manyBuyers()
	sim.customers, sim.days, sim.lifetime = 800, 901, 400
	rows := sim.sales()
	asOf := sim.start + 900
	run := func(origin ingest.Day, change bool) *analysis {
		l := handmade(asOf, nil, rows...)
		l.First = sim.start
		in := industryAccounts(sim.customers, func(c int) string { return []string{"Steel", "Glass", "Food"}[c%3] }, func(c int) []ingest.Day {
			if change && c%2 == 0 {
				return []ingest.Day{sim.start, origin + 1 + ingest.Day(c%30)}
			}
			return []ingest.Day{sim.start}
		})
		return competed(t, l, in, sim.start, func(c *Config) { c.ModelAttributes = []string{"industry"} })
	}
	folds := run(0, false).churnPlan.Folds
	for _, f := range []int{0, len(folds) - 2} {
		want, got := run(folds[f].Origin, false), run(folds[f].Origin, true)
		samePredictions(t, f, want.churn.trials, got.churn.trials)
		if reflect.DeepEqual(want.today.Attributes, got.today.Attributes) {
			t.Error("the later attributes are the same: the test sees nothing")
		}
	}
}
