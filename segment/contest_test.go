package segment

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
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

func TestCandidatesThatMissMostFoldsAreBarred(t *testing.T) {
	f := func(what string, c *contest[int], notes ...string) {
		t.Helper()
		c.bar()
		for k, tr := range c.trials {
			if tr.ok != (notes[k] != "too few") || tr.note != notes[k] {
				t.Errorf("%s: candidate %s is eligible %v (%q), want %q", what, tr.name, tr.ok, tr.note, notes[k])
			}
		}
	}
	y, n := true, false
	f("all trained", foldPlan([]bool{y, y, y}, []bool{y, y, y}), "", "")
	f("the earliest of two is missed", foldPlan([]bool{y, y, y}, []bool{y, y, n}), "", "judged on 1 of 2 folds; too few")
	f("the last fold may be missed", foldPlan([]bool{y, y, y}, []bool{n, y, y}), "", "")
	f("too many are missed", foldPlan([]bool{y, y, y, y}, []bool{y, y, n, n}), "", "too few")
	f("no choosing fold", foldPlan([]bool{y}, []bool{n}), "", "")
}

// A candidate that misses folds wins or does not, but never decides between two others: nor does a richer one that was judged everywhere
// lose the folds that the other missed.
func TestMissedFoldsNeverChangeTheChoiceAmongTheRest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		folds, customers := rapid.IntRange(2, 6).Draw(t, "choosing folds"), rapid.IntRange(1, 12).Draw(t, "customers")
		a := arena{target: targetValue, loss: func(_, pred []float64) []float64 { return pred }} // predictions are the losses
		ids := make([]int32, customers)
		for i := range ids {
			ids[i] = int32(i)
		}
		for range folds + 1 {
			a.ids, a.actual = append(a.ids, ids), append(a.actual, make([]float64, customers))
		}
		draw := func(name string, missing bool) trial {
			tr := trial{name: name, ok: true}
			gone := 0
			for f := range folds + 1 {
				if missing && f > 0 && 2*(gone+1) <= folds && (f == folds && gone == 0 || rapid.Bool().Draw(t, name+" misses")) {
					tr.pred = append(tr.pred, nil)
					gone++
					continue
				}
				tr.pred = append(tr.pred, rapid.SliceOfN(rapid.Float64Range(0, 1), customers, customers).Draw(t, name))
			}
			return tr
		}
		trials := []trial{draw("a", false), draw("b", rapid.Bool().Draw(t, "b")), draw("c", rapid.Bool().Draw(t, "c"))}
		late := draw("late", true)
		want, _ := a.decide(trials, "", 1)
		at := rapid.IntRange(0, len(trials)).Draw(t, "rank")
		with := slices.Insert(slices.Clone(trials), at, late)
		got, why := a.decide(with, "", 1)
		if with[got].name != trials[want].name && with[got].name != late.name {
			t.Fatalf("%s is chosen (%s) instead of %s because of one that missed folds", with[got].name, why, trials[want].name)
		}
	})
}

func TestNaiveRuleAloneIsNotCertified(t *testing.T) {
	c := foldPlan([]bool{true, true}, []bool{true, false})
	c.bar()
	c.champion = naive
	if c.certified() {
		t.Error("the naive rule is certified, although no model could be judged")
	}
	c = foldPlan([]bool{true, true}, []bool{true, true})
	c.bar()
	c.champion = naive
	if !c.certified() {
		t.Error("a naive rule that beat a model is not certified")
	}
}
