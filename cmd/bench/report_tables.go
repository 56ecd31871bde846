//go:build unix

package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

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
