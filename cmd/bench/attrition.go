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
	"strconv"
	"time"

	"mainstay/markov/attrition"
)

// The suite of latent attrition: the same customers from the same file, fitted by Mainstay and by scipy with an analytic gradient. What is timed is the fit, the
// compression of equal customers included, not the reading of the file. Mainstay also scores everybody, with intervals, and says how many likelihood passes that took.

//go:embed attrition_peers.py
var attritionPython []byte

const (
	suiteAttrition   = "attrition"
	attritionJobWord = "attrition-job" // asks this program for Mainstay's side
	scipyPeer        = "scipy"
)

// attritionCase is a million simulated customers; weekly = in whole weeks, so that many are equal.
type attritionCase struct {
	rows   int
	model  attrition.Model
	weekly bool
}

var attritionCases = []attritionCase{
	{1_000_000, attrition.BGNBD, false}, {1_000_000, attrition.BGNBD, true},
	{1_000_000, attrition.ParetoNBD, false}, {1_000_000, attrition.ParetoNBD, true},
}

func (c attritionCase) String() string {
	name := "bg"
	if c.model == attrition.ParetoNBD {
		name = "pareto"
	}
	return fmt.Sprintf("attrition-%s-%d%s", name, c.rows, map[bool]string{true: "-weekly"}[c.weekly])
}

// attritionSuite are the cases.
func attritionSuite() (all []sideCase) {
	for _, c := range attritionCases {
		all = append(all, sideCase{c.String(), c.write, []string{strconv.Itoa(c.rows), string(c.model)}, 4, 1e-3})
	}
	return all
}

func (o *options) attritionPeers() ([]string, map[string][]string, error) {
	return o.beside(attritionJobWord, scipyPeer, "attrition_peers.py", attritionPython, "scipy==1.17.1")
}

// write writes the file of a case: x, then t.x, then T, 8 bytes a value, little-endian.
func (c attritionCase) write(w *bufio.Writer) {
	rng := rand.New(rand.NewPCG(1, 4))
	columns := [3][]float64{make([]float64, c.rows), make([]float64, c.rows), make([]float64, c.rows)}
	for i := range c.rows {
		x, last, end := c.customer(rng)
		if c.weekly {
			last = math.Ceil(last)
		}
		columns[0][i], columns[1][i], columns[2][i] = x, last, end
	}
	for _, col := range columns {
		w.Write(bytesOf(col))
	}
}

// customer draws one of a book like CDNOW's, over up to two years of weeks: rates Gamma(½, 10), as half a squared normal; chances of leaving
// Beta(1, 2), lives with rates Gamma(½, 12).
func (c attritionCase) customer(rng *rand.Rand) (x, last, end float64) {
	half := func() float64 { z := rng.NormFloat64(); return z * z / 2 }
	rate := half() / 10
	end = 20 + 84*rng.Float64()
	if c.weekly {
		end = math.Ceil(end)
	}
	life, leave := math.Inf(1), 0.0
	if c.model == attrition.ParetoNBD {
		life = rng.ExpFloat64() / (half() / 12)
	} else {
		leave = 1 - math.Sqrt(rng.Float64())
	}
	for at := rng.ExpFloat64() / rate; at < min(end, life); at += rng.ExpFloat64() / rate {
		x, last = x+1, at
		if rng.Float64() < leave {
			break
		}
	}
	return x, last, end
}

// attritionJob is Mainstay's side. args: file, rows, model.
func attritionJob(args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("%s: three words are needed", attritionJobWord)
	}
	n, err1 := strconv.Atoi(args[1])
	f, err2 := os.Open(args[0])
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	defer f.Close()
	d := &attrition.Data{X: make([]float64, n), Last: make([]float64, n), T: make([]float64, n)}
	for _, v := range [][]float64{d.X, d.Last, d.T} {
		if _, err := io.ReadFull(f, bytesOf(v)); err != nil {
			return err
		}
	}
	m := attrition.Model(args[2])
	start := time.Now()
	fit, err := attrition.FitModel(m, d, attrition.Options{Threads: 2})
	if err != nil {
		return err
	}
	took := time.Since(start).Seconds()
	if !fit.Certificate.Certified() {
		return fmt.Errorf("the fit is refused: %v", fit.Certificate.Warnings)
	}
	start = time.Now()
	if _, err := fit.LogLik(d, 2); err != nil {
		return err
	}
	one := time.Since(start).Seconds()
	start = time.Now()
	if _, err := fit.Scores(d, attrition.Questions{Horizon: 52, Rate: 0.002, Level: 0.95, Threads: 2}); err != nil {
		return err
	}
	scored := time.Since(start).Seconds()
	fmt.Fprintf(os.Stderr, "    %d distinct, %d iterations; a pass over all %.3f s, scores with intervals %.3f s: %.1f passes\n", fit.Distinct, fit.Certificate.Iterations, one, scored, scored/one)
	var coef []float64
	for _, p := range fit.Params {
		coef = append(coef, math.Log(p))
	}
	return reply{Seconds: took, Coef: coef}.say()
}
