package model

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"mainstay/regress"
	"mainstay/regress/formula"

	"pgregory.net/rapid"
)

// Whatever the table, a fit is an error or a result whose coefficients are finite unless dropped: no panic.
func TestWildTables(t *testing.T) {
	wild := []float64{0, 0, 1, 1, -1, 2, 3.5, 1e9, 1e9 + 1, -1e-9, 1e40, -1e60, 1e99, 1e-99, 1e-300, 0.1, math.NaN()}
	rights := []string{"x", "x + z", "x * g", "g - 1", "g:h + x", "g * h * x", ".", "poly(x, 3, raw = TRUE)", "scale(x) + factor(z)", "x + I(x > 1)", "1", "offset(x) + z", "log1p(I(x^2)) + g"}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(t, "n")
		d := &formula.Data{Rows: n, Columns: []formula.Column{{Name: "y"}, {Name: "x"}, {Name: "z"}, {Name: "g"}, {Name: "h"}, {Name: "won"}, {Name: "w"}}}
		for range n {
			for k := range 3 {
				d.Columns[k].Number = append(d.Columns[k].Number, rapid.SampledFrom(wild).Draw(t, "number"))
			}
			d.Columns[3].Text = append(d.Columns[3].Text, rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(t, "g"))
			d.Columns[4].Text = append(d.Columns[4].Text, rapid.SampledFrom([]string{"p", "q"}).Draw(t, "h"))
			d.Columns[5].Text = append(d.Columns[5].Text, rapid.SampledFrom([]string{"no", "yes"}).Draw(t, "won"))
			d.Columns[6].Number = append(d.Columns[6].Number, rapid.SampledFrom([]float64{0, 1, 1, 2, 1e-90, 1e90}).Draw(t, "w"))
		}
		o := Options{Level: 0.95, Family: rapid.SampledFrom(Families()).Draw(t, "family")}
		response := cmp.Or(map[Family]string{Binomial: "won", Firth: "won", Multinomial: "factor(w)", FirthMultinomial: "factor(w)"}[o.Family], "y")
		if response == "y" && o.Family != Gaussian && rapid.Bool().Draw(t, "possible") {
			response = "I(abs(z) > 1)"
		}
		given := []string{"tests", "diagnose"}
		if o.Check(given) == nil {
			o.Tests, o.Diagnose = rapid.Bool().Draw(t, "tests"), rapid.Bool().Draw(t, "diagnose")
		}
		if f, _ := lookup(o.Family); slices.Contains([]Family{Cox, KaplanMeier, "weibull", "exponential", "lognormal", "loglogistic", "discrete"}, o.Family) {
			response = rapid.SampledFrom([]string{"Surv(z, won)", "Surv(I(z - 1), z, won)", "Surv(w)"}).Draw(t, "response")
			if f.strata && rapid.Bool().Draw(t, "strata") {
				response = "Surv(z, won) ~ strata(h) + g"
			}
		}
		switch rapid.IntRange(0, 3).Draw(t, "errors") {
		case 1:
			o.Weights = "w"
		case 2:
			o.Cluster = "g"
		case 3:
			o.HC = rapid.SampledFrom([]regress.HC{regress.HC0, regress.HC3}).Draw(t, "hc")
		}
		if k := rapid.IntRange(1, 4).Draw(t, "folds"); k > 1 {
			o.Folds = &Folds{K: k, Group: o.Cluster}
		}
		if canonicalLinks[o.Family] != "" && rapid.Bool().Draw(t, "penalised") {
			o.Tests, o.Diagnose, o.HC = false, false, regress.NoHC
			o.Penalty = &Penalty{Alpha: rapid.SampledFrom([]float64{0, 0.5, 1}).Draw(t, "alpha"), Lambda: 0.1, Choose: rapid.SampledFrom([]Rule{"", LeastDeviance}).Draw(t, "rule")}
		}
		if rapid.Bool().Draw(t, "predict") {
			rows := *d // other rows of the same columns
			rows.Columns = slices.Clone(d.Columns)
			rows.Columns[1].Number, rows.Columns[2].Number = d.Columns[2].Number, d.Columns[1].Number
			rows.Columns[3].Text = rapid.SliceOfN(rapid.SampledFrom([]string{"", "a", "b", "new"}), n, n).Draw(t, "levels")
			o.New = &rows
		}
		f, err := formula.Parse(joined(response, rapid.SampledFrom(rights).Draw(t, "right")), []string{"y", "x", "g"})
		if err != nil {
			t.Fatal(err)
		}
		r, err := Fit(t.Context(), d, f, o)
		if err != nil {
			return
		}
		if (r.Predictions != nil) != (o.New != nil) {
			t.Fatal("predictions are not those asked for")
		}
		if p := r.Predictions; p != nil {
			for _, c := range p.Columns {
				for i, v := range c.Number {
					if math.IsInf(v, 0) || p.Why[i] != "" && !math.IsNaN(v) {
						t.Fatalf("%s: row %d, %s is %v: %s", r.Formula, i, c.Name, v, p.Why[i])
					}
				}
			}
		}
		for _, c := range r.Coefficients {
			known := c.Estimate + c.SE
			if math.IsNaN(c.SE) && (o.Cluster != "" || o.Penalty != nil) {
				known = c.Estimate // there may be too few clusters
			}
			if finite := !math.IsNaN(known) && !math.IsInf(known, 0); finite == c.Dropped {
				t.Fatalf("%s: %s", r.Formula, fmt.Sprintf("%+v", c))
			}
		}
	})
}

// joined is a formula, unless the response is one already.
func joined(response, right string) string {
	if strings.Contains(response, "~") {
		return response
	}
	return response + " ~ " + right
}
