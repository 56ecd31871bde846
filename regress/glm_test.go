package regress

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"mainstay/internal/num"
)

// rGLM is what R says about a fit: testdata/ref/r/glm.R.
type rGLM struct {
	Name                                      string
	Distribution                              Distribution
	Link                                      Link
	Quasi                                     bool
	Theta, Power                              float64
	Names                                     []string
	X, Y, Weights, Offset                     []float64
	Coef, SE, Statistic                       []float64
	HC0, HC1, HC2, HC3, CR1                   []float64
	Hat, Cook, RDev, RPearson                 []float64
	Deviance, Null, Dispersion, Pearson       float64
	LogLik, AIC, BIC                          *float64
	ThetaHat, ThetaSE, Phi, PowerHat, PowerSE float64
	Shape, ShapeSE                            float64
	DF                                        int
}

func (r *rGLM) model() Model {
	return Model{Distribution: r.Distribution, Link: r.Link, Quasi: r.Quasi, Theta: r.Theta, Power: r.Power}
}

func rGLMs(t testing.TB) (fits []rGLM, team []int32) {
	t.Helper()
	raw, err := os.ReadFile("testdata/ref/r/glm.json")
	if err != nil {
		t.Fatal(err)
	}
	var ref struct {
		Team []int32
		Fits []rGLM
	}
	if err := json.Unmarshal(raw, &ref); err != nil {
		t.Fatal(err)
	}
	if len(ref.Fits) < 18 {
		t.Fatalf("%d fits", len(ref.Fits))
	}
	return ref.Fits, ref.Team
}

// relative holds got to want, relatively.
func relative(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*math.Abs(want)+1e-13) {
		t.Errorf("%s: got %.15g, want %.15g", what, got, want)
	}
}

func relatives(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i := range want {
		relative(t, what, got[i], want[i], tol)
	}
}

func (f *Fit) extra(name string) Extra {
	for _, e := range f.Extras {
		if e.Name == name {
			return e
		}
	}
	return Extra{}
}

func TestGLMAgainstR(t *testing.T) {
	fits, team := rGLMs(t)
	for i := range fits {
		want := &fits[i]
		d := &Design{Names: want.Names, X: want.X}
		tol := 1e-8
		if want.PowerHat > 0 {
			tol = 2e-5 // R's optimize finds p to about its tolerance's root
		}
		o := Options{Weights: want.Weights, Offset: want.Offset, Threads: 2}
		f, err := GLM(d, want.Y, want.model(), o)
		if err != nil || !f.Certificate.Certified() {
			t.Errorf("%s: %v %+v", want.Name, err, f)
			continue
		}
		relatives(t, want.Name+" coefficients", f.Coef, want.Coef, tol)
		relatives(t, want.Name+" errors", f.SE, want.SE, tol)
		relatives(t, want.Name+" figures", []float64{f.Deviance, f.NullDev, f.Dispersion, f.Pearson, float64(f.DF)},
			[]float64{want.Deviance, want.Null, want.Dispersion, want.Pearson, float64(want.DF)}, tol)
		if want.LogLik != nil {
			relative(t, want.Name+" log-likelihood", f.Certificate.LogLik, *want.LogLik, 1e-9)
		}
		if want.ThetaHat > 0 {
			e := f.extra("theta")
			relatives(t, want.Name+" θ", []float64{e.Value, e.SE}, []float64{want.ThetaHat, want.ThetaSE}, 1e-5)
		}
		if want.Shape > 0 {
			e := f.extra("shape")
			relatives(t, want.Name+" shape", []float64{e.Value, e.SE}, []float64{want.Shape, want.ShapeSE}, 1e-6)
		}
		if want.Phi > 0 {
			relative(t, want.Name+" φ", f.extra("dispersion_ml").Value, want.Phi, 1e-4)
		}
		if want.PowerHat > 0 {
			e := f.extra("power")
			relatives(t, want.Name+" power", []float64{e.Value, e.SE}, []float64{want.PowerHat, want.PowerSE}, 1e-3)
			continue
		}
		in := f.Influence()
		relatives(t, want.Name+" leverage", in.Leverage, want.Hat, 1e-8)
		relatives(t, want.Name+" Pearson residuals", in.Pearson, want.RPearson, 1e-8)
		relatives(t, want.Name+" deviance residuals", in.Deviance, want.RDev, 1e-6)
		if want.Theta == 0 { // R estimates the dispersion there
			relatives(t, want.Name+" Cook's distance", in.Cook, want.Cook, 1e-7)
		}
		for hc, se := range map[HC][]float64{HC0: want.HC0, HC1: want.HC1, HC2: want.HC2, HC3: want.HC3} {
			o.HC = hc
			f, err := GLM(d, want.Y, want.model(), o)
			if err != nil {
				t.Fatal(err)
			}
			relatives(t, want.Name+" "+hc.String(), f.StandardErrors(), se, 1e-7)
		}
		o.HC, o.Cluster = NoHC, team
		if f, err = GLM(d, want.Y, want.model(), o); err != nil {
			t.Fatal(err)
		}
		relatives(t, want.Name+" clusters", f.StandardErrors(), want.CR1, 1e-7)
	}
}

// Every law is what it says: derivatives, and means that solve the score in expectation.
func TestLawsAgainstFiniteDifferences(t *testing.T) {
	for name, c := range map[string]struct {
		law law
		ys  []float64
	}{
		"logit":         {shareLaw{}, []float64{0, 0.3, 1}},
		"probit":        {probitLaw{}, []float64{0, 0.3, 1}},
		"cloglog":       {cloglogLaw{}, []float64{0, 0.3, 1}},
		"poisson":       {poissonLaw{}, []float64{0, 1, 7}},
		"negbin":        {negbinLaw{theta: 1.7}, []float64{0, 1, 7}},
		"gamma":         {gammaLaw{}, []float64{0.1, 1, 7}},
		"gamma inverse": {inverseGammaLaw{}, []float64{0.1, 1, 7}},
		"tweedie":       {tweedieLaw{p: 1.4}, []float64{0, 1, 7}},
	} {
		for _, y := range c.ys {
			for _, eta := range []float64{-40, -31, -29, -8, -3, -1.2, -0.1, 0.3, 1.1, 2.5, 4} {
				if name == "gamma inverse" && eta <= 0 || strings.HasPrefix(name, "gamma") && eta < -8 {
					continue
				}
				const h = 1e-5
				ll, score, info := c.law.row(eta, y)
				up, su, _ := c.law.row(eta+h, y)
				down, sd, _ := c.law.row(eta-h, y)
				if d := (up - down) / (2 * h); math.Abs(d-score) > 1e-6*(1+math.Abs(score))+1e-9*math.Abs(ll) {
					t.Errorf("%s y=%v η=%v: score %v, by differences %v", name, y, eta, score, d)
				}
				if d := (sd - su) / (2 * h); math.Abs(d-info) > 1e-6*(1e-3+math.Abs(info))+1e-9*math.Abs(score) {
					t.Errorf("%s y=%v η=%v: information %v, by differences %v", name, y, eta, info, d)
				}
				if ll > 1e-12 {
					t.Errorf("%s y=%v η=%v: %v is more likely than a perfect fit", name, y, eta, ll)
				}
				mu, slope, variance := c.law.mean(eta)
				muUp, _, _ := c.law.mean(eta + h)
				muDown, _, _ := c.law.mean(eta - h)
				relative(t, name+" slope", slope, (muUp-muDown)/(2*h), 1e-6)
				if s := (y - mu) * slope / variance; variance > 1e-200 && math.Abs(s-score) > 1e-9*(1+math.Abs(s)) {
					t.Errorf("%s y=%v η=%v: score %v, want (y − μ) μ′/V = %v", name, y, eta, score, s)
				}
				if mu > 1e-12 && mu < 1 {
					relative(t, name+" link", c.law.link(mu), eta, 1e-6)
				}
			}
		}
	}
}

// The number of threads changes no bit, blocks only rounding, and money may be counted in anything.
func TestGLMThreadsStreamsUnits(t *testing.T) {
	const n = 3*rowBlock + 55
	rng := rand.New(rand.NewPCG(3, 4))
	d, _ := generated(n)
	counts, amounts := make([]float64, n), make([]float64, n)
	for i := range counts {
		eta := 0.2 + 0.3*d.Row(i)[1]/10
		counts[i] = math.Floor(3 * rng.ExpFloat64() * math.Exp(eta) * rng.Float64())
		if rng.Float64() < 0.6 {
			amounts[i] = rng.ExpFloat64() * math.Exp(eta)
		}
	}
	positive := make([]float64, n)
	for i := range positive {
		positive[i] = amounts[i] + 0.01
	}
	cluster := groupsOf(n, 5)
	for _, c := range []struct {
		m Model
		y []float64
	}{{Model{Distribution: Poisson}, counts}, {Model{Distribution: NegativeBinomial}, counts}, {Model{Distribution: Gamma, Link: Log}, positive},
		{Model{Distribution: Gamma}, positive}, {Model{Distribution: Tweedie, Power: 1.6}, amounts}} {
		fit := func(y []float64, o Options) *Fit {
			t.Helper()
			f, err := GLM(d, y, c.m, o)
			if err != nil || !f.Certificate.Certified() {
				t.Fatalf("%s: %v %+v", c.m.Distribution, err, f.Certificate)
			}
			return f
		}
		one := fit(c.y, Options{Cluster: cluster})
		for threads := 2; threads <= 4; threads++ {
			identical(t, one, fit(c.y, Options{Cluster: cluster, Threads: threads}))
		}
		streamed, err := GLMFrom(&cut{d: d, rows: Rows{X: d.X, Y: c.y}, ends: []int{0, 1000, 7777, n}}, c.m, Options{Threads: 2})
		if err != nil {
			t.Fatal(err)
		}
		relatives(t, "streamed", streamed.Coef, one.Coef, 1e-9)
		relatives(t, "streamed errors", streamed.SE, one.SE, 1e-9)
		if !c.m.scaleFree() {
			continue
		}
		cents := make([]float64, n)
		for i, v := range c.y {
			cents[i] = 1e6 * v
		}
		in := fit(cents, Options{})
		for j := 1; j < len(in.Coef); j++ {
			want := one.Coef[j]
			if c.m.link() == Inverse {
				want /= 1e6
			}
			relative(t, "in cents", in.Coef[j], want, 1e-8)
			relative(t, "t in cents", in.Coef[j]/in.SE[j], one.Coef[j]/one.SE[j], 1e-8)
		}
		relative(t, "log-likelihood in cents", in.Certificate.LogLik, one.Certificate.LogLik-math.Log(1e6)*float64(positives(c.y)), 1e-9)
	}
}

func positives(y []float64) (n int) {
	for _, v := range y {
		if v > 0 {
			n++
		}
	}
	return n
}

// What has no maximum is found and named, in every binomial link and in counts.
func TestInfiniteCoefficientsAreNamed(t *testing.T) {
	n := 60
	noise, rare := make([]float64, n), make([]float64, n)
	y, counts := make([]float64, n), make([]float64, n)
	for i := range y {
		noise[i] = math.Sin(float64(i * i))
		y[i] = float64(i % 2)
		counts[i] = float64(i % 3)
		if i%10 == 0 {
			rare[i], y[i], counts[i] = 1, 0, 0
		}
	}
	d := design(noise, rare)
	for _, m := range []Model{{Distribution: Binomial}, {Distribution: Binomial, Link: Probit}, {Distribution: Binomial, Link: Cloglog}, {Distribution: Binomial, Quasi: true}} {
		f, err := GLM(d, y, m, Options{})
		if err != nil || f.Certificate.Certified() || len(f.Separating) != 1 || f.Separating[0] != "b" {
			t.Errorf("%+v: %v %+v", m, err, f)
		}
	}
	for _, m := range []Model{{Distribution: Poisson}, {Distribution: Poisson, Quasi: true}, {Distribution: NegativeBinomial}, {Distribution: NegativeBinomial, Theta: 1}, {Distribution: Tweedie, Power: 1.5}, {Distribution: Tweedie}} {
		f, err := GLM(d, counts, m, Options{})
		if err != nil || f.Certificate.Certified() || len(f.Separating) != 1 || f.Separating[0] != "b" {
			t.Errorf("%+v: %v %+v", m, err, f)
			continue
		}
		if w := f.Certificate.Warnings[0]; w.Code != num.WarnSeparation || !strings.Contains(w.Message, `the response is 0 in all 6 rows that column "b" sets apart`) {
			t.Errorf("%+v", w)
		}
	}
	// Two levels of three without events: the pair is named.
	level := [2][]float64{make([]float64, n), make([]float64, n)}
	for i := range n {
		if k := i % 3; k > 0 {
			level[k-1][i] = 1
		} else {
			counts[i] = 0 // the base
		}
		if i%3 > 0 {
			counts[i] = float64(1 + i%4)
		}
	}
	f, err := GLM(design(level[0], level[1], noise), counts, Model{Distribution: Poisson}, Options{})
	if err != nil || len(f.Separating) != 2 || f.Separating[0] != "a" || f.Separating[1] != "b" {
		t.Errorf("%v %+v", err, f)
	}
}

func TestGLMRefusals(t *testing.T) {
	x := make([]float64, 40)
	under, zeros, ones := make([]float64, 40), make([]float64, 40), make([]float64, 40)
	for i := range x {
		x[i] = math.Sin(float64(3 * i))
		under[i], ones[i] = 5+float64(i%2), 1
	}
	d := design(x)
	for _, c := range []struct {
		m    Model
		y    []float64
		code string
	}{
		{Model{Distribution: NegativeBinomial}, under, num.WarnBoundary},
		{Model{Distribution: Poisson}, zeros, num.WarnTooFew},
		{Model{Distribution: Binomial, Link: Probit}, ones, num.WarnTooFew},
	} {
		f, err := GLM(d, c.y, c.m, Options{})
		if err != nil || f.Certificate.Certified() || f.Certificate.Warnings[0].Code != c.code {
			t.Errorf("%+v: %v %+v", c.m, err, f)
		}
	}
	for _, c := range []struct {
		m     Model
		y     float64
		words string
	}{
		{Model{Distribution: Poisson}, 1.5, "row 3 (the first is 0): response 1.5, expected a count"},
		{Model{Distribution: Poisson}, -1, "at least 0"},
		{Model{Distribution: Gamma}, 0, "above 0"},
		{Model{Distribution: Binomial, Quasi: true}, 1.5, "a share"},
		{Model{Distribution: Binomial, Link: Log}, 1, "link"},
		{Model{Distribution: "normal"}, 1, "unknown distribution"},
		{Model{Distribution: Tweedie, Power: 2}, 1, "power"},
		{Model{Distribution: Gamma, Quasi: true}, 1, "quasi"},
		{Model{Distribution: NegativeBinomial, Theta: -1}, 1, "θ"},
		{Model{Distribution: Poisson}, math.Inf(1), "row 3"},
	} {
		y := append([]float64(nil), ones...)
		y[3] = c.y
		if _, err := GLM(d, y, c.m, Options{}); err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%+v: %v, want %q", c.m, err, c.words)
		}
	}
}
