package evaluate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	_ "mainstay/internal/seeded"

	"pgregory.net/rapid"
)

// blocksOf cuts rows into blocks of a size.
func blocksOf(r *Rows, size int) (out []*Rows) {
	for lo := 0; lo < len(r.Y); lo += size {
		hi := min(lo+size, len(r.Y))
		b := &Rows{Y: r.Y[lo:hi], P: r.P[lo:hi]}
		if r.Weight != nil {
			b.Weight = r.Weight[lo:hi]
		}
		if r.Cluster != nil {
			b.Cluster = r.Cluster[lo:hi]
		}
		out = append(out, b)
	}
	return out
}

// streamed evaluates in blocks, twice where rows are clustered.
func streamed(t testing.TB, r *Rows, size, threads int) *Probabilities {
	t.Helper()
	blocks := blocksOf(r, size)
	a, err := Accumulate(len(blocks), threads, func(b int) (*Rows, error) { return blocks[b], nil })
	if err != nil {
		t.Fatal(err)
	}
	var second *Second
	if r.Cluster != nil {
		second = a.Second()
		for _, b := range blocks {
			part := second.Part()
			if err := part.Add(b); err != nil {
				t.Fatal(err)
			}
			second.Merge(part)
		}
	}
	p, err := a.Probabilities(usual, second)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// numbersOf are the figures that a stream has too.
func numbersOf(p *Probabilities) []float64 {
	out := []float64{float64(p.Rows), float64(p.Events), float64(p.Weightless), float64(p.Clusters), p.Rate, p.Predicted, p.InterpolatedPR, p.BaseLogLoss,
		p.Intercept.Value, p.Slope.Value, p.CalibrationError, p.ChanceError, p.Parts.Reliability, p.Parts.Resolution, p.Parts.Corrected.Resolution}
	for _, f := range []Figure{p.AUC, p.AveragePrecision, p.LogLoss, p.Brier, p.Ratio} {
		out = append(out, f.Value, f.SE, f.Low, f.High)
	}
	for _, b := range p.Lift {
		out = append(out, float64(b.N), b.Predicted, b.Observed, b.Lift, b.CumCapture)
	}
	return out
}

// TestStreamIsTheWhole: up to 65,536 scores blocks give what all rows give at once.
func TestStreamIsTheWhole(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := drawRows(rt)
		if rapid.Bool().Draw(rt, "alone") {
			r.Cluster = nil
		}
		whole, err := OfProbabilities(r, usual)
		if err != nil {
			rt.Fatal(err)
		}
		got, want := numbersOf(streamed(t, r, rapid.IntRange(1, 20).Draw(rt, "size"), 2)), numbersOf(whole)
		for k := range want {
			if (k == 8 || k == 9) && math.IsNaN(want[k]) {
				continue // the fit was refused for its clusters, which a stream's fit does not know
			}
			if !(math.Abs(got[k]-want[k]) <= 1e-9*math.Max(1, math.Abs(want[k]))) && !(math.IsNaN(got[k]) && math.IsNaN(want[k])) {
				rt.Fatalf("figure %d: %v in blocks, %v at once", k, got[k], want[k])
			}
		}
	})
}

// large are n rows of different scores and many clusters.
func large(n int) *Rows {
	rng := rand.New(rand.NewPCG(4, 4))
	r := &Rows{}
	for i := range n {
		p := 1 / (1 + math.Exp(2-1.5*rng.NormFloat64()))
		y := 0.0
		if rng.Float64() < p {
			y = 1
		}
		r.Y, r.P, r.Cluster = append(r.Y, y), append(r.P, p), append(r.Cluster, int32(i/3))
	}
	return r
}

// TestManyScores: beyond, figures keep within the bound that is told, and take bounded memory.
func TestManyScores(t *testing.T) {
	r := large(300000)
	whole := mustProbabilities(t, r, usual)
	part := streamed(t, r, 10000, 2)
	if part.AUCBound == 0 || part.AUCBound > 1e-3 || part.AveragePrecisionBound > 1e-2 {
		t.Errorf("bounds %g, %g", part.AUCBound, part.AveragePrecisionBound)
	}
	near(t, "AUC", part.AUC.Value, whole.AUC.Value, part.AUCBound)
	near(t, "average precision", part.AveragePrecision.Value, whole.AveragePrecision.Value, part.AveragePrecisionBound)
	near(t, "AUC within far less", part.AUC.Value, whole.AUC.Value, 1e-5)
	near(t, "its error", part.AUC.SE/whole.AUC.SE, 1, 0.02) // 100,000 clusters in 65,536 groups
	near(t, "log loss", part.LogLoss.Value, whole.LogLoss.Value, 1e-12)
	near(t, "its error", part.LogLoss.SE/whole.LogLoss.SE, 1, 0.02)
	near(t, "slope", part.Slope.Value, whole.Slope.Value, 1e-4)
	if part.Clusters > mostClusters || part.Rows != whole.Rows || part.Tied == 0 {
		t.Errorf("%d clusters of %d rows", part.Clusters, part.Rows)
	}
}

// TestThreadsDoNotMatter: the same bytes, coarse cells and groups of clusters included.
func TestThreadsDoNotMatter(t *testing.T) {
	r := large(210000)
	one := fmt.Sprintf("%v", numbersOf(streamed(t, r, 7000, 1)))
	for _, threads := range []int{2, 5} {
		if got := fmt.Sprintf("%v", numbersOf(streamed(t, r, 7000, threads))); got != one {
			t.Errorf("%d threads:\n%s\none:\n%s", threads, got, one)
		}
	}
}

func TestKeysAscend(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, q := rapid.Float64Range(0, 1).Draw(t, "p"), rapid.Float64Range(0, 1).Draw(t, "q")
		if scoreOf(keyOf(p)) != p {
			t.Fatalf("%v comes back as %v", p, scoreOf(keyOf(p)))
		}
		if p < q && (keyOf(p) >= keyOf(q) || coarsen(keyOf(p)) > coarsen(keyOf(q))) {
			t.Fatalf("%v and %v are turned round", p, q)
		}
		if c := scoreOf(coarsen(keyOf(p))); math.Abs(c-p) > min(p, 1-p)/1024 && min(p, 1-p) > leastScore {
			t.Fatalf("%v is in the cell of %v", p, c)
		}
	})
}

func TestStreamsThatCannotBe(t *testing.T) {
	a := &Accumulator{}
	if _, err := a.Probabilities(usual, nil); err == nil {
		t.Error("nothing is evaluated")
	}
	if err := a.Add(&Rows{Y: []float64{1}, P: []float64{2}}); err == nil {
		t.Error("a probability of 2")
	}
	if err := a.Add(&Rows{Y: []float64{1}, P: []float64{0.2}, Cluster: []int32{1}}); err != nil {
		t.Error(err)
	}
	if err := a.Add(&Rows{Y: []float64{1}, P: []float64{0.2}}); err == nil {
		t.Error("rows with and without clusters")
	}
	if err := a.Second().Add(&Rows{Y: []float64{1}, P: []float64{0.3}, Cluster: []int32{1}}); err == nil {
		t.Error("a score that the first pass did not see")
	}
	if _, err := Accumulate(3, 2, func(b int) (*Rows, error) {
		return &Rows{Y: []float64{0}, P: []float64{float64(b)}}, nil
	}); err == nil {
		t.Error("the second block is refused")
	}
}
