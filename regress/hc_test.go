package regress

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"mainstay/internal/num"
)

// Figures: R's lm, glm and sandwich::vcovHC (testdata/ref/r/robust.R).
func TestRobustErrorsAndOffsetsAgainstR(t *testing.T) {
	raw, err := os.ReadFile("testdata/ref/r/robust.json")
	if err != nil {
		t.Fatal(err)
	}
	var ref []struct {
		Name                         string
		Coef, SE, HC0, HC1, HC2, HC3 []float64
		LogLik, Deviance             float64
		Null, R2                     *float64
	}
	if err := json.Unmarshal(raw, &ref); err != nil {
		t.Fatal(err)
	}
	for _, r := range ref {
		d := &Design{Names: []string{"(intercept)", "gpa", "tuce", "psi"}}
		var o Options
		if strings.HasPrefix(r.Name, "line") {
			d.Names = []string{"(intercept)", "tuce", "psi"}
		}
		if strings.Contains(r.Name, "offset") {
			d.Names = []string{"(intercept)", "gpa", "psi"}
			if strings.HasPrefix(r.Name, "line") {
				d.Names = []string{"(intercept)", "psi"}
			}
		}
		if strings.Contains(r.Name, "no intercept") {
			d.Names = d.Names[1:]
		}
		var y []float64
		for i, row := range spector { // gpa, tuce, psi, grade
			for _, name := range d.Names {
				d.X = append(d.X, map[string]float64{"(intercept)": 1, "gpa": row[0], "tuce": row[1], "psi": row[2]}[name])
			}
			if strings.Contains(r.Name, "weighted") {
				o.Weights = append(o.Weights, float64(1+i%3))
			}
			if strings.Contains(r.Name, "offset") {
				o.Offset = append(o.Offset, row[1]/10)
			}
			y = append(y, row[3])
			if strings.HasPrefix(r.Name, "line") {
				y[i] = row[0]
			}
		}
		fit := Logistic
		if strings.HasPrefix(r.Name, "line") {
			fit = LeastSquares
		}
		for hc, se := range [][]float64{r.SE, r.HC0, r.HC1, r.HC2, r.HC3} {
			o.HC = HC(hc)
			f, err := fit(d, y, o)
			if err != nil || !f.Certificate.Certified() {
				t.Fatalf("%s: %v, %+v", r.Name, err, f.Certificate)
			}
			nearAll(t, r.Name+" coefficients", f.Coef, r.Coef, 1e-9)
			nearAll(t, r.Name+" "+o.HC.String(), f.StandardErrors(), se, 1e-9)
			near(t, r.Name+" log-likelihood", f.Certificate.LogLik, r.LogLik, 1e-10)
			near(t, r.Name+" deviance", f.Deviance, r.Deviance, 1e-10)
			if r.Null != nil {
				near(t, r.Name+" null deviance", f.NullDev, *r.Null, 1e-9)
			}
			if r.R2 != nil {
				near(t, r.Name+" r²", f.R2, *r.R2, 1e-12)
			}
		}
	}
}

// A row with a column of its own has leverage 1.
func TestLeverageOneIsRefused(t *testing.T) {
	d := design([]float64{0, 0, 0, 0, 1}, []float64{1, 2, 3, 4, 5})
	y := []float64{1, 3, 2, 5, 9}
	for hc, certified := range []bool{true, true, true, false, false} {
		f := mustLeastSquares(t, d, y, Options{HC: HC(hc)})
		if f.Certificate.Certified() != certified {
			t.Errorf("HC%d: %+v", hc-1, f.Certificate)
		}
		if !certified && f.Certificate.Warnings[0].Code != num.WarnBoundary {
			t.Errorf("%+v", f.Certificate)
		}
		if !certified && (f.Coef[1] != 0 || f.SE[1] != 0 || f.Robust != nil) {
			t.Errorf("a refused fit has numbers: %+v", f)
		}
	}
	if _, err := LeastSquares(d, y, Options{HC: HC1, Cluster: []int32{1, 1, 2, 2, 3}}); err == nil {
		t.Error("clusters and HC together were accepted")
	}
	if _, err := LeastSquares(d, y, Options{Offset: []float64{0, 0, 0, 0, math.NaN()}}); err == nil {
		t.Error("an offset that is not a number was accepted")
	}
}
