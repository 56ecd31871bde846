package model

import (
	"encoding/csv"
	"os"
	"strconv"
	"testing"

	"mainstay/internal/refdata"
	"mainstay/regress/formula"
)

// Doctor visits of 20,190 persons: R's glm to the ten digits of ../shared/reference/README.md, and MASS's glm.nb to where
// it stopped: its default epsilon of 1e-8 leaves the eighth place open.
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
		"negative-binomial": {.6635560872, -.0579469537, -.2677877188, .0412060771, -.0381376804, .2689157722, .0381637446, -.0441338846, .0172521803, .1779607874, -43383.6620765},
	} {
		r := mustFit(t, d, text, Options{Family: family, Level: 0.95, Threads: 2})
		var got []float64
		for _, c := range r.Coefficients {
			got = append(got, c.Estimate)
		}
		for i, v := range append(got, r.Measures.LogLik) {
			digits := 5.1e-11 // half of the tenth place, and what rounding adds
			if family == "negative-binomial" {
				digits = 1e-8
			}
			if i == len(got) {
				digits = 5.1e-8
			}
			if v < want[i]-digits || v > want[i]+digits {
				t.Errorf("%s, figure %d: %.12g, want %.12g", family, i, v, want[i])
			}
		}
		if family == "negative-binomial" {
			close(t, "θ", []float64{r.Parameters[0].Value}, []float64{.773423112}, 1e-9)
			close(t, "its error", []float64{r.Parameters[0].SE}, []float64{.01113}, 5e-4)
		}
	}
}
