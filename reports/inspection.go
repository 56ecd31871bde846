package reports

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"strings"

	"mainstay/ingest"
)

// Inspection writes what ingest.Inspect found for a terminal: columns, roles, amounts, what a run would
// set aside, and what to do about it.
func Inspection(w io.Writer, in *ingest.Inspection) error {
	p := newPage(Style{Lang: English})
	p.section("label.input")
	where := plural(int64(in.Files), "file")
	if in.Ledger != "" {
		where = "a stored ledger of " + where
	}
	p.line(fmt.Sprintf("%s in %s, %s to %s", plural(in.Rows, "row"), where, in.FirstDay, in.LastDay))
	if in.Window != "" {
		p.text(fmt.Sprintf("only days from %s are looked at: %s outside", in.Window, plural(in.Outside, "row")), 0)
	}
	p.text(fmt.Sprintf("as of %s: %s", in.AsOf, in.AsOfWhy), 0)
	days := "days begin in " + in.Zone
	if in.TimeFormat != nativeTime {
		days += "; times are read as " + in.TimeFormat
	}
	p.text(days, 0)
	b := bufio.NewWriter(w)
	b.Write(p.out.Bytes())
	if in.Ledger == "" {
		section(b, "COLUMNS", inspectedColumns(in))
	}
	section(b, "ROLES", inspectedRoles(in))
	if none := unserved(in); none != "" {
		for _, line := range wrap("not served: "+none, pageWidth-len(columnGap)) {
			b.WriteString(columnGap + line + "\n")
		}
	}
	if len(in.Rates) > 0 {
		section(b, "RATES", inspectedRates(in))
	}
	if in.Ledger == "" {
		section(b, "AMOUNTS", inspectedAmounts(in))
	}
	section(b, "SET ASIDE", setAside(in))
	if len(in.Excluded) > 0 {
		section(b, "EXCLUDED CUSTOMERS", excluded(in))
	}
	if len(in.Tables) > 0 {
		inspectedTables(b, in.Tables)
	}
	remarks := in.Notes
	if in.Problem != "" {
		remarks = append([]string{"a run would stop: " + in.Problem}, remarks...)
	}
	for _, remark := range remarks {
		b.WriteByte('\n')
		for _, line := range wrap(printable(remark), pageWidth) {
			b.WriteString(line + "\n")
		}
	}
	return b.Flush()
}

// nativeTime is the format of a time column that is a date or a timestamp by its type.
const nativeTime = "native"

func section(b *bufio.Writer, label string, g *grid) {
	fmt.Fprintf(b, "\n%s\n", label)
	for _, line := range g.lines() {
		b.WriteString(columnGap + line + "\n")
	}
}

// valuesLeast is the room that the values of a column get in any case.
const valuesLeast = 16

func inspectedColumns(in *ingest.Inspection) *grid {
	g := &grid{right: []bool{false, false, true, true, false}}
	g.rows = append(g.rows, []string{"column", "type", "nulls", "distinct", "values"})
	for i := range in.Columns {
		c := &in.Columns[i]
		name := printable(c.Name)
		if c.Partition {
			name += " (folder)"
		}
		g.rows = append(g.rows, []string{name, c.Type, count(c.Nulls), roughly(c.Distinct, c.Estimated), values(c)})
	}
	g.squeeze(len(g.right)-1, pageWidth-len(columnGap), valuesLeast)
	return g
}

// roughly is a count that may be an estimate.
func roughly(n int64, estimated bool) string {
	if estimated {
		return "~" + count(n)
	}
	return count(n)
}

// minuteLength is how much of a timestamp's text goes as far as the minute.
const minuteLength = len("2006-01-02T15:04")

// values describes a column's content: the range of numbers and times, examples of texts.
func values(c *ingest.ColumnReport) string {
	if c.Problem != "" {
		return "cannot be read: " + printable(c.Problem)
	}
	if c.Min == "" || strings.HasPrefix(c.Type, "STRING") || c.Partition {
		return printable(strings.Join(c.Examples, ", "))
	}
	least, greatest := c.Min, c.Max
	if strings.HasPrefix(c.Type, "TIMESTAMP") || c.Type == "INT96" {
		least, greatest = least[:min(len(least), minuteLength)], greatest[:min(len(greatest), minuteLength)]
	}
	return printable(least + " to " + greatest)
}

func inspectedRoles(in *ingest.Inspection) *grid {
	g := &grid{right: []bool{false, false, false}}
	g.rows = append(g.rows, []string{"role", "column", "found by"})
	for _, r := range in.Roles {
		if r.Source != "" {
			g.rows = append(g.rows, []string{r.Role, printable(r.Source), cmp.Or(r.How, dash)})
		}
	}
	g.squeeze(1, pageWidth-len(columnGap), valuesLeast)
	return g
}

// unserved names the roles that no column serves.
func unserved(in *ingest.Inspection) string {
	var none []string
	for _, r := range in.Roles {
		if r.Source == "" {
			none = append(none, r.Role)
		}
	}
	return strings.Join(none, ", ")
}

func inspectedRates(in *ingest.Inspection) *grid {
	g := &grid{right: []bool{false, true, false, false, true, false}}
	g.rows = append(g.rows, []string{"currency", "rates", "first", "last", "longest gap", "from"})
	for _, r := range in.Rates {
		g.rows = append(g.rows, []string{printable(r.Currency), count(int64(r.Rates)), cmp.Or(r.First, dash), cmp.Or(r.Last, dash),
			plural(int64(r.Gap), "day"), cmp.Or(r.GapFrom, dash)})
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
	add("exact duplicate rows (kept)", roughly(in.Duplicates.Rows, in.Duplicates.Estimated))
	return g
}

func setAside(in *ingest.Inspection) *grid {
	g := &grid{right: []bool{false, false, true, true}}
	g.rows = append(g.rows, []string{"reason", "kind", "rows", "amount"})
	for _, r := range in.SetAside {
		g.rows = append(g.rows, []string{r.Reason, strings.ReplaceAll(r.Kind, "_", " "), count(r.Rows), compact(r.Amount)})
	}
	by := ""
	if in.Customers != nil {
		by = "by " + plural(int64(*in.Customers), "customer")
	}
	g.rows = append(g.rows, []string{"(used)", by, count(in.Used), ""})
	return g
}

func excluded(in *ingest.Inspection) *grid {
	g := &grid{right: []bool{false, false, true, true, true, true}}
	g.rows = append(g.rows, []string{"list", "reason", "keys", "met", "rows", "amount"})
	for _, x := range in.Excluded {
		g.rows = append(g.rows, []string{printable(x.List), printable(cmp.Or(x.Reason, dash)), count(int64(x.Entries)), count(int64(x.Matched)), count(x.Rows), compact(x.Amount)})
	}
	g.squeeze(0, pageWidth-len(columnGap), valuesLeast)
	return g
}

func plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return count(n) + " " + noun + "s"
}
