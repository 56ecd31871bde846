package segment

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mainstay/ingest"
	"mainstay/ingest/generate"
	"mainstay/ingest/spill"
	"mainstay/ingest/store"
	"mainstay/markov"
)

// BenchmarkJob is Mainstay's side of the benchmark of docs/performance.md: one job on one file, once, in a
// process of its own, so that the peak memory of the process is that of the job. cmd/bench runs it; by hand:
//
//	go test -c -o /tmp/job ./segment
//	MAINSTAY_BENCH_FILE=orders.parquet /tmp/job -test.run '^$' -test.bench '^BenchmarkJob$' -test.benchtime 1x \
//	    -test.cpuprofile cpu.prof -test.memprofile mem.prof
//
// The environment says what to do (benchSpecOf); what was done is printed as one line of JSON behind "BENCH ".
func BenchmarkJob(b *testing.B) {
	spec, err := benchSpecOf(os.Getenv)
	if err != nil {
		b.Fatal(err)
	}
	if spec.file == "" {
		b.Skip("SKIPPED: MAINSTAY_BENCH_FILE is not set; cmd/bench sets it to the file to read")
	}
	for b.Loop() {
		done, err := spec.do(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		line, err := json.Marshal(done)
		if err != nil {
			b.Fatal(err)
		}
		fmt.Printf("BENCH %s\n", line)
	}
}

// The jobs: the Ledger in memory; the Ledger and a profile of every customer; the Ledger and the moves
// between the monthly states of the customers; the Ledger of 104 weeks and the moves between weekly states.
const (
	jobLedger = "ledger"
	jobSums   = "sums"
	jobStates = "states"
	jobWeeks  = "weeks"
)

// Settings that both sides of the benchmark must agree on (cmd/bench/peers.py has the same).
const (
	benchAsOf    = "2026-10-31" // last day of generated exports
	benchWeeks   = "2024-10-28" // the Monday with which the job of weeks begins: the last of its 104 is that before benchAsOf
	benchHorizon = 90           // days: three months, so that a state has three classes of recency
	benchBadRate = 0.05         // dirty files hold more bad rows than a run would accept
)

// benchSpec is one job.
type benchSpec struct {
	file, job string
	columns   ingest.Mapping
	threads   int
	memory    int64 // bytes to keep within, as --memory
	check     bool  // print what the result holds, to be compared with a peer's: costs time and memory
}

// benchSpecOf reads the environment: MAINSTAY_BENCH_FILE, _JOB (ledger, sums, states, weeks), _TIME, _AMOUNT and _ORDER
// (columns; no order unless named), _THREADS, _MEMORY (as --memory; the same default), _CHECK (1 = print what the
// result holds).
func benchSpecOf(env func(string) string) (benchSpec, error) {
	get := func(name, otherwise string) string { return cmp.Or(env("MAINSTAY_BENCH_"+name), otherwise) }
	s := benchSpec{file: env("MAINSTAY_BENCH_FILE"), job: get("JOB", jobLedger), check: get("CHECK", "0") == "1"}
	var err error
	if s.threads, err = strconv.Atoi(get("THREADS", "2")); err != nil {
		return s, fmt.Errorf("MAINSTAY_BENCH_THREADS: %w", err)
	}
	s.memory = spill.Default()
	if limit := env("MAINSTAY_BENCH_MEMORY"); limit != "" {
		if s.memory, err = spill.ParseSize(limit, spill.Machine()); err != nil {
			return s, fmt.Errorf("MAINSTAY_BENCH_MEMORY: %w", err)
		}
	}
	if known := []string{jobLedger, jobSums, jobStates, jobWeeks}; !slices.Contains(known, s.job) {
		return s, fmt.Errorf("MAINSTAY_BENCH_JOB is %q; expected one of %v", s.job, known)
	}
	s.columns = ingest.Mapping{Customer: "customer_id", Time: get("TIME", "ts"), Amount: get("AMOUNT", "amount"), Order: get("ORDER", "none")}
	for _, unused := range []*string{&s.columns.Units, &s.columns.Price, &s.columns.Cost, &s.columns.Discount, &s.columns.Currency, &s.columns.Status,
		&s.columns.Category, &s.columns.Product, &s.columns.Channel, &s.columns.Region, &s.columns.Manager, &s.columns.LineType, &s.columns.Name, &s.columns.Industry} {
		*unused = "none"
	}
	return s, nil
}

// benchDone is what a job prints. Seconds are from the file's name to the result in memory.
type benchDone struct {
	Seconds float64            `json:"seconds"`
	Phases  map[string]float64 `json:"phases"`
	Rows    int64              `json:"rows"`
	Aside   int64              `json:"aside"`
	Checks  map[string]any     `json:"checks,omitempty"`
	Digest  string             `json:"digest,omitempty"`
}

// do reads the file and does the job.
func (s benchSpec) do(ctx context.Context) (done *benchDone, err error) {
	space := spill.New(s.memory, "")
	defer func() { err = errors.Join(err, space.Close()) }()
	done = &benchDone{Phases: map[string]float64{}}
	start := time.Now()
	mark := func(phase string) {
		took := time.Since(start).Seconds()
		done.Phases[phase] = took - done.Seconds
		done.Seconds = took
	}
	cfg := ingest.DefaultConfig()
	cfg.Columns, cfg.AsOf, cfg.MaxBadRate = s.columns, benchAsOf, benchBadRate
	if s.job == jobWeeks {
		cfg.From = benchWeeks
	}
	files, now := store.Dir{}, time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
	p, err := ingest.NewPlan(ctx, files, []string{s.file}, cfg, s.threads, now)
	if err != nil {
		return nil, err
	}
	p.Space = space
	mark("plan")
	l, err := ingest.Build(ctx, files, p, s.threads, nil, nil)
	if err != nil {
		return nil, err
	}
	mark("build")
	done.Rows, done.Aside = l.Tally.RowsUsed, l.Tally.RowsRead-l.Tally.RowsUsed
	switch s.job {
	case jobLedger:
		if s.check {
			done.Checks = checkLedger(l)
		}
	case jobSums:
		profiles := ProfilesOn(l, l.AsOf, benchHorizon, s.threads)
		mark("profiles")
		if s.check {
			done.Checks = checkSums(profiles)
		}
	case jobStates, jobWeeks:
		c := Clock{AsOf: l.AsOf, First: l.First, Period: Month, Horizon: benchHorizon}
		if s.job == jobWeeks {
			c.First, c.Period = date(benchWeeks), Week
		}
		counts := countStates(l, ingest.Shards, c, l.AsOf, newStates(c), s.threads)
		mark("states")
		if s.check {
			done.Checks = checkStates(counts)
		}
	}
	if s.check {
		done.Digest = l.Digest()
	}
	return done, l.Err()
}

// mixed is Σ over rows of (amount mod a prime) × (a number of days): equal only where the same amounts stand
// beside the same days. It fits 64 bits for 10^8 rows.
const mixed = 1_000_003

func checkLedger(l *ingest.Ledger) map[string]any {
	var cells, lines, orders, days, sales, returns, mix int64
	l.Scan(1, func(_ int, s *ingest.Shard) {
		cells += int64(len(s.Day))
		for j, d := range s.Day {
			lines += int64(s.Lines[j])
			days += int64(d)
			sales += s.Sales[j]
			returns += s.Returns[j]
			mix += s.Sales[j] % mixed * int64(d)
			if s.Orders != nil {
				orders += int64(s.Orders[j])
			}
		}
	})
	out := map[string]any{"customers": l.Customers(), "cells": cells, "lines": lines, "days": days, "sales": sales, "returns": returns, "mix": mix}
	if l.Has.Orders {
		out["orders"] = orders
	}
	return out
}

func checkSums(profiles *Profiles) map[string]any {
	var lines, first, last, net, mix int64
	for i := range profiles.Len() {
		p := profiles.At(i)
		lines += p.Lines
		first += int64(p.First)
		last += int64(p.Last)
		net += p.Net()
		mix += p.Net() % mixed * int64(p.Last-p.First)
	}
	return map[string]any{"customers": profiles.Len(), "lines": lines, "first": first, "last": last, "net": net, "mix": mix}
}

func checkStates(c *markov.Counts) map[string]any {
	out := map[string]any{}
	for i := range c.States {
		for j := range c.States {
			if n := c.N[i*len(c.States)+j]; n > 0 {
				out[fmt.Sprintf("%d>%d", i, j)] = n
			}
		}
	}
	return out
}

// TestBenchJob does the jobs of the benchmark on a small export and holds their answers to the truth of the
// generator, and to each other.
func TestBenchJob(t *testing.T) {
	p := generate.Default()
	p.Rows, p.Customers, p.Returns, p.Cancelled, p.Dirt = 10_000, 1_000, 0, 0, 0.02
	dir := t.TempDir()
	truth, err := generate.Write(context.Background(), dir, p, 2, func(float64) {})
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"MAINSTAY_BENCH_FILE": filepath.Join(dir, "orders.parquet"), "MAINSTAY_BENCH_TIME": "order_date",
		"MAINSTAY_BENCH_ORDER": "order_id", "MAINSTAY_BENCH_CHECK": "1"}
	results := map[string]*benchDone{}
	for _, job := range []string{jobLedger, jobSums, jobStates, jobWeeks} {
		env["MAINSTAY_BENCH_JOB"] = job
		spec, err := benchSpecOf(func(name string) string { return env[name] })
		if err != nil {
			t.Fatal(err)
		}
		if results[job], err = spec.do(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	ledger, sums, states := results[jobLedger], results[jobSums], results[jobStates]
	if ledger.Digest == "" || ledger.Digest != sums.Digest || ledger.Digest != states.Digest {
		t.Errorf("the Ledgers of the jobs differ: %s, %s, %s", ledger.Digest, sums.Digest, states.Digest)
	}
	if ledger.Rows+ledger.Aside != truth.Rows || ledger.Checks["lines"] != ledger.Rows || ledger.Aside == 0 {
		t.Errorf("%d rows used and %d set aside of %d", ledger.Rows, ledger.Aside, truth.Rows)
	}
	for _, same := range [][2]string{{"lines", "lines"}, {"customers", "customers"}, {"sales", "net"}} {
		if a, b := ledger.Checks[same[0]], sums.Checks[same[1]]; a != b {
			t.Errorf("%s is %v in the Ledger, %s is %v in the profiles", same[0], a, same[1], b)
		}
	}
	for job, most := range map[string]int64{jobStates: 35, jobWeeks: 103} {
		moves := int64(0)
		for _, n := range results[job].Checks {
			moves += n.(int64)
		}
		if customers := int64(ledger.Checks["customers"].(int)); moves < customers || moves > most*customers {
			t.Errorf("%s: %d moves of %d customers", job, moves, customers)
		}
	}
}

// TestBenchSpec refuses what it does not know, so that a misspelt case is not measured as another.
func TestBenchSpec(t *testing.T) {
	for _, bad := range []string{"MAINSTAY_BENCH_JOB=leger", "MAINSTAY_BENCH_THREADS=two", "MAINSTAY_BENCH_MEMORY=much"} {
		name, value, _ := strings.Cut(bad, "=")
		if _, err := benchSpecOf(func(n string) string {
			if n == name {
				return value
			}
			return ""
		}); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
}
