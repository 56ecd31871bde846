package evaluate

import (
	"math"
	"math/rand/v2"
	"testing"
)

// moved is r with the weight of a row changed.
func moved(r *Rows, i int, by float64) *Rows {
	out := *r
	out.Weight = append([]float64(nil), r.Weight...)
	out.Weight[i] += by
	return &out
}

// TestInfluences compares standard errors with those from numerical derivatives by each row's weight, which is what an
// influence is: √(G/(G−1) Σ_g (Σ_i w_i dT/dw_i)²), here with clusters, weights and ties.
func TestInfluences(t *testing.T) {
	r, _, v, f := madeUp()
	values := &Rows{Y: v, P: f, Weight: r.Weight, Cluster: r.Cluster}
	for _, c := range []struct {
		name string
		of   func(r *Rows) Figure
		rows *Rows
	}{
		{"AUC", func(r *Rows) Figure { return mustProbabilities(t, r, usual).AUC }, r},
		{"average precision", func(r *Rows) Figure { return mustProbabilities(t, r, usual).AveragePrecision }, r},
		{"log loss", func(r *Rows) Figure { return mustProbabilities(t, r, usual).LogLoss }, r},
		{"ratio", func(r *Rows) Figure { return mustProbabilities(t, r, usual).Ratio }, r},
		{"RMSE", func(r *Rows) Figure { return mustValues(t, r).RMSE }, values},
		{"bias", func(r *Rows) Figure { return mustValues(t, r).BiasShare }, values},
		{"Spearman", func(r *Rows) Figure { return mustValues(t, r).Spearman }, values},
		{"Kendall", func(r *Rows) Figure { return mustValues(t, r).Kendall }, values},
	} {
		const h = 1e-4
		sums := make([]float64, 23)
		for i := range c.rows.Y {
			d := (c.of(moved(c.rows, i, h)).Value - c.of(moved(c.rows, i, -h)).Value) / (2 * h)
			sums[c.rows.Cluster[i]] += c.rows.Weight[i] * d
		}
		squares := 0.0
		for _, s := range sums {
			squares += s * s
		}
		want := math.Sqrt(23.0 / 22 * squares)
		near(t, c.name, c.of(c.rows).SE/want, 1, 2e-6)
	}
}

// coverage is the share of simulations whose interval holds the truth.
func coverage(t *testing.T, runs int, truth float64, draw func(rng *rand.Rand) Figure) float64 {
	t.Helper()
	rng := rand.New(rand.NewPCG(7, 7))
	held := 0
	for range runs {
		if f := draw(rng); f.Low <= truth && truth <= f.High {
			held++
		}
	}
	return float64(held) / float64(runs)
}

// TestIntervalsHoldTheirLevel simulates: intervals of 95 % hold the truth in 91 to 99 % of 400 books (4 standard errors of
// the simulation are 4 points).
func TestIntervalsHoldTheirLevel(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: simulates many books")
	}
	binormal := func(n int) func(rng *rand.Rand) *Rows { // events are a standard deviation and a half higher
		return func(rng *rand.Rand) *Rows {
			r := &Rows{}
			for range n {
				y := 0.0
				if rng.Float64() < 0.15 {
					y = 1
				}
				r.Y, r.P = append(r.Y, y), append(r.P, 1/(1+math.Exp(-rng.NormFloat64()-1.5*y)))
			}
			return r
		}
	}
	big := mustProbabilities(t, binormal(200000)(rand.New(rand.NewPCG(1, 1))), usual)
	small := binormal(400)
	probability := func(of func(p *Probabilities) Figure) func(rng *rand.Rand) Figure {
		return func(rng *rand.Rand) Figure { return of(mustProbabilities(t, small(rng), usual)) }
	}
	pairs := func(n, size int) func(rng *rand.Rand) *Rows { // correlated normal values, alike within a cluster
		return func(rng *rand.Rand) *Rows {
			r := &Rows{}
			for g := range n / size {
				a, b := rng.NormFloat64(), rng.NormFloat64()
				for range size {
					x, y := a+rng.NormFloat64(), b+rng.NormFloat64()
					r.P, r.Y, r.Cluster = append(r.P, math.Exp(x)), append(r.Y, math.Exp((x+y)/2)), append(r.Cluster, int32(g))
				}
			}
			return r
		}
	}
	truth := mustValues(t, pairs(200000, 1)(rand.New(rand.NewPCG(2, 2))))
	value := func(of func(v *Values) Figure) func(rng *rand.Rand) Figure {
		return func(rng *rand.Rand) Figure { return of(mustValues(t, pairs(1500, 5)(rng))) }
	}
	for _, c := range []struct {
		name  string
		truth float64
		draw  func(rng *rand.Rand) Figure
	}{
		{"AUC", 0.8555778, probability(func(p *Probabilities) Figure { return p.AUC })}, // Φ(1.5/√2)
		{"average precision", big.AveragePrecision.Value, probability(func(p *Probabilities) Figure { return p.AveragePrecision })},
		{"ratio", big.Ratio.Value, probability(func(p *Probabilities) Figure { return p.Ratio })},
		{"Spearman", truth.Spearman.Value, value(func(v *Values) Figure { return v.Spearman })},
		{"Kendall", truth.Kendall.Value, value(func(v *Values) Figure { return v.Kendall })},
		{"capture", truth.Top[1].Value.Value, value(func(v *Values) Figure { return v.Top[1].Value })},
	} {
		share := coverage(t, 400, c.truth, c.draw)
		t.Logf("%s: %.3f of 400 intervals hold %.4f", c.name, share, c.truth)
		if share < 0.91 || share > 0.99 {
			t.Errorf("%s: %.3f of intervals of 95 %% hold the truth", c.name, share)
		}
	}
}
