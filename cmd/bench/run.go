//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// runTables are the tables beside the transactions, by job.
var runTables = map[string][]string{
	jobRun:       {"accounts.parquet"},
	jobRunTables: {"accounts.parquet", "contracts.parquet", "activities.parquet", "people.parquet", "series.csv"},
}

// runCommand is a whole run of a company. Its phases are those of its timings.json.
func (b *bench) runCommand(c benchCase, file string) (*exec.Cmd, func(*record) error) {
	out := b.path("tmp", "run")
	args := []string{"run", file, "--out", out, "--as-of", asOf, "--threads", strconv.Itoa(c.Threads), "--quiet"}
	for _, name := range runTables[c.Job] {
		table, _, _ := strings.Cut(name, ".")
		if path := filepath.Join(filepath.Dir(file), name); exists(path) {
			args = append(args, "--"+table, path)
		}
	}
	if c.Memory != "" {
		args = append(args, "--memory", c.Memory)
	}
	cmd := exec.Command(b.path("bin", "mainstay"), args...)
	cmd.Env = append(os.Environ(), c.processors())
	os.RemoveAll(out) // of an interrupted measurement: a run that is there would be reused
	return cmd, func(r *record) error {
		defer os.RemoveAll(out)
		found, err := filepath.Glob(filepath.Join(out, "*", "timings.json"))
		if err != nil || len(found) != 1 {
			return fmt.Errorf("%d runs in %s, expected one (%v)", len(found), out, err)
		}
		data, err := os.ReadFile(found[0])
		if err != nil {
			return err
		}
		var t struct {
			Phases []struct {
				Phase   string
				Seconds float64
			}
		}
		if err := json.Unmarshal(data, &t); err != nil {
			return err
		}
		r.Phases = map[string]float64{}
		for _, p := range t.Phases {
			r.Phases[p.Phase] = p.Seconds
		}
		return nil
	}
}
