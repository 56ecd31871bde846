package segment

import (
	"bytes"
	"context"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"mainstay/ingest"
	"mainstay/ingest/table"
)

// contestedBook is a book with its tournaments behind it.
type contestedBook struct {
	*analysis
	l   *ingest.Ledger
	in  *table.Inputs
	cfg Config
}

func contestedOn(t *testing.T, l *ingest.Ledger, in *table.Inputs, change func(*Config)) *contestedBook {
	t.Helper()
	cfg := DefaultConfig()
	change(&cfg)
	a, err := newAnalysis(context.Background(), l, in, cfg, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.compete(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	return &contestedBook{a, l, in, cfg}
}

// scoredWith finishes the run with other champions, by number of the trial.
func (c *contestedBook) scoredWith(t *testing.T, churn, value, decline int) *Result {
	t.Helper()
	a, b, r := *c.analysis, *c.backtest, *c.result
	b.panels = maps.Clone(b.panels)
	a.backtest, a.result = &b, &r
	crown(&a.churn, churn)
	crown(&a.value, value)
	crown(&a.decline, decline)
	for _, step := range []func() error{func() error { return a.keep(context.Background()) }, func() error { return a.score(context.Background(), nil) },
		func() error { return a.describe(context.Background(), nil) }} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	return &r
}

func crown[M any](c **contest[M], k int) {
	other := **c
	other.champion = k
	*c = &other
}

// rescored is the run that scores with the model of another, by way of a file.
func (c *contestedBook) rescored(t *testing.T, r *Result) *Result {
	t.Helper()
	file, err := r.Stored.Encode()
	if err != nil {
		t.Fatal(err)
	}
	stored, err := ParseStored(file)
	if err != nil {
		t.Fatal(err)
	}
	cfg := c.cfg
	cfg.Reuse = &Reuse{Model: stored, From: "A", Must: true}
	again, err := Analyse(context.Background(), c.l, c.in, cfg, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	if twice, err := again.Stored.Encode(); err != nil || !bytes.Equal(twice, file) {
		t.Errorf("a model that is read and written again is another: %v", err)
	}
	return again
}

// plain is a result without where its models came from.
func plain(t *testing.T, r *Result) string {
	c := *r
	c.Stored, c.Reuse = nil, nil
	c.Warnings, c.Clock.Why = nil, ""
	return dump(t, &c)
}

// A stored model scores as the run that learnt it, to the byte: every candidate that can be trained, of every target.
func TestStoredModelsScoreAlike(t *testing.T) {
	slow(t)
	seen := map[string]bool{}
	for _, c := range storedBooks(t) {
		n := max(len(c.churn.trials), len(c.value.trials), len(c.decline.trials))
		for k := range n {
			churn, value, decline := usable(c.churn, k), usable(c.value, k), usable(c.decline, k)
			r := c.scoredWith(t, churn, value, decline)
			if got, want := plain(t, c.rescored(t, r)), plain(t, r); got != want {
				t.Errorf("churn %s, value %s, decline %s: %s", r.ChurnModel, r.ValueModel, r.DeclineModel, whereTheyDiffer(got, want))
			}
			for target, name := range map[string]string{targetChurn: r.ChurnModel, targetValue: r.ValueModel, targetDecline: r.DeclineModel} {
				seen[target+" "+name] = true
			}
		}
	}
	for target, names := range map[string][]string{targetChurn: namesOf(churnCandidates), targetValue: namesOf(valueCandidates), targetDecline: namesOf(declineCandidates)} {
		for _, name := range names {
			if !seen[target+" "+name] {
				t.Errorf("%s by %s has not been stored: give the candidate a book here in which it can be trained, and its model a name in storedKinds", target, name)
			}
		}
	}
}

// usable is trial k, or the first, if that could be trained.
func usable[M any](c *contest[M], k int) int {
	if k < len(c.trials) && c.final[k].OK {
		return k
	}
	return 0
}

func whereTheyDiffer(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			at := 0
			for at < min(len(a[i]), len(b[i])) && a[i][at] == b[i][at] {
				at++
			}
			lo := max(at-200, 0)
			return "line " + a[i][lo:min(at+80, len(a[i]))] + "\n want " + b[i][lo:min(at+80, len(b[i]))]
		}
	}
	return "one is longer"
}

// storedBooks are books in which, together, every candidate can be trained.
func storedBooks(t *testing.T) []*contestedBook {
	var out []*contestedBook
	for _, days := range []int{900, 1300} { // value labels of one horizon, and of a year
		sim := manyBuyers()
		sim.days = days + 1
		rows := sim.sales()
		for i := range rows {
			rows[i].sides = []string{"R" + rows[i].key[4:], rows[i].key}
		}
		l := handmade(sim.start+ingest.Day(days), []string{"region", "town"}, rows...)
		out = append(out, contestedOn(t, l, nil, func(c *Config) { c.ValueBasis, c.ModelAttributes = Revenue, []string{"region", "town"} }))
	}
	// Contracts, activities, people, a dated number and a series.
	rows, contracts, asOf := contracted(500, 1400, 0.3)
	in := sideTables(t, asOf, "", "", "")
	if accounts, activities, people := madeTables(500, asOf, asOf, false); !testing.Short() {
		in = sideTables(t, asOf, accounts, activities, people)
	}
	in.Contracts, in.Series = mustContracts(asOf, contracts...), monthlySeries(date("2018-06-01"), asOf, 10, nil)
	return append(out, contestedOn(t, handmade(asOf, nil, rows...), in, func(c *Config) {
		c.ChurnHorizon = 90
		if in.Accounts != nil {
			c.ModelAttributes = []string{"size"}
		}
	}))
}

// What a fit fills in is exported, or follows from the data: no kind of model holds a field that a file would lose and bind does not know.
func TestStoredKindsImplementBind(t *testing.T) {
	for name, of := range storedKinds {
		if of == reflect.TypeFor[credibility]() || of == reflect.TypeFor[gammaSpend]() { // they look at nobody's columns
			continue
		}
		if !of.Implements(reflect.TypeFor[bound]()) {
			t.Errorf("%s cannot be bound to a book", name)
		}
	}
	if got := slices.Sorted(maps.Keys(storedKinds)); len(got) == 0 {
		t.Error("no kinds")
	}
}
