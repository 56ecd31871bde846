package reports

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"mainstay/markov/ctmc"
	"mainstay/segment/moves"
)

// newContinuous is a small chain with a covariate, fitted to intervals that were counted out.
func newContinuous() *ContinuousChain {
	m := &ctmc.Model{States: []string{"active", "quiet 安静", "lost"}, Rates: []ctmc.Rate{{From: 0, To: 1}, {From: 1, To: 0}, {From: 1, To: 2}}, Covariates: []string{"size"}, Effects: []ctmc.Effect{{Covariate: 0, Rates: []int{0, 1, 2}}}}
	d := &ctmc.Data{X: [][]float64{{0}, {1}}}
	for x := range 2 {
		for i := range 60 {
			to := i % 2
			switch n := i / 2 % (8 - 2*x); {
			case n == 0:
				to = 1 - to
			case n == 3 && to == 1:
				to = 2
			}
			d.Intervals = append(d.Intervals, ctmc.Interval{From: i % 2, To: to, Time: .5 + float64(i%5)/4, X: x})
		}
	}
	fit, err := m.Fit(d, 1)
	plain, errPlain := (&ctmc.Model{States: m.States, Rates: m.Rates}).Fit(&ctmc.Data{Intervals: d.Intervals, X: [][]float64{{}, {}}}, 1)
	if err := errors.Join(err, errPlain); err != nil || !fit.Certificate.Certified() {
		panic(fit.Certificate.Warnings)
	}
	return &ContinuousChain{Files: []string{"visits.csv"}, IDs: 40, AsOf: "2026-11-22", Unit: "year", Units: "years", Level: .95, After: []float64{1, .5}, Fit: fit, Plain: plain,
		Prevalence: []ctmc.Prevalence{{Time: .5, Total: 1040, Observed: []int{500, 400, 140}, Expected: []float64{510.5, 395.25, 134.25}, SE: []float64{20.5, 15.25, 0}}, {Time: 9, Total: 0, Observed: []int{0, 0, 0}, Expected: []float64{0, 0, 0}, SE: []float64{0, 0, 0}}}, Remarks: []string{"2 rows without id were set aside"}}
}

func TestContinuous(t *testing.T) {
	showContinuous(t, newContinuous(), "continuous.txt")
	showContinuous(t, newMistaken(), "mistaken.txt")
}

func showContinuous(t *testing.T, c *ContinuousChain, name string) {
	var text, doc bytes.Buffer
	if err := errors.Join(ContinuousText(&text, c), WriteContinuousJSON(&doc, c), IntensitiesTable(c).check()); err != nil {
		t.Fatal(err)
	}
	golden(t, name, text.String())
	for line := range strings.Lines(text.String()) {
		if n := width(strings.TrimSuffix(line, "\n")); n > pageWidth {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	for _, bad := range []string{"NaN", "Inf", "%!"} {
		if strings.Contains(text.String()+doc.String(), bad) {
			t.Errorf("%q in\n%s\n%s", bad, &text, &doc)
		}
	}
}

// newMistaken are accounts in two stages that are seen with mistakes, until they are lost.
func newMistaken() *ContinuousChain {
	m := &ctmc.Misclassified{Model: ctmc.Model{States: []string{"active", "quiet 安静", "lost"}, Rates: []ctmc.Rate{{From: 0, To: 1}, {From: 1, To: 0}, {From: 1, To: 2}}},
		Mistakes: []ctmc.Mistake{{True: 0, Seen: 1}, {True: 1, Seen: 0}}}
	d, seen := ctmc.Looks{Data: &ctmc.Data{X: [][]float64{{}}}, Begins: []int{0}}, &moves.SeenStates{}
	r := rand.New(rand.NewPCG(3, 5))
	for id := range 80 {
		state, from := r.IntN(2), 0
		for look := range 9 {
			if look > 0 && r.Float64() < .2 {
				state = 1 - state
			}
			label := state
			if r.Float64() < .12 {
				label = 1 - state
			}
			v := ctmc.Interval{From: from, To: label, Time: .5}
			if state == 1 && r.Float64() < .1 {
				label = 2
				v = ctmc.Interval{From: from, To: 2, Time: .25 + r.Float64()/4, Kind: ctmc.Entered}
			}
			if look == 0 {
				seen.Begins = append(seen.Begins, len(seen.ID))
				label, v.Kind = state, ctmc.Seen
			} else {
				d.Intervals = append(d.Intervals, v)
			}
			from = label
			seen.ID, seen.Time, seen.State, seen.Seen = append(seen.ID, fmt.Sprint("C", id)), append(seen.Time, fmt.Sprintf("2025-0%d", look+1)), append(seen.State, m.States[label]), append(seen.Seen, label)
			if v.Kind == ctmc.Entered {
				break
			}
		}
		d.Begins = append(d.Begins, len(d.Intervals))
	}
	seen.Begins = append(seen.Begins, len(seen.ID))
	fit, err := m.Fit(d, 1)
	if err != nil || !fit.Certificate.Certified() {
		panic(fmt.Sprint(err, fit))
	}
	return &ContinuousChain{Files: []string{"stages.csv"}, IDs: 80, Unit: "year", Units: "years", Level: .95, Fit: fit.Fit, Mistaken: &Mistaken{Fit: fit, Seen: seen, True: fit.TrueStates()}}
}
