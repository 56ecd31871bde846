package model

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"mainstay/regress"
	"mainstay/regress/formula"
)

// rFit is what R says about a fit: testdata/ref/r/model.R.
type rFit struct {
	Table, Formula, Family, Weights, Cluster   string
	Names, Dropped, Estimate, SE, Statistic, P json.RawMessage
	Low, High, HC0, HC1, HC2, HC3, CR1, Test   json.RawMessage
	LogLik, AIC, BIC, Null, Deviance           float64
	Sigma, R2, AdjR2                           float64
	N, DF                                      int
}

// list reads a number or a list of them.
func list[T any](t *testing.T, raw json.RawMessage) []T {
	t.Helper()
	var many []T
	if len(raw) == 0 || json.Unmarshal(raw, &many) == nil {
		return many
	}
	var one T
	if err := json.Unmarshal(raw, &one); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return []T{one}
}

func reference(t *testing.T) (*formula.Data, []rFit) {
	t.Helper()
	raw, err := os.ReadFile("testdata/ref/r/model.json")
	if err != nil {
		t.Fatal(err)
	}
	var ref struct {
		Made []struct {
			Name   string
			Values json.RawMessage
		}
		Fits []rFit
	}
	if err := json.Unmarshal(raw, &ref); err != nil {
		t.Fatal(err)
	}
	d := &formula.Data{}
	for _, c := range ref.Made {
		column := formula.Column{Name: c.Name}
		if json.Unmarshal(c.Values, &column.Number) != nil {
			column.Number, column.Text = nil, list[string](t, c.Values)
		}
		d.Rows = max(len(column.Number), len(column.Text))
		d.Columns = append(d.Columns, column)
	}
	return d, ref.Fits
}

func close(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= tol*math.Abs(want[i])+1e-12) {
			t.Errorf("%s[%d]: got %.12g, want %.12g", what, i, got[i], want[i])
		}
	}
}

// Everything printed about a fit is R's.
func TestAgainstR(t *testing.T) {
	d, fits := reference(t)
	tested := 0
	for _, want := range fits {
		if want.Table != "made" {
			continue
		}
		tested++
		kinds := map[regress.HC]json.RawMessage{regress.NoHC: want.SE}
		if want.HC0 != nil {
			kinds = map[regress.HC]json.RawMessage{regress.NoHC: want.SE, regress.HC0: want.HC0, regress.HC1: want.HC1, regress.HC2: want.HC2, regress.HC3: want.HC3}
		}
		for hc, se := range kinds {
			o := Options{Family: Family(want.Family), Weights: want.Weights, HC: hc, Level: 0.95, Threads: 2}
			compare(t, mustFit(t, d, want.Formula, o), &want, se, hc == regress.NoHC)
		}
		if want.Cluster != "" {
			r := mustFit(t, d, want.Formula, Options{Family: Family(want.Family), Cluster: want.Cluster, Level: 0.95})
			compare(t, r, &want, want.CR1, false)
			if r.Covariance != "CR1" || r.Clusters != 13 || (r.Family == Gaussian && r.DF != 12) {
				t.Errorf("%+v", r)
			}
		}
	}
	if tested < 9 {
		t.Errorf("%d fits", tested)
	}
}

func mustFit(t testing.TB, d *formula.Data, text string, o Options) *Result {
	t.Helper()
	f, err := formula.Parse(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Fit(t.Context(), d, f, o)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return r
}

// compare holds r to R's fit, its standard errors to se, and what follows from model-based ones too.
func compare(t *testing.T, r *Result, want *rFit, se json.RawMessage, modelBased bool) {
	t.Helper()
	const tol = 1e-8
	var names, dropped []string
	var estimate, errors, statistic, p, low, high []float64
	for _, c := range r.Coefficients {
		names = append(names, c.Name)
		if c.Dropped {
			dropped = append(dropped, c.Name)
			continue
		}
		estimate, errors, statistic = append(estimate, c.Estimate), append(errors, c.SE), append(statistic, c.Statistic)
		p, low, high = append(p, c.P), append(low, c.Low), append(high, c.High)
	}
	if all, without := list[string](t, want.Names), list[string](t, want.Dropped); !slices.Equal(names, all) || !slices.Equal(dropped, without) {
		t.Fatalf("%s: columns %q, dropped %q; want %q, %q", want.Formula, names, dropped, all, without)
	}
	close(t, want.Formula+" estimate", estimate, list[float64](t, want.Estimate), tol)
	close(t, want.Formula+" se "+r.Covariance, errors, list[float64](t, se), tol)
	m := &r.Measures
	close(t, want.Formula+" measures", []float64{m.LogLik, m.AIC, m.BIC, float64(r.Used), float64(m.DF)},
		[]float64{want.LogLik, want.AIC, want.BIC, float64(want.N), float64(want.DF)}, tol)
	if r.Family == Gaussian {
		close(t, want.Formula+" gaussian", []float64{m.Sigma, m.R2, m.AdjR2}, []float64{want.Sigma, want.R2, want.AdjR2}, tol)
	} else {
		close(t, want.Formula+" binomial", []float64{m.Deviance, m.NullDeviance}, []float64{want.Deviance, want.Null}, tol)
	}
	if !modelBased {
		return
	}
	close(t, want.Formula+" statistic", statistic, list[float64](t, want.Statistic), 1e-7)
	close(t, want.Formula+" p", p, list[float64](t, want.P), 1e-6)
	close(t, want.Formula+" low", low, list[float64](t, want.Low), 1e-7)
	close(t, want.Formula+" high", high, list[float64](t, want.High), 1e-7)
	if test := list[float64](t, want.Test); len(test) > 0 && test[1] > 0 {
		close(t, want.Formula+" test", []float64{m.Test.Statistic, m.Test.DF, m.Test.DF2, m.Test.P}, test, 1e-7)
	} else if !math.IsNaN(m.Test.Statistic) {
		t.Errorf("%s: a test of nothing: %+v", want.Formula, m.Test)
	}
}
