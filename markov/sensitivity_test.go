package markov

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// lifeTruth is a chain with two ways to end.
var lifeTruth = mat.NewDense(5, 5, []float64{
	.5, .3, .1, .1, 0,
	.2, .4, .2, .1, .1,
	.1, .2, .5, 0, .2,
	0, 0, 0, 1, 0,
	0, 0, 0, 0, 1})

var lifeReward = []float64{100, 40, -5, 0, 0}

// figures are all the quantities that have a standard error here, from the matrix alone.
func figures(t reporter, p mat.Matrix) []float64 {
	a, err := Absorb(p, []int{3, 4})
	if err != nil {
		t.Fatalf("%v", err)
	}
	out := append(append([]float64{}, a.Steps...), raw(a.Probability)...)
	out = append(out, Forecast(p, lifeStart, 4)...)
	for _, v := range [][]float64{must(ValueFinite(p, lifeReward, .1, 6)), must(ValueInfinite(p, lifeReward, .1)), must(ValueInfinite(p, lifeReward, 0))} {
		out = append(out, v...)
	}
	return out
}

var lifeStart = []float64{.5, .3, .2, 0, 0}

// errorsOf are their standard errors, in the same order.
func errorsOf(t reporter, c *Chain) []float64 {
	a, err := Absorb(c.P, []int{3, 4})
	if err != nil {
		t.Fatalf("%v", err)
	}
	steps, ends := c.AbsorptionErrors(a)
	out := append(steps, raw(ends)...)
	out = append(out, c.ForecastErrors(lifeStart, 4)...)
	for _, v := range [][]float64{must(c.ValueFiniteErrors(lifeReward, nil, .1, 6)), must(c.ValueInfiniteErrors(lifeReward, nil, .1)), must(c.ValueInfiniteErrors(lifeReward, nil, 0))} {
		out = append(out, v...)
	}
	return out
}

func must(v []float64, err error) []float64 {
	if err != nil {
		panic(err)
	}
	return v
}

// The standard errors against the delta method with numeric derivatives along the rows: with h_a = p_a·(moves
// of one unit of probability towards b), Var f = Σ_a Σ_b p_ab (∂f/∂(e_b − p_a))² ÷ n_a.
func TestErrorsAgainstNumericDerivatives(t *testing.T) {
	const h = 1e-6
	chain := fitRows(t, rand.New(rand.NewPCG(2, 3)), lifeTruth, 300)
	want := make([]float64, len(figures(t, chain.P)))
	for a := range 3 {
		n := float64(chain.N.Leaving(a))
		for b := range 5 {
			p := chain.P.At(a, b)
			at := func(x float64) []float64 {
				q := mat.DenseCopyOf(chain.P)
				for j := range 5 {
					q.Set(a, j, (1-x)*q.At(a, j))
				}
				q.Set(a, b, q.At(a, b)+x)
				return figures(t, q)
			}
			if p == 0 {
				continue // backwards there is no matrix, and it weighs nothing
			}
			up, down := at(h), at(-h)
			for i := range want {
				d := (up[i] - down[i]) / (2 * h)
				want[i] += p * d * d / n
			}
		}
	}
	for i := range want {
		want[i] = math.Sqrt(want[i])
	}
	near(t, "SE", errorsOf(t, chain), want, 1e-5)
}

// fitRows draws n moves out of every state that is left, and fits with states 3 and 4 absorbing.
func fitRows(t reporter, r *rand.Rand, truth mat.Matrix, n int) *Chain {
	c := multinomial(r, truth, n)
	chain, err := Fit(c, 3, 4)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return chain
}

// The stationary distribution's too, of a chain with a state that is left for good.
func TestStationaryErrorsAgainstNumericDerivatives(t *testing.T) {
	const h = 1e-6
	chain, err := Fit(&Counts{States: names(4), N: []int64{30, 20, 10, 5, 0, 50, 25, 25, 0, 10, 60, 10, 0, 30, 30, 40}})
	if err != nil {
		t.Fatal(err)
	}
	pi := must(Stationary(chain.P))
	want := make([]float64, 4)
	for a := range 4 {
		for b := range 4 {
			at := func(x float64) []float64 {
				q := mat.DenseCopyOf(chain.P)
				for j := range 4 {
					q.Set(a, j, (1-x)*q.At(a, j))
				}
				q.Set(a, b, q.At(a, b)+x)
				return must(Stationary(q))
			}
			if p := chain.P.At(a, b); p > 0 {
				up, down := at(h), at(-h)
				for j := range want {
					d := (up[j] - down[j]) / (2 * h)
					want[j] += p * d * d / float64(chain.N.Leaving(a))
				}
			}
		}
	}
	for j := range want {
		want[j] = math.Sqrt(want[j])
	}
	near(t, "SE", chain.StationaryError(pi), want, 1e-9)
	if pi[0] != 0 || want[0] != 0 {
		t.Errorf("the state that is left for good has %v ± %v", pi[0], want[0])
	}
}

// Coverage of the 95 % intervals of Analyse over 2,000 samples of 200 moves a row, pooled by kind: between 93 and
// 97 %. Probabilities of moves have Wilson's interval, everything else that of the delta method.
func TestIntervalsCover(t *testing.T) {
	const samples, moves = 2000, 200
	truth := figures(t, lifeTruth)
	r := rand.New(rand.NewPCG(5, 8))
	hits, tries := map[string]float64{}, map[string]float64{}
	for range samples {
		c := multinomial(r, lifeTruth, moves)
		a, err := Analyse(c, Questions{Assumptions: Assumptions{Absorbing: []int{3, 4}}, Level: .95, Start: lifeStart, Forecast: 4, Reward: lifeReward, Rate: .1, Horizon: 6})
		if err != nil {
			t.Fatal(err)
		}
		b, err := Analyse(c, Questions{Assumptions: Assumptions{Absorbing: []int{3, 4}}, Level: .95, Reward: lifeReward})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			for j := range 5 {
				if p := lifeTruth.At(i, j); p > 0 {
					tries["moves"]++
					if a.Low.At(i, j) <= p && p <= a.High.At(i, j) {
						hits["moves"]++
					}
				}
			}
		}
		at := 0
		for _, group := range []struct {
			kind string
			e    []Estimate
		}{
			{"steps", a.Steps}, {"ends", slices.Concat(a.Ends...)}, {"forecast", a.Forecast[4]},
			{"value to horizon", a.ValueTo}, {"value", a.Value}, {"value undiscounted", b.Value},
		} {
			for _, e := range group.e {
				if e.SE > 0 {
					tries[group.kind]++
					if e.Low <= truth[at] && truth[at] <= e.High {
						hits[group.kind]++
					}
				}
				at++
			}
		}
	}
	for kind, n := range tries {
		if c := hits[kind] / n; c < .93 || c > .97 {
			t.Errorf("%s: coverage %.3f of %.0f", kind, c, n)
		}
	}
	if len(tries) != 7 {
		t.Errorf("kinds %v", tries)
	}
}

// How many of 100 customers are in a state after four periods: the interval covers what comes, for customers
// who move on their own by the true chain, in 93 to 97 % of 2,000 books; counts are whole, so a bit more is allowed.
func TestHeadsCover(t *testing.T) {
	start := []float64{50, 30, 20, 0, 0}
	r := rand.New(rand.NewPCG(13, 21))
	var hits, tries float64
	for range 2000 {
		a, err := Analyse(multinomial(r, lifeTruth, 200), Questions{Assumptions: Assumptions{Absorbing: []int{3, 4}}, Level: .95, Start: start, Forecast: 4})
		if err != nil {
			t.Fatal(err)
		}
		came := make([]float64, 5)
		for i, n := range start {
			for range int(n) {
				at := i
				for range 4 {
					at = step(r, lifeTruth, at)
				}
				came[at]++
			}
		}
		for j, e := range a.Heads[4] {
			tries++
			if e.Low <= came[j] && came[j] <= e.High {
				hits++
			}
		}
	}
	if c := hits / tries; c < .93 || c > .97 {
		t.Errorf("coverage %.3f", c)
	}
}
