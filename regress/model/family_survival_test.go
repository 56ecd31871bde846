package model

import (
	"encoding/csv"
	"math"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"mainstay/regress"
	"mainstay/regress/formula"
)

// lungData is R's lung, complete rows, as the reference of regress/survival has it.
func lungData(t *testing.T) *formula.Data {
	t.Helper()
	file, err := os.Open("../survival/testdata/ref/r/lung.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	d := &formula.Data{Rows: len(rows) - 1}
	for j, name := range rows[0] {
		c := formula.Column{Name: name}
		for _, r := range rows[1:] {
			v, err := strconv.ParseFloat(r[j], 64)
			if err != nil {
				t.Fatal(err)
			}
			c.Number = append(c.Number, v)
		}
		d.Columns = append(d.Columns, c)
	}
	return d
}

func fitText(t *testing.T, d *formula.Data, text string, o Options) (*Result, error) {
	t.Helper()
	f, err := formula.Parse(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	o.Level = .95
	return Fit(t.Context(), d, f, o)
}

// Through the formula, with a factor, strata and late entry: coxph(Surv(late, time, status) ~ age + factor(ph.ecog) + strata(sex), lung2) of survival 3.5-3.
func TestCoxFormula(t *testing.T) {
	d := lungData(t)
	r, err := fitText(t, d, "Surv(late, time, status) ~ age + factor(ph.ecog) + strata(sex)", Options{Family: Cox, Cluster: "inst"})
	if err != nil {
		t.Fatal(err)
	}
	got := []float64{}
	for _, c := range r.Coefficients {
		got = append(got, c.Estimate, c.SE)
	}
	want := []float64{0.0136328812994, 0.0069763184806, 0.37843913752, 0.117573020416, 0.890635335553, 0.26894256254, 3.01482825224, 0.247091118348}
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-7*math.Abs(want[i]) {
			t.Errorf("%d: %.12g, want %.12g", i, got[i], want[i])
		}
	}
	if r.Covariance != "CR0" || r.Clusters != 18 || r.Ratio != HazardRatio || r.Measures.Test.Name != "Wald" {
		t.Errorf("%+v", r)
	}
	names := []string{}
	for _, s := range r.Sections {
		names = append(names, s.Name)
	}
	if !reflect.DeepEqual(names, []string{"proportional_hazards", "baseline"}) || r.Sections[0].Rows() != 2 || r.Sections[0].Columns[2].Number[1] != 3 {
		t.Errorf("%v %+v", names, r.Sections[0])
	}
	if r.Sections[1].Columns[0].Name != "stratum" {
		t.Errorf("%+v", r.Sections[1].Columns[0])
	}
}

// The order of the rows changes nothing, in any family of survival.
func TestSurvivalRowOrder(t *testing.T) {
	d := lungData(t)
	turned := &formula.Data{Rows: d.Rows}
	for _, c := range d.Columns {
		turned.Columns = append(turned.Columns, formula.Column{Name: c.Name, Number: reversed(c.Number)})
	}
	for _, family := range []Family{Cox, KaplanMeier, "weibull", "exponential", "lognormal", "loglogistic"} {
		o := Options{Family: family}
		if family != KaplanMeier {
			o.HC = regress.HC0
			o.Folds = &Folds{K: 4}
		}
		a, err := fitText(t, d, "Surv(time, status) ~ sex + ph.ecog", o)
		if err != nil {
			t.Fatal(err)
		}
		o.Threads = 3
		b, err := fitText(t, turned, "Surv(time, status) ~ sex + ph.ecog", o)
		if err != nil {
			t.Fatal(err)
		}
		as, bs := printed(a), printed(b)
		if as != bs {
			t.Errorf("%s:\n%s\n%s", family, as, bs)
		}
		if family != KaplanMeier && !(a.Validation.More[0].Value > .55 && a.Validation.More[0].Value < .75) {
			t.Errorf("%s: concordance held out %+v", family, a.Validation.More)
		}
	}
}

func reversed(v []float64) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[len(v)-1-i] = x
	}
	return out
}

// printed is the numbers of a result.
func printed(r *Result) string {
	var b strings.Builder
	put := func(v ...float64) {
		for _, x := range v {
			b.WriteString(strconv.FormatFloat(x, 'g', -1, 64) + " ")
		}
	}
	for _, c := range r.Coefficients {
		put(c.Estimate, c.SE)
	}
	put(r.Measures.LogLik, r.Measures.Test.Statistic)
	for _, s := range r.Sections {
		for _, c := range s.Columns {
			put(c.Number...)
			b.WriteString(strings.Join(c.Text, " "))
		}
	}
	if r.Validation != nil {
		put(r.Validation.More[0].Value, r.Validation.More[0].SE)
	}
	return b.String()
}

func TestSurvivalErrors(t *testing.T) {
	d := lungData(t)
	for _, c := range []struct {
		family     Family
		text, want string
	}{
		{Gaussian, "Surv(time, status) ~ age", "is a time until an event"},
		{Cox, "time ~ age", "is no time until an event"},
		{Gaussian, "time ~ age + strata(sex)", "strata() is for --family cox or km"},
		{"weibull", "Surv(time, status) ~ age + strata(sex)", "strata() is for --family cox or km"},
		{Cox, "Surv(time, late, status) ~ age", "a row is watched from its start to a later stop"},
		{"weibull", "Surv(I(time - 5), status) ~ age", "too early for --family weibull"},
		{KaplanMeier, "Surv(time, status) ~ time + age", "makes more than 100 groups"},
		{Cox, "Surv(time, ph.ecog) ~ age", "the event is 0 or 1"},
	} {
		if _, err := fitText(t, d, c.text, Options{Family: c.family}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: %v, want %q", c.family, c.text, err, c.want)
		}
	}
	if _, err := fitText(t, d, "Surv(time, status) ~ age", Options{Family: Cox, HC: regress.HC3}); err == nil || !strings.Contains(err.Error(), "hc0") {
		t.Error(err)
	}
	if _, err := fitText(t, d, "Surv(time, status) ~ age", Options{Family: Cox, Ties: "exact"}); err == nil || !strings.Contains(err.Error(), "efron or breslow") {
		t.Error(err)
	}
}
