package segment

import (
	"slices"
	"testing"
)

// foldPlan is a contest over a last fold and choosing folds in which trained says which candidates had
// enough history.
func foldPlan(trained ...[]bool) *contest[int] {
	c := &contest[int]{champion: -1, contested: true}
	for f := range len(trained[0]) {
		c.arena.ids = append(c.arena.ids, []int32{int32(f)})
		c.arena.actual = append(c.arena.actual, []float64{float64(f)})
	}
	for k, folds := range trained {
		t := trial{name: string(rune('a' + k)), ok: true, pred: make([][]float64, len(folds)), missed: "too few"}
		for f, ok := range folds {
			if ok {
				t.pred[f] = []float64{float64(10*k + f)}
			}
		}
		c.trials = append(c.trials, t)
	}
	return c
}

func TestCandidatesAreComparedOnCommonFolds(t *testing.T) {
	f := func(what string, c *contest[int], folds []float64, eligible ...bool) {
		t.Helper()
		c.keepCommonFolds()
		var got []float64
		for _, y := range c.arena.actual {
			got = append(got, y[0])
		}
		if !slices.Equal(got, folds) {
			t.Errorf("%s: folds %v are kept, want %v", what, got, folds)
		}
		for k, tr := range c.trials {
			if tr.ok != eligible[k] || !tr.ok && tr.note != "too few" {
				t.Errorf("%s: candidate %s is eligible %v (%q), want %v", what, tr.name, tr.ok, tr.note, eligible[k])
			}
			if len(tr.pred) != len(folds) {
				t.Errorf("%s: candidate %s has predictions for %d folds", what, tr.name, len(tr.pred))
			}
		}
	}
	y, n := true, false
	f("all trained", foldPlan([]bool{y, y, y}, []bool{y, y, y}), []float64{0, 1, 2}, y, y)
	f("the earliest of two is left out", foldPlan([]bool{y, y, y}, []bool{y, y, n}), []float64{0, 1}, y, y)
	f("the last fold may be missed", foldPlan([]bool{y, y, y}, []bool{n, y, y}), []float64{0, 1, 2}, y, y)
	f("too many would be lost", foldPlan([]bool{y, y, y, y}, []bool{y, y, n, n}), []float64{0, 1, 2, 3}, y, n)
	f("of equals the less simple goes", foldPlan([]bool{y, y, y}, []bool{y, n, n}, []bool{y, n, n}), []float64{0, 1, 2}, y, n, n)
	f("no choosing fold", foldPlan([]bool{y}, []bool{n}), []float64{0}, y, y)
}

func TestNaiveRuleAloneIsNotCertified(t *testing.T) {
	c := foldPlan([]bool{true, true}, []bool{true, false})
	c.keepCommonFolds()
	c.champion = naive
	if c.certified() {
		t.Error("the naive rule is certified, although no model could be judged")
	}
	c = foldPlan([]bool{true, true}, []bool{true, true})
	c.keepCommonFolds()
	c.champion = naive
	if !c.certified() {
		t.Error("a naive rule that beat a model is not certified")
	}
}
