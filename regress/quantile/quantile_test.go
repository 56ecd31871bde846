package quantile

import (
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"testing"

	"mainstay/internal/refdata"
	"mainstay/regress"
)

func engel(t testing.TB) (*regress.Design, []float64) {
	t.Helper()
	file, err := os.Open(refdata.Shared(t, "reference", "engel.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	d, y := &regress.Design{Names: []string{"(Intercept)", "income"}}, []float64(nil)
	for _, row := range rows[1:] {
		n := len(row)
		x, _ := strconv.ParseFloat(row[n-2], 64)
		v, _ := strconv.ParseFloat(row[n-1], 64)
		d.X, y = append(d.X, 1, x), append(y, v)
	}
	return d, y
}

func near(t testing.TB, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*math.Abs(want)) {
		t.Errorf("%s: got %.12g, want %.12g", what, got, want)
	}
}

// The figures of R's quantreg 5.94 on Engel's data: coefficients, objective, and standard errors of summary.rq.
func TestEngel(t *testing.T) {
	d, y := engel(t)
	for _, c := range []struct {
		tau, b0, b1, v    float64
		iid, nid, ker     [2]float64
		logLik, r1        float64
		bootLow, bootHigh float64 // of the slope's, 4000 samples ± 12 %
	}{
		{.25, 95.4835396346, .474103208193, 7082.31589897, [2]float64{15.8619076503776, 0.0142806983774}, [2]float64{21.3923697518315, 0.0290552734828},
			[2]float64{24.1639194918595, 0.0295488223199}, -1428.7405819, 0.554038212376, 0.0297, 0.0378},
		{.5, 81.4822474169, .560180551209, 8779.96632381, [2]float64{13.2390797180804, 0.0119193295293}, [2]float64{19.2506602521060, 0.0282772096839},
			[2]float64{30.2153158527793, 0.0373170354527}, -1411.63012404, 0.620555961946, 0.0313, 0.0398},
		{.75, 62.396585529, .644014139369, 6529.25028389, [2]float64{10.67106380493286, 0.00960730871236}, [2]float64{16.305376602816, 0.023239168132},
			[2]float64{29.1187560218802, 0.0362160653556}, -1409.63300616, 0.696568464843, 0.0284, 0.0362},
	} {
		for e, se := range map[Errors][2]float64{IID: c.iid, NID: c.nid, Kernel: c.ker} {
			f := must(t, d, y, c.tau, Options{Errors: e})
			near(t, "intercept", f.Coef[0], c.b0, 1e-10)
			near(t, "slope", f.Coef[1], c.b1, 1e-10)
			near(t, "objective", f.Objective, c.v, 1e-11)
			near(t, "log-likelihood", f.Certificate.LogLik, c.logLik, 1e-10)
			near(t, "R1", f.R1, c.r1, 1e-10)
			near(t, e.String()+" se of the intercept", f.SE[0], se[0], 1e-9)
			near(t, e.String()+" se of the slope", f.SE[1], se[1], 1e-9)
			if !f.Unique || f.Interpolate != 2 || f.DF != 233 {
				t.Errorf("%+v", f)
			}
		}
		if f := must(t, d, y, c.tau, Options{Errors: Bootstrap, Samples: 600}); f.SE[1] < c.bootLow || f.SE[1] > c.bootHigh {
			t.Errorf("bootstrapped se %v", f.SE)
		}
	}
}

func must(t testing.TB, d *regress.Design, y []float64, tau float64, o Options) *Fit {
	t.Helper()
	f, err := Regress(d, y, tau, o)
	if err != nil || !f.Certificate.Certified() {
		t.Fatalf("%v %+v", err, f)
	}
	return f
}
