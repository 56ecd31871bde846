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

// comparison is a line for each contestant of the cases of some jobs, with Mainstay's part of what it needed.
func comparison(names ...string) func([]median) string {
	return func(all []median) string {
		var lines [][]string
		for _, name := range names {
			for _, m := range bySize(all) {
				own := mainstayOf(all, m.Case)
				if m.Case.Job != name || m.Case.Threads != 2 || m.Case.Memory != "" || own == nil || alone(all, m.Case) {
					continue
				}
				line := []string{m.Case.title(), label(m.Who), f2(m.Wall), f2(m.CPU), mb(m.Peak), "", "", ""}
				if m.Who.Tool != mainstay {
					line[5], line[6], line[7] = f2(own.Wall/m.Wall), f2(own.CPU/m.CPU), f2(float64(own.Peak)/float64(m.Peak))
				}
				lines = append(lines, line)
			}
		}
		return table([]string{"data", "tool", "wall s", "CPU s", "peak MB", "Mainstay ÷ it: wall", "CPU", "peak"}, lines)
	}
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

// phaseTable is where Mainstay's wall time went, by phase of a job: plan, build, and what followed.
func phaseTable(all []median) string {
	var lines [][]string
	for _, m := range bySize(all) {
		if m.Who.Tool != mainstay || isRun(m.Case.Job) || m.Case.Threads != 2 || m.Case.Memory != "" || alone(all, m.Case) {
			continue
		}
		plan, build := m.Phases["plan"], m.Phases["build"]
		lines = append(lines, []string{m.Case.title() + ": " + m.Case.Job, f2(m.Wall), f2(plan), f2(build), f2(max(0, m.Wall-plan-build))})
	}
	return table([]string{"data: job", "wall s", "plan s", "build s", "profiles or states s"}, lines)
}

// scalingTable is Mainstay's Ledger of integer keys by rows and threads.
func scalingTable(all []median) string {
	var lines [][]string
	for _, m := range bySize(all) {
		if !m.plain("ledger") || m.Rows == 0 {
			continue
		}
		millions := float64(m.Rows) / 1e6
		lines = append(lines, []string{m.Case.Data.Size, strconv.Itoa(m.Case.Threads), f2(m.Wall), f2(m.CPU), mb(m.Peak),
			f1(1000 * m.Wall / millions), f1(1000 * m.CPU / millions)})
	}
	return table([]string{"rows", "threads", "wall s", "CPU s", "peak MB", "wall ns a row", "CPU ns a row"}, lines)
}

// plain reports whether m is Mainstay's, of a job on the plainest file.
func (m *median) plain(job string) bool {
	d := dataset{m.Case.Data.Size, "int", allWriters[0], "snappy", "time", "clean"}
	return m.Who.Tool == mainstay && m.Case.Job == job && m.Case.Data == d && m.Case.Memory == ""
}

// memoryTable is Mainstay under a limit, beside itself without.
func memoryTable(all []median) string {
	var lines [][]string
	for _, m := range bySize(all) {
		if m.Case.Memory == "" {
			continue
		}
		line := []string{m.Case.title() + ": " + m.Case.Job, f2(m.Wall), f2(m.CPU), mb(m.Peak), "", ""}
		free := m.Case
		free.Memory = ""
		if own := mainstayOf(all, free); own != nil {
			line[4], line[5] = mb(own.Peak), f2(m.Wall/own.Wall)
		}
		lines = append(lines, line)
	}
	return table([]string{"data: job", "wall s", "CPU s", "peak MB", "peak MB without the limit", "wall ÷ without"}, lines)
}

// runTable is a whole run by its phases.
func runTable(all []median) string {
	var names []string
	var lines [][]string
	for _, m := range bySize(all) {
		if m.Case.Job != jobRun {
			continue
		}
		for _, p := range phasesOf(m.Phases) {
			if !slices.Contains(names, p) {
				names = append(names, p)
			}
		}
	}
	for _, m := range bySize(all) {
		if m.Case.Job != jobRun {
			continue
		}
		line := []string{m.Case.title(), f2(m.Wall), f2(m.CPU), mb(m.Peak)}
		rest := m.Wall
		for _, n := range names {
			rest -= m.Phases[n]
			line = append(line, f2(m.Phases[n]))
		}
		lines = append(lines, append(line, f2(rest), f2(m.runRatio())))
	}
	head := []string{"data", "wall s", "CPU s", "peak MB"}
	for _, n := range names {
		head = append(head, n+" s")
	}
	return table(append(head, "rest s", "run ÷ ledger"), lines)
}

// phasesOf are the names of phases, the ones that every run begins with first.
func phasesOf(phases map[string]float64) []string {
	var names []string
	for _, n := range []string{"plan", "ledger", "analysis"} {
		if _, ok := phases[n]; ok {
			names = append(names, n)
		}
	}
	var others []string
	for n := range phases {
		if !slices.Contains(names, n) {
			others = append(others, n)
		}
	}
	slices.Sort(others)
	return append(names, others...)
}

// runRatio is a whole run over its own Ledger: the phase that reads the rows and makes the cells, without the plan,
// which in a run also reads the accounts and hashes the inputs.
func (m *median) runRatio() float64 { return m.Wall / m.Phases["ledger"] }

// machineTable says where, of which build, how often, and how quiet it was.
func machineTable(all []median) string {
	var machines []string
	builds, rounds, highest := map[string][]string{}, map[string][]int{}, map[string]float64{}
	for _, m := range all {
		if !slices.Contains(machines, m.Machine) {
			machines = append(machines, m.Machine)
		}
		if !slices.Contains(builds[m.Machine], m.Build) {
			builds[m.Machine] = append(builds[m.Machine], m.Build)
		}
		rounds[m.Machine] = append(rounds[m.Machine], m.Rounds)
		highest[m.Machine] = max(highest[m.Machine], m.Load)
	}
	var b strings.Builder
	for _, m := range machines {
		fmt.Fprintf(&b, "%s. Mainstay %s. Medians of %d to %d rounds", m, strings.Join(builds[m], ", "), slices.Min(rounds[m]), slices.Max(rounds[m]))
		if highest[m] > 0 {
			fmt.Fprintf(&b, "; load average before a measurement up to %.1f", highest[m])
		}
		b.WriteString(".\n")
	}
	return b.String()
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
