package reports

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"mainstay/ingest/generate"
)

// Generated writes what is true of a generated export for a terminal: how much there is, and what a reader should
// make of it.
func Generated(w io.Writer, folder string, t *generate.Truth) error {
	b := bufio.NewWriter(w)
	p := &t.Parameters
	fmt.Fprintf(b, "%s · %s rows, %s to %s · seed %d\n", printable(folder), count(t.Rows), p.From, p.To, p.Seed)
	fmt.Fprintf(b, "%s (%s still there at the end); %s; %s; %s\n", plural(int64(t.Customers), "customer"), count(t.StayedOn),
		plural(int64(t.Prospects), "prospect"), plural(int64(t.Orders), "order"), plural(int64(t.Managers), "account manager"))
	g := &grid{right: []bool{false, true, true, false}}
	g.rows = append(g.rows, []string{"lines", "rows", "money", "expected of a reader"})
	for _, f := range t.Lines {
		g.rows = append(g.rows, []string{strings.ReplaceAll(f.Kind, "_", " "), count(f.Rows), grouped(f.Money), f.Expect})
	}
	g.rows = append(g.rows, []string{"all", count(t.Rows), grouped(t.Money), ""})
	section(b, "TRUTH", g)
	b.WriteString("\nevery parameter is in truth.json, every customer in truth.parquet; docs/generate.md explains them\n")
	return b.Flush()
}
