package quantile

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"mainstay/internal/num"
	_ "mainstay/internal/seeded"
	"mainstay/regress"

	"pgregory.net/rapid"
)

// drawn is a table of few distinct values, so that rows tie and repeat, or of real ones.
func drawn(rng *rand.Rand, n, k int, ties bool) (*regress.Design, []float64, []float64) {
	d := &regress.Design{Names: []string{"1"}}
	for j := 1; j < k; j++ {
		d.Names = append(d.Names, string(rune('a'+j)))
	}
	value := func() float64 {
		if ties {
			return float64(rng.IntN(4))
		}
		return 100 + 3*rng.NormFloat64()
	}
	var y, w []float64
	for range n {
		d.X = append(d.X, 1)
		for j := 1; j < k; j++ {
			d.X = append(d.X, value())
		}
		y, w = append(y, value()), append(w, float64(1+rng.IntN(3)))
	}
	return d, y, w
}

// best is the least objective over all vertices of two or three columns, by enumeration.
func best(d *regress.Design, y []float64, tau float64, o Options) float64 {
	least := math.Inf(1)
	n, k := len(y), len(d.Names)
	var visit func(rows []int, from int)
	visit = func(rows []int, from int) {
		if len(rows) == k {
			p := &problem{k: k, mean: make([]float64, k), scale: make([]float64, k)}
			for j := range k {
				p.cols, p.scale[j] = append(p.cols, j), 1
			}
			if beta := vertex(d, y, p, rows); !slices.ContainsFunc(rows, func(i int) bool { return math.Abs(dot(d.Row(i), beta)-y[i]) > 1e-6*(1+math.Abs(y[i])) }) {
				least = min(least, objective(d, y, beta, tau, o))
			}
			return
		}
		for i := from; i < n; i++ {
			visit(append(slices.Clone(rows), i), i+1)
		}
	}
	visit(nil, 0)
	return least
}

func dot(a, b []float64) (s float64) {
	for j := range a {
		s += a[j] * b[j]
	}
	return s
}

// No vertex is better than the solution, with ties, repeated rows and weights.
func TestNoVertexIsBetter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, k := rapid.IntRange(5, 14).Draw(t, "n"), rapid.IntRange(1, 3).Draw(t, "k")
		tau := rapid.SampledFrom([]float64{.05, .25, .5, .9, 1. / 3}).Draw(t, "tau")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
		d, y, w := drawn(rng, n, k, rapid.Bool().Draw(t, "ties"))
		o := Options{Weights: w}
		f, err := Regress(d, y, tau, o)
		if err != nil {
			t.Fatal(err)
		}
		if len(f.Dropped) > 0 || !f.Certificate.Certified() && f.DF <= 0 {
			t.Skip()
		}
		if !f.Certificate.Certified() {
			t.Fatalf("%+v", f.Certificate)
		}
		if want := best(d, y, tau, o); !(math.Abs(f.Objective-want) <= 1e-9*(1+want)) {
			t.Fatalf("objective %v, best vertex %v", f.Objective, want)
		}
	})
}

// Tied rows at which rounding once made the descent come back to the same vertices for ever.
func TestNoVertexComesBack(t *testing.T) {
	for _, c := range []struct {
		seed uint64
		n    int
		tau  float64
	}{{0x35, 12, .05}, {0xe08, 7, .5}, {0x18742, 8, .25}} {
		d, y, w := drawn(rand.New(rand.NewPCG(c.seed, 2)), c.n, 2, true)
		if f, err := Regress(d, y, c.tau, Options{Weights: w}); err != nil || !f.Certificate.Certified() {
			t.Errorf("seed %#x: %v %+v", c.seed, err, f.Certificate)
		}
	}
}

// Equivariance (Koenker & Bassett 1978, theorem 3.2): of scale, of shift, of the sign of y; weights are repeated rows; neither
// threads nor the order of columns change the objective.
func TestEquivariance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(20, 200).Draw(t, "n")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 4))
		d, y, w := drawn(rng, n, 3, false)
		tau := 0.1 + 0.8*rng.Float64()
		f := must2(t, d, y, tau, Options{Weights: w, Threads: 2})
		moved, down := make([]float64, n), make([]float64, n)
		many, ym := &regress.Design{Names: d.Names}, []float64(nil)
		for i := range y {
			moved[i], down[i] = 3*y[i]+7+2*d.Row(i)[1], -y[i]
			for range int(w[i]) {
				many.X, ym = append(many.X, d.Row(i)...), append(ym, y[i])
			}
		}
		a, b, c := must2(t, d, moved, tau, Options{Weights: w}), must2(t, d, down, 1-tau, Options{Weights: w}), must2(t, many, ym, tau, Options{})
		if !f.Unique || !a.Unique {
			t.Skip()
		}
		for j := range f.Coef {
			if math.Abs(a.Coef[j]-3*f.Coef[j]-[]float64{7, 2, 0}[j]) > 1e-8*(1+math.Abs(a.Coef[j])) || math.Abs(b.Coef[j]+f.Coef[j]) > 1e-8*(1+math.Abs(f.Coef[j])) || math.Abs(c.Coef[j]-f.Coef[j]) > 1e-8*(1+math.Abs(f.Coef[j])) {
				t.Fatalf("%v %v %v %v", f.Coef, a.Coef, b.Coef, c.Coef)
			}
		}
	})
}

// Standard errors have the unit of the response, however small or large that is.
func TestErrorsOfAnySize(t *testing.T) {
	d, y, _ := drawn(rand.New(rand.NewPCG(9, 9)), 300, 3, false)
	for _, kind := range []Errors{IID, NID, Kernel} {
		want, err := Regress(d, y, 0.4, Options{Errors: kind})
		if err != nil || !want.Certificate.Certified() {
			t.Fatal(kind, err)
		}
		for _, size := range []float64{1e-9, 1e-5, 1e5, 1e12} {
			scaled := make([]float64, len(y))
			for i, v := range y {
				scaled[i] = size * v
			}
			got, err := Regress(d, scaled, 0.4, Options{Errors: kind})
			if err != nil || !got.Certificate.Certified() {
				t.Errorf("%v, responses times %g: %v %+v", kind, size, err, got)
				continue
			}
			for j := range want.SE {
				if math.Abs(got.SE[j]/size-want.SE[j]) > 1e-3*want.SE[j] {
					t.Errorf("%v, responses times %g: SE %v, expected %v", kind, size, got.SE[j]/size, want.SE[j])
				}
			}
		}
	}
}

func must2(t *rapid.T, d *regress.Design, y []float64, tau float64, o Options) *Fit {
	f, err := Regress(d, y, tau, o)
	if err != nil || !f.Certificate.Certified() {
		t.Fatalf("%v %+v", err, f)
	}
	return f
}

// Heavy ties: counts and levels, as business columns are. The dual proves the minimum.
func TestTies(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	d, y := &regress.Design{Names: []string{"1", "a", "b", "units"}}, []float64(nil)
	for range 20_000 {
		a, b, u := float64(rng.IntN(2)), float64(rng.IntN(2)), float64(rng.IntN(3))
		d.X = append(d.X, 1, a, b, u)
		y = append(y, math.Floor(2*a+u+3*rng.Float64()))
	}
	for _, tau := range []float64{.1, .25, .5, .9} {
		f := must(t, d, y, tau, Options{})
		if f.Interpolate < 1000 || f.Certificate.GradientNorm > dualLimit {
			t.Errorf("%+v", f)
		}
		again := must(t, d, y, tau, Options{Threads: 2})
		if !slices.Equal(f.Coef, again.Coef) || f.Objective != again.Objective {
			t.Error("threads change the fit")
		}
	}
}

// The middle of an even number is any value between: said, and the objective is that of all of them.
func TestNotUnique(t *testing.T) {
	d := &regress.Design{Names: []string{"1"}, X: []float64{1, 1, 1, 1}}
	f := must(t, d, []float64{1, 2, 5, 9}, 0.5, Options{})
	if f.Unique || f.Objective != 5.5 || f.Coef[0] < 2 || f.Coef[0] > 5 || f.Certificate.Warnings[0].Code != WarnNotUnique {
		t.Errorf("%+v", f)
	}
	if f = must(t, d, []float64{1, 2, 2, 9}, 0.5, Options{}); !f.Unique || f.Coef[0] != 2 || f.Interpolate != 2 {
		t.Errorf("%+v", f)
	}
}

// Intervals hold the truth about as often as they say where errors differ from row to row, and rows of a customer depend on
// each other.
func TestErrorsHoldTheTruth(t *testing.T) {
	if testing.Short() {
		t.Skip()
	}
	held := map[Errors]int{}
	const runs = 200
	for run := range runs {
		rng := rand.New(rand.NewPCG(uint64(run), 11))
		d, y := &regress.Design{Names: []string{"1", "x"}}, []float64(nil)
		for range 300 {
			x := rng.Float64() * 4
			d.X, y = append(d.X, 1, x), append(y, 1+2*x+(0.5+0.5*x)*rng.NormFloat64())
		}
		z := num.NormalQuantile(.75)
		for _, e := range []Errors{NID, Kernel, Bootstrap} {
			f := must(t, d, y, .75, Options{Errors: e, Samples: 100, Seed: uint64(run)})
			if truth := 2 + 0.5*z; math.Abs(f.Coef[1]-truth) <= 1.96*f.SE[1] {
				held[e]++
			}
		}
	}
	for e, n := range held {
		share := float64(n) / runs
		t.Logf("%v: %.1f %%", e, 100*share)
		if share < 0.90 || share > 0.99 {
			t.Errorf("%v: a 95 %% interval holds the truth in %.1f %%", e, 100*share)
		}
	}
}

func TestClusterBootstrap(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	d, y, cluster := &regress.Design{Names: []string{"1", "x"}}, []float64(nil), []int32(nil)
	for g := range 40 {
		x, common := rng.NormFloat64(), rng.NormFloat64()
		for range 10 {
			d.X, y, cluster = append(d.X, 1, x), append(y, x+common+0.2*rng.NormFloat64()), append(cluster, int32(g))
		}
	}
	rows, clusters := must(t, d, y, .5, Options{Errors: Bootstrap}), must(t, d, y, .5, Options{Errors: Bootstrap, Cluster: cluster, Threads: 2})
	if clusters.SE[1] < 2*rows.SE[1] {
		t.Errorf("rows %v, clusters %v", rows.SE, clusters.SE)
	}
	again := must(t, d, y, .5, Options{Errors: Bootstrap, Cluster: cluster})
	if !slices.Equal(again.SE, clusters.SE) {
		t.Error("threads change the bootstrap")
	}
}

func TestBadInput(t *testing.T) {
	d := &regress.Design{Names: []string{"1", "x", "2x"}}
	var y []float64
	for i := range 20 {
		x := float64(i * i % 7)
		d.X, y = append(d.X, 1, x, 2*x+3), append(y, float64(i))
	}
	f := must(t, d, y, .5, Options{Errors: IID})
	if len(f.Dropped) != 1 || f.Dropped[0] != "2x" || f.Coef[2] != 0 || f.SE[2] != 0 {
		t.Errorf("%+v", f)
	}
	for _, tau := range []float64{0, 1, -1, math.NaN()} {
		if _, err := Regress(d, y, tau, Options{}); err == nil {
			t.Errorf("τ = %v", tau)
		}
	}
	if _, err := Regress(d, y, .5, Options{Cluster: make([]int32, 20)}); err == nil {
		t.Error("clusters without bootstrap")
	}
	y[3] = math.NaN()
	if _, err := Regress(d, y, .5, Options{}); err == nil {
		t.Error("NaN")
	}
}

// BenchmarkRegress is 100,000 rows of ten columns.
func BenchmarkRegress(b *testing.B) {
	d, y, _ := drawn(rand.New(rand.NewPCG(1, 1)), 100_000, 10, false)
	for i := range y {
		y[i] += d.Row(i)[1] - 2*d.Row(i)[2]
	}
	for b.Loop() {
		f := must(b, d, y, .75, Options{Errors: NID, Threads: 2})
		b.ReportMetric(float64(f.Certificate.Iterations), "pivots")
	}
}

// A line through every row has no likelihood: what is left of the residuals is rounding.
func TestPerfectFit(t *testing.T) {
	d, y := &regress.Design{Names: []string{"1", "x"}}, []float64(nil)
	for i := range 30 {
		x := float64(i*i%11) / 3
		d.X, y = append(d.X, 1, x), append(y, .1+.7*x)
	}
	f := must(t, d, y, .5, Options{})
	if f.Objective != 0 || f.Certificate.LogLik != 0 || !slices.ContainsFunc(f.Certificate.Warnings, func(w num.Warning) bool { return w.Code == num.WarnBoundary }) {
		t.Errorf("%+v", f)
	}
}
