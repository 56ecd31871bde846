package reports

import (
	"bufio"
	"math"
	"slices"

	"mainstay/regress/model"
)

// termLeast is the room that the names of terms get in any case.
const termLeast = 24

// equations are the columns of coefficients: one without a name, or several.
func (r *Regression) equations() []model.Equation {
	if len(r.Equations) > 0 {
		return r.Equations
	}
	return []model.Equation{{Coefficients: r.Coefficients}}
}

// coefficients writes the coefficient tables, each of several under its name, and a blank line between them.
func (r *Regression) coefficients(b *bufio.Writer) {
	for i, e := range r.equations() {
		if len(e.Coefficients) == 0 {
			continue
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		if e.Name != "" {
			indented(b, "", printable(e.Name))
		}
		for _, line := range r.coefficientGrid(e.Coefficients).lines() {
			b.WriteString(line + "\n")
		}
	}
}

func (r *Regression) coefficientGrid(coefficients []model.Coefficient) *grid {
	statistic := "z"
	if r.DF > 0 {
		statistic = "t"
	}
	if uncertain(coefficients) {
		return r.bareGrid(coefficients)
	}
	level := intervalAt(r.Level)
	g := &grid{right: []bool{false, true, true, true, true, true, true}}
	header := []string{"term", "estimate", "SE", statistic, "p", level, ""}
	if r.Ratio != "" {
		header[5], header[6] = r.Ratio, level
	}
	g.rows = append(g.rows, r.style.fitRow(header...))
	var names []string
	for i := range coefficients {
		c := &coefficients[i]
		names = append(names, printable(c.Name))
		row := []string{"", significant(c.Estimate), significant(c.SE), statisticText(c.Statistic), pValue(c.P)}
		switch {
		case c.Dropped:
			row = append(row, r.style.tellFit("dropped"), "")
		case r.Ratio != "":
			ratio, low, high := c.Exp()
			row = append(row, ratioText(ratio), between(low, high, ratioText))
		default:
			row = append(row, between(c.Low, c.High, significant), "")
		}
		g.rows = append(g.rows, row)
	}
	g.label(names)
	return g
}

// uncertain reports whether no coefficient has a standard error.
func uncertain(coefficients []model.Coefficient) bool {
	known := func(c model.Coefficient) bool { return !c.Dropped && !math.IsNaN(c.SE) }
	live := func(c model.Coefficient) bool { return !c.Dropped }
	return slices.ContainsFunc(coefficients, live) && !slices.ContainsFunc(coefficients, known)
}

// bareGrid is the table of a fit without standard errors, in which a coefficient of 0 was left out.
func (r *Regression) bareGrid(coefficients []model.Coefficient) *grid {
	g := &grid{right: []bool{false, true, true}, rows: [][]string{r.style.fitRow("term", "estimate", r.Ratio)}}
	var names []string
	for i := range coefficients {
		c := &coefficients[i]
		names = append(names, printable(c.Name))
		row := []string{"", significant(c.Estimate), ""}
		switch {
		case c.Dropped:
			row[1] = r.style.tellFit("dropped")
		case c.Estimate == 0:
			row[1] = "0"
		case r.Ratio != "":
			ratio, _, _ := c.Exp()
			row[2] = ratioText(ratio)
		}
		g.rows = append(g.rows, row)
	}
	g.label(names)
	return g
}

// label puts names before the rows under the header; one too long for the page goes over several lines, those
// after the first indented, its row beside the last.
func (g *grid) label(names []string) {
	room := pageWidth
	for _, line := range g.lines() {
		room = min(room, pageWidth-width(line))
	}
	room = max(room, termLeast)
	rows := g.rows[:1:1]
	for i, name := range names {
		pieces := wrap(name, room-len(columnGap))
		if width(name) <= room {
			pieces = []string{name}
		}
		for k, piece := range pieces {
			row := make([]string, len(g.right))
			if k == len(pieces)-1 {
				row = g.rows[i+1]
			}
			if row[0] = piece; k > 0 {
				row[0] = columnGap + piece
			}
			rows = append(rows, row)
		}
	}
	g.rows = rows
}
