package segment

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"mainstay/ingest"
	"mainstay/internal/num"
	"mainstay/regress"
	"mainstay/regress/evaluate"
)

// levelled are training days, newest first, and a day to predict, of customers whose leaving depends on a feature and on the level of an attribute.
func levelled(seed uint64, customers, days int, level func(c int) string, effect func(level string) float64) (train []*panel, next *panel) {
	r := rand.New(rand.NewPCG(seed, 2))
	for k := range days + 1 {
		p := &panel{Day: 1000 - 100*ingest.Day(k), width: len(features), Attributes: [][]string{nil}}
		for c := range customers {
			x := make([]float64, len(features))
			x[fIntercept], x[fRecency], x[fSpread] = 1, r.NormFloat64(), r.NormFloat64()
			p.X = append(p.X, x...)
			p.Attributes[0] = append(p.Attributes[0], level(c))
			p.Subjects = append(p.Subjects, subject{id: int32(c), x: int32(c), atRisk: true,
				churned: r.Float64() < num.Expit(-1+0.5*x[fRecency]+effect(level(c)))})
		}
		train = append(train, p)
	}
	return train[1:], train[0]
}

// gain is the log loss that a model of the attribute saves on the next day, with its standard error.
func gain(t *testing.T, train []*panel, next *panel) (mean, se float64) {
	t.Helper()
	var losses [2][]float64
	for k, attributes := range [][]string{nil, {"industry"}} {
		st := &study{Book: &Book{Threads: 2, Config: Config{ModelAttributes: attributes}}, measures: make([]bool, 1)}
		fit := fitNet(st, train, wideSet, churned, netName)
		if !fit.OK {
			t.Fatal(fit.Note)
		}
		var y, p []float64
		for i := range next.Subjects {
			prob, _, _ := fit.Model.chance(next, i, 0.9)
			y, p = append(y, num.Indicator(next.Subjects[i].churned)), append(p, prob)
		}
		losses[k] = evaluate.LogLosses(y, p)
	}
	for i := range losses[0] {
		losses[0][i] -= losses[1][i]
	}
	return regress.ClusterMeanSE(losses[0], nil)
}

// An attribute with a level for each customer knows nobody, whatever they did before; one of 300 levels that matter is found.
func TestManyLevelsAreLearntWithoutLeaking(t *testing.T) {
	slow(t)
	for seed := range uint64(3) {
		train, next := levelled(seed, 2000, 4, func(c int) string { return fmt.Sprint(c) }, func(string) float64 { return 0 })
		if mean, se := gain(t, train, next); math.Abs(mean) > se {
			t.Errorf("ids of customers gain %.5f ± %.5f", mean, se)
		}
		train, next = levelled(seed, 2000, 4, func(c int) string { return fmt.Sprint(c / 3) }, func(string) float64 { return 0 })
		if mean, se := gain(t, train, next); math.Abs(mean) > 2*se+1e-4 {
			t.Errorf("ids of three customers gain %.5f ± %.5f", mean, se)
		}
	}
	effects := map[string]float64{}
	r := rand.New(rand.NewPCG(9, 9))
	for l := range 300 {
		effects[fmt.Sprint("L", l)] = r.NormFloat64()
	}
	train, next := levelled(4, 4000, 4, func(c int) string { return fmt.Sprint("L", c%300) }, func(l string) float64 { return effects[l] })
	mean, se := gain(t, train, next)
	t.Logf("300 levels gain %.4f ± %.4f", mean, se)
	if !(mean > 3*se) {
		t.Errorf("300 levels that matter gain %.5f ± %.5f", mean, se)
	}
}

// What a row is told of its level comes from older days and from other customers.
func TestRatesOfLevelsAreOfOtherCustomersOnOlderDays(t *testing.T) {
	train, _ := levelled(1, 400, 3, func(c int) string { return fmt.Sprint("L", c%40) }, func(string) float64 { return 0 })
	st := &study{Book: &Book{Threads: 1, Config: Config{ModelAttributes: []string{"industry"}}}, measures: make([]bool, 1)}
	told := func() [][]float64 {
		c := newColumns(st, train, wideSet)
		c.learnRates(st, train, churned)
		if n := c.names(); n[len(n)-1] != "industry (rate)" {
			t.Fatalf("columns %v", n)
		}
		var out [][]float64
		for _, p := range train {
			var of []float64
			for i := range p.Subjects {
				of = append(of, c.row(p, i)[len(c.All)-1])
			}
			out = append(out, of)
		}
		return out
	}
	before := told()
	if slices.ContainsFunc(before[2], func(v float64) bool { return v != 0 }) || !slices.ContainsFunc(before[1], func(v float64) bool { return v != 0 }) {
		t.Error("the oldest day knows of older ones, or the others of none")
	}
	const who = 7
	for _, p := range train {
		p.Subjects[who].churned = !p.Subjects[who].churned
	}
	after := told()
	for k := range train {
		if after[k][who] != before[k][who] {
			t.Errorf("day %d: what a customer is told of the level changes with what the customer does", k)
		}
	}
	if reflect.DeepEqual(after[0], before[0]) {
		t.Error("nobody is told what a customer of the level did")
	}
}

// No penalty, column or rate of a level may depend on what came after the day. Levels of a region are few; of a route, many.
func TestNetIsBlindToTheFuture(t *testing.T) {
	slow(t)
	sim := manyBuyers()
	sim.customers, sim.days, sim.lifetime = 1200, 1001, 400
	rows := sim.sales()
	for i := range rows {
		c := 0
		fmt.Sscanf(rows[i].key, "C%d", &c)
		rows[i].sides = []string{fmt.Sprint("R", c%3), fmt.Sprint("route ", c%100)}
	}
	asOf := sim.start + 1000
	compete := func(rows []sale) *analysis {
		l := handmade(asOf, []string{"region", "route"}, rows...)
		l.First = sim.start
		return competed(t, l, nil, sim.start, func(c *Config) { c.ValueBasis, c.ModelAttributes = Margin, []string{"region", "route"} })
	}
	want := compete(rows)
	at := slices.IndexFunc(want.churn.trials, func(t trial) bool { return t.name == netName })
	if at < 0 || !strings.Contains(want.churn.trials[at].note, "columns") {
		t.Fatalf("net does not compete: %v", want.churn.trials[at].note)
	}
	for _, f := range []int{0, 2} {
		got := compete(scrambled(rows, want.churnPlan.Folds[f].Origin, asOf))
		samePredictions(t, f, want.churn.trials, got.churn.trials)
	}
}

// The rows of one of k customers, drawn, all days of each; folds run forward from the oldest day.
func TestNetLearnsFromWholeCustomers(t *testing.T) {
	train, _ := levelled(1, 300, 3, func(int) string { return "A" }, func(string) float64 { return 0 })
	st := &study{Book: &Book{Threads: 1}}
	some := stackRows(train, newColumns(st, train, wideSet), churned.among(900, 300, forSample))
	days := map[int32]int{}
	for i, id := range some.ids {
		days[id]++
		if f := some.folds(3).Of[i]; f != 2-some.origin[i] {
			t.Fatalf("day %d is fold %d", some.origin[i], f)
		}
	}
	if len(days) < 70 || len(days) > 130 || slices.ContainsFunc(some.ids, func(id int32) bool { return days[id] != 3 }) {
		t.Errorf("%d customers of about 100, on %v days", len(days), days)
	}
	if f := some.folds(2); f.Forward || f.K != netFolds {
		t.Errorf("folds of two days: %+v", f)
	}
}
