package attrition

import (
	"encoding/csv"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"mainstay/internal/num"
	"mainstay/internal/refdata"
)

func near(t testing.TB, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol) {
		t.Errorf("%s: got %.12g, want %.12g ± %g", what, got, want, tol)
	}
}

// columns of a CSV file of the shared folder, by place.
func columns(t testing.TB, file string, which ...int) [][]float64 {
	t.Helper()
	f, err := os.Open(refdata.Shared(t, "reference", file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := make([][]float64, len(which))
	for _, row := range rows[1:] {
		for i, c := range which {
			v, err := strconv.ParseFloat(row[c], 64)
			if err != nil {
				t.Fatal(err)
			}
			out[i] = append(out[i], v)
		}
	}
	return out
}

func cdnow(t testing.TB) *Data {
	c := columns(t, "cdnow_cbs.csv", 1, 2, 3)
	return &Data{X: c[0], Last: c[1], T: c[2]}
}

func estimate(t testing.TB, m Model, d *Data, o Options) *Fit {
	t.Helper()
	f, err := FitModel(m, d, o)
	if err != nil || !f.Certificate.Certified() {
		t.Fatalf("%s: %v %+v", m, err, f)
	}
	return f
}

func TestCDNOW(t *testing.T) {
	for _, c := range []struct {
		model  Model
		loglik float64
		params []float64
		se     []float64
	}{
		{BGNBD, -9582.429, []float64{.2425945, 4.4136019, .7929199, 2.4258881}, []float64{.012557, .378229, .185736, .705418}},
		{MBGNBD, -9582.133, []float64{.525, 6.183, .891, 1.614}, []float64{.0844, .7007, .1559, .5448}},
		{ParetoNBD, -9594.976, []float64{.55315, 10.57633, .60625, 11.67150}, []float64{.0476264, .8427222, .1872594, 6.2105448}},
	} {
		f := estimate(t, c.model, cdnow(t), Options{Threads: 2})
		t.Logf("%s %v %v %.4f %d %d/%d %d %v", c.model, f.Params, f.SE, f.Certificate.LogLik, f.Certificate.Iterations, f.Agree, f.Starts, f.Distinct, f.Certificate.Warnings)
		near(t, string(c.model)+" log L", f.Certificate.LogLik, c.loglik, .01)
		for i := range c.params {
			near(t, string(c.model)+" "+f.Names[i], f.Params[i], c.params[i], .005*c.params[i])
			near(t, string(c.model)+" se "+f.Names[i], f.SE[i], c.se[i], .02*c.se[i])
		}
	}
}

func TestDonations(t *testing.T) {
	c := columns(t, "donations.csv", 0, 1, 2, 3)
	f := estimate(t, BGBB, &Data{X: c[0], Last: c[1], T: c[2], Weight: c[3]}, Options{})
	t.Logf("%v %v %.4f %+v", f.Params, f.SE, f.Certificate.LogLik, f.Certificate)
	near(t, "log L", f.Certificate.LogLik, -33225.5813, .001)
	for i, want := range []float64{1.203528, .7497260, .6567808, 2.783796} {
		near(t, f.Names[i], f.Params[i], want, 1e-3*want)
	}
}

// Where lives, or rates, do not differ between customers, Pareto/NBD has its maximum at infinity; that is seen before hundreds of steps are made.
func TestEndless(t *testing.T) {
	for what, alike := range map[string][2]bool{"lives": {false, true}, "rates": {true, false}, "immortal": {false, false}} {
		rng := rand.New(rand.NewPCG(3, 5))
		d := &Data{}
		for range 2_000 {
			end := 20 + 84*rng.Float64()
			rate, life := .1, rng.ExpFloat64()/(rng.ExpFloat64()/40)
			if !alike[0] {
				rate *= rng.ExpFloat64()
				life = 1e9
			}
			if alike[1] {
				life = rng.ExpFloat64() / .02
			}
			x, last := 0.0, 0.0
			for at := rng.ExpFloat64() / rate; at < min(end, life); at += rng.ExpFloat64() / rate {
				x, last = x+1, at
				if alike[0] { // a little more regular than chance, so that chance does not make rates differ
					at += 2 * rng.Float64()
				}
			}
			d.X, d.Last, d.T = append(d.X, x), append(d.Last, last), append(d.T, end)
		}
		f, err := FitModel(ParetoNBD, d, Options{})
		if c := f.Certificate; err != nil || c.Certified() || c.Iterations > 30 || len(c.Warnings) == 0 || c.Warnings[0].Code != num.WarnBoundary || !math.IsNaN(f.Params[0]) {
			t.Errorf("%s: %v %+v", what, err, f)
		}
		if f, err := FitModel(ParetoNBD, d, Options{Near: []float64{1, 10, 1, 40}}); err != nil || f.Certificate.Certified() || f.Certificate.Iterations > nearSteps {
			t.Errorf("%s, near: %v %+v", what, err, f)
		}
	}
}

// From near the estimates one ascent finds those that are found from the fixed points; parameters that are none are an error, or found nothing by.
func TestNear(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 6))
	d := &Data{}
	for range 2_000 {
		end, rate, life := 20+84*rng.Float64(), .2*rng.ExpFloat64(), rng.ExpFloat64()/(rng.ExpFloat64()/40)
		x, last := 0.0, 0.0
		for at := rng.ExpFloat64() / rate; at < min(end, life); at += rng.ExpFloat64() / rate {
			x, last = x+1, at
		}
		d.X, d.Last, d.T = append(d.X, x), append(d.Last, last), append(d.T, end)
	}
	want, got := estimate(t, ParetoNBD, d, Options{}), estimate(t, ParetoNBD, d, Options{Near: []float64{2, 8, .4, 10}})
	for i, v := range want.Params {
		near(t, want.Names[i], got.Params[i], v, 1e-5*v)
	}
	if _, err := FitModel(ParetoNBD, d, Options{Near: []float64{1}}); err == nil {
		t.Error("one parameter passes")
	}
	if f, err := FitModel(ParetoNBD, d, Options{Near: []float64{1, 1, -1, 1}}); err != nil || f.Certificate.Certified() {
		t.Errorf("%v %+v", err, f)
	}
}

// One period does not tell four parameters: the refusal says that the data, not the search, are the matter.
func TestFlat(t *testing.T) {
	d := &Data{X: []float64{0, 1}, Last: []float64{0, 1}, T: []float64{1, 1}, Weight: []float64{60, 40}}
	f, err := FitModel(BGBB, d, Options{})
	if err != nil || f.Certificate.Certified() {
		t.Fatal(err, f.Params)
	}
	if w := f.Certificate.Warnings[0]; !strings.Contains(w.Message, "do not tell the parameters apart") {
		t.Errorf("%+v", w)
	}
}
