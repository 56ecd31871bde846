package regress

import (
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"mainstay/internal/num"

	"pgregory.net/rapid"
)

func mustFirthMultinomial(t testing.TB, d *Design, y []int, categories []string, o Options, level float64) *MultinomialFit {
	t.Helper()
	f, err := FirthMultinomial(d, y, categories, o, level)
	if err != nil || !f.Certificate.Certified() {
		t.Fatalf("%v %+v", err, f)
	}
	return f
}

// neverC are rows of a constant, a flag and a number; with the flag nobody is of category c.
func neverC() (d *Design, y []int, weights []float64) {
	d = &Design{Names: []string{"(Intercept)", "flag", "v"}}
	for _, cell := range [][]int{{0, 0, 20, 6, 2}, {0, 1, 15, 8, 4}, {0, 2, 12, 9, 3}, {0, 3, 6, 10, 9}, {1, 0, 5, 3, 0}, {1, 2, 4, 6, 0}} {
		for c, n := range cell[2:] {
			d.X = append(d.X, 1, float64(cell[0]), float64(cell[1]))
			y, weights = append(y, c), append(weights, float64(n))
		}
	}
	return d, y, weights
}

// R's brglm2 on Agresti's alligators and on a table with an empty cell, of which the penalised likelihood was maximised and profiled by itself, too
// (testdata/ref/multinomial/firth.R).
func TestFirthMultinomialAgainstR(t *testing.T) {
	var r map[string]struct {
		Coef, Own, SE, Low, High, Chi []float64
		LogLik, Null                  float64
	}
	readJSON(t, "testdata/ref/multinomial/firth.json", &r)
	d, y, counts := alligators(t)
	f := mustFirthMultinomial(t, d, y, foods, Options{Weights: counts}, 0)
	for i := range f.Coef {
		near(t, "alligators: coefficient", f.Coef[i], r["alligators"].Coef[i], 1e-8)
		near(t, "alligators: se", f.SE[i], r["alligators"].SE[i], 1e-7)
	}
	d, y, counts = neverC()
	f, want := mustFirthMultinomial(t, d, y, []string{"a", "b", "c"}, Options{Weights: counts}, .95), r["cells"]
	for i := range f.Coef {
		near(t, "coefficient", f.Coef[i], want.Coef[i], 1e-8)
		near(t, "own coefficient", f.Coef[i], want.Own[i], 1e-7)
		near(t, "se", f.SE[i], want.SE[i], 1e-7)
		near(t, "low", f.Profiles[i].Low, want.Low[i], 2e-7)
		near(t, "high", f.Profiles[i].High, want.High[i], 2e-7)
		near(t, "χ²", f.Profiles[i].ChiSquare, want.Chi[i], 1e-8)
	}
	near(t, "log L*", f.Certificate.LogLik, want.LogLik, 1e-9)
	near(t, "null", f.NullLik, want.Null, 1e-9)
	if chi2, df, p := f.LikelihoodRatio(); df != 4 || math.Abs(chi2-2*(want.LogLik-want.Null)) > 1e-8 || !(p < .01) {
		t.Errorf("test %v, df %d, p %v", chi2, df, p)
	}
}

// With two categories it is the binary regression, of the literature's examples.
func TestFirthMultinomialOfTwo(t *testing.T) {
	for _, name := range []string{"endometrial", "sex2"} {
		d, y, w := firthTable(t, "testdata/ref/firth/endometrial.csv", "HG", "")
		if name == "sex2" {
			d, y, w = firthTable(t, "published/sex2.csv", "case", "count")
		}
		codes := make([]int, len(y))
		for i, v := range y {
			codes[i] = int(v)
		}
		two, one := mustFirth(t, d, y, Options{Weights: w}, .95, RawMean), mustFirthMultinomial(t, d, codes, []string{"no", "yes"}, Options{Weights: w, Threads: 2}, .95)
		for i, p := range one.Profiles {
			for k, pair := range [][2]float64{{one.Coef[i], two.Coef[i]}, {one.SE[i], two.SE[i]}, {p.Low, two.Profiles[i].Low}, {p.High, two.Profiles[i].High}, {p.P, two.Profiles[i].P}} {
				near(t, name+" "+[]string{"coefficient", "se", "low", "high", "p"}[k], pair[0], pair[1], 1e-12*(1+math.Abs(pair[1]))) // they start elsewhere, by rounding
			}
		}
		chi2, df, _ := one.LikelihoodRatio()
		near(t, name+" test", chi2, two.Test, 1e-11)
		near(t, name+" log L*", one.Certificate.LogLik, two.Certificate.LogLik, 1e-11)
		if df != two.TestDF {
			t.Errorf("%s: df %d", name, df)
		}
	}
}

// book is a small table of three categories that a flag and a number go with, or settle.
func book(t *rapid.T) (d *Design, y []int) {
	n := rapid.IntRange(9, 40).Draw(t, "rows")
	d = &Design{Names: []string{"(Intercept)", "flag", "rare", "number"}}
	settled := rapid.IntRange(0, 3).Draw(t, "settled")
	for i := range n {
		flag, rare, v := float64(rapid.IntRange(0, 1).Draw(t, "flag")), 0., rapid.Float64Range(-2, 2).Draw(t, "number")
		if i < 2 {
			rare = 1
		}
		c := rapid.IntRange(0, 2).Draw(t, "y")
		if i < 3 {
			c = i
		}
		switch settled {
		case 1:
			v = float64(c)
		case 2:
			v += 10 * float64(c)
		case 3:
			flag = float64(min(c, 1))
		}
		d.X, y = append(d.X, 1, flag, rare, v), append(y, c)
	}
	return d, y
}

// Of any small book of more rows than coefficients, separated or not, there is a maximum; intervals hold it.
func TestFirthMultinomialOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, y := book(t)
		f, err := FirthMultinomial(d, y, []string{"a", "b", "c"}, Options{}, .95)
		if err != nil {
			t.Fatal(err)
		}
		if len(y) <= 2*f.Rank {
			if f.Certificate.Certified() {
				t.Fatalf("%d rows: %+v", len(y), f.Certificate)
			}
			return
		}
		if !f.Certificate.Certified() {
			t.Fatalf("%+v", f.Certificate)
		}
		for i, p := range f.Profiles {
			if f.SE[i] > 0 && !(p.Low < f.Coef[i] && f.Coef[i] < p.High && !math.IsInf(p.Low, 0) && !math.IsInf(p.High, 0) && p.P >= 0 && p.P <= 1) {
				t.Fatalf("%v: %+v", f.Coef[i], p)
			}
		}
		for i := range y {
			p, se := f.Probabilities(d.Row(i))
			for c := range p {
				if !(p[c] > 0 && p[c] < 1 && se[c] > 0) {
					t.Fatalf("row %d: %v, %v", i, p, se)
				}
			}
			if math.Abs(num.Sum(p)-1) > 1e-12 {
				t.Fatalf("row %d: %v", i, p)
			}
		}
	})
}

// separated draws a small book in which a flag, a number or nothing settles the category.
func separated(rng *rand.Rand) (d *Design, y []int) {
	d = &Design{Names: []string{"(Intercept)", "flag", "number"}}
	settled := rng.IntN(3)
	for i := range 12 + rng.IntN(30) {
		flag, v, c := float64(rng.IntN(2)), rng.NormFloat64(), rng.IntN(3)
		if i < 3 {
			c = i
		}
		switch settled {
		case 1:
			v += 5 * float64(c)
		case 2:
			flag = float64(min(c, 1))
		}
		d.X, y = append(d.X, 1, flag, v), append(y, c)
	}
	return d, y
}

// What is predicted does not hang on the base, on the order of categories, on which level is compared with which, nor on units; threads change nothing.
func TestFirthMultinomialInvariance(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	for range 80 {
		d, y := separated(rng)
		f := mustFirthMultinomial(t, d, y, []string{"a", "b", "c"}, Options{}, 0)
		turned, recoded := make([]int, len(y)), &Design{Names: d.Names, X: slices.Clone(d.X)}
		for i, c := range y {
			turned[i] = (c + 1) % 3
			recoded.X[3*i+1] = 1 - d.X[3*i+1]
			recoded.X[3*i+2] = 100 - 7*d.X[3*i+2]
		}
		g := mustFirthMultinomial(t, recoded, turned, []string{"c", "a", "b"}, Options{Threads: 3}, 0)
		near(t, "log L*", g.Certificate.LogLik-2*math.Log(7), f.Certificate.LogLik, 1e-8)
		near(t, "test", g.Certificate.LogLik-g.NullLik, f.Certificate.LogLik-f.NullLik, 1e-8)
		for i := range y {
			p, _ := f.Probabilities(d.Row(i))
			q, _ := g.Probabilities(recoded.Row(i))
			for c := range p {
				near(t, "probability", q[(c+1)%3], p[c], 1e-7)
			}
		}
	}
}

func TestFirthMultinomialRefuses(t *testing.T) {
	d, y := moves(rand.New(rand.NewPCG(1, 2)), 50)
	names := []string{"a", "b", "c"}
	for _, bad := range []struct {
		o     Options
		level float64
	}{{Options{HC: HC1}, .95}, {Options{Cluster: make([]int32, 50)}, .95}, {Options{}, 1}, {Options{}, -.5}, {Options{Offset: make([]float64, 50)}, .5}} {
		if _, err := FirthMultinomial(d, y, names, bad.o, bad.level); err == nil {
			t.Errorf("%+v: no error", bad)
		}
	}
	if f, err := FirthMultinomial(d, y, append(names, "nobody"), Options{}, .95); err != nil || f.Certificate.Certified() || f.Certificate.Warnings[0].Code != num.WarnTooFew || f.Profiles != nil {
		t.Errorf("%v %+v", err, f)
	}
	p := &penal{n: 10, k: 101, slopes: 2}
	if err := p.checkSize(); err == nil {
		t.Error("202 coefficients")
	}
	if p = (&penal{n: 100_000, k: 30, slopes: 2}); p.checkSize() != nil {
		t.Error("60 coefficients on 100,000 different rows")
	}
}

// Small books of three categories, a rare flag and a number, most of them separated: intervals of the profile hold the truth as often as they say, slopes lean nowhere, and
// where nothing matters the test of all says so as rarely as it should.
func TestFirthMultinomialSmallBooks(t *testing.T) {
	runs := 150
	if testing.Short() {
		runs = 40
	}
	if n, err := strconv.Atoi(os.Getenv("MAINSTAY_BOOKS")); err == nil {
		runs = n
	}
	truth := []float64{-1, -.8, .6, -2, -1, -.8} // by category: constant, flag, number
	names := []string{"a", "b", "c"}
	separated, rejected, used := 0, 0, 0
	held, sums, chance := make([]int, 6), make([]float64, 6), 0
	for run := range runs {
		rng := rand.New(rand.NewPCG(uint64(run), 21))
		d, y, noise := &Design{Names: []string{"(Intercept)", "flag", "number"}}, []int(nil), []int(nil)
		draw := func(p []float64) int {
			u, c := rng.Float64(), 0
			for u > p[c] && c < 2 {
				u -= p[c]
				c++
			}
			return c
		}
		chances := func(x []float64) []float64 {
			p := []float64{0, truth[0] + truth[1]*x[1] + truth[2]*x[2], truth[3] + truth[4]*x[1] + truth[5]*x[2]}
			softmax(p)
			return p
		}
		for range 60 {
			x := []float64{1, math.Floor(rng.Float64() + .2), rng.NormFloat64()}
			d.X, y, noise = append(d.X, x...), append(y, draw(chances(x))), append(noise, draw([]float64{.7, .2, .1}))
		}
		f, err := FirthMultinomial(d, y, names, Options{}, .95)
		if err != nil {
			t.Fatal(err)
		}
		if !f.Certificate.Certified() { // a category was not drawn
			continue
		}
		used++
		if ml, _ := Multinomial(d, y, names, Options{}); !ml.Certificate.Certified() {
			separated++
		}
		for i, p := range f.Profiles {
			if sums[i] += f.Coef[i]; p.Low <= truth[i] && truth[i] <= p.High {
				held[i]++
			}
		}
		x := []float64{1, 1, 0} // where events are rarest: its chance of c, on the scale of the logit
		p, se := f.Probabilities(x)
		if math.Abs(math.Log(p[2]/(1-p[2]))-math.Log(chances(x)[2]/(1-chances(x)[2]))) <= 1.96*se[2]/p[2]/(1-p[2]) {
			chance++
		}
		if g, _ := FirthMultinomial(d, noise, names, Options{}, 0); g.Certificate.Certified() {
			if _, _, p := g.LikelihoodRatio(); p < .05 {
				rejected++
			}
		}
	}
	share := func(n int) float64 { return float64(n) / float64(used) }
	t.Logf("%d books, %.1f %% separated; nothing matters at 5 %% in %.1f %%; an interval of the rarest chance holds it in %.1f %%", used, 100*share(separated), 100*share(rejected), 100*share(chance))
	for i := range held {
		t.Logf("coefficient %d: held in %.1f %%, mean %.3f of %.1f", i, 100*share(held[i]), sums[i]/float64(used), truth[i])
		if h := share(held[i]); h < .9 || math.Abs(sums[i]/float64(used)-truth[i]) > .55 {
			t.Error("out of line")
		}
	}
	if separated < used/10 || share(rejected) > .12 || share(chance) < .9 {
		t.Error("out of line")
	}
}
