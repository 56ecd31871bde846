package markov

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	_ "mainstay/internal/seeded"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// Drunkard's walk over corners 0 to 4, home and bar absorbing (Grinstead & Snell, examples 11.13 to
// 11.15; Kemeny & Snell 1960, §3.2). The variance is of the duration of a fair game: for a start at j of 4,
// j(4−j)(j² + (4−j)² − 2)/3 = 8 everywhere here.
func TestAbsorbDrunkardsWalk(t *testing.T) {
	walk := mat.NewDense(5, 5, []float64{
		1, 0, 0, 0, 0,
		.5, 0, .5, 0, 0,
		0, .5, 0, .5, 0,
		0, 0, .5, 0, .5,
		0, 0, 0, 0, 1})
	a, err := Absorb(walk, []int{4, 0})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(a.Transient, []int{1, 2, 3}) || !slices.Equal(a.Absorbing, []int{0, 4}) {
		t.Errorf("transient %v, absorbing %v", a.Transient, a.Absorbing)
	}
	near(t, "N", raw(a.Fundamental), []float64{1.5, 1, .5, 1, 2, 1, .5, 1, 1.5}, 1e-14)
	near(t, "t", a.Steps, []float64{3, 4, 3}, 1e-14)
	near(t, "variance", a.StepsVariance, []float64{8, 8, 8}, 1e-13)
	near(t, "B", raw(a.Probability), []float64{.75, .25, .5, .5, .25, .75}, 1e-14)
}

func TestAbsorbErrors(t *testing.T) {
	trap := mat.NewDense(3, 3, []float64{0, .5, .5, 0, 1, 0, 0, 0, 1})
	for what, f := range map[string]func() error{
		"a trap":            func() error { _, err := Absorb(trap, []int{2}); return err },
		"nothing absorbing": func() error { _, err := Absorb(trap, nil); return err },
		"nothing transient": func() error { _, err := Absorb(trap, []int{0, 1, 2}); return err },
		"no such state":     func() error { _, err := Absorb(trap, []int{3}); return err },
		"not stochastic":    func() error { _, err := Absorb(mat.NewDense(2, 2, []float64{.5, .4, 0, 1}), []int{1}); return err },
	} {
		if f() == nil {
			t.Errorf("%s: no error", what)
		}
	}
	if _, err := Absorb(trap, []int{1, 2}); err != nil {
		t.Error(err)
	}
}

func TestAbsorbProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(2, 6).Draw(t, "k")
		p := drawStochastic(t, k)
		a, err := Absorb(p, []int{rapid.IntRange(0, k-1).Draw(t, "absorbing")})
		if err != nil {
			return // a state that never gets there
		}
		for i := range a.Transient {
			if !(a.Steps[i] >= 1-1e-9 && a.StepsVariance[i] >= 0) || !(a.Probability.At(i, 0) <= 1 && a.Probability.At(i, 0) > 1-1e-6) {
				t.Fatalf("steps %v, variance %v, absorbed %v", a.Steps[i], a.StepsVariance[i], a.Probability.At(i, 0))
			}
		}
	})
}

// Mean and variance of the time to absorption against 40,000 simulated walks from each state of Pfeifer &
// Carraway's chain, to within four standard errors of the simulation (the variance's by its fourth moment,
// for which a factor of 12 is ample here).
func TestAbsorbAgainstSimulation(t *testing.T) {
	a, err := Absorb(pcMatrix, []int{4})
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 5))
	const walks = 40_000
	for i, from := range a.Transient {
		var sum, squares float64
		for range walks {
			at, steps := from, 0.0
			for at != 4 {
				at = step(r, pcMatrix, at)
				steps++
			}
			sum += steps
			squares += steps * steps
		}
		mean := sum / walks
		variance := squares/walks - mean*mean
		near(t, "mean", []float64{mean}, []float64{a.Steps[i]}, 4*math.Sqrt(a.StepsVariance[i]/walks))
		near(t, "variance", []float64{variance}, []float64{a.StepsVariance[i]}, 4*a.StepsVariance[i]*math.Sqrt(12.0/walks))
	}
}
