package reports

import (
	"bufio"
	"fmt"
	"math"
	"strings"

	"mainstay/regress/model"
)

// measures are lines about the fit as a whole; what the family does not have is left out.
func (r *Regression) measures() []string {
	m := &r.Measures
	var out []string
	switch {
	case !math.IsNaN(m.Sigma):
		out = append(out, fmt.Sprintf("residual standard deviation %s on %s of freedom; R² %s, adjusted %s",
			significant(m.Sigma), plural(int64(m.DF), "degree"), fixed(m.R2, 4), fixed(m.AdjR2, 4)))
	case !math.IsNaN(m.Deviance):
		line := fmt.Sprintf("deviance %s on %s of freedom, null %s on %s", fixed(m.Deviance, 2), plural(int64(m.DF), "degree"), fixed(m.NullDeviance, 2), count(m.NullDF))
		if !math.IsNaN(m.McFadden) || r.Outcomes[1] != "" {
			line += "; McFadden's pseudo-R² " + fixed(m.McFadden, 4)
		}
		out = append(out, line)
	}
	var more []string
	for _, p := range r.Parameters {
		text := spoken(p.Name) + " " + significant(p.Value)
		if !math.IsNaN(p.SE) {
			text += " (SE " + significant(p.SE) + ")"
		}
		more = append(more, text)
	}
	for _, x := range m.More {
		more = append(more, spoken(x.Name)+" "+kindText(x.Value, x.Kind))
	}
	if len(more) > 0 {
		out = append(out, strings.Join(more, "; "))
	}
	if t := &m.Test; !math.IsNaN(t.P) {
		df := plural(int64(t.DF), "degree")
		if t.DF2 > 0 {
			df = count(int64(t.DF)) + " and " + plural(int64(t.DF2), "degree")
		}
		out = append(out, fmt.Sprintf("all terms together: %s %s on %s of freedom, %s", t.Name, statisticText(t.Statistic), df, withP(t.P)))
	}
	if !math.IsNaN(m.LogLik) || !math.IsNaN(m.Sigma) { // a perfect fit has a deviation, and no bound of its likelihood
		out = append(out, fmt.Sprintf("log-likelihood %s, AIC %s, BIC %s", fixed(m.LogLik, 2), fixed(m.AIC, 2), fixed(m.BIC, 2)))
	}
	return out
}

// tests writes the further tests of a fit.
func (r *Regression) tests(b *bufio.Writer) {
	if len(r.Measures.Tests) == 0 {
		return
	}
	g := &grid{right: []bool{false, false, true, true, true}}
	g.rows = append(g.rows, r.style.fitRow("", "test", "statistic", "df", "p"))
	var names []string
	for i := range r.Measures.Tests {
		t := &r.Measures.Tests[i]
		df := significantDF(t.DF)
		if t.DF2 > 0 {
			df += ", " + significantDF(t.DF2)
		}
		of := printable(t.Of)
		if strings.Contains(of, " ") { // not a term
			of = r.style.tellFit(of)
		}
		names = append(names, of)
		g.rows = append(g.rows, []string{"", r.style.tellFit(t.Name), statisticText(t.Statistic), df, pValue(t.P)})
	}
	g.label(names)
	b.WriteString("\n" + r.style.tellFit("TESTS") + "\n")
	for _, line := range g.lines() {
		b.WriteString(columnGap + line + "\n")
	}
}

// significantDF is degrees of freedom, which may be broken.
func significantDF(v float64) string {
	if v == math.Trunc(v) {
		return count(int64(v))
	}
	return significant(v)
}

// heading is a title in the style's language; English has it in capitals.
func (s Style) heading(title string) string {
	if s.Lang == Chinese {
		return s.tellFit(printable(title))
	}
	return strings.ToUpper(printable(title))
}

// writeSection writes a part that only some families have.
func writeSection(b *bufio.Writer, s *model.Section, style Style) {
	g := &grid{}
	g.rows = append(g.rows, nil)
	rows, shown := s.Rows(), s.Shown
	if shown == nil {
		for i := range rows {
			if s.Most == 0 || i < s.Most {
				shown = append(shown, i)
			}
		}
	}
	for range shown {
		g.rows = append(g.rows, nil)
	}
	for c := range s.Columns {
		v := &s.Columns[c]
		g.right = append(g.right, v.Text == nil)
		g.rows[0] = append(g.rows[0], style.tellFit(spoken(v.Name)))
		for line, i := range shown {
			text := ""
			if v.Text != nil {
				if text = printable(v.Text[i]); v.Name == "mark" || v.Name == "unique" { // words of ours, not the user's
					text = style.tellFit(text)
				}
			} else {
				text = kindText(v.Number[i], v.Kind)
			}
			g.rows[line+1] = append(g.rows[line+1], text)
		}
	}
	b.WriteByte('\n')
	indented(b, "", style.heading(s.Title))
	for _, line := range g.lines() {
		b.WriteString(columnGap + line + "\n")
	}
	if len(shown) < rows {
		b.WriteString(columnGap + style.tellFit(fmt.Sprintf("%s of %s; --json has all", count(len(shown)), plural(int64(rows), "row"))) + "\n")
	}
}
