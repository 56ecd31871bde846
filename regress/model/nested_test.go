package model

import (
	"math"
	"strings"
	"testing"

	"mainstay/regress"
	"mainstay/regress/formula"
)

func parse(t testing.TB, text string) *formula.Formula {
	t.Helper()
	f, err := formula.Parse(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Figures: R 4.2.2 and MASS 7.3-58.2, testdata/ref/r/nested.R.
func TestNestedModelsAgainstR(t *testing.T) {
	made, _ := reference(t)
	d := *made
	d.Columns = append([]formula.Column(nil), made.Columns...)
	for _, c := range []struct {
		formula, against string
		o                Options
		of               string
		want             map[string][3]float64 // statistic, degrees of freedom, P
	}{
		{"z ~ x + factor(w)", "", Options{Family: "poisson"}, "factor(w)", map[string][3]float64{
			"likelihood ratio": {0.372433203159, 3, 0.945876387255}, "score": {0.369086793821, 3, 0.946551731905}, "Wald": {0.368881618227, 3, math.NaN()}}},
		{"z ~ x + factor(w)", "", Options{Family: "poisson"}, "x", map[string][3]float64{
			"likelihood ratio": {0.883073419613, 1, 0.34736127415}, "score": {0.88325953701, 1, 0.347310470071}, "Wald": {0.882631043423, 1, math.NaN()}}},
		{"won ~ x * factor(w)", "", Options{Family: Binomial, Link: "probit"}, "x:factor(w)", map[string][3]float64{
			"likelihood ratio": {0.137797220694, 3, 0.986944396614}, "score": {0.138847263537, 3, 0.986799009314}, "Wald": {0.137307527887, 3, math.NaN()}}},
		{"won ~ x * factor(w)", "won ~ 1", Options{Family: Binomial, Link: "probit"}, "against won ~ 1", map[string][3]float64{
			"likelihood ratio": {0.770517260818, 7, 0.997733321878}, "score": {0.766354448157, 7, 0.997772348597}, "Wald": {0.762242216145, 7, math.NaN()}}},
		{"y ~ x + factor(w)", "", Options{Family: "gamma", Link: "log"}, "factor(w)", map[string][3]float64{
			"F": {0.0657380683048, 3, 0.977809007675}, "score F": {0.00923130689893 / 0.0471847024009 / 3, 3, math.NaN()}, "Wald F": {0.197912640724 / 3, 3, math.NaN()}}},
		{"y ~ x + factor(w)", "", Options{Family: "gamma"}, "factor(w)", map[string][3]float64{
			"F": {0.0666052700556, 3, 0.977386803992}, "score F": {0.00934321579737 / 0.0471774721853 / 3, 3, math.NaN()}, "Wald F": {0.198012969664 / 3, 3, math.NaN()}}},
		{"z ~ x + factor(w)", "", Options{Family: "negative-binomial"}, "factor(w)", map[string][3]float64{
			"likelihood ratio": {0.146541899836, 3, math.NaN()}, "Wald": {0.14680947708, 3, math.NaN()}}},
		{"y ~ x + factor(w)", "y ~ x", Options{}, "against y ~ x", map[string][3]float64{"F": {0.0659376111571, 3, 0.977712052877}}},
	} {
		c.o.Level, c.o.Tests = 0.95, true
		if c.o.Family == "" {
			c.o.Family = Gaussian
		}
		if c.against != "" {
			c.o.Against = parse(t, c.against)
		}
		r := mustFit(t, &d, c.formula, c.o)
		found := 0
		for _, got := range r.Measures.Tests {
			want, ok := c.want[got.Name]
			if got.Of != c.of || !ok {
				continue
			}
			found++
			if math.IsNaN(want[2]) {
				want[2] = got.P
			}
			close(t, c.formula+" "+c.of+" "+got.Name, []float64{got.Statistic, got.DF, got.P}, want[:], 2e-7)
		}
		if found != len(c.want) {
			t.Errorf("%s: %+v", c.formula, r.Measures.Tests)
		}
	}
}

// Figures: lm.ridge of MASS, and its covariance by hand (nested.R).
func TestRidgeAgainstR(t *testing.T) {
	d, _ := reference(t)
	r := mustFit(t, d, "y ~ x + z", Options{Family: Gaussian, Ridge: 7, Level: 0.95, Threads: 2})
	for j, want := range [][2]float64{{12.3303747806, 0}, {0.0585245304001, 0.109955177092}, {0.00506783661817, 0.100983888338}} {
		close(t, "ridge", []float64{r.Coefficients[j].Estimate}, want[:1], 1e-10)
		if j > 0 {
			close(t, "ridge error", []float64{r.Coefficients[j].SE}, want[1:], 1e-10)
		}
	}
	close(t, "effective coefficients", []float64{r.Measures.More[0].Value, r.Measures.Deviance}, []float64{2.78983974291, 418.880460507}, 1e-10)
	// λ → 0 is least squares, λ → ∞ the mean.
	line, small := mustFit(t, d, "y ~ x + z", Options{Family: Gaussian, Level: 0.95}), mustFit(t, d, "y ~ x + z", Options{Family: Gaussian, Ridge: 1e-9, Level: 0.95})
	large := mustFit(t, d, "y ~ x + z", Options{Family: Gaussian, Ridge: 1e12, HC: regress.HC3, Level: 0.95})
	for j := range line.Coefficients {
		close(t, "λ near 0", []float64{small.Coefficients[j].Estimate, small.Coefficients[j].SE}, []float64{line.Coefficients[j].Estimate, line.Coefficients[j].SE}, 1e-8)
		if j > 0 && math.Abs(large.Coefficients[j].Estimate) > 1e-9 {
			t.Errorf("λ = 1e12: %+v", large.Coefficients[j])
		}
	}
}

// Figures: cooks.distance, hatvalues, rstandard of R's lm (nested.R): its row 27 moves the fit most.
func TestInfluenceAgainstR(t *testing.T) {
	d, _ := reference(t)
	r := mustFit(t, d, "y ~ x + factor(w)", Options{Family: Gaussian, Diagnose: true, Level: 0.95})
	s := r.Sections[0]
	close(t, "row 27", []float64{s.Columns[0].Number[0], s.Columns[5].Number[0], s.Columns[4].Number[0], s.Columns[3].Number[0]},
		[]float64{27, 0.110850504932, 0.10437258411, 2.18084254786}, 1e-9)
	if r.Rows.Number[26] != 27 || r.Rows.Columns[6].Number[26] != s.Columns[5].Number[0] {
		t.Errorf("rows are out of order: %v", r.Rows.Number)
	}
}

func TestModelsThatAreNotNested(t *testing.T) {
	d, _ := reference(t)
	for against, words := range map[string]string{
		"y ~ z": "not nested", "z ~ x": "the same response", "y ~ offset(z)": "another offset", "y ~ x + g": "columns that the larger one has not: gsouth",
	} {
		_, err := Fit(t.Context(), d, parse(t, "y ~ x"), Options{Family: Gaussian, Level: 0.95, Against: parse(t, against)})
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v, want %q", against, err, words)
		}
	}
}
