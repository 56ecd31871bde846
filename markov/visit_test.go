package markov

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

var visitTruth = mat.NewDense(4, 4, []float64{.6, .3, .1, 0, .4, .2, .4, 0, .2, 0, 0, .8, .05, 0, 0, .95})

// paths sums the probabilities of all paths of n steps that stay out of the target.
func paths(p mat.Matrix, target []bool, i, n int) float64 {
	if n == 0 {
		return 1
	}
	var sum float64
	for j, in := range target {
		if !in && p.At(i, j) > 0 {
			sum += p.At(i, j) * paths(p, target, j, n-1)
		}
	}
	return sum
}

func TestNoVisitSumsPaths(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 4).Draw(t, "k")
		chain, err := Fit(drawCounts(t, k))
		if err != nil {
			t.Fatal(err)
		}
		target := rapid.SliceOfN(rapid.Bool(), k, k).Draw(t, "target")
		n := rapid.IntRange(0, 5).Draw(t, "n")
		p, se := chain.NoVisit(target, n)
		next, _ := chain.NoVisit(target, n+1)
		for i := range k {
			near(t, "p", []float64{p[i]}, []float64{paths(chain.P, target, i, n)}, 1e-12)
			if next[i] > p[i]+1e-15 || !(se[i] >= 0) {
				t.Fatalf("from %v to %v, se %v", p[i], next[i], se[i])
			}
		}
	})
}

// In one step not visiting a single state is one entry's complement, with that entry's standard error.
func TestNoVisitOneStep(t *testing.T) {
	chain, err := Fit(multinomial(rand.New(rand.NewPCG(1, 2)), visitTruth, 200))
	if err != nil {
		t.Fatal(err)
	}
	p, se := chain.NoVisit([]bool{true, false, false, false}, 1)
	for i := range p {
		near(t, "p", p[i:i+1], []float64{1 - chain.P.At(i, 0)}, 1e-15)
		near(t, "se", se[i:i+1], []float64{chain.SE.At(i, 0)}, 1e-15)
	}
}

// The gradient against central differences.
func TestNoVisitGradient(t *testing.T) {
	const n, h = 6, 1e-6
	target := []bool{true, true, false, false}
	g := avoid(visitTruth, target, n)
	for i := range 4 {
		gradient := noVisitGradient(visitTruth, target, g, i)
		for e := range 16 {
			at := func(x float64) float64 {
				p := mat.DenseCopyOf(visitTruth)
				p.Set(e/4, e%4, p.At(e/4, e%4)+x)
				return avoid(p, target, n)[n][i]
			}
			near(t, "derivative", gradient[e:e+1], []float64{(at(h) - at(-h)) / (2 * h)}, 1e-8)
		}
	}
}

// The standard error is the spread of the estimate over samples: 3,000 samples of 400 moves per row know
// their own spread to 1.3 %, and the delta method is exact up to terms of order 1/400.
func TestNoVisitStandardErrorAgainstSimulation(t *testing.T) {
	const samples, moves, n = 3000, 400, 5
	target := []bool{true, true, false, false}
	r := rand.New(rand.NewPCG(17, 19))
	var sum, squares, claimed [4]float64
	for range samples {
		chain, err := Fit(multinomial(r, visitTruth, moves))
		if err != nil {
			t.Fatal(err)
		}
		p, se := chain.NoVisit(target, n)
		for i := range 4 {
			sum[i] += p[i]
			squares[i] += p[i] * p[i]
			claimed[i] += se[i]
		}
	}
	truth := avoid(visitTruth, target, n)[n]
	for i := range 4 {
		mean := sum[i] / samples
		spread := math.Sqrt(squares[i]/samples - mean*mean)
		if spread == 0 {
			t.Fatalf("state %d: nothing varies", i)
		}
		if ratio := claimed[i] / samples / spread; math.Abs(ratio-1) > 0.06 {
			t.Errorf("state %d: mean standard error is %.3f of the spread", i, ratio)
		}
		near(t, "mean", []float64{mean}, truth[i:i+1], 0.005)
	}
}

func TestNoVisitOfAbsorbingRows(t *testing.T) {
	chain, err := Fit(&Counts{States: names(2), N: []int64{30, 10, 0, 0}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	p, se := chain.NoVisit([]bool{true, false}, 3)
	near(t, "p", p, []float64{.25, 1}, 1e-15)
	near(t, "se", se, []float64{math.Sqrt(.25 * .75 / 40), 0}, 1e-15)
}
