package reports

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"mainstay/markov"
	"mainstay/segment/moves"
)

// newChain is the catalogue company of Pfeifer & Carraway 2000 as moves: recency 1 to 4, and former customers.
func newChain() *Chain {
	return chainOf([]string{"r1", "r2", "r3", "r4", "former"}, []int64{
		60, 140, 0, 0, 0,
		40, 0, 160, 0, 0,
		30, 0, 0, 170, 0,
		10, 0, 0, 0, 190,
		0, 0, 0, 0, 0}, markov.Questions{Assumptions: markov.Assumptions{Absorbing: []int{4}}, Level: .95, Start: []float64{120, 80, 40, 10, 0}, Forecast: 10,
		Reward: []float64{36, -4, -4, -4, 0}, Rate: .2, Horizon: 4, Times: true, Stop: true})
}

func chainOf(states []string, n []int64, q markov.Questions) *Chain {
	counts := &markov.Counts{States: states, N: n}
	c := &Chain{Files: []string{"mail.csv"}, Moves: &moves.Moves{Counts: counts, Step: "a mailing", AsOf: "2000-05-31", Notes: []string{"3 rows without id were set aside"}}, Questions: q}
	var err error
	if len(states) == 5 {
		c.addSegments(counts)
	}
	if c.Analysis, err = markov.Analyse(counts, q); err != nil && !errors.As(err, &c.Refusal) {
		panic(err)
	}
	return c
}

// addSegments divides the moves into two segments, of which one has hardly any, and tests what can be tested.
func (c *Chain) addSegments(counts *markov.Counts) {
	few, rest := markov.NewCounts(counts.States), markov.NewCounts(counts.States)
	copy(rest.N, counts.N)
	few.N[0], few.N[1] = 1, 6
	rest.N[0], rest.N[1] = rest.N[0]-1, rest.N[1]-6
	var errs [3]error
	var tests [2]*markov.Test
	c.Moves.Segments = []string{"few", "the rest, 其余"}
	c.Pool, errs[0] = markov.NewPool([]*markov.Counts{few, rest}, 4)
	for s, chain := range c.Pool.Chains {
		one := &ChainSegment{Name: c.Moves.Segments[s], Questions: c.Questions, Tests: tests[:1]}
		one.Analysis, _ = markov.Answer(chain, c.Questions)
		c.Segments = append(c.Segments, one)
	}
	tests[0], errs[1] = markov.Order0Test(counts)
	tests[1], errs[2] = markov.HomogeneityTest([]*markov.Counts{few, rest})
	c.Tests = tests[:]
	c.addInfluence(counts)
	if err := errors.Join(errs[:]...); err != nil {
		panic(err)
	}
}

// addInfluence says what the moves owe to a covariate that every third of them has.
func (c *Chain) addInfluence(counts *markov.Counts) {
	var all []markov.Move
	k := len(counts.States)
	for cell, n := range counts.N {
		for range n {
			all = append(all, markov.Move{Who: int32(len(all)), Row: int32(len(all)), From: int16(cell / k), To: int16(cell % k)})
		}
	}
	d, err := markov.FitDependent(counts.States, all, markov.Covariates{Terms: []string{"complaints", "in Europe"}, X: func(m markov.Move) ([]float64, bool) { return []float64{float64(m.Row % 3 / 2), 1}, true }}, []int{4}, c.Questions.Level, 1)
	if err != nil {
		panic(err)
	}
	p, se, err := d.Matrix(markov.Sample{X: [][]float64{{0, 1}, {1, 1}}})
	if err != nil {
		panic(err)
	}
	c.Influence = &Influence{Dependent: d, Segments: []Profile{NewProfile("the rest, 其余", p, se, c.Questions.Level)}, Profiles: []Profile{NewProfile("complaints=1", p, se, c.Questions.Level)}}
}

func chainText(t *testing.T, c *Chain) string {
	t.Helper()
	var text, doc bytes.Buffer
	if err := errors.Join(ChainText(&text, c), WriteChainJSON(&doc, c)); err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{text.String(), doc.String()} {
		for _, bad := range []string{"NaN", "Inf", "\x1b", "%!"} {
			if strings.Contains(out, bad) {
				t.Errorf("%q in\n%s", bad, out)
			}
		}
	}
	for line := range strings.Lines(text.String()) {
		if n := width(strings.TrimSuffix(line, "\n")); n > pageWidth {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	return text.String()
}

func TestChain(t *testing.T) {
	c := newChain()
	golden(t, "chain.txt", chainText(t, c))
	var doc bytes.Buffer
	if err := WriteChainJSON(&doc, c); err != nil {
		t.Fatal(err)
	}
	golden(t, "chain.json", doc.String())
	for _, table := range ChainTables(c) {
		if err := table.check(); err != nil {
			t.Error(err)
		}
	}
}

// From two states to two hundred, with names of any kind, nothing is wider than the page.
func TestChainFitsThePage(t *testing.T) {
	for _, k := range []int{1, 2, 4, 5, 9, 12, 30, markov.MostStates} {
		states, n := make([]string, k), make([]int64, k*k)
		for i := range k {
			states[i] = fmt.Sprintf("客户状态 %d \x1b[31m", i)
			n[i*k+i], n[i*k+(i+1)%k] = 40, 9
		}
		start := make([]float64, k)
		start[0] = 5e6
		if 2 < k && k < 100 { // standard errors of a forecast take states³
			chainText(t, chainOf(states, n, markov.Questions{Level: .9, Assumptions: markov.Assumptions{Absorbing: indices(k)[:(k+1)/2]}, Start: start, Forecast: 9}))
		}
		start[0] = .5
		chainText(t, chainOf(states, n, markov.Questions{Level: .9, Start: start, Forecast: 2, Reward: start, Rate: .1}))
	}
}

// A refused chain shows what was seen, and nothing that would follow from it.
// Every table of a folder has a name by which it is known beforehand.
func TestChainTableNames(t *testing.T) {
	for _, table := range ChainTables(newChain()) {
		if !slices.Contains(ChainTableNames, table.Name) {
			t.Errorf("%s is not among %q", table.Name, ChainTableNames)
		}
	}
}

func TestChainRefused(t *testing.T) {
	c := chainOf([]string{"a", "b"}, []int64{3, 1, 0, 0}, markov.Questions{Level: .95, Start: []float64{1, 1}, Forecast: 2})
	text := chainText(t, c)
	if c.Refusal == nil || strings.Contains(text, "FORECAST") || !strings.Contains(text, "nobody was seen to leave") {
		t.Error(text)
	}
	c = chainOf([]string{"a", "b", "c"}, []int64{40, 20, 20, 0, 9, 0, 0, 0, 9}, markov.Questions{Level: .95})
	if text := chainText(t, c); !strings.Contains(text, "--absorbing b,c") || !strings.Contains(text, "no single long run") || c.Refusal != nil {
		t.Error(text)
	}
}

func indices(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}
