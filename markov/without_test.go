package markov

import (
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

func TestWithoutEntry(t *testing.T) {
	p := mat.NewDense(3, 3, []float64{.6, .2, .2, .3, .3, .4, .1, 0, .9})
	got, err := WithoutEntry(p, []bool{false, false, true})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "P without attrition", raw(got), []float64{.75, .25, 0, .5, .5, 0, .1, 0, .9}, 1e-15)
	if p.At(0, 2) != .2 {
		t.Error("the original was changed")
	}
	if _, err := WithoutEntry(mat.NewDense(2, 2, []float64{0, 1, 0, 1}), []bool{false, true}); err == nil {
		t.Error("a state with nowhere else to go was accepted")
	}
	if _, err := WithoutEntry(p, []bool{true}); err == nil {
		t.Error("a set of another length was accepted")
	}
}

// Without entry the banned set is never visited from outside, and rows still sum to one.
func TestWithoutEntryProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 6).Draw(t, "k")
		p := drawStochastic(t, k)
		banned := rapid.SliceOfN(rapid.Bool(), k, k).Draw(t, "banned")
		q, err := WithoutEntry(p, banned)
		if err != nil {
			return // nowhere else to go
		}
		if err := checkMatrix(q, k, true); err != nil {
			t.Fatal(err)
		}
		visits, err := ExpectedVisits(q, banned, 10, 0)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range visits {
			if !banned[i] && v != 0 {
				t.Fatalf("%v visits to the banned set from state %d", v, i)
			}
		}
	})
}
