//go:build unix

package main

// goal is one of the limits that Mainstay has set itself, and how it is measured.
type goal struct {
	name  string
	limit float64
	least bool // the limit is a minimum
	of    func([]median) (float64, bool)
}

var goals = []goal{
	{"(a) Ledger, integer ids, 100 M rows: wall ÷ DuckDB's", 0.20, false, against("ledger", "int", wall)},
	{"(a) Ledger, text ids, 100 M rows: wall ÷ DuckDB's", 0.30, false, against("ledger", "text", wall)},
	{"(a) Ledger, integer ids, 100 M rows: peak memory ÷ DuckDB's", 0.50, false, against("ledger", "int", peak)},
	{"(a) Ledger, text ids, 100 M rows: peak memory ÷ DuckDB's", 0.50, false, against("ledger", "text", peak)},
	{"(b) count, first, last, sum, integer ids, 100 M rows: wall ÷ DuckDB's", 1.0, false, against("sums", "int", wall)},
	{"(b) count, first, last, sum, text ids, 100 M rows: wall ÷ DuckDB's", 1.2, false, against("sums", "text", wall)},
	{"(c) monthly states and their moves, 100 M rows: wall ÷ DuckDB's by lead", 0.25, false, against("states", "int", wall)},
	{"cost of a row, 100 M ÷ 1 M rows, wall", 1.3, false, rowCost},
	{"one thread ÷ two, 100 M rows, wall", 1.8, true, oneToTwo},
	{"run ÷ its own Ledger, 10 M rows, wall", 4, false, runToLedger},
	{"--memory 1GiB ÷ without, 100 M rows, wall", 2.5, false, limited(func(m, free *median) float64 { return m.Wall / free.Wall })},
	{"--memory 1GiB, 100 M rows: peak, GiB", 1.25, false, limited(func(m, _ *median) float64 { return float64(m.Peak) / (1 << 30) })},
	{"run of 100 M rows with --memory 2GiB: peak, GiB", 2.25, false, limitedRun},
}

func goalsTable(all []median) string {
	var lines [][]string
	for _, g := range goals {
		x, measured := g.of(all)
		if !measured {
			continue
		}
		limit, verdict := "≤ "+f2(g.limit), "yes"
		if g.least {
			limit = "≥ " + f2(g.limit)
		}
		if g.least != (x >= g.limit) && x != g.limit {
			verdict = "no"
		}
		lines = append(lines, []string{g.name, limit, f2(x), verdict})
	}
	return table([]string{"what", "goal", "measured", "met"}, lines)
}

func wall(m *median) float64 { return m.Wall }
func peak(m *median) float64 { return float64(m.Peak) }

// own is Mainstay's median of a job on the plainest file of a size.
func own(all []median, size, ids, job string, threads int, memory string) *median {
	return mainstayOf(all, benchCase{Data: dataset{size, ids, allWriters[0], "snappy", "time", "clean"}, Job: job, Threads: threads, Memory: memory})
}

// against is Mainstay over the newest DuckDB, asked in the first of the forms: exact, as people write it.
func against(job, ids string, of func(*median) float64) func([]median) (float64, bool) {
	return func(all []median) (float64, bool) {
		m := own(all, "100M", ids, job, 2, "")
		for i := range all {
			if p := &all[i]; m != nil && p.Case.String() == m.Case.String() && p.Who.Tool+"-"+p.Who.Version == defaultPeers[0] && p.Who.Variant == "" {
				return of(m) / of(p), true
			}
		}
		return 0, false
	}
}

func rowCost(all []median) (float64, bool) {
	small, large := own(all, "1M", "int", "ledger", 2, ""), own(all, "100M", "int", "ledger", 2, "")
	if small == nil || large == nil {
		return 0, false
	}
	return large.Wall / float64(large.Rows) / (small.Wall / float64(small.Rows)), true
}

func oneToTwo(all []median) (float64, bool) {
	one, two := own(all, "100M", "int", "ledger", 1, ""), own(all, "100M", "int", "ledger", 2, "")
	if one == nil || two == nil {
		return 0, false
	}
	return one.Wall / two.Wall, true
}

func runToLedger(all []median) (float64, bool) {
	for i := range all {
		if m := &all[i]; m.Case.Job == jobRun && m.Case.Data.Size == "10M" && m.Case.Memory == "" {
			return m.runRatio(), true
		}
	}
	return 0, false
}

func limited(of func(m, free *median) float64) func([]median) (float64, bool) {
	return func(all []median) (float64, bool) {
		m, free := own(all, "100M", "int", "ledger", 2, "1GiB"), own(all, "100M", "int", "ledger", 2, "")
		if m == nil || free == nil {
			return 0, false
		}
		return of(m, free), true
	}
}

func limitedRun(all []median) (float64, bool) {
	for i := range all {
		if m := &all[i]; m.Case.Job == jobRun && m.Case.Data.Size == "100M" && m.Case.Memory == "2GiB" {
			return float64(m.Peak) / (1 << 30), true
		}
	}
	return 0, false
}
