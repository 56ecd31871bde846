package attrition

import (
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"mainstay/internal/num"
)

// gammaOf draws from Gamma(shape, 1) (Marsaglia & Tsang 2000, ACM TOMS 26:363–372).
func gammaOf(rng *rand.Rand, shape float64) float64 {
	if shape < 1 {
		return gammaOf(rng, shape+1) * math.Pow(1-rng.Float64(), 1/shape)
	}
	d := shape - 1.0/3
	for {
		z := rng.NormFloat64()
		v := math.Pow(1+z/math.Sqrt(9*d), 3)
		if v > 0 && math.Log(1-rng.Float64()) < z*z/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

func betaOf(rng *rand.Rand, a, b float64) float64 {
	x, y := gammaOf(rng, a), gammaOf(rng, b)
	return x / (x + y)
}

// simulated customers of a model, observed for 20 to 60, and what each bought in the 30 after. gaps are the first two of those with two.
func simulated(rng *rand.Rand, m Model, k, n int, p [most]float64, z []float64) (d *Data, later, first, second []float64) {
	d = &Data{}
	for i := range n {
		q := p
		if z != nil { // one covariate of both
			q[1] *= math.Exp(-0.5 * z[i])
			if m == ParetoNBD {
				q[3] *= math.Exp(-0.8 * z[i])
			} else {
				q[2] *= math.Exp(0.8 * z[i])
			}
		}
		rate := gammaOf(rng, q[0]) / q[1]
		end := math.Ceil(20 + 40*rng.Float64())
		life, leaving := math.Inf(1), 0.0
		if m == ParetoNBD {
			life = rng.ExpFloat64() / (gammaOf(rng, q[2]) / q[3])
		} else {
			leaving = betaOf(rng, q[2], q[3])
		}
		var x, last, after, at, log float64
		var gaps []float64
		gone := m != BGNBD && m != ParetoNBD && rng.Float64() < leaving
		for !gone {
			gap := gammaOf(rng, float64(k)) / rate
			if at += gap; at > end+30 || at > life {
				break
			}
			if at > end {
				after++
			} else {
				x, last = x+1, at
				log += math.Log(gap)
				gaps = append(gaps, gap)
			}
			gone = rng.Float64() < leaving
		}
		d.X, d.Last, d.T, d.LogGaps = append(d.X, x), append(d.Last, last), append(d.T, end), append(d.LogGaps, log)
		later = append(later, after)
		if len(gaps) > 1 {
			first, second = append(first, gaps[0]), append(second, gaps[1])
		}
	}
	return d, later, first, second
}

// Known parameters come back, and what is expected of all is what they bought.
func TestRecovery(t *testing.T) {
	for _, c := range []struct {
		m Model
		k int
		p [most]float64
	}{
		{BGNBD, 1, [most]float64{.8, 6, .9, 2.5}},
		{MBGNBD, 1, [most]float64{.8, 6, .9, 2.5}},
		{MBGCNBD, 3, [most]float64{.8, 2, .9, 2.5}},
		{ParetoNBD, 1, [most]float64{.8, 6, .7, 12}},
	} {
		rng := rand.New(rand.NewPCG(7, 8))
		z := make([]float64, 6000)
		for i := range z {
			z[i] = math.Round(4*rng.Float64()) / 2
		}
		if c.k > 1 {
			z = nil
		}
		d, later, _, _ := simulated(rng, c.m, c.k, 6000, c.p, z)
		plain := estimate(t, c.m, d, Options{K: c.k, Threads: 2})
		if z != nil {
			d.Purchase, d.Dropout = [][]float64{z}, [][]float64{z}
		}
		f := estimate(t, c.m, d, Options{K: c.k, Threads: 2})
		for i, v := range c.p {
			if far := math.Log(f.Params[i]/v) / (f.SE[i] / f.Params[i]); math.Abs(far) > 3 {
				t.Errorf("%s: %s is %v ± %v, truly %v", c.m, f.Names[i], f.Params[i], f.SE[i], v)
			}
		}
		for i, v := range f.Coefficients {
			if truth := []float64{.5, .8}[i]; math.Abs(v-truth) > 3*f.CoefSE[i] {
				t.Errorf("%s: γ is %v ± %v, truly %v", c.m, v, f.CoefSE[i], truth)
			}
		}
		if z != nil {
			if r, err := LikelihoodRatio(plain, f); err != nil || r.DF != 2 || r.P > 1e-6 {
				t.Errorf("%s: %+v %v", c.m, r, err)
			}
		}
		if l, err := f.LogLik(d, 2); err != nil || math.Abs(l-f.Certificate.LogLik) > 1e-9*math.Abs(l) {
			t.Errorf("%s: log L %v, of the fit %v, %v", c.m, l, f.Certificate.LogLik, err)
		}
		scores, err := f.Scores(d, Questions{Horizon: 30, Level: .95, Threads: 2})
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for i, s := range scores {
			sum += s.Expected.Value
			if i < 50 {
				if one := f.Expected(d.Row(i), 30, .95); math.Abs(one.Value-s.Expected.Value) > 1e-9*one.Value {
					t.Errorf("%s: customer %d: %+v alone, %+v among all", c.m, i, one, s.Expected)
				}
			}
		}
		if bought := num.Sum(later); math.Abs(sum/bought-1) > .08 {
			t.Errorf("%s: %v expected, %v bought", c.m, sum, bought)
		}
		points, err := f.Curve(d, []float64{-10, 0, 30}, .95, 2)
		if err != nil {
			t.Fatal(err)
		}
		if seen := num.Sum(d.X); math.Abs(points[1].Cumulative.Value/seen-1) > .05 || math.Abs(points[2].Increment.Value/num.Sum(later)-1) > .1 {
			t.Errorf("%s: curve %+v; %v bought, then %v", c.m, points, seen, num.Sum(later))
		}
	}
}

// Neither threads, nor the order of customers, nor writing equal ones as one changes a byte.
func TestSameBytes(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, m := range []Model{BGNBD, ParetoNBD} {
		d, _, _, _ := simulated(rng, m, 1, 20_000, [most]float64{.8, 6, .9, 2.5}, nil)
		d.LogGaps = nil
		for i := range d.X { // whole times: many customers are equal
			d.Last[i] = math.Ceil(d.Last[i])
		}
		want := estimate(t, m, d, Options{Threads: 1})
		other := &Data{}
		for _, i := range rng.Perm(len(d.X)) {
			other.X, other.Last, other.T = append(other.X, d.X[i]), append(other.Last, d.Last[i]), append(other.T, d.T[i])
		}
		if got := estimate(t, m, other, Options{Threads: 3}); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", m, got, want)
		}
		a, _ := want.Scores(d, Questions{Horizon: 10, Rate: .01, Level: .9, Threads: 1})
		b, _ := want.Scores(d, Questions{Horizon: 10, Rate: .01, Level: .9, Threads: 4})
		for i := range a {
			if a[i].Expected != b[i].Expected || a[i].Residual.Value != b[i].Residual.Value {
				t.Fatalf("%s: %+v, %+v", m, a[i], b[i])
			}
		}
	}
}

// Fader & Hardie 2007, recomputed (../shared/reference/README.md).
func TestSBG(t *testing.T) {
	shares := map[string][]float64{
		"regular":  {100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1},
		"high end": {100, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1},
	}
	for _, c := range []struct {
		who                 string
		renewals            int
		alpha, beta, loglik float64
		later               []float64
	}{
		{"regular", 7, .704077, 1.182043, -1680.2652, []float64{22.0, 20.4, 19.1, 18.0, 17.0}},
		{"high end", 7, .668088, 3.806095, -1611.1581, []float64{46.0, 43.6, 41.4, 39.5, 37.8}},
		{"regular", 4, .763665, 1.295830, -1401.5594, nil},
		{"high end", 4, 1.280977, 7.790388, -1225.1349, nil},
	} {
		var d Lives
		s := shares[c.who]
		for i := 1; i <= c.renewals; i++ {
			d.Periods, d.Ended, d.Weight = append(d.Periods, float64(i)), append(d.Ended, true), append(d.Weight, math.Round(10*(s[i-1]-s[i])))
		}
		d.Periods, d.Ended, d.Weight = append(d.Periods, float64(c.renewals+1)), append(d.Ended, false), append(d.Weight, math.Round(10*s[c.renewals]))
		f, err := SBG(d)
		if err != nil || !f.Certificate.Certified() {
			t.Fatalf("%v %+v", err, f)
		}
		near(t, c.who+" α", f.Alpha, c.alpha, 2e-6)
		near(t, c.who+" β", f.Beta, c.beta, 1e-5)
		near(t, c.who+" log L", f.Certificate.LogLik, c.loglik, 1e-4)
		for i, want := range c.later {
			near(t, c.who+" S", 100*f.Survival(float64(8+i), 0, .95).Value, want, .05)
		}
		sum := 0.0
		for i := 1; i < 20000; i++ {
			sum += f.Survival(3+float64(i), 3, .95).Value / math.Pow(1.1, float64(i-1))
		}
		near(t, c.who+" residual", f.Residual(3, .1, .95).Value, sum, 1e-9)
	}
	if _, err := SBG(Lives{Periods: []float64{0}, Ended: []bool{true}}); err == nil {
		t.Error("no error for 0 periods")
	}
}

func TestRegularity(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for _, k := range []int{1, 3} {
		_, _, first, second := simulated(rng, MBGNBD, k, 20_000, [most]float64{3, 3, .5, 9}, nil)
		got, err := Regularity(first, second, 0)
		if err != nil || math.Abs(got.K-float64(k)) > 4*got.SE+.15 || got.Nearest != k { // short pairs are seen more often
			t.Errorf("k = %d: %+v %v", k, got, err)
		}
	}
	if _, err := Regularity([]float64{0}, []float64{1}, 0); err == nil {
		t.Error("no error for a gap of 0")
	}
}

// What the model does not know is said.
func TestWhatIsSaid(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	d, _, _, _ := simulated(rng, BGNBD, 1, 500, [most]float64{.8, 6, .9, 2.5}, nil)
	none := &Data{X: make([]float64, 50), Last: make([]float64, 50), T: d.T[:50]}
	few := &Data{X: d.X[:5], Last: d.Last[:5], T: d.T[:5]}
	alike := &Data{}
	for range 500 { // nobody differs, nobody leaves
		var at, x, last float64
		for at = rng.ExpFloat64(); at < 30; at += rng.ExpFloat64() {
			x, last = x+1, at
		}
		alike.X, alike.Last, alike.T = append(alike.X, x), append(alike.Last, last), append(alike.T, 30)
	}
	for _, m := range []Model{BGNBD, MBGNBD, ParetoNBD} {
		for code, data := range map[string]*Data{num.WarnNoRepeatBuyers: none, num.WarnTooFew: few, num.WarnBoundary: alike} {
			f, err := FitModel(m, data, Options{})
			if err != nil || f.Certificate.Certified() || len(f.Certificate.Warnings) == 0 || f.Certificate.Warnings[0].Code != code || !math.IsNaN(f.Params[0]) {
				t.Errorf("%s %s: %v %+v", m, code, err, f)
			}
			if e := f.Expected(Customer{X: 1, Last: 1, T: 2}, 3, .95); !math.IsNaN(e.Value) {
				t.Errorf("a refused fit expects %+v", e)
			}
		}
	}
	for _, bad := range []*Data{
		{X: []float64{1.5}, Last: []float64{1}, T: []float64{2}},
		{X: []float64{1}, Last: []float64{3}, T: []float64{2}},
		{X: []float64{0}, Last: []float64{1}, T: []float64{2}},
		{X: []float64{1}, Last: []float64{0}, T: []float64{2}},
		{X: []float64{1}, Last: []float64{1}, T: []float64{math.NaN()}},
		{X: []float64{1}, Last: []float64{1}},
		{X: []float64{1}, Last: []float64{1}, T: []float64{2}, Purchase: [][]float64{{math.Inf(1)}}},
	} {
		if _, err := FitModel(BGNBD, bad, Options{}); err == nil {
			t.Errorf("%+v: no error", bad)
		}
	}
	if _, err := FitModel("bgnbd", d, Options{}); err == nil {
		t.Error("no error for a model that does not exist")
	}
	same := *d
	same.Purchase = [][]float64{make([]float64, len(d.X))}
	if f, err := FitModel(BGNBD, &same, Options{}); err != nil || f.Certificate.Certified() || f.Certificate.Warnings[0].Code != num.WarnCollinear {
		t.Errorf("%v %+v", err, f)
	}
}

// A level in which nobody bought again has no end: it is named. So is a column that another determines.
func TestSeparation(t *testing.T) {
	d, _, _, _ := simulated(rand.New(rand.NewPCG(3, 1)), MBGNBD, 1, 400, [most]float64{1, 4, .8, 2}, nil)
	never, twice := make([]float64, len(d.X)), make([]float64, len(d.X))
	for i, x := range d.X {
		if x == 0 && i%2 == 0 {
			never[i], twice[i] = 1, 2
		}
	}
	for _, c := range []struct {
		columns    [][]float64
		code, word string
	}{{[][]float64{never}, num.WarnSeparation, "covariate never of purchase"}, {[][]float64{never, twice}, num.WarnCollinear, "covariate twice of purchase"}} {
		d.Purchase, d.Names[0] = c.columns, []string{"never", "twice"}
		f, err := FitModel(MBGNBD, d, Options{})
		if err != nil || f.Certificate.Certified() || f.Certificate.Warnings[0].Code != c.code || !strings.Contains(f.Certificate.Warnings[0].Message, c.word) {
			t.Errorf("%v %+v", err, f.Certificate)
		}
	}
}
