package model

import (
	"encoding/csv"
	"os"
	"strconv"
	"testing"

	"mainstay/internal/refdata"
	"mainstay/regress/formula"
)

// Doctor visits of 20,190 persons: R's glm to the ten digits of ../shared/reference/README.md, and MASS's glm.nb with epsilon =
// 1e-14 (R 4.2.2, MASS 7.3-58.2) to twelve. By default glm.nb stops where its eighth place is open: the README has those.
func TestRandhieAgainstR(t *testing.T) {
	f, err := os.Open(refdata.Shared(t, "reference", "randhie.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	d := &formula.Data{Rows: len(records) - 1}
	for j, name := range records[0] {
		c := formula.Column{Name: name}
		for _, r := range records[1:] {
			v, err := strconv.ParseFloat(r[j], 64)
			if err != nil {
				t.Fatal(err)
			}
			c.Number = append(c.Number, v)
		}
		d.Columns = append(d.Columns, c)
	}
	const text = "mdvis ~ lncoins + idp + lpi + fmde + physlm + disea + hlthg + hlthf + hlthp"
	for family, want := range map[Family][]float64{
		"poisson":           {.7003528786, -.0525351154, -.2470867941, .0352902017, -.0345775067, .2717139788, .0339414745, -.0126350344, .0540563299, .2061151184, -62419.5885644},
		"negative-binomial": {0.663556089749, -0.0579469530276, -0.267787714919, 0.0412060760535, -0.0381376799345, 0.26891577038, 0.0381637443562, -0.0441338820793, 0.017252183708, 0.177960794351, -43383.6620765},
	} {
		r := mustFit(t, d, text, Options{Family: family, Level: 0.95, Threads: 2})
		var got []float64
		for _, c := range r.Coefficients {
			got = append(got, c.Estimate)
		}
		for i, v := range append(got, r.Measures.LogLik) {
			digits := 5.1e-11 // half of the tenth place, and what rounding adds
			if family == "negative-binomial" {
				digits = 1e-11
			}
			if i == len(got) {
				digits = 5.1e-8
			}
			if v < want[i]-digits || v > want[i]+digits {
				t.Errorf("%s, figure %d: %.12g, want %.12g", family, i, v, want[i])
			}
		}
		if family == "negative-binomial" {
			close(t, "θ", []float64{r.Parameters[0].Value}, []float64{0.773423112733}, 1e-11)
			close(t, "its error", []float64{r.Parameters[0].SE}, []float64{0.0111316217536}, 1e-6) // MASS takes the information a step before the end
		}
	}
}
