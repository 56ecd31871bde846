package reports

import (
	"bufio"
	"cmp"
	"fmt"
	"strings"

	"mainstay/ingest/table"
)

// inspectedTables writes what was found in the tables beside the transactions, and what a run would
// set aside of them.
func inspectedTables(b *bufio.Writer, tables []*table.Tally) {
	g := &grid{right: []bool{false, true, true, false, false}}
	g.rows = append(g.rows, []string{"table", "rows", "used", "dates", "columns"})
	for _, t := range tables {
		dates := dash
		if t.First != "" {
			dates = t.First + " to " + t.Last
		}
		g.rows = append(g.rows, []string{t.Table, count(int64(t.Rows)), count(int64(t.Used)), dates, servedColumns(t)})
	}
	g.fold(pageWidth - len(columnGap))
	section(b, "TABLES", g)
	for _, t := range tables {
		g := &grid{right: []bool{false, false, true, false}}
		for _, a := range t.Aside {
			kind := "out of scope"
			if a.Bad {
				kind = "bad"
			}
			g.rows = append(g.rows, []string{a.Reason, kind, count(int64(a.Rows)), printable(a.First)})
		}
		for _, part := range t.Groups {
			if part.Name != "" {
				g.rows = append(g.rows, []string{printable(part.Name), "used", count(int64(part.Rows)), groupDates(&part)})
			}
		}
		g.squeeze(0, pageWidth-len(columnGap), valuesLeast)
		g.fold(pageWidth - len(columnGap))
		if len(g.rows) > 0 {
			section(b, strings.ToUpper(t.Table), g)
		}
		notes := t.Notes
		if t.Ends != "" {
			notes = append([]string{"ends are " + t.Ends + ": " + t.EndsWhy}, notes...)
		}
		for _, note := range notes {
			for _, line := range wrap(printable(t.Table+": "+note), pageWidth-len(columnGap)) {
				b.WriteString(columnGap + line + "\n")
			}
		}
	}
}

func servedColumns(t *table.Tally) string {
	var served []string
	for _, c := range t.Columns {
		served = append(served, c.Role+" "+cmp.Or(printable(c.Column), dash))
	}
	return strings.Join(served, ", ")
}

func groupDates(g *table.Part) string {
	if g.First == "" {
		return ""
	}
	words := g.First + " to " + g.Last
	if g.Lag > 0 {
		words += fmt.Sprintf(", known %d days later", g.Lag)
	}
	return words
}
