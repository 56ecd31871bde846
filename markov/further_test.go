package markov

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// Land of Oz: the mean first passage times of Grinstead & Snell 1997, ex. 11.27: rain, nice, snow.
func TestPassagesOfOz(t *testing.T) {
	c, err := Fit(&Counts{States: []string{"rain", "nice", "snow"}, N: []int64{200, 100, 100, 200, 0, 200, 100, 100, 200}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := c.Passages()
	if err != nil {
		t.Fatal(err)
	}
	near(t, "passage", raw(p.Mean), []float64{2.5, 4, 10. / 3, 8. / 3, 5, 8. / 3, 10. / 3, 4, 2.5}, 1e-12)
	near(t, "errors", raw(p.SE), numericErrors(c, func(p mat.Matrix) []float64 {
		moved := *c
		moved.P = mat.DenseCopyOf(p)
		out, _ := moved.Passages()
		return raw(out.Mean)
	}), 1e-6)
	if _, err := (&Chain{States: make([]string, MostPassageStates+1)}).Passages(); err == nil {
		t.Error("too many states")
	}
	many := NewCounts(names(MostPassageStates + 1))
	for i := range many.States {
		many.N[i*len(many.States)+i] = 1
	}
	var refused *RefusedError
	if a, err := Analyse(many, Questions{Level: .95, Times: true}); !errors.As(err, &refused) || a.Stay != nil || a.Passages != nil {
		t.Errorf("times between too many states: %v, of which some are there", err)
	}
}

// Where a state may never be entered the time is without end, and never NaN; where it surely is, the equations hold.
func TestPassagesHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 5).Draw(t, "k")
		c := NewCounts(names(k))
		for i := range k {
			for j := range k {
				c.N[i*k+j] = rapid.Int64Range(0, 3).Draw(t, "n")
			}
			c.N[i*k+rapid.IntRange(0, k-1).Draw(t, "sure")]++
		}
		chain, err := Fit(c)
		if err != nil {
			t.Fatal(err)
		}
		p, err := chain.Passages()
		if err != nil {
			t.Fatal(err)
		}
		for i := range k {
			for j := range k {
				want := 1.0
				for l := range k {
					if q := chain.P.At(i, l); q > 0 && l != j {
						want += q * p.Mean.At(l, j)
					}
				}
				if got := p.Mean.At(i, j); !(math.Abs(got-want) <= 1e-9*want || math.IsInf(got, 1) && (math.IsInf(want, 1) || !certain(chain.P, i, j))) {
					t.Fatalf("from %d to %d: %v, want %v", i, j, got, want)
				}
				if se := p.SE.At(i, j); !(se >= 0) {
					t.Fatalf("standard error %v", se)
				}
			}
		}
	})
}

// certain reports whether j is entered from i with probability 1, by long powers of the chain in which j is kept.
func certain(p *mat.Dense, i, j int) bool {
	k, _ := p.Dims()
	at := make([]float64, k)
	at[i] = 1
	at = Forecast(p, at, 1)
	kept := mat.DenseCopyOf(p)
	row := make([]float64, k)
	row[j] = 1
	kept.SetRow(j, row)
	return Forecast(kept, at, 4000)[j] > 1-1e-6
}

func TestStay(t *testing.T) {
	c, _ := Fit(&Counts{States: names(2), N: []int64{75, 25, 0, 9}})
	mean, se, sd := c.Stay(0)
	near(t, "stay", []float64{mean, se, sd}, []float64{4, math.Sqrt(.75*.25/100) * 16, math.Sqrt(.75) * 4}, 1e-12)
	if mean, _, _ := c.Stay(1); !math.IsInf(mean, 1) {
		t.Error(mean)
	}
}

// Quasi-stationary: what is left, shaped again after every step, comes to it; errors are those of numeric derivatives.
func TestQuasiStationary(t *testing.T) {
	r := rand.New(rand.NewPCG(20, 21))
	c, err := Fit(multinomial(r, lifeTruth, 500), 3, 4)
	if err != nil {
		t.Fatal(err)
	}
	q, err := c.QuasiStationary()
	if err != nil {
		t.Fatal(err)
	}
	at := []float64{1, 0, 0, 0, 0}
	keep := 0.0
	for range 400 {
		at = Forecast(c.P, at, 1)
		at[3], at[4] = 0, 0
		keep = at[0] + at[1] + at[2]
		for i := range at {
			at[i] /= keep
		}
	}
	near(t, "shares", q.Share, at[:3], 1e-12)
	near(t, "kept", []float64{q.Keep}, []float64{keep}, 1e-12)
	want := numericErrors(c, func(p mat.Matrix) []float64 {
		moved := *c
		moved.P = mat.DenseCopyOf(p)
		out, _ := moved.QuasiStationary()
		return append([]float64{out.Keep}, out.Share...)
	})
	near(t, "errors", append([]float64{q.KeepSE}, q.SE...), want, 1e-6)
	one, err := Fit(&Counts{States: names(3), N: []int64{5, 5, 0, 0, 5, 5, 0, 0, 0}}, 2)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := one.QuasiStationary(); err == nil {
		t.Error("states that do not reach each other")
	}
}

// In the long run, from any start and whatever the classes: the mean over time, with the errors of numeric derivatives.
func TestLongRun(t *testing.T) {
	c, err := Fit(&Counts{States: names(6), N: []int64{
		50, 20, 10, 10, 5, 5,
		30, 20, 0, 0, 25, 25,
		0, 0, 70, 30, 0, 0,
		0, 0, 40, 60, 0, 0,
		0, 0, 0, 0, 10, 90,
		0, 0, 0, 0, 80, 20}})
	if err != nil {
		t.Fatal(err)
	}
	start := []float64{.5, .2, .1, 0, .2, 0}
	share, se, err := c.LongRun(start)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "share", share, Forecast(c.P, start, 3000), 1e-9)
	near(t, "errors", se, numericErrors(c, func(p mat.Matrix) []float64 {
		moved := *c
		moved.P = mat.DenseCopyOf(p)
		out, _, _ := moved.LongRun(start)
		return out
	}), 1e-6)
	one, _ := Fit(&Counts{States: names(2), N: []int64{70, 30, 40, 60}})
	share, se, err = one.LongRun([]float64{1, 0})
	pi, _ := Stationary(one.P)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "one class", share, pi, 1e-12)
	near(t, "its errors", se, one.StationaryError(pi), 1e-12)
}

// Pfeifer & Carraway's company does best to stop at recency 4; errors are those of numeric derivatives.
func TestStop(t *testing.T) {
	c, err := Fit(pcCounts(), 4)
	if err != nil {
		t.Fatal(err)
	}
	p, err := c.Stop(pcReward, nil, pcRate)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "value", p.Value, []float64{53.1494, 6.6207, 2.6437, 0, 0}, 5e-5)
	if !p.Serve[2] || p.Serve[3] || p.Serve[4] {
		t.Errorf("served: %v", p.Serve)
	}
	near(t, "errors", p.SE, numericErrors(c, func(m mat.Matrix) []float64 {
		moved := *c
		moved.P = mat.DenseCopyOf(m)
		out, _ := moved.Stop(pcReward, nil, pcRate)
		return out.Value
	}), 1e-4)
	if _, err := c.Stop(pcReward, nil, 0); err == nil {
		t.Error("rate 0")
	}
}

// The value of stopping is at least that of serving always and of never, and no state gains by changing.
func TestStopIsBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 5).Draw(t, "k")
		c, err := Fit(drawCounts(t, k))
		if err != nil {
			t.Fatal(err)
		}
		reward := rapid.SliceOfN(rapid.Float64Range(-100, 100), k, k).Draw(t, "reward")
		rate := rapid.Float64Range(.01, 1).Draw(t, "rate")
		p, err := c.Stop(reward, nil, rate)
		if err != nil {
			t.Fatal(err)
		}
		always := must(ValueInfinite(c.P, reward, rate))
		for i, v := range earn(c.P, 1/(1+rate), p.Value, reward) {
			if p.Value[i] < always[i]-1e-6 || p.Value[i] < 0 || math.Abs(p.Value[i]-max(0, v)) > 1e-6 {
				t.Fatalf("state %d: %v; served %v, always %v", i, p.Value[i], v, always[i])
			}
		}
	})
}

// numericErrors are delta-method standard errors with derivatives of f by differences of rows.
func numericErrors(c *Chain, f func(p mat.Matrix) []float64) []float64 {
	k := len(c.States)
	base := f(c.P)
	out := make([]float64, len(base))
	gradients := make([][]float64, len(base))
	for i := range gradients {
		gradients[i] = make([]float64, k*k)
	}
	const h = 1e-6
	for a := range k {
		for b := range k {
			if c.P.At(a, b) == 0 || c.P.At(a, b) == 1 {
				continue
			}
			at := func(step float64) []float64 { // towards (1 − h)·row + h·e_b: D_b − D̄, all that the variance sees
				p := mat.DenseCopyOf(c.P)
				for j := range k {
					p.Set(a, j, p.At(a, j)*(1-step))
				}
				p.Set(a, b, p.At(a, b)+step)
				return f(p)
			}
			up, down := at(h), at(-h)
			for i := range base {
				gradients[i][a*k+b] = (up[i] - down[i]) / (2 * h)
			}
		}
	}
	for i := range out {
		out[i] = math.Sqrt(c.variance(gradients[i]))
	}
	return out
}
