package reports

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"mainstay/regress/formula"
	"mainstay/regress/model"
)

// A fit with everything that is hard to show: long and wide names, dropped columns, a perfect fit whose
// likelihood is unbounded, control characters.
func TestRegressionFitsThePage(t *testing.T) {
	d := &formula.Data{Rows: 40, Columns: []formula.Column{{Name: "y"}, {Name: "x"}, {Name: "地区"}, {Name: "won"}}}
	for i := range d.Rows {
		d.Columns[0].Number = append(d.Columns[0].Number, 3*float64(i%7))
		d.Columns[1].Number = append(d.Columns[1].Number, float64(i%7))
		d.Columns[2].Text = append(d.Columns[2].Text, []string{"华东", "a level with a name that goes on and on, beyond any column of a table", "\x1b[31m华南沿海经济特区及其周边的所有城市和乡镇"}[i%3])
		d.Columns[3].Text = append(d.Columns[3].Text, []string{"no", "yes"}[i*i%7%2])
	}
	for text, family := range map[string]model.Family{
		"y ~ x + I(2 * x) + 地区":   model.Gaussian,
		"won ~ x * 地区 + I(x + 1)": model.Binomial,
	} {
		f, err := formula.Parse(text, nil)
		if err != nil {
			t.Fatal(err)
		}
		fit, err := model.Fit(t.Context(), d, f, model.Options{Family: family, Level: 0.95, Folds: &model.Folds{K: 3, Seed: 1}})
		if err != nil {
			t.Fatal(err)
		}
		r := &Regression{Result: fit, Files: []string{"a.csv"}, Rows: d.Rows}
		var page, document bytes.Buffer
		if err := WriteRegression(&page, r, Style{}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(page.String()) {
			if width(strings.TrimRight(line, "\n")) > pageWidth {
				t.Errorf("%s: %d columns: %s", text, width(line), line)
			}
		}
		if err := WriteRegressionJSON(&document, r); err != nil {
			t.Fatal(err)
		}
		var parsed map[string]any
		if err := json.Unmarshal(document.Bytes(), &parsed); err != nil || parsed["schema"] != RegressionSchema {
			t.Errorf("%v: %s", err, document.String())
		}
		for _, out := range []string{page.String(), document.String()} {
			for _, bad := range []string{"NaN", "Inf", "%!", "\x1b"} {
				if strings.Contains(out, bad) || !utf8.ValidString(out) {
					t.Errorf("%s: %q in\n%s", text, bad, out)
				}
			}
		}
		if !strings.Contains(page.String(), "so they were dropped (--json says which do): I(") {
			t.Errorf("the dropped column is not named:\n%s", page.String())
		}
	}
}
