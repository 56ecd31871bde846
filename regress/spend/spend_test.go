package spend

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"mainstay/internal/refdata"
	_ "mainstay/internal/seeded"

	"pgregory.net/rapid"
)

// cdnow is the 1/10 sample over 39 weeks: by customer, in the order of their keys, repeat purchase days and their mean spend.
func cdnow(t testing.TB) (x, m []float64) {
	type row struct {
		Customer string    `parquet:"customer_id,optional"`
		Time     time.Time `parquet:"ts,optional,timestamp(microsecond:local)"`
		Amount   float64   `parquet:"amount,optional"`
	}
	rows, err := parquet.ReadFile[row](refdata.Shared(t, "data", "cdnow_sample.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	end := time.Date(1997, 9, 30, 23, 0, 0, 0, time.UTC)
	days := map[string]map[string]float64{}
	for _, r := range rows {
		if days[r.Customer] == nil {
			days[r.Customer] = map[string]float64{}
		}
		if r.Time.UTC().Before(end) {
			days[r.Customer][r.Time.UTC().Format(time.DateOnly)] += r.Amount
		}
	}
	var keys []string
	for k := range days {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		var dates []string
		for d := range days[k] {
			dates = append(dates, d)
		}
		slices.Sort(dates)
		sum, n := 0.0, max(len(dates)-1, 0)
		for _, d := range dates[min(1, len(dates)):] {
			sum += days[k][d]
		}
		x = append(x, float64(n))
		m = append(m, sum/float64(max(n, 1)))
	}
	return x, m
}

func near(t testing.TB, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol) {
		t.Errorf("%s: got %.10g, want %.10g ± %g", what, got, want, tol)
	}
}

// The figures of the literature (CLVTools, lifetimes, Fader & Hardie's note 025; shared/reference/README.md).
func TestCDNOW(t *testing.T) {
	x, m := cdnow(t)
	f, err := GammaGamma(x, m, Options{Level: 0.95})
	if err != nil || !f.Certificate.Certified() {
		t.Fatalf("%v %+v", err, f)
	}
	t.Logf("%+v", f)
	near(t, "repeaters", float64(f.Customers), 946, 0)
	near(t, "without a repeat", float64(f.NoPurchases), 1411, 0)
	near(t, "p", f.P, 6.25, 0.005)
	near(t, "q", f.Q, 3.74, 0.005)
	near(t, "γ", f.Gamma, 15.44, 0.01)
	near(t, "log L", f.Certificate.LogLik, -4055.9177, 0.001)
	near(t, "mean", f.Mean, 35.22, 0.05)
	for i, want := range []float64{24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17} {
		c := f.Conditional(x[i], m[i], 0.95)
		near(t, "conditional mean", c.Mean, want, 0.06)
		if !(c.Low < c.Mean && c.Mean < c.High && c.OwnLow < c.Mean && c.Mean < c.OwnHigh) {
			t.Errorf("%+v", c)
		}
	}
}

// drawn is customers from the model.
func drawn(rng *rand.Rand, n int, p, q, gamma float64) (x, m []float64) {
	for range n {
		rate := gammaOf(rng, q) / gamma
		k := 1 + math.Floor(rng.ExpFloat64()*3)
		x, m = append(x, k), append(m, gammaOf(rng, p*k)/rate/k)
	}
	return x, m
}

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

// Gradient and Hessian are those of the likelihood, and the likelihood is the density of the paper.
func TestDerivatives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		x, m := drawn(rng, 20, 2, 3, 50)
		w := make([]float64, len(x))
		for i := range w {
			w[i] = 0.5 + rng.Float64()
		}
		l := &likelihood{x: x, m: m, w: w, threads: 2}
		l.prepare(0)
		theta := []float64{rng.NormFloat64(), 0.5 + rng.NormFloat64(), rng.NormFloat64()}
		loglik, score, hessian := l.surface(theta)
		p, q, g := math.Exp(theta[0]), math.Exp(theta[1]), math.Exp(theta[2])
		want := 0.0
		for i := range x {
			v := m[i] / l.unit
			a, _ := math.Lgamma(p*x[i] + q)
			b, _ := math.Lgamma(p * x[i])
			c, _ := math.Lgamma(q)
			want += w[i] * (a - b - c + q*math.Log(g) + (p*x[i]-1)*math.Log(v) + p*x[i]*math.Log(x[i]) - (p*x[i]+q)*math.Log(g+v*x[i]))
		}
		if want /= l.total; math.Abs(loglik-want) > 1e-10*(1+math.Abs(want)) {
			t.Fatalf("log L %v, density %v", loglik, want)
		}
		const h = 1e-5
		for i := range 3 {
			up, down := slices.Clone(theta), slices.Clone(theta)
			up[i], down[i] = up[i]+h, down[i]-h
			above, upScore, _ := l.surface(up)
			below, downScore, _ := l.surface(down)
			if d := (above - below) / (2 * h); math.Abs(d-score[i]) > 1e-6*(1+math.Abs(d)) {
				t.Fatalf("score %v, difference %v", score[i], d)
			}
			for j := range 3 {
				if d := (upScore[j] - downScore[j]) / (2 * h); math.Abs(d-hessian.At(i, j)) > 1e-6*(1+math.Abs(d)) {
					t.Fatalf("Hessian %v, difference %v", hessian.At(i, j), d)
				}
			}
		}
	})
}

// Known parameters come back, and intervals hold them and the customers' means as often as they say.
func TestRecovery(t *testing.T) {
	runs := 200
	if testing.Short() {
		runs = 40
	}
	const p, q, gamma = 3, 4, 60
	var held [3]int
	own, customers := 0, 0
	for run := range runs {
		rng := rand.New(rand.NewPCG(uint64(run), 21))
		x, m := drawn(rng, 1500, p, q, gamma)
		f, err := GammaGamma(x, m, Options{Level: 0.95})
		if err != nil || !f.Certificate.Certified() {
			t.Fatalf("run %d: %v %+v", run, err, f)
		}
		for i, truth := range []float64{p, q, gamma} {
			est := []float64{f.P, f.Q, f.Gamma}[i]
			if math.Abs(math.Log(est/truth)) <= 1.96*math.Sqrt(f.LogCov.At(i, i)) {
				held[i]++
			}
		}
		for range 20 { // a customer's own mean, and purchases seen
			rate := gammaOf(rng, q) / gamma
			k := float64(1 + rng.IntN(5))
			c := f.Conditional(k, gammaOf(rng, p*k)/rate/k, 0.9)
			customers++
			if truth := p / rate; c.OwnLow <= truth && truth <= c.OwnHigh {
				own++
			}
		}
	}
	t.Logf("95 %% intervals hold p, q, γ in %v of %d, 90 %% of customers' means %.1f %%", held, runs, 100*float64(own)/float64(customers))
	for _, h := range held {
		if share := float64(h) / float64(runs); share < 0.88 {
			t.Errorf("an interval holds its parameter in %.1f %%", 100*share)
		}
	}
	if share := float64(own) / float64(customers); share < 0.87 || share > 0.93 {
		t.Errorf("customers' means: %.1f %%", 100*share)
	}
}

// Money in other units is the same fit; order, threads and repeated rows change nothing.
func TestUnitsAndWeights(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	x, m := drawn(rng, 10_000, 3, 4, 60)
	a, _ := GammaGamma(x, m, Options{Level: 0.95})
	threads, _ := GammaGamma(x, m, Options{Level: 0.95, Threads: 2})
	if a.P != threads.P || a.Gamma != threads.Gamma || a.Certificate.LogLik != threads.Certificate.LogLik {
		t.Error("threads change the fit")
	}
	cents, w := make([]float64, len(m)), make([]float64, len(m))
	for i := range m {
		cents[i], w[i] = 100*m[i], 2
	}
	b, _ := GammaGamma(x, cents, Options{Level: 0.95, Weights: w})
	near(t, "p", b.P, a.P, 1e-7*a.P)
	near(t, "q", b.Q, a.Q, 1e-7*a.Q)
	near(t, "γ", b.Gamma, 100*a.Gamma, 1e-5*a.Gamma)
	near(t, "se", b.SE[0]*math.Sqrt2, a.SE[0], 1e-6)
	near(t, "log L", b.Certificate.LogLik, 2*(a.Certificate.LogLik-float64(len(m))*math.Log(100)), 1e-4)
	near(t, "Spearman", b.Independence.Spearman.Value, a.Independence.Spearman.Value, 1e-12)
}

// What the model does not know is said: spend that is not positive, customers that do not differ, spend that goes with
// frequency.
func TestWhatIsSaid(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	x, m := drawn(rng, 800, 3, 4, 60)
	x, m = append(x, 0, 3, 2), append(m, 0, -5, 0)
	f, err := GammaGamma(x, m, Options{Level: 0.95})
	if err != nil || f.NoPurchases != 1 || f.NotPositive != 2 || f.Customers != 800 || f.Certificate.Warnings[0].Code != WarnNotPositive || f.Agree != f.Starts {
		t.Errorf("%v %+v", err, f)
	}
	alike := make([]float64, len(x))
	for i := range alike {
		alike[i] = gammaOf(rng, 5*max(x[i], 1)) / max(x[i], 1)
	}
	if f, err := GammaGamma(x, alike, Options{Level: 0.95}); err != nil || f.Certificate.Certified() && f.Q < 30 {
		t.Errorf("customers that do not differ: %v %+v", err, f)
	}
	for i := range alike {
		alike[i] = 20
	}
	if f, err := GammaGamma(x, alike, Options{Level: 0.95}); err != nil || f.Certificate.Certified() {
		t.Errorf("the same spend: %v %+v", err, f)
	}
	for i := range m {
		m[i] *= 1 + x[i]
	}
	f, _ = GammaGamma(x[:800], m[:800], Options{Level: 0.95})
	if f.Independence.Pearson.Low < small || len(f.Certificate.Warnings) != 1 || f.Certificate.Warnings[0].Code != WarnDependent {
		t.Errorf("%+v", f)
	}
	for _, bad := range [][2]float64{{1.5, 2}, {-1, 2}, {math.NaN(), 2}, {1, math.Inf(1)}} {
		if _, err := GammaGamma([]float64{1, bad[0]}, []float64{1, bad[1]}, Options{Level: 0.95}); err == nil {
			t.Errorf("%v: no error", bad)
		}
	}
}

// scipy 1.x: stats.pearsonr(x, m).confidence_interval(), stats.spearmanr; the interval of ranks by hand.
func TestCorrelations(t *testing.T) {
	x := []float64{1, 2, 2, 3, 5, 8, 9, 9}
	m := []float64{3, 1, 4, 1, 5, 9, 2, 6}
	w := []float64{1, 1, 1, 1, 1, 1, 1, 1}
	i := independence(x, m, w, 0.95)
	near(t, "Pearson", i.Pearson.Value, scipy[0], 1e-12)
	near(t, "Pearson low", i.Pearson.Low, scipy[1], 1e-9)
	near(t, "Pearson high", i.Pearson.High, scipy[2], 1e-9)
	near(t, "Pearson p", i.Pearson.P, scipy[3], 1e-10)
	near(t, "Spearman", i.Spearman.Value, scipy[4], 1e-12)
	near(t, "Spearman p", i.Spearman.P, scipy[5], 1e-10)
	near(t, "Spearman low", i.Spearman.Low, math.Tanh(math.Atanh(scipy[4])-1.959963984540054*math.Sqrt((1+scipy[4]*scipy[4]/2)/5)), 1e-12)
}

// BenchmarkGammaGamma is a million customers.
func BenchmarkGammaGamma(b *testing.B) {
	x, m := drawn(rand.New(rand.NewPCG(1, 1)), 1_000_000, 3, 4, 60)
	for b.Loop() {
		if f, err := GammaGamma(x, m, Options{Level: 0.95, Threads: 2}); err != nil || !f.Certificate.Certified() {
			b.Fatal(err, f)
		}
	}
}

var scipy = []float64{0.524547024178904, -0.285748167409539, 0.8974805487949074, 0.1819934338210312, 0.41818949850025144, 0.30251600332547207}
