//go:build unix

package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// dataset is one file of transactions.
type dataset struct {
	Size        string `json:"size"`        // rows: 10M
	IDs         string `json:"ids"`         // int, text (C00012345), uuid
	Writer      string `json:"writer"`      // parquet-go (mainstay generate, all its columns), duckdb or pyarrow (three columns that matter), company (mainstay generate with everything beside)
	Compression string `json:"compression"` // snappy, zstd
	Order       string `json:"order"`       // of rows: time, shuffled
	Dirt        string `json:"dirt"`        // clean; dirty: 1 % of rows with a null, 1 % with a value that is set aside
}

func (d dataset) String() string {
	return strings.Join([]string{d.Size, d.IDs, d.Writer, d.Compression, d.Order, d.Dirt}, "-")
}

// rows is the number of rows of a size: 10M, 100k.
func rows(size string) (int, error) {
	digits := strings.TrimRight(size, "kM")
	n, err := strconv.Atoi(digits)
	factor := map[string]int{"": 1, "k": 1_000, "M": 1_000_000}[size[len(digits):]]
	if err != nil || n <= 0 || factor == 0 {
		return 0, fmt.Errorf("%q is not a number of rows such as 10M or 100k", size)
	}
	return n * factor, nil
}

// What a case may be made of; the first is the default.
var (
	allIDs          = []string{"int", "text", "uuid"}
	allWriters      = []string{"duckdb", "pyarrow", writerGenerate}
	allCompressions = []string{"snappy", "zstd"}
	allOrders       = []string{"time", "shuffled"}
	allDirt         = []string{"clean", "dirty"}
	defaultPeers    = []string{"duckdb-2.0.1"}
	everyPeer       = []string{"duckdb-2.0.1", "duckdb-1.5.6", "polars-2.1.0"}
	nobody          = []string{"none"}
)

// The writers that are not peers.
const (
	writerGenerate = "parquet-go" // mainstay generate --preset pareto-nbd
	writerCompany  = "company"    // mainstay generate, everything in it
)

// A job is done by Mainstay and by its peers. variants are the ways in which a peer can be asked, "" always, others
// when they are asked for.
type job struct {
	mainstay string // MAINSTAY_BENCH_JOB; "" = mainstay run
	variants map[string][]string
	decimal  bool // reads amounts as DECIMAL(14,2) instead of floating
	orders   bool // counts orders too

	beside string // where no peer does the same: the job of its own that it does on the same file, as a measure of the machine; nothing is compared
}

// The jobs that are a whole mainstay run.
const (
	jobRun       = "run"        // of the transactions and the accounts
	jobRunBare   = "run-bare"   // of the transactions alone
	jobRunTables = "run-tables" // of the transactions with every table that there is
)

func isRun(job string) bool { return job == jobRun || job == jobRunBare || job == jobRunTables }

var jobs = map[string]job{
	"ledger":         {mainstay: "ledger", variants: map[string][]string{"duckdb": {"", "float"}, "polars": {"", "float"}}},
	"ledger-decimal": {mainstay: "ledger", decimal: true, variants: map[string][]string{"duckdb": {""}, "polars": {""}}},
	"ledger-orders":  {mainstay: "ledger", orders: true, variants: map[string][]string{"duckdb": {"", "window"}}},
	"sums":           {mainstay: "sums", variants: map[string][]string{"duckdb": {"", "float"}, "polars": {"", "float"}}},
	"states":         {mainstay: "states", variants: map[string][]string{"duckdb": {"", "bits", "panel"}}},
	"weeks":          {mainstay: "weeks", variants: map[string][]string{"duckdb": {"", "panel"}}},
	jobRun:           {},
	jobRunBare:       {variants: map[string][]string{"duckdb": {""}}, beside: "sums"},
	jobRunTables:     {variants: map[string][]string{"duckdb": {""}}, beside: "sums"},
}

func jobNames() []string { return slices.Sorted(maps.Keys(jobs)) }

// benchCase is one job on one file under one set of limits.
type benchCase struct {
	Data    dataset  `json:"data"`
	Job     string   `json:"job"`
	Threads int      `json:"threads"`
	Memory  string   `json:"memory,omitempty"` // Mainstay's --memory; "" = its default
	peers   []string // NAME-VERSION
	others  []string // variants of the peers' queries beside the first
}

func (c benchCase) String() string {
	s := fmt.Sprintf("%s %s threads=%d", c.Job, c.Data, c.Threads)
	if c.Memory != "" {
		s += " memory=" + c.Memory
	}
	return s
}

// contestant is a tool and how it is asked.
type contestant struct {
	Tool    string `json:"tool"`
	Version string `json:"version"`
	Variant string `json:"variant,omitempty"`
}

const mainstay = "mainstay"

// contestants are Mainstay, whose version is known when it is built, and the peers that can do the job.
func (c benchCase) contestants() []contestant {
	list := []contestant{{Tool: mainstay}}
	for _, p := range c.peers {
		tool, version, _ := strings.Cut(p, "-")
		for i, v := range jobs[c.Job].variants[tool] {
			if i == 0 || slices.Contains(c.others, v) || slices.Contains(c.others, "all") {
				list = append(list, contestant{tool, version, v})
			}
		}
	}
	return list
}

// group is all combinations of its lists; an empty list is the default alone.
type group struct {
	Sizes, IDs, Writers, Compressions, Orders, Dirt, Jobs, Threads, Memory, Peers, Variants []string
}

func (g group) cases() ([]benchCase, error) {
	for _, l := range []struct {
		list  *[]string
		known []string // nil = anything
		usual string
	}{
		{&g.Sizes, nil, "10M"}, {&g.IDs, allIDs, allIDs[0]}, {&g.Writers, append([]string{writerCompany}, allWriters...), allWriters[0]},
		{&g.Compressions, allCompressions, allCompressions[0]}, {&g.Orders, allOrders, allOrders[0]}, {&g.Dirt, allDirt, allDirt[0]},
		{&g.Jobs, jobNames(), "ledger"}, {&g.Threads, nil, "2"}, {&g.Memory, nil, ""},
	} {
		if len(*l.list) == 0 {
			*l.list = []string{l.usual}
		}
		for _, w := range *l.list {
			if l.known != nil && !slices.Contains(l.known, w) {
				return nil, fmt.Errorf("%q is unknown: %s", w, strings.Join(l.known, ", "))
			}
		}
	}
	peers := g.Peers
	if len(peers) == 0 {
		peers = defaultPeers
	}
	if slices.Equal(peers, nobody) {
		peers = nil
	}
	var cases []benchCase
	for _, size := range g.Sizes {
		if _, err := rows(size); err != nil {
			return nil, err
		}
		for _, job := range g.Jobs {
			for _, d := range g.files(size, job) {
				for _, t := range g.Threads {
					threads, err := strconv.Atoi(t)
					if err != nil || threads < 1 {
						return nil, fmt.Errorf("%q is not a number of threads", t)
					}
					for _, m := range g.Memory {
						cases = append(cases, benchCase{Data: d, Job: job, Threads: threads, Memory: m, peers: peers, others: g.Variants})
					}
				}
			}
		}
	}
	return cases, nil
}

// files are the files of one size for a job: a run needs a whole company.
func (g group) files(size, job string) []dataset {
	if isRun(job) {
		return []dataset{{size, "text", writerCompany, "snappy", "time", "dirty"}}
	}
	var list []dataset
	for _, ids := range g.IDs {
		for _, writer := range g.Writers {
			for _, compression := range g.Compressions {
				for _, order := range g.Orders {
					for _, dirt := range g.Dirt {
						list = append(list, dataset{size, ids, writer, compression, order, dirt})
					}
				}
			}
		}
	}
	return list
}
