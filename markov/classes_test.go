package markov

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// Land of Oz: rain, nice, snow; regular, so aperiodic and with one distribution that it keeps, w = (.4, .2, .4)
// (Grinstead & Snell 1997, ch. 11; R markovchain has it in its tests).
var oz = mat.NewDense(3, 3, []float64{.5, .25, .25, .5, 0, .5, .25, .25, .5})

func TestStationaryLandOfOz(t *testing.T) {
	pi, err := Stationary(oz)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "π", pi, []float64{.4, .2, .4}, 1e-15)
	if c := Classes(oz); len(c) != 1 || !c[0].Closed || c[0].Period != 1 {
		t.Errorf("classes %+v", c)
	}
}

func TestClasses(t *testing.T) {
	for what, c := range map[string]struct {
		p    []float64
		want []Class
	}{
		"a circle":       {[]float64{0, 1, 0, 0, 0, 1, 1, 0, 0}, []Class{{[]int{0, 1, 2}, true, 3}}},
		"passing":        {[]float64{0, .5, .5, 0, 1, 0, 0, 0, 1}, []Class{{[]int{0}, false, 0}, {[]int{1}, true, 1}, {[]int{2}, true, 1}}},
		"to and fro":     {[]float64{0, 1, 0, .5, 0, .5, 0, 0, 1}, []Class{{[]int{0, 1}, false, 2}, {[]int{2}, true, 1}}},
		"nobody moves":   {[]float64{1, 0, 0, 0, 1, 0, 0, 0, 1}, []Class{{[]int{0}, true, 1}, {[]int{1}, true, 1}, {[]int{2}, true, 1}}},
		"apart in order": {[]float64{0, 0, 1, 0, 1, 0, 1, 0, 0}, []Class{{[]int{0, 2}, true, 2}, {[]int{1}, true, 1}}},
	} {
		got := Classes(mat.NewDense(3, 3, c.p))
		if !slices.EqualFunc(got, c.want, func(a, b Class) bool {
			return slices.Equal(a.States, b.States) && a.Closed == b.Closed && a.Period == b.Period
		}) {
			t.Errorf("%s: %+v, want %+v", what, got, c.want)
		}
	}
}

// Every state is in one class; a period p of a class means that its states return only after multiples of p.
func TestClassesProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 6).Draw(t, "k")
		p := drawSparse(t, k)
		seen := make([]int, k)
		for _, c := range Classes(p) {
			for _, s := range c.States {
				seen[s]++
				from := make([]float64, k)
				from[s] = 1
				for n := 1; n <= 2*k; n++ {
					back := Forecast(p, from, n)[s]
					if back > 0 && (c.Period == 0 || n%c.Period != 0) {
						t.Fatalf("state %d returns after %d periods, class %+v", s, n, c)
					}
				}
			}
		}
		for s, n := range seen {
			if n != 1 {
				t.Fatalf("state %d is in %d classes", s, n)
			}
		}
	})
}

// drawSparse is a stochastic matrix most of whose entries are 0.
func drawSparse(t *rapid.T, k int) *mat.Dense {
	p := mat.NewDense(k, k, nil)
	for i := range k {
		to := rapid.SliceOfNDistinct(rapid.IntRange(0, k-1), 1, min(2, k), rapid.ID[int]).Draw(t, "to")
		for _, j := range to {
			p.Set(i, j, 1/float64(len(to)))
		}
	}
	return p
}

func TestStationaryProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 6).Draw(t, "k")
		p := drawSparse(t, k)
		closed := 0
		for _, c := range Classes(p) {
			if c.Closed {
				closed++
			}
		}
		pi, err := Stationary(p)
		if (err == nil) != (closed == 1) {
			t.Fatalf("%d closed classes: %v", closed, err)
		}
		if err != nil {
			return
		}
		near(t, "π·P", Forecast(p, pi, 1), pi, 1e-14)
		var sum float64
		for _, x := range pi {
			if !(x >= 0) {
				t.Fatalf("π = %v", pi)
			}
			sum += x
		}
		near(t, "Σπ", []float64{sum}, []float64{1}, 1e-14)
	})
}

// Two states that are hardly ever left: π is 1/3 and 2/3 to the last digits, where a linear solver loses twelve.
func TestStationaryOfRareMoves(t *testing.T) {
	pi, err := Stationary(mat.NewDense(2, 2, []float64{1 - 2e-13, 2e-13, 1e-13, 1 - 1e-13}))
	if err != nil {
		t.Fatal(err)
	}
	near(t, "π", pi, []float64{1. / 3, 2. / 3}, 1e-15)
}

// Of two states π_b = p ÷ (p + q): its standard error is known in closed form.
func TestStationaryError(t *testing.T) {
	chain, err := Fit(&Counts{States: names(2), N: []int64{80, 20, 15, 35}})
	if err != nil {
		t.Fatal(err)
	}
	pi, err := Stationary(chain.P)
	if err != nil {
		t.Fatal(err)
	}
	p, q := .2, .3
	want := math.Sqrt((q*q*p*(1-p)/100 + p*p*q*(1-q)/50)) / ((p + q) * (p + q))
	near(t, "SE", chain.StationaryError(pi), []float64{want, want}, 1e-15)
}
