package reports

import (
	"bufio"
	"fmt"
	"math"
	"slices"
	"strconv"
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
	return t, t.distinct()
}

// distinct is the error of two columns of one name, one of which --keep asked for.
func (t *Table) distinct() error {
	for k := range t.Columns {
		if slices.ContainsFunc(t.Columns[:k], func(c Column) bool { return c.Name == t.Columns[k].Name }) {
			return fmt.Errorf("there would be two columns %q: leave that of the table out of --keep", t.Columns[k].Name)
		}
	}
	return nil
}

// Rows and columns of predictions, and reasons, that people are shown.
const (
	mostPredicted = 10
	mostForetold  = 6
	mostKept      = 3
	widestKept    = 16
	leastKept     = 8
	mostReasons   = 10
)

// predictions shows the first rows, and counts the others.
func (r *Regression) predictions(b *bufio.Writer) {
	p := r.Predictions
	var rows []int
	for i := range p.Rows {
		if p.Why[i] == "" && len(rows) < mostPredicted {
			rows = append(rows, i)
		}
	}
	b.WriteByte('\n')
	if len(rows) > 0 {
		r.predictionGrid(b, rows)
	}
	for _, line := range r.predictionFacts(len(rows)) {
		indented(b, "", r.style.tellFit(printable(line)))
	}
}

// predictionGrid shows rows: their number, what of them is kept, the predictions, and which of them are extrapolated.
func (r *Regression) predictionGrid(b *bufio.Writer, rows []int) {
	p := r.Predictions
	g := &grid{rows: make([][]string, len(rows)+1)}
	add := func(right bool, name string, cell func(i int) string) {
		g.right, g.rows[0] = append(g.right, right), append(g.rows[0], name)
		for k, i := range rows {
			g.rows[k+1] = append(g.rows[k+1], cell(i))
		}
	}
	add(true, r.style.tellFit("row"), func(i int) string { return count(i + 1) })
	for k := range r.New.Keep[:min(len(r.New.Keep), mostKept)] {
		c := &r.New.Keep[k]
		add(c.Type != String, clip(printable(c.Name), widestKept), func(i int) string { return clip(keptText(c, i), widestKept) })
	}
	for _, c := range p.Columns[:min(len(p.Columns), mostForetold)] {
		add(true, r.style.tellFit(spoken(c.Name)), func(i int) string { return kindText(c.Number[i], c.Kind) })
	}
	if slices.ContainsFunc(rows, func(i int) bool { return p.Outside[i] }) {
		mark := r.style.tellFit("extrapolated")
		add(false, "", func(i int) string {
			if p.Outside[i] {
				return mark
			}
			return ""
		})
	}
	for k := range min(len(r.New.Keep), mostKept) {
		g.squeeze(k+1, pageWidth-len(columnGap), leastKept)
	}
	title := "PREDICTIONS"
	if slices.ContainsFunc(p.Columns, func(c model.Values) bool {
		return strings.Contains(c.Name, "low") && slices.ContainsFunc(c.Number, func(v float64) bool { return !math.IsNaN(v) })
	}) {
		title += "  intervals of " + percentLevel(r.Level)
	}
	b.WriteString(r.style.tellFit(title) + "\n")
	for _, line := range g.lines() {
		b.WriteString(columnGap + line + "\n")
	}
}

// keptText is a cell of a column that is written beside predictions.
func keptText(c *Column, i int) string {
	switch {
	case c.IsNull(i):
		return ""
	case c.Type == String:
		return printable(c.Str[i])
	case c.Type == Integer:
		return strconv.FormatInt(c.Int[i], 10)
	}
	return significant(c.Flt[i])
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
	case shown < p.Rows || len(p.Columns) > mostForetold || len(r.New.Keep) > mostKept:
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
