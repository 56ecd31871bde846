//go:build unix

package main

import (
	"bufio"
	_ "embed"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"time"

	"mainstay/markov/hidden"
)

// The suite of hidden states: the same counts from the same file, fitted by Mainstay (ten starts, Newton's method, standard errors) and by hmmlearn (expectation-maximisation
// from one start). What is timed is the fit, not the reading of the file.

//go:embed hidden_peers.py
var hiddenPython []byte

const (
	suiteHidden   = "hidden"
	hiddenJobWord = "hidden-job" // asks this program for Mainstay's side
	hmmlearnPeer  = "hmmlearn"
	hiddenStates  = 3
)

// hiddenCase are simulated customers over so many periods each.
type hiddenCase struct{ customers, periods int }

var hiddenCases = []hiddenCase{{2000, 24}, {20, 2400}}

func (c hiddenCase) String() string { return fmt.Sprintf("hidden-%dx%d", c.customers, c.periods) }

// hiddenSuite are the cases.
func hiddenSuite() (all []sideCase) {
	for _, c := range hiddenCases {
		all = append(all, sideCase{c.String(), c.write, []string{strconv.Itoa(c.customers), strconv.Itoa(c.periods), strconv.Itoa(hiddenStates)}, 2 * hiddenStates, 3e-3})
	}
	return all
}

func (o *options) hiddenPeers() ([]string, map[string][]string, error) {
	return o.beside(hiddenJobWord, hmmlearnPeer, "hidden_peers.py", hiddenPython, "hmmlearn==0.3.3")
}

// write writes the counts of a case, customer by customer, 8 bytes a value, little-endian: a dormant, an occasional and a strong state.
func (c hiddenCase) write(w *bufio.Writer) {
	rng := rand.New(rand.NewPCG(1, 5))
	first, moves, mean := []float64{.3, .5, .2}, [][]float64{{.9, .08, .02}, {.1, .8, .1}, {.03, .12, .85}}, []float64{.2, 2, 6}
	draw := func(prob []float64) int {
		u := rng.Float64()
		for i, p := range prob {
			if u -= p; u < 0 {
				return i
			}
		}
		return len(prob) - 1
	}
	counts := make([]float64, c.periods)
	for range c.customers {
		state := draw(first)
		for t := range counts {
			n, sum := 0.0, rng.ExpFloat64()
			for ; sum < mean[state]; sum += rng.ExpFloat64() {
				n++
			}
			counts[t], state = n, draw(moves[state])
		}
		w.Write(bytesOf(counts))
	}
}

// hiddenJob is Mainstay's side. args: file, customers, periods, states.
func hiddenJob(args []string) error {
	if len(args) != 4 {
		return fmt.Errorf("%s: four words are needed", hiddenJobWord)
	}
	var size [3]int
	for i, word := range args[1:] {
		var err error
		if size[i], err = strconv.Atoi(word); err != nil {
			return err
		}
	}
	f, err := os.Open(args[0])
	if err != nil {
		return err
	}
	defer f.Close()
	d := &hidden.Data{Activity: make([]float64, size[0]*size[1])}
	for c := range size[0] + 1 {
		d.Begins = append(d.Begins, c*size[1])
	}
	if _, err := io.ReadFull(f, bytesOf(d.Activity)); err != nil {
		return err
	}
	start := time.Now()
	fit, err := (&hidden.Model{States: size[2], Activity: hidden.Poisson, Start: hidden.Free}).Fit(d, 2)
	if err != nil {
		return err
	}
	took := time.Since(start).Seconds()
	if !fit.Certificate.Certified() {
		return fmt.Errorf("the fit is refused: %v", fit.Certificate.Warnings)
	}
	fmt.Fprintf(os.Stderr, "    %d iterations, log L %.6f\n", fit.Certificate.Iterations, fit.LogLik)
	var coef []float64
	for _, v := range fit.Mean {
		coef = append(coef, math.Log(v))
	}
	for i, row := range fit.Moves {
		coef = append(coef, row[i])
	}
	return reply{Seconds: took, Coef: coef}.say()
}
