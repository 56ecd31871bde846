package reports

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"mainstay/markov/hidden"
	"mainstay/segment/moves"
)

// newHidden is a small book of two states, laid out by hand.
func newHidden() *HiddenChain {
	d := &hidden.Data{Begins: []int{0}}
	p := &moves.HiddenPanel{Data: d, Step: "a month", AsOf: "2026-11-22", Notes: []string{"2 rows without id were set aside"}}
	for c := range 30 {
		for t := range 12 {
			level := (c + t/4) % 2 // strong and weak by turns, four periods each
			x := float64((c*7 + t*5) % 3)
			if level == 1 {
				x = 4 + float64((c*5+t*3)%6)
			}
			d.X = append(d.X, float64((c+t)%3)) // a season, after which some come and go
			if level == 1 && c%4 == 1 && t > 8 {
				x, level = float64(t%2), 0 // these have come down
			}
			spend := 0.0
			if x > 0 {
				spend = 10 * (1 + float64(3*level)) * (1 + float64((c*3+t)%5)/3)
			}
			d.Activity, d.Spend = append(d.Activity, x), append(d.Spend, spend)
			p.Times, p.Number = append(p.Times, ""), append(p.Number, int64(t+1))
		}
		d.Begins = append(d.Begins, len(d.Activity))
		p.IDs, p.Latest = append(p.IDs, "客户"+hiddenName(c)), append(p.Latest, c%5 > 0)
	}
	m := &hidden.Model{Activity: hidden.Poisson, Start: hidden.Free, Spend: true, Covariates: []string{"season"}}
	choice, err := m.Choose(d, 1, 2, 3, 1)
	if err != nil || choice.ByBIC < 0 {
		panic(err)
	}
	c := &HiddenChain{Files: []string{"months.csv"}, Panel: p, Level: .95, Choice: choice, Fit: choice.Candidates[choice.ByBIC].Fit, Back: 3}
	if c.States, err = c.Fit.Decode(d, 1); err != nil {
		panic(err)
	}
	if c.Moves, err = c.Fit.MovesAt([][]float64{{0}, {1}, {2}}, nil, c.Level); err != nil {
		panic(err)
	}
	at, err := c.Fit.MovesAt([][]float64{{2}}, nil, c.Level)
	if err != nil {
		panic(err)
	}
	c.Profiles = append(c.Profiles, HiddenProfile{"season=2", at})
	if c.Declines, err = c.Fit.Declines(d, c.States, c.Back, 1); err != nil {
		panic(err)
	}
	return c
}

func TestHidden(t *testing.T) {
	c := newHidden()
	var text, doc bytes.Buffer
	if err := errors.Join(HiddenText(&text, c), WriteHiddenJSON(&doc, c), declinesTable(c).check(), hiddenOddsTable(c).check(), hiddenStatesTable(c).check()); err != nil {
		t.Fatal(err)
	}
	for _, table := range HiddenTables(c) {
		if !slices.Contains(HiddenTableNames, table.Name) {
			t.Errorf("%s is not among %q", table.Name, HiddenTableNames)
		}
	}
	golden(t, "hidden.txt", text.String())
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
