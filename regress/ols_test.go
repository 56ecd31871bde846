package regress

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mainstay/internal/num"

	"pgregory.net/rapid"
)

func mustLeastSquares(t testing.TB, d *Design, y []float64, o Options) *Fit {
	t.Helper()
	f, err := LeastSquares(d, y, o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Figures: statsmodels 0.15.0, GPA on TUCE and PSI of Spector: OLS with cov_type="cluster" (groups of
// four), WLS with weights 1 2 3 1 2 3 … plain and clustered. Its log-likelihood is R's.
func TestLeastSquaresAgainstStatsmodels(t *testing.T) {
	d := &Design{Names: []string{"(intercept)", "tuce", "psi"}}
	var y, w []float64
	for i, r := range spector {
		d.X = append(d.X, 1, r[1], r[2])
		y, w = append(y, r[0]), append(w, float64(1+i%3))
	}
	cluster := groupsOf(32, 4)
	f := mustLeastSquares(t, d, y, Options{Cluster: cluster})
	nearAll(t, "coef", f.Coef, []float64{2.102079045996594, 0.046346848381601344, -0.0037155025553660126}, 1e-12)
	nearAll(t, "robust se", f.StandardErrors(), []float64{0.37165914686728513, 0.01801720863879885, 0.09685721553598675}, 1e-12)
	near(t, "r²", f.R2, 0.14977426424608242, 1e-13)
	near(t, "log-likelihood", f.Certificate.LogLik, -17.916683352421856, 1e-12)
	near(t, "σ²", f.Dispersion, 0.19796910732538328, 1e-14)

	f = mustLeastSquares(t, d, y, Options{Cluster: cluster, Weights: w})
	nearAll(t, "weighted coef", f.Coef, []float64{2.1964383907176197, 0.04158002270147558, 0.02535073779795413}, 1e-12)
	nearAll(t, "weighted se", f.SE, []float64{0.5182122568013187, 0.023078015566197606, 0.16783428532582118}, 1e-12)
	nearAll(t, "weighted robust se", f.StandardErrors(), []float64{0.4414007994016235, 0.02047446661024536, 0.1446408396205554}, 1e-12)
	near(t, "weighted r²", f.R2, 0.10160361651065175, 1e-13)
	near(t, "weighted log-likelihood", f.Certificate.LogLik, -21.187172023321743, 1e-12)
	near(t, "rss", f.Deviance, 12.599319081851428, 1e-13)
	near(t, "tss", f.NullDev, 14.024231746031745, 1e-13)
}

func TestCollinearColumnsAreNamed(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	d := &Design{Names: []string{"sales", "returns", "net", "zero", "(intercept)", "north", "south", "scale"}}
	y := make([]float64, 100)
	for i := range y {
		s, r, n := math.Round(1e6*rng.Float64()), -math.Round(1e5*rng.Float64()), float64(i%2)
		d.X = append(d.X, s, r, s+r, 0, 1, n, 1-n, 7)
		y[i] = 3 + s/1e6 + n + rng.NormFloat64()
	}
	binary := make([]float64, len(y))
	for i := range y {
		binary[i] = math.Round(num.Expit(y[i]-4) + 0.3*rng.NormFloat64())
		binary[i] = min(max(binary[i], 0), 1)
	}
	for what, f := range map[string]*Fit{"least squares": mustLeastSquares(t, d, y, Options{}), "logistic": mustLogistic(t, d, binary, Options{})} {
		if want := []string{"net", "zero", "south", "scale"}; !slices.Equal(f.Dropped, want) {
			t.Fatalf("%s: dropped %v, want %v", what, f.Dropped, want)
		}
		if !f.Certificate.Certified() || f.DF != 96 {
			t.Errorf("%s: %+v", what, f.Certificate)
		}
		for i, words := range []string{`"net" is determined by "sales", "returns"`, `"zero" is zero`, `"south" is determined by "(intercept)", "north"`, `"scale" is determined by "(intercept)"`} {
			if w := f.Certificate.Warnings[i]; w.Code != num.WarnCollinear || !strings.Contains(w.Message, words) {
				t.Errorf("%s: warning %+v, want %q", what, w, words)
			}
		}
		for _, j := range []int{2, 3, 6, 7} {
			if f.Coef[j] != 0 || f.SE[j] != 0 || f.Cov.At(j, 0) != 0 {
				t.Errorf("%s: dropped column %d has a coefficient", what, j)
			}
		}
	}
}

func TestLeastSquaresEdges(t *testing.T) {
	x := []float64{1, 2, 3, 4}
	f := mustLeastSquares(t, design(x), []float64{3, 5, 7, 9}, Options{})
	nearAll(t, "exact line", f.Coef, []float64{1, 2}, 1e-14)
	if !f.Certificate.Certified() || f.R2 < 1-1e-14 {
		t.Errorf("exact line: %+v", f)
	}
	f = mustLeastSquares(t, design(x), []float64{5, 5, 5, 5}, Options{})
	if f.R2 != 0 || f.Coef[0] != 5 || !has(f, num.WarnBoundary) {
		t.Errorf("constant response: %+v", f)
	}
	for what, f := range map[string]*Fit{
		"saturated": mustLeastSquares(t, design(x[:2]), x[:2], Options{}),
		"too wide":  mustLeastSquares(t, design(x[:1], x[:1]), x[:1], Options{}),
		"no weight": mustLeastSquares(t, design(x), x, Options{Weights: make([]float64, 4)}),
		"cluster":   mustLeastSquares(t, design(x), []float64{1, 3, 2, 5}, Options{Cluster: make([]int32, 4)}),
	} {
		if f.Certificate.Certified() || !has(f, num.WarnTooFew) {
			t.Errorf("%s: %+v", what, f.Certificate)
		}
	}
	if f := mustLeastSquares(t, design(x), []float64{1, 3, 2, 5}, Options{Cluster: []int32{1, 1, 2, 2}}); !has(f, num.WarnTooFew) || !f.Certificate.Certified() {
		t.Errorf("as many clusters as coefficients must be a remark: %+v", f.Certificate)
	}
}

// A row of weight 0 counts for nothing, whatever it holds.
func TestWeightlessRows(t *testing.T) {
	d := design([]float64{1, 2, 3, 4, 1e6})
	y := []float64{1, 3, 2, 5, 1e9}
	w := []float64{1, 1, 1, 1, 0}
	got := mustLeastSquares(t, d, y, Options{Weights: w, Cluster: []int32{1, 2, 3, 4, 5}})
	want := mustLeastSquares(t, design([]float64{1, 2, 3, 4}), y[:4], Options{Cluster: []int32{1, 2, 3, 4}})
	identical(t, got, want)
	if got.DF != want.DF || got.Certificate.Observations != 4 {
		t.Errorf("df %d, observations %d", got.DF, got.Certificate.Observations)
	}
}

func TestBadInputIsAnErrorWithItsPlace(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	x, y := []float64{1, 2, 3, 4}, []float64{0, 1, 0, 1}
	for _, c := range []struct {
		d     *Design
		y     []float64
		o     Options
		words []string
	}{
		{design([]float64{1, nan, 3, inf}), y, Options{}, []string{"row 1", `"a"`, "NaN", "finite"}},
		{design(x, []float64{1, 2, 3, inf}), y, Options{}, []string{"row 3", `"b"`, "Inf"}},
		{design(x), []float64{0, 1, nan, 1}, Options{}, []string{"row 2", "response"}},
		{design(x), y, Options{Weights: []float64{1, -1, 1, 1}}, []string{"row 1", "weight -1"}},
		{design(x), y, Options{Weights: []float64{1, 1, inf, 1}}, []string{"row 2", "weight"}},
		{design(x), y, Options{Weights: []float64{1}}, []string{"1 weights for 4 rows"}},
		{design(x), y, Options{Cluster: []int32{1}}, []string{"1 cluster numbers for 4 rows"}},
		{design(x), y[:3], Options{}, []string{"8 values", "3 rows"}},
		{design(x), nil, Options{}, []string{"8 values", "0 rows"}},
		{&Design{}, y, Options{}, []string{"no columns"}},
		{nil, y, Options{}, []string{"no columns"}},
		{&Design{Names: []string{"a"}}, nil, Options{}, []string{"no rows"}},
		{design([]float64{1e-200, 0, 0, 0}), y, Options{}, []string{`"a"`, "rescale"}},
		{design([]float64{1e200, 0, 0, 0}), y, Options{}, []string{"row 0", `"a"`}},
	} {
		_, e1 := LeastSquares(c.d, c.y, c.o)
		_, e2 := Logistic(c.d, c.y, c.o)
		for _, err := range []error{e1, e2} {
			if err == nil {
				t.Errorf("no error, want %v", c.words)
				continue
			}
			for _, w := range c.words {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("error %q lacks %q", err, w)
				}
			}
		}
	}
}

func TestLeastSquaresDoesNotDependOnThreads(t *testing.T) {
	d, y := generated(2*rowBlock + 123)
	cluster := groupsOf(len(y), 3)
	one := mustLeastSquares(t, d, y, Options{Cluster: cluster})
	for threads := 2; threads <= 5; threads++ {
		identical(t, one, mustLeastSquares(t, d, y, Options{Cluster: cluster, Threads: threads}))
	}
}

func TestLeastSquaresProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
		n, k := rapid.IntRange(8, 60).Draw(t, "n"), rapid.IntRange(1, 5).Draw(t, "k")
		intercept := rapid.Bool().Draw(t, "intercept")
		d := &Design{Names: []string{"a", "b", "c", "d", "e"}[:k]}
		y, w := make([]float64, n), make([]float64, n)
		for i := range y {
			for j := range k {
				v := 100 + rng.NormFloat64()*math.Pow(10, float64(j))
				if j == 0 && intercept {
					v = 1
				}
				d.X = append(d.X, v)
			}
			y[i], w[i] = 1000*rng.NormFloat64(), 0.5+rng.Float64()
		}
		f, err := LeastSquares(d, y, Options{Weights: w})
		if err != nil || !f.Certificate.Certified() {
			t.Fatalf("%v %+v", err, f)
		}
		var size float64
		normal, scale := make([]float64, k), make([]float64, k)
		for i := range y {
			eta, _ := f.Linear(d.Row(i))
			size += w[i] * y[i] * y[i]
			for j, x := range d.Row(i) {
				normal[j] += w[i] * x * (y[i] - eta)
				scale[j] += math.Abs(w[i] * x * y[i])
			}
		}
		for j := range normal { // the normal equations hold: X'W(y − Xβ) = 0
			if math.Abs(normal[j]) > 1e-12*scale[j] {
				t.Fatalf("normal equation %d: %v of %v", j, normal[j], scale[j])
			}
		}
		if f.Deviance > f.NullDev*(1+1e-12) || f.R2 < -1e-12 || f.R2 > 1 || f.Deviance > size {
			t.Fatalf("rss %v, null %v, r² %v", f.Deviance, f.NullDev, f.R2)
		}
		perm := rng.Perm(n)
		shuffled, sy, sw := &Design{Names: d.Names}, make([]float64, n), make([]float64, n)
		for i, from := range perm {
			shuffled.X = append(shuffled.X, d.Row(from)...)
			sy[i], sw[i] = y[from], w[from]
		}
		g, err := LeastSquares(shuffled, sy, Options{Weights: sw})
		if err != nil {
			t.Fatal(err)
		}
		for j := range k {
			close12(t, "permuted", g.Coef[j], f.Coef[j])
			close12(t, "permuted error", g.SE[j], f.SE[j])
		}
	})
}
