//go:build unix

package main

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// section is one table of docs/performance.md, between <!-- bench:NAME --> and <!-- /bench -->.
type section struct {
	name   string
	render func([]median) string // Markdown; "" = nothing measured
}

var sections = []section{
	{"machine", machineTable},
	{"goals", goalsTable},
	{"ledger", comparison("ledger", "ledger-decimal", "ledger-orders")},
	{"sums", comparison("sums")},
	{"states", comparison("states")},
	{"weeks", comparison("weeks")},
	{"phases", phaseTable},
	{"scaling", scalingTable},
	{"memory", memoryTable},
	{"run", runTable},
	{"runs", comparison(jobRunBare, jobRunTables)},
}

const endMark = "<!-- /bench -->"

// rewrite puts the tables between their markers. A section of which nothing is measured is left as it is.
func rewrite(text string, all []median) (string, error) {
	for _, s := range sections {
		table := s.render(all)
		if table == "" {
			continue
		}
		mark := "<!-- bench:" + s.name + " -->"
		before, rest, found := strings.Cut(text, mark)
		_, after, closed := strings.Cut(rest, endMark)
		if !found || !closed {
			return "", fmt.Errorf("no %s … %s", mark, endMark)
		}
		text = before + mark + "\n" + table + endMark + after
	}
	return text, nil
}

// table is Markdown; every column but the first is of numbers.
func table(head []string, lines [][]string) string {
	if len(lines) == 0 {
		return ""
	}
	var b strings.Builder
	row := func(cells []string) { fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | ")) }
	row(head)
	rule := []string{"---"}
	for range len(head) - 1 {
		rule = append(rule, "---:")
	}
	row(rule)
	for _, l := range lines {
		row(l)
	}
	return b.String()
}

// label names a contestant for people.
func label(w contestant) string {
	name := map[string]string{mainstay: "Mainstay", "duckdb": "DuckDB " + w.Version, "polars": "Polars " + w.Version,
		"scikit-learn": "scikit-learn " + w.Version, "statsmodels": "statsmodels " + w.Version, "glmnet": "glmnet"}[w.Tool]
	if of := cmp.Or(variantNames[w.Variant], w.Variant); of != "" {
		return name + ", " + of
	}
	return name
}

var variantNames = map[string]string{"float": "sums of floats", "window": "orders by window", "bits": "months as bits", "panel": "full panel"}

// title names data and job for people.
func (c benchCase) title() string {
	parts := []string{c.Data.Size, c.Data.IDs}
	if c.Data.Writer != allWriters[0] {
		parts = append(parts, c.Data.Writer)
	}
	for _, p := range []struct{ value, usual string }{{c.Data.Compression, "snappy"}, {c.Data.Order, "time"}, {c.Data.Dirt, "clean"}} {
		if p.value != p.usual {
			parts = append(parts, p.value)
		}
	}
	if _, kind, extra := strings.Cut(c.Job, "-"); extra {
		parts = append(parts, map[string]string{"decimal": "decimal amounts", "orders": "with orders", "bare": "run, orders alone", "tables": "run, all tables"}[kind])
	}
	if c.Threads != 2 {
		parts = append(parts, "threads "+strconv.Itoa(c.Threads))
	}
	if c.Memory != "" {
		parts = append(parts, "--memory "+c.Memory)
	}
	return strings.Join(parts, " ")
}

// mainstayOf is Mainstay's median in the case of m.
func mainstayOf(all []median, c benchCase) *median {
	i := slices.IndexFunc(all, func(m median) bool { return m.Who.Tool == mainstay && m.Case.String() == c.String() })
	if i < 0 {
		return nil
	}
	return &all[i]
}

// alone reports whether no peer took part in a case.
func alone(all []median, c benchCase) bool {
	return !slices.ContainsFunc(all, func(m median) bool { return m.Who.Tool != mainstay && m.Case.String() == c.String() })
}

// bySize are the medians with the largest files first; contestants of a case stay together.
func bySize(all []median) []median {
	list := slices.Clone(all)
	slices.SortStableFunc(list, func(a, b median) int {
		n, _ := rows(a.Case.Data.Size)
		m, _ := rows(b.Case.Data.Size)
		if n != m {
			return m - n
		}
		return strings.Compare(a.Case.order(), b.Case.order())
	})
	return list
}

// order sorts cases of one size: integer keys first, then by name.
func (c benchCase) order() string {
	return strconv.Itoa(slices.Index(allIDs, c.Data.IDs)) + c.String()
}

func f1(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) }
func f2(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) }
func mb(bytes int64) string {
	return strconv.FormatFloat(float64(bytes)/1e6, 'f', 0, 64)
}

// writeCSV writes every median.
func writeCSV(path string, all []median) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := csv.NewWriter(f)
	lines := [][]string{{"job", "size", "ids", "writer", "compression", "order", "dirt", "threads", "memory", "tool", "version", "variant", "rounds",
		"wall_s", "cpu_s", "peak_bytes", "build", "machine"}}
	for _, m := range all {
		d := m.Case.Data
		lines = append(lines, []string{m.Case.Job, d.Size, d.IDs, d.Writer, d.Compression, d.Order, d.Dirt, strconv.Itoa(m.Case.Threads), m.Case.Memory,
			m.Who.Tool, m.Who.Version, m.Who.Variant, strconv.Itoa(m.Rounds), f2(m.Wall), f2(m.CPU), strconv.FormatInt(m.Peak, 10), m.Build, m.Machine})
	}
	if err := w.WriteAll(lines); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
