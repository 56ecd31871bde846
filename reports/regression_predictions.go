package reports

import (
	"bufio"
	"fmt"
	"slices"
	"strings"

	"mainstay/regress/model"
)

// NewRows are the rows that a fit predicts, as they lie in their table.
type NewRows struct {
	Files []string
	Keep  []Column // of the table, written beside the predictions
	Notes []string // how the table was read
	File  string   // the predictions are written to it; "" = they are part of the page or document
}

// PredictionTable is the rows that a fit predicted: their number, what of them is kept, the predictions, and why there is none. The error is two columns of one name.
func PredictionTable(p *model.Predictions, rows *NewRows) (*Table, error) {
	t := &Table{Name: "predictions", Rows: p.Rows}
	numbers, refused := make([]int64, p.Rows), make([]bool, p.Rows)
	answered := make([]bool, p.Rows)
	for i, why := range p.Why {
		numbers[i], refused[i], answered[i] = int64(i+1), why != "", why == ""
	}
	t.Columns = append(t.Columns, Column{Name: "row", Type: Integer, Doc: "row of the table that is predicted, from 1, the header not counted", Int: numbers})
	t.Columns = append(t.Columns, rows.Keep...)
	for _, c := range p.Columns {
		t.Columns = append(t.Columns, Column{Name: c.Name, Type: Float, Doc: c.About, Flt: c.Number})
	}
	t.Columns = append(t.Columns,
		Column{Name: "extrapolated", Type: Boolean, Doc: "the row lies beyond those of the fit: its leverage is larger than theirs; null where it is not predicted", Bool: p.Outside, Null: refused},
		Column{Name: "reason", Type: String, Doc: "why the row is not predicted; null where it is", Str: p.Why, Null: answered})
	for k := range t.Columns {
		if slices.ContainsFunc(t.Columns[:k], func(c Column) bool { return c.Name == t.Columns[k].Name }) {
			return nil, fmt.Errorf("predictions have two columns %q: leave that of the table out of --keep", t.Columns[k].Name)
		}
	}
	return t, nil
}

// Rows and columns of predictions, and reasons, that people are shown.
const (
	mostPredicted = 10
	mostForetold  = 6
	mostReasons   = 10
)

// predictions shows the first rows, and counts the others.
func (r *Regression) predictions(b *bufio.Writer) {
	p := r.Predictions
	var rows []float64
	for i := range p.Rows {
		if p.Why[i] == "" && len(rows) < mostPredicted {
			rows = append(rows, float64(i))
		}
	}
	s := model.Section{Name: "predictions", Title: "predictions", Columns: []model.Values{{Name: "row", Kind: model.Whole}}}
	for _, i := range rows {
		s.Columns[0].Number = append(s.Columns[0].Number, i+1)
	}
	for _, c := range p.Columns[:min(len(p.Columns), mostForetold)] {
		v := model.Values{Name: c.Name, Kind: c.Kind}
		for _, i := range rows {
			v.Number = append(v.Number, c.Number[int(i)])
		}
		s.Columns = append(s.Columns, v)
	}
	if len(rows) > 0 {
		writeSection(b, &s, r.style)
	} else {
		b.WriteByte('\n')
	}
	for _, line := range r.predictionFacts(len(rows)) {
		indented(b, "", r.style.tellFit(printable(line)))
	}
}

// predictionFacts say how many rows were predicted, why others were not, and what to heed.
func (r *Regression) predictionFacts(shown int) (out []string) {
	p := r.Predictions
	text := strings.Join(r.New.Files, ", ") + fmt.Sprintf(", %s: %s predicted", plural(int64(p.Rows), "row"), count(p.Predicted()))
	if n := p.Rows - p.Predicted(); n > 0 {
		text += fmt.Sprintf(", %s not", count(n))
	}
	if p.Beyond > 0 {
		text += fmt.Sprintf("; %s beyond the rows of the fit: extrapolated", count(p.Beyond))
	}
	switch {
	case r.New.File != "":
		text += "; all in " + r.New.File
	case shown < p.Rows || len(p.Columns) > mostForetold:
		text += "; --out FILE and --json have all rows and columns"
	}
	out = append(out, text)
	for k, reason := range p.Reasons {
		if k == mostReasons {
			out = append(out, fmt.Sprintf("… and %s more", plural(int64(len(p.Reasons)-k), "reason")))
			break
		}
		out = append(out, fmt.Sprintf("not predicted, %s: %s", plural(int64(reason.Rows), "row"), reason.Text))
	}
	return append(append(out, p.Facts...), r.New.Notes...)
}

type predictionsJSON struct {
	Files     []string     `json:"files"`
	File      *string      `json:"written_to"`
	Rows      int          `json:"rows"`
	Predicted int          `json:"predicted"`
	Beyond    int          `json:"extrapolated"`
	Reasons   []reasonJSON `json:"not_predicted"`
	Facts     []string     `json:"facts"`
	Columns   []valuesJSON `json:"columns"`
	Notes     []string     `json:"notes"`
}

type reasonJSON struct {
	Reason string `json:"reason"`
	Rows   int    `json:"rows"`
}

// predictionsJSON has the columns unless they are written to a file. t is the table of predictions.
func (r *Regression) predictionsJSON() (*predictionsJSON, error) {
	p := r.Predictions
	out := &predictionsJSON{Files: r.New.Files, Rows: p.Rows, Predicted: p.Predicted(), Beyond: p.Beyond, Reasons: []reasonJSON{}, Facts: []string{}, Notes: []string{}}
	for _, reason := range p.Reasons {
		out.Reasons = append(out.Reasons, reasonJSON{reason.Text, reason.Rows})
	}
	out.Facts, out.Notes = append(out.Facts, p.Facts...), append(out.Notes, r.New.Notes...)
	if r.New.File != "" {
		out.File = &r.New.File
		return out, nil
	}
	t, err := PredictionTable(p, r.New)
	if err != nil {
		return nil, err
	}
	for k := range t.Columns {
		c := &t.Columns[k]
		values := make([]any, t.Rows)
		for i := range values {
			switch {
			case c.IsNull(i):
			case c.Type == String:
				values[i] = c.Str[i]
			case c.Type == Boolean:
				values[i] = c.Bool[i]
			case c.Type == Float:
				values[i] = number(c.Flt[i])
			default:
				values[i] = c.Int[i]
			}
		}
		out.Columns = append(out.Columns, valuesJSON{c.Name, values})
	}
	return out, nil
}
