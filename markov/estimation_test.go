package markov

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/mathext"
	"pgregory.net/rapid"
)

// Weights of 1 change nothing; weights of w times as many moves have the p of the moves and errors of the moves, not of w.
func TestWeights(t *testing.T) {
	moves := walk(rand.New(rand.NewPCG(5, 6)), lifeTruth, 300, 8)
	k, _ := lifeTruth.Dims()
	c := CountMoves(names(k), moves, nil)
	plain, err := Fit(c, 3, 4)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []float64{1, 7} {
		same, err := Assumptions{Absorbing: []int{3, 4}, Weights: NewWeights(k, moves, func(Move) float64 { return w })}.Fit(c)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "p", raw(same.P), raw(plain.P), 1e-14)
		near(t, "se", raw(same.SE), raw(plain.SE), 1e-14)
		low, high := plain.Interval(.95)
		wlow, whigh := same.Interval(.95)
		near(t, "low", raw(wlow), raw(low), 1e-12)
		near(t, "high", raw(whigh), raw(high), 1e-12)
	}
	if _, err := (Assumptions{Absorbing: []int{3, 4}, Weights: NewWeights(k, moves, func(Move) float64 { return 0 })}).Fit(c); err == nil || !strings.Contains(err.Error(), "no weight at all") {
		t.Error(err)
	}
}

// The standard errors of unequal weights are those of simulation.
func TestWeightedErrors(t *testing.T) {
	if testing.Short() {
		t.Skip("simulation")
	}
	r := rand.New(rand.NewPCG(8, 9))
	p := mat.NewDense(2, 2, []float64{.7, .3, .4, .6})
	var estimates, errors []float64
	for range 600 {
		moves := walk(r, p, 120, 2)
		heavy := make([]float64, len(moves))
		for i := range heavy {
			moves[i].Row = int32(i)
			heavy[i] = math.Exp(r.NormFloat64())
		}
		chain, err := Assumptions{Weights: NewWeights(2, moves, func(m Move) float64 { return heavy[m.Row] })}.Fit(CountMoves(names(2), moves, nil))
		if err != nil {
			t.Fatal(err)
		}
		estimates, errors = append(estimates, chain.P.At(0, 1)), append(errors, chain.SE.At(0, 1))
	}
	mean, spread := num.Mean(estimates), 0.0
	for _, v := range estimates {
		spread += (v - mean) * (v - mean) / float64(len(estimates)-1)
	}
	if ratio := num.Mean(errors) / math.Sqrt(spread); math.Abs(ratio-1) > .1 || math.Abs(mean-.3) > .01 {
		t.Errorf("standard errors are %.3f of the spread; mean %.4f", ratio, mean)
	}
}

// Jeffreys' prior on two states is the Beta posterior of the textbook; impossible moves stay impossible.
func TestPrior(t *testing.T) {
	c := &Counts{States: names(3), N: []int64{7, 3, 0, 2, 5, 0, 0, 0, 0}}
	never := make([]bool, 9)
	never[2] = true
	chain, err := Assumptions{Prior: .5, Never: never}.Fit(c)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "p", raw(chain.P), []float64{7.5 / 11, 3.5 / 11, 0, 2.5 / 8.5, 5.5 / 8.5, .5 / 8.5, 1. / 3, 1. / 3, 1. / 3}, 1e-15)
	if se := math.Sqrt(7.5 / 11 * 3.5 / 11 / 12); math.Abs(chain.SE.At(0, 0)-se) > 1e-15 || chain.SE.At(0, 2) != 0 {
		t.Errorf("SD %v and %v, want %v", chain.SE.At(0, 0), chain.SE.At(0, 2), se)
	}
	low, high := chain.Interval(.95)
	near(t, "tails", []float64{mathext.RegIncBeta(7.5, 3.5, low.At(0, 0)), mathext.RegIncBeta(7.5, 3.5, high.At(0, 0)), low.At(0, 2), high.At(0, 2)}, []float64{.025, .975, 0, 0}, 1e-9)
	if !chain.Certificate.Certified() || len(chain.Certificate.Warnings) != 3 {
		t.Errorf("%+v", chain.Certificate)
	}
	never[0] = true
	if _, err := (Assumptions{Never: never}).Fit(c); err == nil || !strings.Contains(err.Error(), `from "a" to "a" were said never to happen, and 7 were seen`) {
		t.Error(err)
	}
	if _, err := (Assumptions{Prior: -1}).Fit(c); err == nil {
		t.Error("a negative prior")
	}
}

// Segments that differ keep their own; segments that do not share one row; few moves borrow more than many.
func TestPool(t *testing.T) {
	r := rand.New(rand.NewPCG(10, 11))
	truth := mat.NewDense(2, 2, []float64{.8, .2, .5, .5})
	var apart, alike []*Counts
	var own []float64
	for g := range 60 {
		p := mat.DenseCopyOf(truth)
		stay := beta(r, 8, 2) // Dirichlet(8, 2): A = 10
		p.SetRow(0, []float64{stay, 1 - stay})
		own = append(own, stay)
		apart = append(apart, multinomial(r, p, 5+g))
		alike = append(alike, multinomial(r, truth, 5+g))
	}
	p, err := NewPool(apart)
	if err != nil {
		t.Fatal(err)
	}
	if a := p.Strength[0]; a < 6 || a > 17 {
		t.Errorf("strength %.2f, drawn with 10", a)
	}
	var pooled, raws float64
	for g, c := range p.Chains {
		pooled += math.Pow(c.P.At(0, 0)-own[g], 2)
		raws += math.Pow(float64(apart[g].At(0, 0))/float64(apart[g].Leaving(0))-own[g], 2)
		if s := p.Share[g][0]; g > 0 && s <= p.Share[g-1][0] {
			t.Errorf("segment %d of more moves has a smaller share of its own, %v", g, s)
		}
	}
	if pooled > .9*raws {
		t.Errorf("squared error %.4f pooled, %.4f apart", pooled, raws)
	}
	if p, err = NewPool(alike); err != nil || p.Strength[0] < 50 {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := NewPool(nil); err == nil {
		t.Error("no segments")
	}
}

// Intervals of segments cover what the segments were drawn with: many and few, alike and different, on the edge and in the middle.
func TestPoolCoverage(t *testing.T) {
	n := samples(t, 80)
	r := rand.New(rand.NewPCG(12, 13))
	covered, all := 0, 0
	for _, d := range []struct{ a, b, segments, moves int }{{6, 6, 80, 12}, {6, 6, 20, 12}, {6, 6, 5, 12}, {2, 10, 20, 12}, {10, 40, 10, 100}, {2, 1, 20, 12}} {
		within, of := 0, 0
		for range max(1, n*12/(d.segments*d.moves/12)) {
			var segments []*Counts
			var own []float64
			for range d.segments {
				stay := beta(r, d.a, d.b)
				own = append(own, stay)
				segments = append(segments, multinomial(r, mat.NewDense(2, 2, []float64{stay, 1 - stay, .5, .5}), d.moves))
			}
			p, err := NewPool(segments)
			if err != nil {
				t.Fatal(err)
			}
			for g, c := range p.Chains {
				low, high := c.tails(0, 0, .95)
				if of++; low <= own[g] && own[g] <= high {
					within++
				}
			}
		}
		t.Logf("%3d segments of %3d moves, Beta(%d, %d): 95 %% intervals of %d rows cover %.4f", d.segments, d.moves, d.a, d.b, of, float64(within)/float64(of))
		covered, all = covered+within, all+of
	}
	share := float64(covered) / float64(all)
	t.Logf("95 %% intervals of %d rows cover %.4f", all, share)
	if share < .935 || share > .965 {
		t.Errorf("95 %% intervals cover %.3f", share)
	}
}

// The quantile of a distribution, wherever it is steep.
func TestCrossing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := math.Exp(rapid.Float64Range(-3, 8).Draw(t, "log a")), math.Exp(rapid.Float64Range(-3, 8).Draw(t, "log b"))
		share := rapid.Float64Range(.001, .999).Draw(t, "share")
		x := crossing(func(x float64) float64 { return mathext.RegIncBeta(a, b, x) }, share)
		if got, _ := betaTails(a, b, 1-2*share); share < .5 && math.Abs(got-x) > 1e-8 {
			t.Fatalf("Beta(%v, %v) at %v: %v, want %v", a, b, share, x, got)
		}
		if got := mathext.RegIncBeta(a, b, x); math.Abs(got-share) > 1e-3 && mathext.RegIncBeta(a, b, min(1, x+1e-9))-mathext.RegIncBeta(a, b, max(0, x-1e-9)) < 1e-6 {
			t.Fatalf("Beta(%v, %v): %v below %v, want %v", a, b, got, x, share)
		}
	})
}

func TestLogRising(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, n := math.Exp(rapid.Float64Range(-8, 16).Draw(t, "log a")), rapid.Int64Range(0, 4000).Draw(t, "n")
		var want num.Adder
		for r := range n {
			want.Add(math.Log(a + float64(r)))
		}
		if got := logRising(a, n); math.Abs(got-want.Sum()) > 1e-9*max(1, math.Abs(want.Sum())) {
			t.Fatalf("log Γ(%v + %d) − log Γ: %v, want %v", a, n, got, want.Sum())
		}
	})
}

// The bootstrap and the delta method agree on chains whose customers are independent and alike, margins included; it is
// the same for any number of threads, being drawn by sample.
func TestBootstrapAgrees(t *testing.T) {
	r := rand.New(rand.NewPCG(14, 15))
	moves := walk(r, lifeTruth, 900, 6)
	k, _ := lifeTruth.Dims()
	var stays []Stay
	var earned []float64
	for _, m := range moves {
		stays = append(stays, Stay{m.Who, m.Row, m.From})
		earned = append(earned, lifeReward[m.From]+r.NormFloat64())
	}
	margins := NewMargins(names(k), stays, earned)
	q := Questions{Assumptions: Assumptions{Absorbing: []int{3, 4}}, Level: .95, Start: lifeStart, Forecast: 3, Reward: margins.Mean, RewardCov: margins.Cov, Rate: .1, Horizon: 4}
	c := CountMoves(names(k), moves, nil)
	delta, err := Analyse(c, q)
	if err != nil {
		t.Fatal(err)
	}
	q.Bootstrap = &Bootstrap{Samples: 400, Moves: moves, Stays: stays, Earned: earned}
	boot, err := Analyse(c, q)
	if err != nil {
		t.Fatal(err)
	}
	if boot.Drawn != 400 {
		t.Errorf("%d samples", boot.Drawn)
	}
	a, b := delta.slots(), boot.slots()
	for i := range a {
		if a[i].Value != b[i].Value {
			t.Fatalf("slot %d: %v and %v", i, a[i].Value, b[i].Value)
		}
		if a[i].SE > 0 && math.Abs(b[i].SE/a[i].SE-1) > .2 {
			t.Errorf("slot %d: standard error %.5f by delta, %.5f by bootstrap", i, a[i].SE, b[i].SE)
		}
	}
	again, err := Analyse(c, q)
	if err != nil || !slices.Equal(again.values(), boot.values()) || *again.slots()[3] != *boot.slots()[3] {
		t.Error("two bootstraps differ")
	}
}

// walk are moves of customers who start in the first state, n steps each, or until they are where nobody leaves.
func walk(r *rand.Rand, p *mat.Dense, customers, n int) (moves []Move) {
	for who := range customers {
		at, before := 0, Unobserved
		for t := range n {
			if p.At(at, at) == 1 {
				break
			}
			to := step(r, p, at)
			moves = append(moves, Move{Who: int32(who), Row: int32(len(moves)), Before: int16(before), From: int16(at), To: int16(to), Time: float64(t)})
			before, at = at, to
		}
	}
	return moves
}

// beta draws from Beta(a, b) of whole a and b: a of a + b ordered uniform numbers.
func beta(r *rand.Rand, a, b int) float64 {
	u := make([]float64, a+b-1)
	for i := range u {
		u[i] = r.Float64()
	}
	slices.Sort(u)
	return u[a-1]
}
