package penalised

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mainstay/internal/num"
	_ "mainstay/internal/seeded"
	"mainstay/regress"

	"gonum.org/v1/gonum/floats"
	"pgregory.net/rapid"
)

var familyNames = []string{"gaussian", "binomial", "poisson"}

func mustFit(t interface{ Fatal(...any) }, d *regress.Design, y []float64, o Options) *Path {
	p, err := Fit(d, y, o)
	if err != nil {
		t.Fatal(err)
	}
	if !p.Certificate.Certified() {
		t.Fatal(p.Certificate)
	}
	return p
}

func samePath(t interface{ Fatalf(string, ...any) }, a, b *Path) {
	if len(a.Lambda) != len(b.Lambda) {
		t.Fatalf("%d lambdas, %d", len(a.Lambda), len(b.Lambda))
	}
	for k := range a.Lambda {
		for j := range a.Names {
			if math.Float64bits(a.Coef[k][j]) != math.Float64bits(b.Coef[k][j]) {
				t.Fatalf("λ %d, %s: %v, %v", k, a.Names[j], a.Coef[k][j], b.Coef[k][j])
			}
		}
	}
}

func TestPathDoesNotDependOnThreads(t *testing.T) {
	for _, family := range familyNames {
		d, y := simulated(9000, 6, family)
		o := Options{Family: family, Alpha: 0.8, Count: 12, Threads: 1}
		one := mustFit(t, d, y, o)
		for o.Threads = 2; o.Threads < 5; o.Threads++ {
			samePath(t, one, mustFit(t, d, y, o))
		}
	}
}

func TestPathProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		family := rapid.SampledFrom(familyNames).Draw(t, "family")
		n, k := rapid.IntRange(30, 300).Draw(t, "rows"), rapid.IntRange(2, 40).Draw(t, "columns")
		d, y := simulated(n, k, family)
		o := Options{Family: family, Alpha: rapid.SampledFrom([]float64{0, 0.1, 0.5, 1}).Draw(t, "alpha"), Count: 15, Threads: 2}
		if slices.Min(y) == slices.Max(y) {
			return
		}
		p := mustFit(t, d, y, o)
		if o.Alpha > 0 && p.NonZero[0] != 0 {
			t.Fatalf("%d coefficients at the beginning of the path", p.NonZero[0])
		}
		for i := 1; i < len(p.Lambda); i++ {
			if p.Deviance[i] > p.Deviance[i-1]*(1+1e-9) {
				t.Fatalf("deviance grows from %v to %v as λ falls to %v", p.Deviance[i-1], p.Deviance[i], p.Lambda[i])
			}
			if !(p.KKT[i] <= kktLimit) {
				t.Fatalf("violation %v", p.KKT[i])
			}
		}
		// Units of a column change its coefficient alone; rows of weight 0, and twice the weight, change nothing.
		other := &regress.Design{Names: d.Names}
		for i := range y {
			row := slices.Clone(d.Row(i))
			row[1] = row[1]*100 + 7
			other.X = append(other.X, row...)
		}
		other.X = append(other.X, other.Row(0)...)
		same := o
		same.Lambda = p.Lambda
		for range y {
			same.Weights = append(same.Weights, 2)
		}
		same.Weights = append(same.Weights, 0)
		q := mustFit(t, other, append(slices.Clone(y), 1), same)
		for i := range p.Lambda {
			for j := 1; j <= k; j++ {
				want := p.Coef[i][j]
				if j == 1 {
					want /= 100
				}
				if math.Abs(q.Coef[i][j]-want) > 1e-6*(1+math.Abs(want)) {
					t.Fatalf("λ %d, column %d: %v, want %v", i, j, q.Coef[i][j], want)
				}
			}
		}
	})
}

// At λ = 0 the fit is the one without penalty.
func TestNoPenaltyIsTheUsualFit(t *testing.T) {
	d, y := simulated(400, 5, "binomial")
	p := mustFit(t, d, y, Options{Family: "binomial", Alpha: 1, Lambda: []float64{0.01, 0}})
	f, err := regress.Logistic(d, y, regress.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for j, c := range f.Coef {
		near(t, f.Names[j], p.Coef[1][j], c, 1e-8)
	}
	near(t, "deviance", p.Deviance[1], f.Deviance, 1e-9*f.Deviance)
	near(t, "null deviance", p.NullDev, f.NullDev, 1e-9*f.Deviance)
	d, y = simulated(400, 5, "gaussian")
	p = mustFit(t, d, y, Options{Family: "gaussian", Alpha: 1, Lambda: []float64{0}})
	if f, err = regress.LeastSquares(d, y, regress.Options{}); err != nil {
		t.Fatal(err)
	}
	for j, c := range f.Coef {
		near(t, f.Names[j], p.Coef[0][j], c, 1e-8)
	}
}

// Columns that are equal share what the ridge leaves them.
func TestEqualColumns(t *testing.T) {
	d, y := simulated(200, 3, "gaussian")
	for i := range y {
		d.Row(i)[3] = d.Row(i)[1]
	}
	p := mustFit(t, d, y, Options{Family: "gaussian", Alpha: 0.5, Count: 20})
	for _, c := range p.Coef {
		near(t, "coefficients of equal columns", c[1], c[3], 1e-8)
	}
}

// Separated classes have a path, for the penalty holds it; without penalty they have none.
func TestSeparatedClasses(t *testing.T) {
	d, y := simulated(200, 3, "binomial")
	for i := range y {
		d.Row(i)[2] = 2*y[i] - 1
	}
	p := mustFit(t, d, y, Options{Family: "binomial", Alpha: 1})
	if last := len(p.Lambda) - 1; p.Explained(last) < 0.9 || p.Coef[last][2] <= 0 {
		t.Errorf("explained %v, coefficients %v", p.Explained(last), p.Coef[last])
	}
	q, err := Fit(d, y, Options{Family: "binomial", Alpha: 1, Factors: []float64{0, 1, 0, 1}})
	if err != nil || q.Certificate.Certified() || q.Certificate.Warnings[0].Code != num.WarnSeparation || q.Coef != nil {
		t.Errorf("a separating column without penalty: %v, %+v", err, q)
	}
}

func TestRefusals(t *testing.T) {
	d, y := simulated(50, 3, "binomial")
	for _, family := range familyNames {
		p, err := Fit(d, make([]float64, 50), Options{Family: family, Alpha: 1})
		if err != nil || p.Certificate.Certified() || p.Certificate.Warnings[0].Code != num.WarnTooFew {
			t.Errorf("%s: a constant response: %v, %+v", family, err, p)
		}
	}
	p, err := Fit(d, y, Options{Family: "binomial", Alpha: 1, Weights: make([]float64, 50)})
	if err != nil || p.Certificate.Certified() {
		t.Errorf("no weight: %v, %+v", err, p)
	}
	for want, o := range map[string]Options{
		"family":          {Family: "gamma"},
		"alpha":           {Family: "binomial", Alpha: 2},
		"penalty factors": {Family: "binomial", Factors: []float64{1}},
		"penalty factor":  {Family: "binomial", Factors: []float64{1, 1, -1, 1}},
		"largest first":   {Family: "binomial", Lambda: []float64{1, 2}},
		"at most":         {Family: "binomial", Count: 1e6},
		"weight -1":       {Family: "binomial", Weights: slices.Repeat([]float64{-1}, 50)},
	} {
		if _, err := Fit(d, y, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v, want %q", o, err, want)
		}
	}
	y[7] = -1
	for _, family := range []string{"binomial", "poisson"} {
		if _, err := Fit(d, y, Options{Family: family}); err == nil || !strings.Contains(err.Error(), "row 7") {
			t.Errorf("%s: got %v", family, err)
		}
	}
}

// More columns than are kept as cross-products, flat ones among them.
func TestManyColumns(t *testing.T) {
	n, k := 120, mostProducts+40
	rng := rand.New(rand.NewPCG(5, 6))
	d := &regress.Design{Names: make([]string, k)}
	y := make([]float64, n)
	for i := range y {
		for j := range k {
			v := rng.NormFloat64()
			if j == 3 || j == 9 {
				v = 2
			}
			d.X = append(d.X, v)
		}
		y[i] = 5 + 2*d.Row(i)[7] - d.Row(i)[20] + rng.NormFloat64()/2
	}
	p := mustFit(t, d, y, Options{Family: "gaussian", Alpha: 1, Count: 20, Threads: 2})
	c := p.Coef[len(p.Coef)-1]
	if p.Constant != d.Names[3] || len(p.Flat) != 1 || c[9] != 0 {
		t.Errorf("constant %q, flat %q", p.Constant, p.Flat)
	}
	near(t, "column 7", c[7], 2, 0.3)
	near(t, "column 20", c[20], -1, 0.3)
}

func TestFoldsForwardInTime(t *testing.T) {
	d, y := simulated(600, 4, "binomial")
	of := make([]int32, len(y))
	for i := range of {
		of[i] = int32(i / 150)
	}
	o := Options{Family: "binomial", Alpha: 1, Count: 10}
	c, err := CrossValidate(t.Context(), d, y, o, Folds{Of: of, K: 4, Forward: true})
	if err != nil || !c.Certificate.Certified() || c.Folds != 3 {
		t.Fatal(err, c)
	}
	// What fold 3 holds teaches nobody: only its own part of the mean changes.
	o.Lambda = c.Lambda
	first, _ := CrossValidate(t.Context(), d, y, o, Folds{Of: of, K: 4, Forward: true})
	past := &regress.Design{Names: d.Names, X: d.X[:450*len(d.Names)]}
	p := mustFit(t, past, y[:450], o)
	earlier, _ := CrossValidate(t.Context(), past, y[:450], o, Folds{Of: of[:450], K: 3, Forward: true})
	last := func() (deviance float64) { // of the last fold by what came before it
		for i := 450; i < 600; i++ {
			eta := floats.Dot(d.Row(i), p.Coef[5])
			deviance += 2 * (math.Log1p(math.Exp(eta)) - y[i]*eta) / 150
		}
		return deviance
	}
	near(t, "the last fold", 3*first.Mean[5]-2*earlier.Mean[5], last(), 1e-9)
	for i := 450; i < 600; i++ {
		y[i] = 1 - y[i]
	}
	second, _ := CrossValidate(t.Context(), d, y, o, Folds{Of: of, K: 4, Forward: true})
	near(t, "the last fold with other responses", 3*second.Mean[5]-2*earlier.Mean[5], last(), 1e-9)
	for _, bad := range []Folds{{Of: of, K: 3}, {Of: of[1:], K: 4}, {Of: of, K: 1}} {
		if _, err := CrossValidate(t.Context(), d, y, o, bad); err == nil {
			t.Errorf("%d folds of %d rows were accepted", bad.K, len(bad.Of))
		}
	}
}

// Arms that are alike to the last row: no column has a score but rounding, and that is no reason to refuse.
func TestNothingToExplain(t *testing.T) {
	d, y := &regress.Design{Names: []string{"1", "b", "c"}}, []float64(nil)
	for arm := range 3 {
		for i := range 70 {
			var in [3]float64
			in[arm] = 1
			d.X = append(d.X, 1, in[1], in[2])
			y = append(y, float64(i/63)) // 7 of 70 are 1
		}
	}
	for _, family := range familyNames {
		p := mustFit(t, d, y, Options{Family: family, Alpha: 1, Count: 20})
		for k, c := range p.Coef {
			near(t, family+", b", c[1], 0, 1e-9)
			near(t, family+", c", c[2], 0, 1e-9)
			if k > 0 && p.Explained(k) > 1e-9 {
				t.Errorf("%s: explains %v", family, p.Explained(k))
			}
		}
	}
}
