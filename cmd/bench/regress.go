//go:build unix

package main

import (
	_ "embed"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// The suite of regressions: the same design from the same file, fitted by Mainstay and by its peers in turn, a process a
// measurement. What is timed is the fit, without reading the file; memory is the peak of the process.

//go:embed regress_peers.py
var regressPeersScript []byte

//go:embed regress_peers.R
var regressRScript []byte

// suiteRegress is the name for --suite.
const suiteRegress = "regress"

// regressCase is a simulated design and what is fitted to it.
type regressCase struct {
	Job     string `json:"job"` // logistic, lasso-gaussian, lasso-binomial
	Rows    int    `json:"rows"`
	Columns int    `json:"columns"` // the intercept among them
}

var regressCases = []regressCase{{"logistic", 1_000_000, 20}, {"lasso-gaussian", 100_000, 51}, {"lasso-binomial", 100_000, 51}}

func (c regressCase) String() string { return fmt.Sprintf("%s-%dx%d", c.Job, c.Rows, c.Columns) }

// regressWays are who does a job, and in which way; the first is Mainstay's.
var regressWays = map[string][]contestant{
	"logistic": {{mainstay, "", ""}, {mainstay, "", "streamed"}, {"scikit-learn", "1.9.1", "lbfgs"}, {"scikit-learn", "1.9.1", "lbfgs, tol 1e-8"},
		{"statsmodels", "0.15.0", "Logit"}, {"statsmodels", "0.15.0", "GLM"}},
	"lasso-gaussian": {{mainstay, "", ""}, {"scikit-learn", "1.9.1", "lasso_path"}, {"glmnet", "", ""}},
	"lasso-binomial": {{mainstay, "", ""}, {"scikit-learn", "1.9.1", "saga"}, {"glmnet", "", ""}},
}

// regressRecord is one measurement: a line of regress.jsonl.
type regressRecord struct {
	Case    regressCase `json:"case"`
	Who     contestant  `json:"who"`
	Build   string      `json:"build"`
	Round   int         `json:"round"`
	Machine string      `json:"machine"`
	Load    float64     `json:"load"`
	cost                // CPU is that of the fit
	Coef    []float64   `json:"coef"` // of the last λ
}

// regressSuite measures what is not measured yet, and returns all measurements.
func (o *options) regressSuite() ([]regressRecord, error) {
	path := filepath.Join(o.work, "regress.jsonl")
	all, err := readRegress(path)
	if err != nil || o.report {
		return all, err
	}
	for _, dir := range []string{"bin", "data", "peers"} {
		if err := os.MkdirAll(filepath.Join(o.work, dir), 0o755); err != nil {
			return nil, err
		}
	}
	for name, text := range map[string][]byte{"regress_peers.py": regressPeersScript, "regress_peers.R": regressRScript} {
		if err := os.WriteFile(filepath.Join(o.work, "bin", name), text, 0o644); err != nil {
			return nil, err
		}
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	build, err := version(self)
	if err != nil {
		return nil, err
	}
	var failed error
	for _, c := range regressCases {
		file := filepath.Join(o.work, "data", c.String()+".f64")
		if err := c.write(file); err != nil {
			return nil, err
		}
		for round := 1; round <= o.rounds; round++ {
			for _, who := range regressWays[c.Job] {
				if slices.Equal(o.peers, nobody) && who.Tool != mainstay || slices.ContainsFunc(all, func(r regressRecord) bool {
					return r.Case == c && r.Who == who && r.Build == build && r.Round == round
				}) {
					continue
				}
				rec, err := o.regressOnce(c, who, file)
				if err != nil {
					failed = errors.Join(failed, fmt.Errorf("%s, %s: %w", c, label(who), err))
					continue
				}
				rec.Build, rec.Round = build, round
				fmt.Fprintf(os.Stderr, "  %s round %d  %-36s %8.3f s  %8.3f CPU s  %6.0f MB\n", c, round, label(who), rec.Wall, rec.CPU, float64(rec.Peak)/1e6)
				if err := appendRegress(path, rec); err != nil {
					return nil, err
				}
				all = append(all, *rec)
			}
		}
		failed = errors.Join(failed, agreeRegress(all, c, build))
	}
	return all, failed
}

// regressOnce is one fit in a process of its own.
func (o *options) regressOnce(c regressCase, who contestant, file string) (*regressRecord, error) {
	args := []string{c.Job, who.Variant, file, strconv.Itoa(c.Rows), strconv.Itoa(c.Columns)}
	var cmd *exec.Cmd
	switch who.Tool {
	case mainstay:
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		cmd = exec.Command(self, append([]string{regressJobWord}, args...)...)
	case "glmnet":
		cmd = exec.Command("Rscript", append([]string{filepath.Join(o.work, "bin", "regress_peers.R")}, args...)...)
	default:
		python, err := pythonWith(filepath.Join(o.work, "peers", suiteRegress), "scikit-learn==1.9.1", "statsmodels==0.15.0")
		if err != nil {
			return nil, err
		}
		cmd = exec.Command(python, append([]string{filepath.Join(o.work, "bin", "regress_peers.py")}, args...)...)
	}
	before := load()
	spent, said, err := measure(cmd)
	if err != nil {
		return nil, err
	}
	spent.CPU = said.CPU
	return &regressRecord{Case: c, Who: who, Machine: machine(), Load: before, cost: spent, Coef: said.Coef}, nil
}

// pythonWith is the interpreter of an environment with packages, made where it is not there yet.
func pythonWith(dir string, packages ...string) (string, error) {
	python := filepath.Join(dir, "bin", "python")
	if exists(python) {
		return python, nil
	}
	for _, args := range [][]string{{"python3", "-m", "venv", dir}, append([]string{python, "-m", "pip", "install", "--quiet"}, packages...)} {
		fmt.Fprintf(os.Stderr, "  %s\n", strings.Join(args, " "))
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			os.RemoveAll(dir)
			return "", fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, tail(string(out)))
		}
	}
	return python, nil
}

// agreeRegress compares coefficients: peers stop at tolerances of their own, some after three digits.
func agreeRegress(all []regressRecord, c regressCase, build string) error {
	var reference []float64
	for _, r := range all {
		if r.Case != c || r.Build != build {
			continue
		}
		if reference == nil {
			reference = r.Coef
		}
		for j := range reference {
			if len(r.Coef) != len(reference) || math.Abs(r.Coef[j]-reference[j]) > 5e-3*max(1, math.Abs(reference[j])) {
				return fmt.Errorf("%s: %s finds other coefficients", c, label(r.Who))
			}
		}
	}
	return nil
}
