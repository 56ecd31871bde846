//go:build unix

package main

import (
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

//go:embed peers.py
var peersScript []byte

// bench is the workshop: a folder with binaries, data, the peers' environments, and what was measured.
type bench struct {
	work    string
	results *results
	build   string            // Mainstay's version
	python  map[string]string // by peer: the interpreter of its environment
}

// newBench builds Mainstay.
func newBench(work string, r *results) (*bench, error) {
	b := &bench{work: work, results: r, python: map[string]string{}}
	for _, dir := range []string{"bin", "data", "peers", "tmp"} {
		if err := os.MkdirAll(filepath.Join(work, dir), 0o755); err != nil {
			return nil, err
		}
	}
	if err := os.WriteFile(b.path("bin", "peers.py"), peersScript, 0o644); err != nil {
		return nil, err
	}
	for _, args := range [][]string{
		{"build", "-o", b.path("bin", "mainstay"), "mainstay/cmd/mainstay"},
		{"test", "-c", "-o", b.path("bin", "job"), "mainstay/segment"},
	} {
		cmd := exec.Command("go", args...)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, out)
		}
	}
	var err error
	b.build, err = version(b.path("bin", "job"))
	return b, err
}

// version is the commit, and of a tree with changes the hash of binary and script too.
func version(binary string) (string, error) {
	commit := "unknown"
	if out, err := exec.Command("git", "rev-parse", "--short", "HEAD").Output(); err == nil {
		commit = strings.TrimSpace(string(out))
	}
	if out, err := exec.Command("git", "status", "--porcelain", "--", "*.go", "*.py", "go.mod").Output(); err == nil && len(out) == 0 {
		return commit, nil
	}
	f, err := os.Open(binary)
	if err != nil {
		return "", err
	}
	defer f.Close()
	// Read in pieces: a child begins with the peak memory of its parent.
	sum := sha256.New()
	sum.Write(peersScript)
	_, err = io.Copy(sum, f)
	return commit + "+" + hex.EncodeToString(sum.Sum(nil)[:4]), err
}

func (b *bench) path(parts ...string) string {
	return filepath.Join(append([]string{b.work}, parts...)...)
}

// all measures the cases that are not measured yet. What fails is said, and does not stop the rest.
func (b *bench) all(cases []benchCase, rounds int) error {
	failed := 0
	for i, c := range cases {
		fmt.Fprintf(os.Stderr, "%d/%d %s\n", i+1, len(cases), c)
		if err := b.one(c, rounds); err != nil {
			fmt.Fprintf(os.Stderr, "  FAILED: %v\n", err)
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d cases failed or lack a tool: see FAILED above", failed, len(cases))
	}
	return nil
}

// one measures a case: round 0 warms the page cache and compares the answers, and counts for nothing else; then the
// tools in turn, round by round. A peer that cannot do the job is left out; one that answers something else ends the case.
func (b *bench) one(c benchCase, rounds int) error {
	file, err := b.file(c.Data)
	if err != nil {
		return err
	}
	var list []contestant
	var reference *record
	var missing error
	for _, who := range c.contestants() {
		if who.Tool == mainstay {
			who.Version = b.build
		}
		rec, err := b.round(c, who, file, 0)
		switch {
		case err != nil && who.Tool == mainstay:
			return err
		case err != nil:
			missing = errors.Join(missing, fmt.Errorf("%s is left out: %w", label(who), err))
			continue
		case reference == nil:
			reference = rec
		case jobs[c.Job].beside != "": // another question
		default:
			if err := agree(reference.Checks, rec.Checks, who.Variant == "float"); err != nil {
				return fmt.Errorf("%s and %s differ, so nothing is measured: %w", mainstay, label(who), err)
			}
		}
		list = append(list, who)
	}
	for round := 1; round <= rounds; round++ {
		for _, who := range list {
			if _, err := b.round(c, who, file, round); err != nil {
				return err
			}
		}
	}
	return missing
}

// round is one measurement of one tool, unless there is one already.
func (b *bench) round(c benchCase, who contestant, file string, round int) (*record, error) {
	if rec := b.results.find(c, who, b.build, round); rec != nil {
		return rec, nil
	}
	rec, err := b.measure(c, who, file, round)
	if err == nil {
		fmt.Fprintf(os.Stderr, "  round %d  %-28s %8.2f s  %8.2f CPU s  %8.0f MB\n", round, label(who), rec.Wall, rec.CPU, float64(rec.Peak)/1e6)
	}
	return rec, err
}

// agree compares what two tools found. Sums of floats are only about the same.
func agree(want, got map[string]int64, floating bool) error {
	if len(want) == 0 || len(want) != len(got) {
		return fmt.Errorf("%v; %v", want, got)
	}
	for name, w := range want {
		g, ok := got[name]
		if floating && name == "mix" {
			continue
		}
		if !ok || g != w && !(floating && math.Abs(float64(g-w)) <= 1e-9*math.Abs(float64(w))) {
			return fmt.Errorf("%s: %d; %d", name, w, g)
		}
	}
	return nil
}

// measure runs one tool on one case in a process of its own, and keeps what it took.
func (b *bench) measure(c benchCase, who contestant, file string, round int) (*record, error) {
	var cmd *exec.Cmd
	var done func(*record) error
	switch {
	case isRun(c.Job) && who.Tool == mainstay:
		cmd, done = b.runCommand(c, file)
	case who.Tool == mainstay:
		cmd = b.jobCommand(c, file, round)
	default:
		var err error
		if cmd, err = b.peerCommand(c, who, file, round); err != nil {
			return nil, err
		}
	}
	before := load()
	spent, said, err := measure(cmd)
	if err != nil {
		return nil, err
	}
	rec := &record{Case: c, Who: who, Build: b.build, Round: round, Machine: machine(), Load: before, cost: spent, Phases: said.Phases, Rows: said.Rows, Checks: said.Checks}
	if done != nil {
		if err := done(rec); err != nil {
			return nil, err
		}
	}
	return rec, b.results.add(rec)
}

// jobCommand is one job of segment's test binary: see segment/bench_job_test.go.
func (b *bench) jobCommand(c benchCase, file string, round int) *exec.Cmd {
	cmd := exec.Command(b.path("bin", "job"), "-test.run", "^$", "-test.bench", "^BenchmarkJob$", "-test.benchtime", "1x")
	cmd.Dir = b.path("tmp")
	columns := c.columns()
	cmd.Env = append(os.Environ(), "MAINSTAY_BENCH_FILE="+file, "MAINSTAY_BENCH_JOB="+jobs[c.Job].mainstay,
		"MAINSTAY_BENCH_TIME="+columns.Time, "MAINSTAY_BENCH_AMOUNT="+columns.Amount, "MAINSTAY_BENCH_ORDER="+columns.Order,
		"MAINSTAY_BENCH_THREADS="+strconv.Itoa(c.Threads), "MAINSTAY_BENCH_MEMORY="+c.Memory, "MAINSTAY_BENCH_CHECK="+check(round),
		c.processors())
	return cmd
}

// processors keeps the garbage collector, too, to the threads of the case: a peer has no others either.
func (c benchCase) processors() string { return "GOMAXPROCS=" + strconv.Itoa(c.Threads) }

// check is 1 in the round that compares the answers.
func check(round int) string {
	if round == 0 {
		return "1"
	}
	return "0"
}

// columns are the names in the file, and whether its amounts are floats.
type columns struct {
	Key    string `json:"key"`
	Time   string `json:"time"`
	Amount string `json:"amount"`
	Order  string `json:"order"` // "" = no orders are counted
	Type   string `json:"amount_type"`
}

func (c benchCase) columns() columns {
	n := columns{Key: "customer_id", Time: "ts", Amount: "amount", Type: "double"}
	switch {
	case c.Data.Writer == writerGenerate, c.Data.Writer == writerCompany:
		n.Time, n.Type = "order_date", "decimal"
	case jobs[c.Job].decimal:
		n.Amount, n.Type = "amount_decimal", "decimal"
	}
	if jobs[c.Job].orders {
		n.Order = "order_id"
	}
	return n
}

// peerCommand is one job of peers.py.
func (b *bench) peerCommand(c benchCase, who contestant, file string, round int) (*exec.Cmd, error) {
	python, err := b.environment(who.Tool, who.Version)
	if err != nil {
		return nil, err
	}
	name := cmp.Or(jobs[c.Job].mainstay, jobs[c.Job].beside)
	if jobs[c.Job].orders {
		name += "-orders"
	}
	if who.Variant != "" {
		name += "-" + who.Variant
	}
	spec, err := json.Marshal(struct {
		columns
		Tool    string `json:"tool"`
		Job     string `json:"job"`
		File    string `json:"file"`
		Dirty   bool   `json:"dirty"`
		Threads int    `json:"threads"`
		Check   bool   `json:"check"`
		Temp    string `json:"temp"`
	}{c.columns(), who.Tool, name, file, c.Data.Dirt == "dirty", c.Threads, round == 0, b.path("tmp")})
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(python, b.path("bin", "peers.py"), "job", string(spec))
	cmd.Env = append(os.Environ(), "POLARS_MAX_THREADS="+strconv.Itoa(c.Threads))
	return cmd, nil
}
