package regress

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"mainstay/internal/num"

	"pgregory.net/rapid"
)

var foods = []string{"Fish", "Invertebrate", "Reptile", "Bird", "Other"}

// alligators is Agresti's table: what they eat, by size and lake, with counts.
func alligators(t *testing.T) (d *Design, y []int, counts []float64) {
	t.Helper()
	file, err := os.Open("testdata/ref/multinomial/alligators.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	d = &Design{Names: append([]string{"(Intercept)"}, rows[0][2:]...)}
	for _, row := range rows[1:] {
		food, _ := strconv.Atoi(row[0])
		n, _ := strconv.ParseFloat(row[1], 64)
		y, counts, d.X = append(y, food), append(counts, n), append(d.X, 1)
		for _, cell := range row[2:] {
			v, _ := strconv.ParseFloat(cell, 64)
			d.X = append(d.X, v)
		}
	}
	return d, y, counts
}

func readJSON(t *testing.T, name string, into any) {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func mustMultinomial(t testing.TB, d *Design, y []int, categories []string, o Options) *MultinomialFit {
	t.Helper()
	f, err := Multinomial(d, y, categories, o)
	if err != nil || !f.Certificate.Certified() {
		t.Fatalf("%v %+v", err, f)
	}
	return f
}

// Agresti's alligators in R's nnet and in statsmodels (testdata/ref/multinomial): counts as weights, and as rows; HC0 and
// clusters.
func TestMultinomialAgainstPeers(t *testing.T) {
	d, y, counts := alligators(t)
	var r struct {
		Coef, SE       [][]float64
		Deviance, Null float64
		Fitted         []float64
	}
	readJSON(t, "testdata/ref/multinomial/figures.json", &r)
	f := mustMultinomial(t, d, y, foods, Options{Weights: counts})
	k := len(d.Names)
	for c := range r.Coef {
		for j := range k {
			near(t, "coefficient "+d.Names[j], f.Coef[c*k+j], r.Coef[c][j], 2e-6) // nnet stops there
		}
	}
	near(t, "deviance", f.Deviance, r.Deviance, 1e-10*r.Deviance)
	near(t, "null deviance", f.NullDev, r.Null, 1e-9*r.Null)
	p, _ := f.Probabilities(d.Row(0))
	for c := range p {
		near(t, "probability of "+foods[c], p[c], r.Fitted[c], 1e-6)
	}
	chi2, df, tail := f.LikelihoodRatio()
	near(t, "likelihood ratio", chi2, r.Null-r.Deviance, 1e-6)
	if df != 16 || tail > 1e-6 || tail < 1e-9 {
		t.Errorf("df %d, p %v", df, tail)
	}

	var s struct {
		Group        []int32
		LLF          float64
		SE, HC0, CR1 []float64
		Params       [][]float64
	}
	readJSON(t, "testdata/ref/multinomial/robust.json", &s)
	rows, ry, cluster := &Design{Names: d.Names}, []int(nil), []int32(nil)
	for i, n := range counts {
		for range int(n) {
			rows.X, ry, cluster = append(rows.X, d.Row(i)...), append(ry, y[i]), append(cluster, s.Group[i])
		}
	}
	hc0 := mustMultinomial(t, rows, ry, foods, Options{HC: HC0})
	cr1 := mustMultinomial(t, rows, ry, foods, Options{Cluster: cluster, Threads: 2})
	near(t, "log-likelihood", hc0.Certificate.LogLik, s.LLF, 1e-10*math.Abs(s.LLF))
	for a := range s.SE {
		near(t, "coefficient", hc0.Coef[a], s.Params[a/k][a%k], 1e-9)
		near(t, "se", f.SE[a], s.SE[a], 1e-8)
		near(t, "HC0", hc0.StandardErrors()[a], s.HC0[a], 1e-8)
		near(t, "CR1", cr1.StandardErrors()[a], s.CR1[a], 1e-8)
	}
}

// With two categories it is the logistic regression.
func TestMultinomialOfTwo(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	d, y, yes := &Design{Names: []string{"(Intercept)", "x", "2x"}}, []int(nil), []float64(nil)
	var cluster []int32
	for i := range 6000 {
		x := 50 + 10*rng.NormFloat64()
		won := 0
		if rng.Float64() < num.Expit(0.1*(x-50)) {
			won = 1
		}
		d.X, y, yes, cluster = append(d.X, 1, x, 2*x), append(y, won), append(yes, float64(won)), append(cluster, int32(i/3))
	}
	f := mustMultinomial(t, d, y, []string{"no", "yes"}, Options{Cluster: cluster})
	l, err := Logistic(d, yes, Options{Cluster: cluster})
	if err != nil {
		t.Fatal(err)
	}
	for j := range d.Names {
		near(t, "coefficient", f.Coef[j], l.Coef[j], 1e-9)
		near(t, "se", f.SE[j], l.SE[j], 1e-9)
		near(t, "clustered se", f.StandardErrors()[j], l.StandardErrors()[j], 1e-9)
	}
	near(t, "deviance", f.Deviance, l.Deviance, 1e-7)
	near(t, "null deviance", f.NullDev, l.NullDev, 1e-7)
	if !slices.Equal(f.Dropped, []string{"2x"}) || f.DF != l.DF {
		t.Errorf("%+v", f)
	}
	p, se := f.Probabilities([]float64{1, 60, 120})
	eta, s := l.Linear([]float64{1, 60, 120})
	near(t, "probability", p[1], num.Expit(eta), 1e-9)
	near(t, "its se", se[1], s*p[1]*p[0], 1e-9)
}

// moves draws one of three categories with linear predictors 0, 1 + x, −z.
func moves(rng *rand.Rand, n int) (*Design, []int) {
	d, y := &Design{Names: []string{"(Intercept)", "x", "z"}}, []int(nil)
	for range n {
		x, z := rng.NormFloat64(), 3*rng.Float64()
		p := []float64{0, 0.5 + x, -z}
		softmax(p)
		u, c := rng.Float64(), 0
		for u > p[c] && c < 2 {
			u -= p[c]
			c++
		}
		d.X, y = append(d.X, 1, x, z), append(y, c)
	}
	return d, y
}

// Gradient and information are those of the likelihood.
func TestMultinomialDerivatives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 5))
		d, y := moves(rng, 200)
		response := make([]float64, len(y))
		weights := make([]float64, len(y))
		for i, c := range y {
			response[i], weights[i] = float64(c), 0.5+rng.Float64()
		}
		m, err := newMultilogit(d, response, 3, Options{Weights: weights, Threads: 1})
		if err != nil || m.empty() >= 0 {
			t.Skip()
		}
		m.chooseColumns()
		gamma := make([]float64, 6)
		for j := range gamma {
			gamma[j] = rng.NormFloat64()
		}
		at := m.at(gamma)
		for j := range gamma {
			const h = 1e-5
			up, down := slices.Clone(gamma), slices.Clone(gamma)
			up[j], down[j] = up[j]+h, down[j]-h
			a, b := m.at(up), m.at(down)
			if slope := (a.loglik - b.loglik) / (2 * h); math.Abs(slope-at.score[j]) > 1e-5*(1+math.Abs(slope)) {
				t.Fatalf("score %v, difference %v", at.score[j], slope)
			}
			for c := range gamma {
				if bend := (b.score[c] - a.score[c]) / (2 * h); math.Abs(bend-at.info.At(j, c)) > 1e-5*(1+math.Abs(bend)) {
					t.Fatalf("information %v, difference %v", at.info.At(j, c), bend)
				}
			}
		}
	})
}

// Intervals of probabilities hold the truth as often as they say; threads and the base change nothing.
func TestMultinomialRecovery(t *testing.T) {
	runs, held := 200, 0
	if testing.Short() {
		runs = 80
	}
	truth := []float64{0, 0.5 + 1, -1}
	softmax(truth)
	for run := range runs {
		d, y := moves(rand.New(rand.NewPCG(uint64(run), 6)), 600)
		f := mustMultinomial(t, d, y, []string{"stay", "up", "down"}, Options{})
		p, se := f.Probabilities([]float64{1, 1, 1})
		if math.Abs(p[1]-truth[1]) <= 1.96*se[1] {
			held++
		}
		if run > 0 {
			continue
		}
		turned := make([]int, len(y))
		for i, c := range y {
			turned[i] = 2 - c
		}
		g := mustMultinomial(t, d, turned, []string{"down", "up", "stay"}, Options{Threads: 2})
		q, qse := g.Probabilities([]float64{1, 1, 1})
		for c := range 3 {
			near(t, "probability", q[2-c], p[c], 1e-9)
			near(t, "its error", qse[2-c], se[c], 1e-9)
		}
	}
	if share := float64(held) / float64(runs); share < 0.90 || share > 0.99 {
		t.Errorf("a 95 %% interval holds the probability in %.1f %%", 100*share)
	}
}

// A column that predicts a category without error, alone or with others, is found and named; so is a category nobody is in.
func TestMultinomialSeparation(t *testing.T) {
	d, y := moves(rand.New(rand.NewPCG(8, 8)), 500)
	for i := range y {
		d.X[i*3+2] = math.Abs(d.X[i*3+2])
		if y[i] == 2 {
			d.X[i*3+2] = -1 - d.X[i*3+2]
		}
	}
	f, err := Multinomial(d, y, []string{"a", "b", "c"}, Options{})
	if err != nil || f.Certificate.Certified() || f.Certificate.Warnings[0].Code != num.WarnSeparation || !slices.Equal(f.Separating, []string{"z"}) {
		t.Errorf("%v %+v", err, f)
	}
	for i := range y { // a level in which nobody is of category 2
		d.X[i*3+2] = float64(i % 2)
		if d.X[i*3+2] == 1 && y[i] == 2 {
			y[i] = 1
		}
	}
	f, err = Multinomial(d, y, []string{"a", "b", "c"}, Options{})
	if err != nil || f.Certificate.Certified() || f.Certificate.Warnings[0].Code != num.WarnSeparation || !slices.Equal(f.Separating, []string{"z"}) {
		t.Errorf("%v %+v", err, f)
	}
	f, err = Multinomial(d, y, []string{"a", "b", "c", "nobody"}, Options{})
	if err != nil || f.Certificate.Certified() || f.Certificate.Warnings[0].Code != num.WarnTooFew {
		t.Errorf("%v %+v", err, f)
	}
	if p, _ := f.Probabilities(d.Row(0)); !math.IsNaN(p[0]) {
		t.Error("a refused fit predicts")
	}
}

func TestMultinomialErrors(t *testing.T) {
	d, y := moves(rand.New(rand.NewPCG(1, 2)), 50)
	names := []string{"a", "b", "c"}
	for _, o := range []Options{{Offset: make([]float64, 50)}, {HC: HC3}, {Weights: make([]float64, 3)}} {
		if _, err := Multinomial(d, y, names, o); err == nil {
			t.Errorf("%+v: no error", o)
		}
	}
	if _, err := Multinomial(d, y, names[:2], Options{}); err == nil {
		t.Error("category 2 of 2")
	}
	if _, err := Multinomial(d, y, names[:1], Options{}); err == nil {
		t.Error("one category")
	}
	many := &Design{Names: []string{"(Intercept)"}, X: make([]float64, 150_000)}
	for categories, fits := range map[int]bool{1000: true, 4000: false, 5000: false} {
		if err := checkSize(many, categories, Options{}); (err == nil) != fits {
			t.Errorf("%d categories: %v", categories, err)
		}
	}
}

// BenchmarkMultinomial is 200,000 rows, three categories, ten columns.
func BenchmarkMultinomial(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	small, y := moves(rng, 200_000)
	d := &Design{}
	for j := range 10 {
		d.Names = append(d.Names, string(rune('a'+j)))
	}
	for i := range y {
		d.X = append(d.X, small.Row(i)...)
		for range 7 {
			d.X = append(d.X, rng.NormFloat64())
		}
	}
	for b.Loop() {
		mustMultinomial(b, d, y, []string{"a", "b", "c"}, Options{Threads: 2})
	}
}
