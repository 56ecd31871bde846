package reports

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"mainstay/internal/num"
	"mainstay/regress/model"
)

// Regression is a fit with the table it was fitted to.
type Regression struct {
	*model.Result
	Files []string
	Rows  int      // of the table
	Notes []string // how the table was read
	New   *NewRows // nil unless rows were predicted

	style Style // of the page that is being written
}

// WriteRegression writes a fit for a terminal: what was fitted, the coefficient table, the measures,
// how rows held out are predicted, and what to heed.
func WriteRegression(w io.Writer, of *Regression, style Style) error {
	b, page := bufio.NewWriter(w), *of
	r := &page
	r.style = style
	indented(b, "", printable(r.Formula))
	for _, line := range r.subject() {
		indented(b, columnGap, style.tellFit(line))
	}
	b.WriteByte('\n')
	r.coefficients(b)
	for i, line := range r.measures() {
		if i == 0 {
			b.WriteByte('\n')
		}
		indented(b, "", style.tellFit(line))
	}
	r.tests(b)
	for i := range r.Sections {
		writeSection(b, &r.Sections[i], style)
	}
	if r.Validation != nil {
		r.validation(b)
	}
	if r.Predictions != nil {
		r.predictions(b)
	}
	for i, remark := range append(r.remarks(), r.Notes...) {
		if i == 0 {
			b.WriteByte('\n')
		}
		indented(b, "", style.tellFit(printable(remark)))
	}
	return b.Flush()
}

// remarks are the warnings of the fit; those of dropped columns in one.
func (r *Regression) remarks() (out []string) {
	var dropped []string
	for _, e := range r.equations() {
		for i := range e.Coefficients {
			if c := &e.Coefficients[i]; c.Dropped && !slices.Contains(dropped, c.Name) {
				dropped = append(dropped, c.Name)
			}
		}
	}
	if len(dropped) > 0 {
		out = append(out, "collinear: other columns determine these, so they were dropped (--json says which do): "+strings.Join(dropped, ", "))
	}
	for _, w := range r.Certificate.Warnings {
		if w.Code != num.WarnCollinear {
			out = append(out, w.Code+": "+w.Message)
		}
	}
	return out
}

// indented writes text wrapped to the page; lines after the first are indented.
func indented(b *bufio.Writer, indent, text string) {
	for i, line := range wrap(text, pageWidth-len(indent)-len(columnGap)) {
		if i > 0 {
			b.WriteString(columnGap)
		}
		b.WriteString(indent + line + "\n")
	}
}

// subject says what was fitted to which rows.
func (r *Regression) subject() []string {
	comma := ", "
	if r.style.Lang == Chinese {
		comma = "，"
	}
	out := []string{string(r.Family) + comma + r.style.tellFit(r.Method)}
	if r.Outcomes[1] != "" {
		out[0] += fmt.Sprintf("; the event is %s = %s (%s of %s, %s), not %s", printable(r.Response),
			printable(r.Outcomes[1]), count(r.Events), plural(int64(r.Used), "row"), percent(float64(r.Events)/float64(r.Used)), printable(r.Outcomes[0]))
	}
	for _, fact := range r.Facts {
		out = append(out, printable(fact))
	}
	rows := plural(int64(r.Rows), "row")
	if r.Chosen < r.Rows {
		rows += fmt.Sprintf(", %s %s", count(r.Chosen), chosenByWhere)
	}
	rows += fmt.Sprintf(": %s used", count(r.Used))
	if r.Dropped > 0 {
		var missing []string
		for _, m := range r.Missing {
			missing = append(missing, fmt.Sprintf("%s %s", printable(m.Column), count(m.Rows)))
		}
		rows += fmt.Sprintf(", %s left out for missing values (%s)", count(r.Dropped), strings.Join(missing, ", "))
	}
	out = append(out, rows)
	if r.Weights != "" {
		weights := "weights of " + r.WeightKind + ": " + printable(r.Weights)
		if r.Weightless > 0 {
			weights += fmt.Sprintf(", 0 in %s, which count for nothing", plural(int64(r.Weightless), "row"))
		}
		out = append(out, weights)
	}
	var bases []string
	for _, f := range r.Factors {
		bases = append(bases, printable(f.Name)+" = "+printable(f.Levels[0]))
	}
	if len(bases) > 0 {
		out = append(out, "compared with "+strings.Join(bases, ", "))
	}
	errors := "standard errors from the model"
	switch {
	case r.Covariance == "":
		return out
	case r.Cluster != "":
		errors = fmt.Sprintf("standard errors clustered by %s (%s, %s)", printable(r.Cluster), r.Covariance, plural(int64(r.Clusters), "cluster"))
	case r.Covariance == "HC0", r.Covariance == "HC1", r.Covariance == "HC2", r.Covariance == "HC3":
		errors = fmt.Sprintf("standard errors robust to unequal variance (%s)", r.Covariance)
	case r.Covariance != "model":
		errors = "standard errors: " + r.Covariance
	}
	return append(out, errors)
}
