package model

import (
	"math"
	"testing"

	"mainstay/regress"
	"mainstay/regress/formula"
)

// made is a table of 20 rows: y = 2x + 1, a constant k, noise e, a factor f of a single level, g of two.
func made() *formula.Data {
	d := &formula.Data{Rows: 20, Columns: []formula.Column{{Name: "y"}, {Name: "x"}, {Name: "k"}, {Name: "e"}, {Name: "f"}, {Name: "g"}}}
	for i := range d.Rows {
		x := 0.1 * float64(i)
		for c, v := range []float64{2*x + 1, x, 0.3, math.Mod(float64(i*i), 7)} {
			d.Columns[c].Number = append(d.Columns[c].Number, v)
		}
		d.Columns[4].Text = append(d.Columns[4].Text, "a")
		d.Columns[5].Text = append(d.Columns[5].Text, []string{"u", "v"}[i%2])
	}
	return d
}

// What is left of a perfect fit is rounding, of which no statistic is made.
func TestPerfectFitTestsNothing(t *testing.T) {
	for _, text := range []string{"y ~ x", "k ~ x", "y ~ I(y * 3)"} {
		for _, hc := range []regress.HC{regress.NoHC, regress.HC3} {
			r := mustFit(t, made(), text, Options{Family: Gaussian, HC: hc, Level: 0.95})
			m := &r.Measures
			if m.Sigma != 0 || !math.IsNaN(m.LogLik) || !math.IsNaN(m.Test.Statistic) || !math.IsNaN(m.Test.P) || len(r.Certificate.Warnings) == 0 {
				t.Errorf("%s: %+v %v", text, m, r.Certificate.Warnings)
			}
			if constant := text == "k ~ x"; math.IsNaN(m.R2) != constant || !constant && m.R2 != 1 {
				t.Errorf("%s: R² %v", text, m.R2)
			}
			for _, c := range r.Coefficients {
				if c.SE != 0 || !math.IsNaN(c.Statistic) || !math.IsNaN(c.P) {
					t.Errorf("%s: %+v", text, c)
				}
			}
		}
	}
}

// A constant column is an intercept by another name: the null model, R² and the test of all terms are those
// of the intercept.
func TestConstantColumnIsTheIntercept(t *testing.T) {
	for _, hc := range []regress.HC{regress.NoHC, regress.HC1} {
		o := Options{Family: Gaussian, HC: hc, Level: 0.95}
		want := mustFit(t, made(), "e ~ x", o).Measures
		got := mustFit(t, made(), "e ~ k + x - 1", o).Measures
		close(t, "measures", []float64{got.R2, got.AdjR2, got.Test.Statistic, got.Test.DF, got.Test.P, float64(got.NullDF)},
			[]float64{want.R2, want.AdjR2, want.Test.Statistic, want.Test.DF, want.Test.P, float64(want.NullDF)}, 1e-9)
		for _, alone := range []string{"e ~ k - 1", "e ~ f - 1"} {
			if m := mustFit(t, made(), alone, o).Measures; m.Test.Name != "" || math.Abs(m.AdjR2) > 1e-15 {
				t.Errorf("%s: %+v", alone, m)
			}
		}
	}
}

// A coefficient that the clusters determine has no clustered standard error.
func TestClustersOfTheFactorItself(t *testing.T) {
	r := mustFit(t, made(), "e ~ g", Options{Family: Gaussian, Cluster: "g", Level: 0.95})
	for _, c := range r.Coefficients {
		if !math.IsNaN(c.SE) || !math.IsNaN(c.P) || !math.IsNaN(c.Low) {
			t.Errorf("%+v", c)
		}
	}
	if !math.IsNaN(r.Measures.Test.P) || len(r.Certificate.Warnings) != 3 {
		t.Errorf("%+v", r.Measures.Test)
	}
}
