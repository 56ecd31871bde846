package attrition

import (
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"testing"

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
