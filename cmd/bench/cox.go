//go:build unix

package main

import (
	"bufio"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"mainstay/regress"
	"mainstay/regress/survival"
)

// The suite of Cox regressions: the same rows from the same file, fitted by Mainstay, lifelines and R's survival in turn, a process a measurement. What is timed
// is the fit with its baseline (R's without), not the reading of the file. It prints ratios and keeps nothing but the data and lifelines' environment in --work.

//go:embed cox_peers.py
var coxPython []byte

//go:embed cox_peers.R
var coxR []byte

const (
	suiteCox   = "cox"
	coxJobWord = "cox-job" // asks this program for Mainstay's side
	lifelines  = "lifelines"
	rSurvival  = "R survival"
)

// coxCase is simulated lives: a third censored; tied = in a hundred whole periods.
type coxCase struct {
	rows, columns int
	tied          bool
}

var coxCases = []coxCase{{1_000_000, 10, false}, {1_000_000, 10, true}}

func (c coxCase) String() string {
	return fmt.Sprintf("cox-%dx%d%s", c.rows, c.columns, map[bool]string{true: "-ties"}[c.tied])
}

// coxSuite are the cases.
func coxSuite() (all []sideCase) {
	for _, c := range coxCases {
		all = append(all, sideCase{c.String(), c.write, []string{strconv.Itoa(c.rows), strconv.Itoa(c.columns)}, c.columns, 1e-5})
	}
	return all
}

// coxPeers are lifelines in an environment of its own, and R where it has survival.
func (o *options) coxPeers() (who []string, commands map[string][]string, err error) {
	who, commands, err = o.beside(coxJobWord, lifelines, "cox_peers.py", coxPython, "lifelines==0.30.3")
	if err != nil || slices.Equal(o.peers, nobody) || exec.Command("Rscript", "-e", "library(survival)").Run() != nil {
		return who, commands, err
	}
	script := filepath.Join(o.work, "bin", "cox_peers.R")
	commands[rSurvival] = []string{"Rscript", script}
	return append(who, rSurvival), commands, os.WriteFile(script, coxR, 0o644)
}

// write writes the file of a case: the design row by row, then times, then events; 8 bytes a value, little-endian.
func (c coxCase) write(w *bufio.Writer) {
	rng := rand.New(rand.NewPCG(1, 3))
	times, events := make([]float64, c.rows), make([]float64, c.rows)
	row := make([]float64, c.columns)
	for i := range times {
		eta := 0.0
		for j := range row {
			row[j] = rng.NormFloat64()
			eta += 0.1 * row[j]
		}
		life, end := rng.ExpFloat64()*math.Exp(-eta), 3*rng.Float64()
		if times[i] = min(life, end); life <= end {
			events[i] = 1
		}
		if c.tied {
			times[i] = math.Ceil(times[i] * 100 / 3)
		}
		w.Write(bytesOf(row))
	}
	w.Write(bytesOf(times))
	w.Write(bytesOf(events))
}

// once makes a file, whole or not at all, unless it is there. The first error of all writes is told at the end.
func once(path string, write func(*bufio.Writer)) error {
	if exists(path) {
		return nil
	}
	f, err := os.Create(path + ".part")
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	write(w)
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		return err
	}
	return os.Rename(path+".part", path)
}

// coxJob is Mainstay's side. args: file, rows, columns.
func coxJob(args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("%s: three words are needed", coxJobWord)
	}
	n, err1 := strconv.Atoi(args[1])
	k, err2 := strconv.Atoi(args[2])
	f, err3 := os.Open(args[0])
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	defer f.Close()
	d, t := &regress.Design{X: make([]float64, n*k)}, &survival.Times{Stop: make([]float64, n), Event: make([]bool, n)}
	events := make([]float64, n)
	for _, v := range [][]float64{d.X, t.Stop, events} {
		if _, err := io.ReadFull(f, bytesOf(v)); err != nil {
			return err
		}
	}
	for j := range k {
		d.Names = append(d.Names, fmt.Sprintf("x%d", j))
	}
	for i, e := range events {
		t.Event[i] = e == 1
	}
	start := time.Now()
	fit, err := survival.Cox(d, t, survival.Efron, survival.Options{Threads: 2})
	if err != nil {
		return err
	}
	if !fit.Certificate.Certified() {
		return fmt.Errorf("the fit is refused: %v", fit.Certificate.Warnings)
	}
	if _, err := fit.Curves().Of(fit.Means, 0, 0); err != nil {
		return err
	}
	return reply{Seconds: time.Since(start).Seconds(), Coef: fit.Coef}.say()
}
