package regress

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/diff/fd"
	"pgregory.net/rapid"
)

// Spector & Mazzeo 1980, in Greene, Econometric Analysis: GPA, TUCE, PSI, GRADE.
var spector = [][4]float64{
	{2.66, 20, 0, 0}, {2.89, 22, 0, 0}, {3.28, 24, 0, 0}, {2.92, 12, 0, 0}, {4, 21, 0, 1}, {2.86, 17, 0, 0}, {2.76, 17, 0, 0}, {2.87, 21, 0, 0},
	{3.03, 25, 0, 0}, {3.92, 29, 0, 1}, {2.63, 20, 0, 0}, {3.32, 23, 0, 0}, {3.57, 23, 0, 0}, {3.26, 25, 0, 1}, {3.53, 26, 0, 0}, {2.74, 19, 0, 0},
	{2.75, 25, 0, 0}, {2.83, 19, 0, 0}, {3.12, 23, 1, 0}, {3.16, 25, 1, 1}, {2.06, 22, 1, 0}, {3.62, 28, 1, 1}, {2.89, 14, 1, 0}, {3.51, 26, 1, 0},
	{3.54, 24, 1, 1}, {2.83, 27, 1, 1}, {3.39, 17, 1, 1}, {2.67, 24, 1, 0}, {3.65, 21, 1, 1}, {4, 23, 1, 1}, {3.1, 21, 1, 0}, {2.39, 19, 1, 1},
}

// spectorDesign takes a map for GPA, the intercept last.
func spectorDesign(gpa func(float64) float64) (*Design, []float64) {
	d := &Design{Names: []string{"gpa", "tuce", "psi", "(intercept)"}}
	var y []float64
	for _, r := range spector {
		d.X = append(d.X, gpa(r[0]), r[1], r[2], 1)
		y = append(y, r[3])
	}
	return d, y
}

func same(v float64) float64 { return v }

// groupsOf numbers rows in groups of the given size: 0 0 0 0 1 1 1 1 …
func groupsOf(n, size int) []int32 {
	g := make([]int32, n)
	for i := range g {
		g[i] = int32(i / size)
	}
	return g
}

func mustLogistic(t testing.TB, d *Design, y []float64, o Options) *Fit {
	t.Helper()
	f, err := Logistic(d, y, o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func nearAll(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for j := range want {
		if math.Abs(got[j]-want[j]) > tol*math.Max(1e-3, math.Abs(want[j])) {
			t.Errorf("%s[%d]: got %.16g, want %.16g", what, j, got[j], want[j])
		}
	}
}

// Figures: statsmodels 0.15.0, Logit by newton and GLM Binomial by IRLS, tol 1e-14; cluster errors by
// cov_type="cluster" with groups of four rows.
func TestSpector(t *testing.T) {
	d, y := spectorDesign(same)
	f := mustLogistic(t, d, y, Options{Cluster: groupsOf(32, 4)})
	nearAll(t, "coef", f.Coef, []float64{2.826112594889322, 0.0951576613179094, 2.3786876550933544, -13.021346858115695}, 1e-12)
	nearAll(t, "se", f.SE, []float64{1.2629410756290829, 0.14155420567369406, 1.0645642544971305, 4.931324213602699}, 1e-12)
	nearAll(t, "robust se", f.StandardErrors(), []float64{1.2015056578641126, 0.056985275905423315, 0.8226258200074118, 4.6122813101629205}, 1e-12)
	near(t, "log-likelihood", f.Certificate.LogLik, -12.889634222131415, 1e-12)
	near(t, "deviance", f.Deviance, 25.779268444262833, 1e-12)
	near(t, "null deviance", f.NullDev, 41.183459393234585, 1e-12)
	if !f.Certificate.Certified() || f.DF != 28 || len(f.Certificate.Warnings) != 0 {
		t.Errorf("certificate %+v, df %d", f.Certificate, f.DF)
	}
}

// The figure in statsmodels' and Stata's tests, −12.8896334653335, is of GPA stored in single
// precision; coefficients by statsmodels 0.15.0 on the same rounding.
func TestSpectorSinglePrecision(t *testing.T) {
	d, y := spectorDesign(func(v float64) float64 { return float64(float32(v)) })
	f := mustLogistic(t, d, y, Options{})
	near(t, "log-likelihood", f.Certificate.LogLik, -12.8896334653335, 1e-12)
	nearAll(t, "coef", f.Coef, []float64{2.82611297, 0.09515767, 2.37868773, -13.02134832}, 1e-7)
}

// statsmodels 0.15.0, GLM Binomial with freq_weights 1 2 3 1 2 3 …
func TestLogisticWeights(t *testing.T) {
	d, y := spectorDesign(same)
	w := make([]float64, len(y))
	for i := range w {
		w[i] = float64(1 + i%3)
	}
	f := mustLogistic(t, d, y, Options{Weights: w})
	nearAll(t, "coef", f.Coef, []float64{2.572970267169187, 0.0203821730750349, 2.569963351203261, -10.631520475334698}, 1e-12)
	nearAll(t, "se", f.SE, []float64{0.8348514168524646, 0.09570653950818574, 0.7437903689593338, 3.231158480469462}, 1e-12)
	near(t, "deviance", f.Deviance, 51.26911162069928, 1e-11)
}

// generated is a churn-like set from a linear congruential generator, so that any language can
// make it: s ← (1103515245 s + 12345) mod 2³¹ from 12345, u = (s + ½)/2³¹, five per row.
func generated(n int) (*Design, []float64) {
	d := &Design{Names: []string{"(intercept)", "recency", "orders", "region", "gap"}}
	y := make([]float64, n)
	s := int64(12345)
	var u [5]float64
	for i := range y {
		for j := range u {
			s = (s*1103515245 + 12345) % (1 << 31)
			u[j] = (float64(s) + 0.5) / (1 << 31)
		}
		recency, orders, region := 365*u[0], math.Floor(1/(0.02+u[1])), 0.0
		if u[2] < 0.3 {
			region = 1
		}
		gap := recency*0.5 + 40*u[3]
		eta := -2.2 + 0.01*recency - 0.06*orders + 0.8*region - 0.004*gap
		if u[4] < num.Expit(eta) {
			y[i] = 1
		}
		d.X = append(d.X, 1, recency, orders, region, gap)
	}
	return d, y
}

// Figures: statsmodels 0.15.0 on the same rows: Logit by newton, GLM with cov_type="cluster"
// (row number mod 97), scipy mannwhitneyu, get_prediction.
func TestGeneratedAgainstStatsmodels(t *testing.T) {
	d, y := generated(2000)
	cluster := make([]int32, len(y))
	for i := range cluster {
		cluster[i] = int32(i % 97)
	}
	f := mustLogistic(t, d, y, Options{})
	nearAll(t, "coef", f.Coef, []float64{-2.191673496834451, 0.011084957196689811, -0.05650732374338002, 0.6124780414739442, -0.005798426069750381}, 1e-11)
	nearAll(t, "se", f.SE, []float64{0.16091508025111864, 0.002265513388611359, 0.012204725305346243, 0.11124051897345685, 0.00441483732392846}, 1e-11)
	near(t, "log-likelihood", f.Certificate.LogLik, -1108.8461086507696, 1e-9)
	near(t, "null deviance", f.NullDev, 2*1278.0510259249745, 1e-7) // theirs is iterated, ours closed
	r := mustLogistic(t, d, y, Options{Cluster: cluster})
	nearAll(t, "robust se", r.StandardErrors(), []float64{0.13124858117247232, 0.0021631581935111182, 0.01389067166746168, 0.10796317321580175, 0.00401647195005162}, 1e-11)

	q := f.Predict([]float64{1, 100, 5, 1, 60}, 0, num.ZLevel(0.95))
	nearAll(t, "prediction", []float64{q.Value, q.Low, q.High}, []float64{0.24952599440644704, 0.20912376346811662, 0.29482405328351}, 1e-12)
}

func TestLogisticRefusals(t *testing.T) {
	x := []float64{1, 2, 3, 4, 5, 6}
	for _, c := range []struct {
		what string
		d    *Design
		y    []float64
		o    Options
		code string
	}{
		{"one class", design(x), []float64{1, 1, 1, 1, 1, 1}, Options{}, num.WarnTooFew},
		{"no class with weight", design(x), []float64{0, 1, 0, 0, 0, 0}, Options{Weights: []float64{1, 0, 1, 1, 1, 1}}, num.WarnTooFew},
		{"no weight at all", design(x[:2]), []float64{0, 1}, Options{Weights: []float64{0, 0}}, num.WarnTooFew},
		{"saturated", design([]float64{1, 2}), []float64{0, 1}, Options{}, num.WarnTooFew},
		{"one cluster", design(x), []float64{0, 1, 0, 1, 0, 1}, Options{Cluster: make([]int32, 6)}, num.WarnTooFew},
		{"nothing but zeros", &Design{Names: []string{"z"}, X: make([]float64, 4)}, []float64{0, 1, 0, 1}, Options{}, num.WarnTooFew},
	} {
		f := mustLogistic(t, c.d, c.y, c.o)
		if f.Certificate.Certified() || !has(f, c.code) {
			t.Errorf("%s: %+v", c.what, f.Certificate)
		}
		if eta, _ := f.Linear(c.d.Row(0)); !math.IsNaN(eta) {
			t.Errorf("%s: a refused fit predicts %v", c.what, eta)
		}
	}
	_, err := Logistic(design(x), []float64{0, 1, 0, 0.5, 0, 1}, Options{})
	if err == nil || !strings.Contains(err.Error(), "row 3") || !strings.Contains(err.Error(), "0 or 1") {
		t.Errorf("error %v", err)
	}
}

// A small simulated problem that is not separated.
func drawLogistic(t *rapid.T) (*Design, []float64, *Fit) {
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	n, k := rapid.IntRange(60, 200).Draw(t, "n"), rapid.IntRange(2, 5).Draw(t, "k")
	d := &Design{Names: []string{"(intercept)", "a", "b", "c", "d"}[:k]}
	y := make([]float64, n)
	for i := range y {
		d.X = append(d.X, 1)
		eta := -0.5
		for j := 1; j < k; j++ {
			v := rng.NormFloat64()*math.Pow(10, float64(j-2)) + 50
			d.X = append(d.X, v)
			eta += 0.5 * (v - 50) / math.Pow(10, float64(j-2))
		}
		if rng.Float64() < num.Expit(eta) {
			y[i] = 1
		}
	}
	f, err := Logistic(d, y, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !f.Certificate.Certified() {
		t.Skip("separated by chance")
	}
	return d, y, f
}

func TestLogisticProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, y, f := drawLogistic(t)
		k := len(d.Names)
		if f.Certificate.GradientNorm > 1e-12 {
			t.Fatalf("gradient at the optimum %v", f.Certificate.GradientNorm)
		}
		fit := func(d *Design, y []float64) *Fit {
			g, err := Logistic(d, y, Options{})
			if err != nil || !g.Certificate.Certified() {
				t.Fatalf("%v %+v", err, g)
			}
			return g
		}
		scaled := &Design{Names: d.Names, X: append([]float64(nil), d.X...)}
		for i := range y {
			scaled.X[i*k+k-1] *= 1024
		}
		g := fit(scaled, y)
		close12(t, "scaled coefficient", g.Coef[k-1]*1024, f.Coef[k-1])
		close12(t, "scaled error", g.SE[k-1]*1024, f.SE[k-1])

		perm := rand.New(rand.NewPCG(3, 4)).Perm(len(y))
		shuffled, sy := &Design{Names: d.Names}, make([]float64, len(y))
		for i, from := range perm {
			shuffled.X = append(shuffled.X, d.Row(from)...)
			sy[i] = y[from]
		}
		g = fit(shuffled, sy)
		for j := range k {
			close12(t, "permuted", g.Coef[j], f.Coef[j])
			close12(t, "permuted error", g.SE[j], f.SE[j])
		}

		wider := &Design{Names: append(append([]string(nil), d.Names...), "copy")}
		for i := range y {
			r := d.Row(i)
			wider.X = append(append(wider.X, r...), 3*r[1]-2)
		}
		g = fit(wider, y)
		if len(g.Dropped) != 1 || g.Dropped[0] != "copy" {
			t.Fatalf("dropped %v", g.Dropped)
		}
		for i := range y {
			eta, se := f.Linear(d.Row(i))
			eta2, se2 := g.Linear(wider.Row(i))
			close12(t, "prediction with a collinear column", eta2, eta)
			if math.Abs(se2-se) > 1e-9*se { // x'Vx cancels: columns have means 500 times their spread
				t.Fatalf("its error: got %v, want %v", se2, se)
			}
		}
	})
}

func close12(t *rapid.T, what string, got, want float64) {
	if !(math.Abs(got-want) <= 1e-12*math.Max(1, 10*math.Abs(want))) {
		t.Fatalf("%s: got %.16g, want %.16g", what, got, want)
	}
}

func TestScoreAndInformationAgainstFiniteDifferences(t *testing.T) {
	d, y := generated(300)
	d, y, o, err := Prepare(d, y, Options{})
	if err != nil {
		t.Fatal(err)
	}
	rows := inMemory(d, y, o)
	of := rows.measure()
	fr, err := newFrame(d.Names, of)
	if err != nil {
		t.Fatal(err)
	}
	m := &glm{law: logitLaw{}, d: rows, fr: fr, response: of.response, total: of.weight}
	m.chooseColumns()
	gamma := []float64{-0.3, 0.5, -1, 0.2, 0.7}
	p := m.at(gamma)
	score := fd.Gradient(nil, func(g []float64) float64 { return m.at(append([]float64(nil), g...)).loglik }, gamma, &fd.Settings{Formula: fd.Central})
	nearAll(t, "score", p.score, score, 1e-6)
	for a := range gamma {
		row := fd.Gradient(nil, func(g []float64) float64 { return m.at(append([]float64(nil), g...)).score[a] }, gamma, &fd.Settings{Formula: fd.Central})
		for b := range row {
			near(t, "information", -p.info.At(a, b), row[b], 1e-4)
		}
	}
}

func TestLogisticDoesNotDependOnThreads(t *testing.T) {
	d, y := generated(3*rowBlock + 77)
	cluster := groupsOf(len(y), 5)
	one := mustLogistic(t, d, y, Options{Cluster: cluster})
	for threads := 2; threads <= 5; threads++ {
		identical(t, one, mustLogistic(t, d, y, Options{Cluster: cluster, Threads: threads}))
	}
}

// identical compares every number of two fits bit by bit.
func identical(t *testing.T, a, b *Fit) {
	t.Helper()
	pairs := [][2][]float64{
		{a.Coef, b.Coef}, {a.SE, b.SE}, {a.Cov.RawSymmetric().Data, b.Cov.RawSymmetric().Data},
		{a.Robust.RawSymmetric().Data, b.Robust.RawSymmetric().Data},
		{{a.Deviance, a.NullDev, a.R2, a.Certificate.LogLik, a.Certificate.GradientNorm}, {b.Deviance, b.NullDev, b.R2, b.Certificate.LogLik, b.Certificate.GradientNorm}},
	}
	for _, p := range pairs {
		for j := range p[0] {
			if math.Float64bits(p[0][j]) != math.Float64bits(p[1][j]) {
				t.Fatalf("threads change %v to %v", p[0][j], p[1][j])
			}
		}
	}
}

// Intervals of 95 % must hold the truth in 95 % of samples: 600 samples give a Monte Carlo error of
// 0.9 points, and the limits below are 3.5 of them wide (with the small-sample bias of the
// logistic inside).
func TestCoverage(t *testing.T) {
	const samples, n = 600, 400
	truth := []float64{-0.7, 0.8, -0.5}
	rng := rand.New(rand.NewPCG(20, 26))
	var slopes, lines, probabilities, clustered int
	for range samples {
		d := &Design{Names: []string{"(intercept)", "a", "b"}}
		y, line, cluster := make([]float64, n), make([]float64, n), groupsOf(n, 4)
		var shared float64
		for i := range y {
			x := []float64{1, rng.NormFloat64(), float64(rng.IntN(2))}
			if i%4 == 0 {
				shared = rng.NormFloat64()
			}
			eta := truth[0] + truth[1]*x[1] + truth[2]*x[2]
			if rng.Float64() < num.Expit(eta) {
				y[i] = 1
			}
			line[i] = eta + shared + rng.NormFloat64()
			d.X = append(d.X, x...)
		}
		f := mustLogistic(t, d, y, Options{Threads: 2})
		slopes += count(math.Abs(f.Coef[1]-truth[1]) < 1.96*f.SE[1])
		p := f.Predict([]float64{1, 0.5, 1}, 0, num.ZLevel(0.95))
		want := num.Expit(truth[0] + 0.5*truth[1] + truth[2])
		probabilities += count(p.Low < want && want < p.High)
		g, err := LeastSquares(d, line, Options{Cluster: cluster})
		if err != nil {
			t.Fatal(err)
		}
		lines += count(math.Abs(g.Coef[1]-truth[1]) < 1.96*g.SE[1])
		clustered += count(math.Abs(g.Coef[0]-truth[0]) < 1.96*math.Sqrt(g.Robust.At(0, 0)))
	}
	for what, hits := range map[string]int{"logistic slope": slopes, "probability": probabilities, "line slope": lines, "clustered intercept": clustered} {
		if share := float64(hits) / samples; math.Abs(share-0.95) > 0.031 {
			t.Errorf("%s: coverage %.3f", what, share)
		}
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}
