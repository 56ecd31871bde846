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
	_ "mainstay/internal/seeded"

	"pgregory.net/rapid"
)

// firthTable reads a table of numbers: the response, weights ("" = 1) and the other columns.
func firthTable(t *testing.T, name, response, weight string) (d *Design, y, w []float64) {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	d = &Design{Names: []string{"(Intercept)"}}
	for i, row := range rows {
		if i > 0 {
			d.X = append(d.X, 1)
		}
		for j, cell := range row {
			v, _ := strconv.ParseFloat(cell, 64)
			switch {
			case rows[0][j] == response && i > 0:
				y = append(y, v)
			case rows[0][j] == weight && i > 0:
				w = append(w, v)
			case rows[0][j] == response || rows[0][j] == weight:
			case i == 0:
				d.Names = append(d.Names, cell)
			default:
				d.X = append(d.X, v)
			}
		}
	}
	return d, y, w
}

func mustFirth(t testing.TB, d *Design, y []float64, o Options, level float64, mean Mean) *FirthFit {
	t.Helper()
	f, err := Firth(d, y, o, level, mean)
	if err != nil || !f.Certificate.Certified() {
		t.Fatalf("%v %+v", err, f)
	}
	return f
}

// The figures of the literature's two examples, in 40 digits (testdata/ref/firth/figures.py).
func TestFirthAgainstFigures(t *testing.T) {
	raw, err := os.ReadFile("testdata/ref/firth/figures.json")
	if err != nil {
		t.Fatal(err)
	}
	var figures map[string]struct {
		Coef, SE, Low, High, Chi, Flac []float64
		FlacSE                         []float64 `json:"flac_se"`
		LogLik, Plain, Null, Flic      float64
	}
	if err := json.Unmarshal(raw, &figures); err != nil {
		t.Fatal(err)
	}
	for name, want := range figures {
		d, y, _ := firthTable(t, "testdata/ref/firth/endometrial.csv", "HG", "")
		o := Options{}
		switch name {
		case "sex2":
			d, y, o.Weights = firthTable(t, "published/sex2.csv", "case", "count")
		case "weights and offset":
			for i := range y {
				o.Weights, o.Offset = append(o.Weights, float64(1+i%3)), append(o.Offset, float64(i%5-2)/4)
			}
		}
		f := mustFirth(t, d, y, o, 0.95, RawMean)
		for j, n := range d.Names {
			p := f.Profiles[j]
			for k, pair := range [][2]float64{{f.Coef[j], want.Coef[j]}, {f.SE[j], want.SE[j]}, {p.Low, want.Low[j]}, {p.High, want.High[j]}, {p.ChiSquare, want.Chi[j]}} {
				near(t, name+" "+n+" "+[]string{"estimate", "se", "low", "high", "χ²"}[k], pair[0], pair[1], 2e-8*max(1, math.Abs(pair[1])))
			}
		}
		near(t, name+" log L*", f.Certificate.LogLik, want.LogLik, 1e-9*math.Abs(want.LogLik))
		near(t, name+" log L", -f.Deviance/2, want.Plain, 1e-9*math.Abs(want.Plain))
		near(t, name+" null", f.NullLik, want.Null, 1e-9*math.Abs(want.Null))
		near(t, name+" test", f.Test, 2*(want.LogLik-want.Null), 1e-7)
		flic, flac := mustFirth(t, d, y, o, 0.95, FLIC), mustFirth(t, d, y, o, 0.95, FLAC)
		near(t, name+" FLIC", flic.Coef[0], want.Flic, 1e-8)
		for j := range d.Names {
			near(t, name+" FLAC", flac.Coef[j], want.Flac[j], 2e-8)
			near(t, name+" FLAC se", flac.SE[j], want.FlacSE[j], 2e-8)
			if j > 0 && (flic.Coef[j] != f.Coef[j] || flic.Profiles[j] != f.Profiles[j]) {
				t.Errorf("%s: FLIC moved a slope", name)
			}
		}
		for _, c := range []*FirthFit{flic, flac} {
			near(t, name+" mean of "+c.Mean.String(), excess(d, y, o, &c.Fit), 0, 1e-7)
		}
		t.Logf("%s: %d iterations", name, f.Certificate.Iterations)
	}
}

// excess is the weighted mean of y − p.
func excess(d *Design, y []float64, o Options, f *Fit) float64 {
	var sum, total num.Adder
	rows := Rows{Weights: o.Weights, Offset: o.Offset}
	for i := range y {
		eta := rows.offset(i)
		for j, v := range d.Row(i) {
			eta += v * f.Coef[j]
		}
		sum.Add(rows.weight(i) * (y[i] - num.Expit(eta)))
		total.Add(rows.weight(i))
	}
	return sum.Sum() / total.Sum()
}

// The score* is the gradient of log L*, and the curvature that of the score*.
func TestFirthGradient(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(8, 30).Draw(t, "n")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		categories := rapid.IntRange(2, 4).Draw(t, "categories")
		p := &penal{k: 3, slopes: categories - 1, penalised: rapid.Bool().Draw(t, "penalised"), total: float64(n)}
		for i := range n {
			count := make([]float64, categories)
			count[i%categories] = 0.5 + rng.Float64()
			count[rng.IntN(categories)] += rng.Float64()
			p.add([]float64{1, rng.NormFloat64(), rng.NormFloat64()}, rng.NormFloat64(), true, count...)
		}
		gamma := make([]float64, p.size())
		for j := range gamma {
			gamma[j] = rng.NormFloat64()
		}
		at := p.at(gamma)
		at.observed = p.curvature(at)
		for j := range gamma {
			const h = 1e-5
			up, down := slices.Clone(gamma), slices.Clone(gamma)
			up[j], down[j] = up[j]+h, down[j]-h
			if slope := (p.at(up).loglik - p.at(down).loglik) / (2 * h); math.Abs(slope-at.score[j]) > 1e-6*(1+math.Abs(slope)) {
				t.Fatalf("score* %v, difference %v", at.score[j], slope)
			}
			for c := range gamma {
				if bend := (p.at(down).score[c] - p.at(up).score[c]) / (2 * h); math.Abs(bend-at.observed.At(j, c)) > 1e-6*(1+math.Abs(bend)) {
					t.Fatalf("curvature %v, difference %v", at.observed.At(j, c), bend)
				}
			}
		}
	})
}

// smallBook is fifty accounts with about four losses: complaints go with losses, a contract nearly rules them out.
func smallBook(rng *rand.Rand, slope float64) (*Design, []float64) {
	d := &Design{Names: []string{"(Intercept)", "complaints", "contract"}}
	var y []float64
	for range 50 {
		x, contract := rng.NormFloat64(), math.Round(rng.Float64())
		d.X = append(d.X, 1, x, contract)
		lost := 0.0
		if rng.Float64() < num.Expit(-2.5+slope*x-0.8*contract) {
			lost = 1
		}
		y = append(y, lost)
	}
	return d, y
}

// Fifty accounts and a handful of losses, often separated: intervals of the profile hold the truth as often as they say,
// and the estimate leans nowhere, where maximum likelihood has none or one that is far off.
func TestFirthSmallBooks(t *testing.T) {
	runs := 400
	if testing.Short() {
		runs = 150
	}
	held, separated, used := 0, 0, 0
	var slopes []float64
	for run := range runs {
		d, y := smallBook(rand.New(rand.NewPCG(uint64(run), 7)), 1)
		f, err := Firth(d, y, Options{}, 0.95, RawMean)
		if err != nil {
			t.Fatal(err)
		}
		if !f.Certificate.Certified() {
			if num.Sum(y) > 0 {
				t.Errorf("run %d: %+v", run, f.Certificate)
			}
			continue
		}
		ml, _ := Logistic(d, y, Options{})
		if !ml.Certificate.Certified() {
			separated++
		}
		used++
		if p := f.Profiles[1]; p.Low <= 1 && 1 <= p.High {
			held++
		}
		slopes = append(slopes, f.Coef[1])
	}
	cover, centre := float64(held)/float64(used), num.Mean(slopes)
	t.Logf("%d books, %d of them separated: intervals hold the slope in %.1f %%, mean slope %.3f of 1", used, separated, 100*cover, centre)
	if cover < 0.92 || cover > 0.99 || math.Abs(centre-1) > 0.15 || separated < used/10 {
		t.Error("out of line")
	}
}

// A column that separates the classes completely has a finite estimate and an interval that says how little is known.
func TestFirthSeparated(t *testing.T) {
	d, y := &Design{Names: []string{"(Intercept)", "late"}}, []float64(nil)
	for i := range 50 {
		lost := 0.0
		if i < 4 {
			lost = 1
		}
		d.X, y = append(d.X, 1, lost), append(y, lost)
	}
	f := mustFirth(t, d, y, Options{}, 0.95, FLIC)
	// a saturated table: ½ is added to each of the cells 4, 0, 0, 46 (Agresti & Yang 1987; Heinze & Schemper 2002, §2)
	near(t, "log odds ratio", f.Coef[1], math.Log(4.5*46.5/(0.5*0.5)), 1e-7)
	p := f.Profiles[1]
	if !(p.Low > 2 && p.High > 10 && p.High-f.Coef[1] > f.Coef[1]-p.Low) || p.P > 1e-5 {
		t.Errorf("%+v of %v", p, f.Coef[1])
	}
	if got := excess(d, y, Options{}, &f.Fit); math.Abs(got) > 1e-9 {
		t.Errorf("mean off by %v", got)
	}
}

// Frequencies are rows, units do not matter, threads change nothing.
func TestFirthProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 3))
		d, y := smallBook(rng, 1)
		y[0], y[1] = 0, 1
		o := Options{Threads: 1}
		twice, y2 := &Design{Names: d.Names}, []float64(nil)
		for i := range y {
			w := float64(1 + rng.IntN(2))
			o.Weights = append(o.Weights, w)
			for range int(w) {
				twice.X, y2 = append(twice.X, d.Row(i)...), append(y2, y[i])
			}
		}
		a, err := Firth(d, y, o, 0.9, FLAC)
		if err != nil || !a.Certificate.Certified() {
			t.Fatal(err, a)
		}
		b, _ := Firth(twice, y2, Options{Threads: 3}, 0.9, FLAC)
		scaled := &Design{Names: d.Names, X: slices.Clone(d.X)}
		for i := range y {
			scaled.X[i*3+1] = 1e6 + 1000*d.X[i*3+1]
		}
		o.Threads = 2
		c, _ := Firth(scaled, y, o, 0.9, FLAC)
		for j := range d.Names {
			unit := []float64{1, 1, 1}[j]
			if math.Abs(a.Coef[j]-b.Coef[j]) > 1e-7*(1+math.Abs(a.Coef[j])) || math.Abs(a.Profiles[j].High-b.Profiles[j].High) > 1e-6*(1+math.Abs(b.Profiles[j].High)) {
				t.Fatalf("%v %v", a, b)
			}
			if j == 1 {
				unit = 1000
			}
			if j > 0 && (math.Abs(a.Coef[j]-unit*c.Coef[j]) > 1e-6*(1+math.Abs(a.Coef[j])) || math.Abs(a.Profiles[j].Low-unit*c.Profiles[j].Low) > 1e-6*(1+math.Abs(a.Profiles[j].Low))) {
				t.Fatalf("%v %v", a, c)
			}
		}
	})
}

func TestFirthRefuses(t *testing.T) {
	d, y := smallBook(rand.New(rand.NewPCG(1, 1)), 1)
	f, err := Firth(d, make([]float64, 50), Options{}, 0.95, RawMean)
	if err != nil || f.Certificate.Certified() || f.Certificate.Warnings[0].Code != num.WarnTooFew {
		t.Errorf("%v %+v", err, f)
	}
	for _, bad := range []struct {
		o     Options
		level float64
	}{{Options{HC: HC1}, 0.95}, {Options{Cluster: make([]int32, 50)}, 0.95}, {Options{}, 1}, {Options{}, -0.5}} {
		if _, err := Firth(d, y, bad.o, bad.level, RawMean); err == nil {
			t.Errorf("%+v: no error", bad)
		}
	}
	noConstant := &Design{Names: []string{"x"}, X: d.X[:50]}
	if _, err := Firth(noConstant, y, Options{}, 0.95, FLIC); err == nil {
		t.Error("FLIC without an intercept")
	}
}
