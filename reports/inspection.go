package reports

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"strings"

	"mainstay/ingest"
)

// inspectionValue is the width of a value in the table of columns.
const inspectionValue = 22

// Inspection writes what ingest.Inspect found for a terminal: columns, roles, amounts, what a run would
// set aside, and what to do about it.
func Inspection(w io.Writer, in *ingest.Inspection) error {
	b := bufio.NewWriter(w)
	p := newPage(Style{Lang: English})
	p.section("label.input")
	p.line(fmt.Sprintf("%s rows in %s, %s to %s", count(in.Rows), plural(in.Files, "file"), in.FirstDay, in.LastDay))
	p.text(fmt.Sprintf("as of %s: %s; days begin in %s; time is %s", in.AsOf, in.AsOfWhy, in.Zone, in.TimeFormat), 0)
	b.Write(p.out.Bytes())
	section(b, "COLUMNS", inspectedColumns(in))
	section(b, "ROLES", inspectedRoles(in))
	section(b, "AMOUNTS", inspectedAmounts(in))
	section(b, "SET ASIDE", setAside(in))
	if in.Problem != "" {
		fmt.Fprintf(b, "\na run would stop: %s\n", printable(in.Problem))
	}
	for _, note := range in.Notes {
		fmt.Fprintf(b, "\nnote: %s\n", printable(note))
	}
	return b.Flush()
}

func section(b *bufio.Writer, label string, g *grid) {
	fmt.Fprintf(b, "\n%s\n", label)
	for _, line := range g.lines() {
		b.WriteString("  " + line + "\n")
	}
}

func inspectedColumns(in *ingest.Inspection) *grid {
	g := &grid{right: []bool{false, false, true, true, false, false, false}}
	g.rows = append(g.rows, []string{"column", "type", "nulls", "distinct", "least", "greatest", "examples"})
	for i := range in.Columns {
		c := &in.Columns[i]
		distinct := count(c.Distinct)
		if c.Estimated {
			distinct = "about " + distinct
		}
		last := clip(printable(strings.Join(c.Examples, ", ")), 2*inspectionValue)
		if c.Problem != "" {
			last = "cannot be read: " + printable(c.Problem)
		}
		name := printable(c.Name)
		if c.Partition {
			name += " (folder)"
		}
		g.rows = append(g.rows, []string{name, c.Type, count(c.Nulls), distinct,
			clip(printable(cmp.Or(c.Min, dash)), inspectionValue), clip(printable(cmp.Or(c.Max, dash)), inspectionValue), last})
	}
	return g
}

func inspectedRoles(in *ingest.Inspection) *grid {
	g := &grid{right: []bool{false, false, false}}
	g.rows = append(g.rows, []string{"role", "column", "found by"})
	for _, r := range in.Roles {
		g.rows = append(g.rows, []string{r.Role, printable(cmp.Or(r.Source, dash)), cmp.Or(r.How, dash)})
	}
	return g
}

func inspectedAmounts(in *ingest.Inspection) *grid {
	a := &in.Amount
	g := &grid{right: []bool{false, true}}
	add := func(label, value string) { g.rows = append(g.rows, []string{label, value}) }
	add("rows with an amount", count(a.Rows))
	add("  negative (returns)", count(a.Negative))
	add("  zero", count(a.Zero))
	add("least", compact(cmp.Or(a.Min, dash)))
	add("greatest", compact(cmp.Or(a.Max, dash)))
	add("total", compact(a.Total))
	if a.Rounded > 0 {
		add("rounded rows", count(a.Rounded))
	}
	duplicates := count(in.Duplicates.Rows)
	if in.Duplicates.Estimated {
		duplicates = "about " + duplicates
	}
	add("exact duplicate rows (kept)", duplicates)
	return g
}

func setAside(in *ingest.Inspection) *grid {
	g := &grid{right: []bool{false, false, true, true}}
	g.rows = append(g.rows, []string{"reason", "kind", "rows", "amount"})
	for _, r := range in.SetAside {
		g.rows = append(g.rows, []string{r.Reason, strings.ReplaceAll(r.Kind, "_", " "), count(r.Rows), compact(r.Amount)})
	}
	g.rows = append(g.rows, []string{"(used)", fmt.Sprintf("by %s", plural(in.Customers, "customer")), count(in.Used), ""})
	return g
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return count(n) + " " + noun + "s"
}
