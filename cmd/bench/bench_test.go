//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestTiny measures 10,000 rows from beginning to end, without peers.
func TestTiny(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED with -short: builds binaries")
	}
	work := t.TempDir()
	b, err := newBench(work, &results{path: filepath.Join(work, "results.jsonl")})
	if err != nil {
		t.Fatal(err)
	}
	cases, err := group{Sizes: []string{"10k"}, Writers: []string{writerGenerate}, Dirt: []string{"dirty"},
		Jobs: []string{"ledger", "ledger-orders", "sums", "states", jobRun, jobRunTables}, Peers: nobody}.cases()
	if err != nil {
		t.Fatal(err)
	}
	if err := b.all(cases, 2); err != nil {
		t.Fatal(err)
	}
	var again results
	again.path = b.results.path
	if err := again.load(); err != nil {
		t.Fatal(err)
	}
	all := again.medians()
	if len(all) != len(cases) {
		t.Fatalf("%d medians of %d cases", len(all), len(cases))
	}
	for _, m := range all {
		if m.Rounds != 2 || m.Wall <= 0 || m.CPU <= 0 || m.Peak < 1<<20 || len(m.Phases) == 0 {
			t.Errorf("%s: %+v", m.Case, m)
		}
		if m.Case.Job == "ledger" && (m.Rows < 9_000 || m.Customers == 0) {
			t.Errorf("%d rows of %d customers", m.Rows, m.Customers)
		}
	}
	before := len(again.records)
	b.results = &again
	if err := b.all(cases, 2); err != nil || len(again.records) != before {
		t.Errorf("measured again what was measured: %d records, then %d (%v)", before, len(again.records), err)
	}
}

// made are three rounds of one case: Mainstay, DuckDB and its floats.
func made() *results {
	cases, err := group{Sizes: []string{"100M"}, Variants: []string{"float"}}.cases()
	if err != nil {
		panic(err)
	}
	r := &results{}
	for round := range 4 {
		for k, who := range cases[0].contestants() {
			if who.Tool == mainstay {
				who.Version = "abc"
			}
			rec := record{Case: cases[0], Who: who, Build: "abc", Round: round, Machine: "here", Rows: 100}
			rec.cost = cost{Wall: float64(1+k) * []float64{1000, 3, 1, 2}[round], CPU: 4, Peak: int64(2e9) * int64(1+k)}
			r.records = append(r.records, rec)
		}
	}
	return r
}

func TestMedians(t *testing.T) {
	all := made().medians()
	if len(all) != 3 || all[0].Wall != 2 || all[1].Wall != 4 || all[0].Rounds != 3 {
		t.Fatalf("%+v", all)
	}
	const want = `| data | tool | wall s | CPU s | peak MB | Mainstay ÷ it: wall | CPU | peak |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
| 100M int | Mainstay | 2.00 | 4.00 | 2000 |  |  |  |
| 100M int | DuckDB 2.0.1 | 4.00 | 4.00 | 4000 | 0.50 | 1.00 | 0.50 |
| 100M int | DuckDB 2.0.1, sums of floats | 6.00 | 4.00 | 6000 | 0.33 | 1.00 | 0.33 |
`
	if got := comparison("ledger")(all); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	const goals = `| what | goal | measured | met |
| --- | ---: | ---: | ---: |
| (a) Ledger, integer ids, 100 M rows: wall ÷ DuckDB's | ≤ 0.20 | 0.50 | no |
| (a) Ledger, integer ids, 100 M rows: peak memory ÷ DuckDB's | ≤ 0.50 | 0.50 | yes |
`
	if got := goalsTable(all); got != goals {
		t.Errorf("got\n%swant\n%s", got, goals)
	}
}

// TestNewestBuild: measurements of an earlier build do not mix with those of the newest.
func TestNewestBuild(t *testing.T) {
	r := made()
	old := r.records
	for _, rec := range made().records {
		rec.Build, rec.Wall = "def", 10*rec.Wall
		r.records = append(r.records, rec)
	}
	if all := r.medians(); len(all) != 3 || all[0].Wall != 20 || all[0].Rounds != 3 {
		t.Errorf("%+v", all)
	}
	half := made().records[3:5]
	half[1].Build = "ghi" // DuckDB alone
	r.records = append(r.records, half[1])
	if all := r.medians(); len(all) != 3 || all[0].Build != "def" {
		t.Errorf("a build that measured one tool replaces one that measured three: %+v", all)
	}
	if r.find(old[0].Case, old[0].Who, "jkl", 1) != nil {
		t.Error("found a measurement of a build that was never measured")
	}
}

func TestAgree(t *testing.T) {
	want := map[string]int64{"cells": 7, "sales": 1e12, "mix": 5}
	for name, c := range map[string]struct {
		got             map[string]int64
		floating, agree bool
	}{
		"same":            {map[string]int64{"cells": 7, "sales": 1e12, "mix": 5}, false, true},
		"a cent":          {map[string]int64{"cells": 7, "sales": 1e12 + 1, "mix": 5}, false, false},
		"a cent, floats":  {map[string]int64{"cells": 7, "sales": 1e12 + 1, "mix": 6}, true, true},
		"a cell, floats":  {map[string]int64{"cells": 8, "sales": 1e12, "mix": 5}, true, false},
		"missing":         {map[string]int64{"cells": 7, "sales": 1e12}, false, false},
		"something else":  {map[string]int64{"cells": 7, "sales": 1e12, "mux": 5}, false, false},
		"nothing":         {nil, false, false},
		"nothing, floats": {nil, true, false},
	} {
		if err := agree(want, c.got, c.floating); (err == nil) != c.agree {
			t.Errorf("%s: %v", name, err)
		}
	}
	if agree(nil, nil, false) == nil {
		t.Error("nothing agrees with nothing: the answers were not compared")
	}
}

// TestSuites: every case of every suite can be asked for, and none is there twice.
func TestSuites(t *testing.T) {
	for _, name := range suiteNames() {
		cases, err := (&options{suite: name}).cases()
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, c := range cases {
			if len(c.peers) > 0 && c.Job != jobRun && len(c.contestants()) < 2 {
				t.Errorf("%s: %s has no peer", name, c)
			}
			if seen[c.String()] && name != "full" {
				t.Errorf("%s: %s is there twice", name, c)
			}
			seen[c.String()] = true
		}
	}
	for _, wrong := range [][]string{{"--sizes", "10G"}, {"--ids", "integer"}, {"--threads", "0"}, {"--suite", "some"}, {"--jobs", "leger"}, {"10M"}} {
		o, err := parse(wrong)
		if err == nil {
			_, err = o.cases()
		}
		if err == nil {
			t.Errorf("%v: no error", wrong)
		}
	}
}

// TestDocument: docs/performance.md has a place for every table, and what stands around the tables is kept.
func TestDocument(t *testing.T) {
	text, err := os.ReadFile("../../docs/performance.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sections {
		if strings.Count(string(text), "<!-- bench:"+s.name+" -->") != 1 {
			t.Errorf("docs/performance.md has no place for %s", s.name)
		}
	}
	once, err := rewrite(string(text), made().medians())
	if err != nil {
		t.Fatal(err)
	}
	if twice, err := rewrite(once, made().medians()); err != nil || twice != once {
		t.Errorf("writing the tables twice changes them (%v)", err)
	}
	if !strings.Contains(once, "| 100M int | Mainstay | 2.00") || !strings.Contains(once, "## Limits") {
		t.Error("a table is missing, or the text after it")
	}
}

// TestPeersScript holds the peers' script to Python's grammar, where there is a Python.
func TestPeersScript(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("SKIPPED: no python3; peers.py is not looked at")
	}
	if out, err := exec.Command(python, "-c", "import ast, sys; ast.parse(open('peers.py', encoding='utf-8').read())").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
