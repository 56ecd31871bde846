package markov

import (
	"bytes"
	"encoding/csv"
	"errors"
	"math"
	"math/big"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mainstay/internal/refdata"

	"pgregory.net/rapid"
)

// pcCounts are moves whose shares are exactly the probabilities of Pfeifer & Carraway 2000.
func pcCounts() *Counts {
	return &Counts{States: []string{"r1", "r2", "r3", "r4", "former"}, N: []int64{
		60, 140, 0, 0, 0,
		40, 0, 160, 0, 0,
		30, 0, 0, 170, 0,
		10, 0, 0, 0, 190,
		0, 0, 0, 0, 0}}
}

func values(e []Estimate) []float64 {
	var out []float64
	for _, x := range e {
		out = append(out, x.Value)
	}
	return out
}

func TestAnalysePfeiferCarraway(t *testing.T) {
	a, err := Analyse(pcCounts(), Questions{Assumptions: Assumptions{Absorbing: []int{4}}, Level: .95, Reward: pcReward, Rate: pcRate, Horizon: 4,
		Start: []float64{1, 0, 0, 0, 0}, Forecast: 2})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "V4", values(a.ValueTo), []float64{50.1150, 4.2199, .5921, -1.9801, 0}, 5e-5)
	near(t, "V", values(a.Value), []float64{52.3196, 5.5538, 1.2508, -1.8200, 0}, 5e-5)
	near(t, "in two periods", values(a.Forecast[2]), []float64{.09 + .14, .21, .56, 0, 0}, 1e-15)
	if e := a.Value[4]; e.SE != 0 || !math.IsNaN(e.Low) {
		t.Errorf("the value of a former customer is known: %+v", e)
	}
	if e := a.Value[0]; !(e.SE > 0 && e.Low < e.Value && e.Value < e.High) {
		t.Errorf("%+v", e)
	}
	if a.Stationary != nil || a.Absorption == nil || len(a.Unleft) != 0 {
		t.Errorf("%+v", a)
	}
}

// Undiscounted value is the reward of every visit before the end: with 1 a period it is the time to absorption,
// with the same standard error.
func TestAnalyseUndiscounted(t *testing.T) {
	a, err := Analyse(pcCounts(), Questions{Assumptions: Assumptions{Absorbing: []int{4}}, Level: .9, Reward: []float64{1, 1, 1, 1, 0}})
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range a.Steps {
		near(t, "time", []float64{a.Value[i].Value, a.Value[i].SE}, []float64{s.Value, s.SE}, 1e-10)
		near(t, "end", values(a.Ends[i]), []float64{1}, 1e-12)
	}
}

func TestAnalyseRefuses(t *testing.T) {
	sticky := &Counts{States: []string{"new", "old", "lost"}, N: []int64{40, 30, 30, 0, 50, 0, 0, 0, 70}}
	for _, c := range []struct {
		counts *Counts
		q      Questions
		want   string
	}{
		{pcCounts(), Questions{}, `nobody was seen to leave state "former"`},
		{sticky, Questions{Assumptions: Assumptions{Absorbing: []int{2}}}, `no absorbing state is ever reached from "old"`},
		{sticky, Questions{Reward: []float64{1, 1, 1}}, "some states recur for ever"},
		{sticky, Questions{Assumptions: Assumptions{Absorbing: []int{0, 1, 2}}}, "at least one absorbing and one transient state"},
	} {
		a, err := Analyse(c.counts, c.q)
		var refused *RefusedError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.want) || a == nil || a.Chain == nil {
			t.Errorf("%+v: %v, want %s", c.q, err, c.want)
		}
	}
	a, err := Analyse(sticky, Questions{Reward: []float64{1, 1, 1}, Horizon: 3})
	if err != nil || a.Value != nil || a.NoEndless == nil || len(a.ValueTo) != 3 {
		t.Errorf("a finite value was asked: %v, %+v", err, a)
	}
	if !slices.Equal(a.Unleft, []int{1, 2}) || a.Stationary != nil {
		t.Errorf("never left %v, stationary %v", a.Unleft, a.Stationary)
	}
	if _, err := Analyse(&Counts{}, Questions{}); err == nil {
		t.Error("no states are no chain")
	}
}

// Other names for the states are other names in every answer, and nothing else.
func TestAnalyseRelabelled(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(2, 5).Draw(t, "k")
		c := drawCounts(t, k)
		to := rapid.Permutation(indices(k)).Draw(t, "to")
		q := Questions{Level: .95, Start: make([]float64, k), Forecast: 3, Reward: make([]float64, k), Rate: .1, Horizon: 2}
		if rapid.Bool().Draw(t, "absorbing") {
			q.Absorbing = []int{rapid.IntRange(0, k-1).Draw(t, "end")}
		}
		renamed, rq := NewCounts(names(k)), q
		rq.Start, rq.Reward, rq.Absorbing = make([]float64, k), make([]float64, k), nil
		for _, s := range q.Absorbing {
			rq.Absorbing = append(rq.Absorbing, to[s])
		}
		for i := range k {
			q.Start[i], q.Reward[i] = float64(i+1), float64(10*i-3)
			rq.Start[to[i]], rq.Reward[to[i]] = q.Start[i], q.Reward[i]
			for j := range k {
				renamed.N[to[i]*k+to[j]] = c.At(i, j)
			}
		}
		a, err := Analyse(c, q)
		b, err2 := Analyse(renamed, rq)
		if (err == nil) != (err2 == nil) {
			t.Fatalf("%v and %v", err, err2)
		}
		if err != nil {
			return
		}
		for _, pair := range [][2][]Estimate{{a.Stationary, b.Stationary}, {a.Forecast[3], b.Forecast[3]}, {a.Heads[3], b.Heads[3]}, {a.Value, b.Value}, {a.ValueTo, b.ValueTo}} {
			for i, e := range pair[0] {
				o := pair[1][to[i]]
				near(t, "estimate", []float64{o.Value, o.SE}, []float64{e.Value, e.SE}, 1e-7*(1+math.Abs(e.Value)))
			}
		}
		if a.Absorption != nil {
			for i, s := range a.Absorption.Transient {
				j := slices.Index(b.Absorption.Transient, to[s])
				near(t, "steps", []float64{b.Steps[j].Value}, []float64{a.Steps[i].Value}, 1e-6*a.Steps[i].Value)
			}
		}
	})
}

// S&P rating migrations of 2000 (../shared/reference/sp_ratings_2000.csv), default absorbing: times, chances and
// endless values against rational arithmetic on the counts.
func TestAnalyseRatings(t *testing.T) {
	c := readMatrix(t, refdata.Shared(t, "reference/sp_ratings_2000.csv"))
	end := len(c.States) - 1
	a, err := Analyse(c, Questions{Assumptions: Assumptions{Absorbing: []int{end}}, Level: .95})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "AAA", a.Chain.P.RawRowView(0), []float64{208. / 232, 22. / 232, 2. / 232, 0, 0, 0, 0, 0}, 1e-16)
	m, b := make([][]*big.Rat, end), make([]*big.Rat, end)
	for i := range end {
		b[i] = big.NewRat(1, 1)
		for j := range end {
			p := big.NewRat(-c.At(i, j), c.Leaving(i))
			if i == j {
				p.Add(p, big.NewRat(1, 1))
			}
			m[i] = append(m[i], p)
		}
	}
	for i, x := range solveExact(m, b) {
		want, _ := x.Float64()
		near(t, "periods to default", []float64{a.Steps[i].Value}, []float64{want}, 1e-11*want)
		near(t, "defaults in the end", []float64{a.Ends[i][0].Value}, []float64{1}, 1e-12)
	}
	if w := a.Chain.Certificate.Warnings; len(w) != 0 {
		t.Errorf("%+v", w)
	}
}

// readMatrix reads counts with a header of to-states and a first column of from-states in the same order.
func readMatrix(t *testing.T, path string) *Counts {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	c := NewCounts(rows[0][1:])
	for i, row := range rows[1:] {
		for j, field := range row[1:] {
			n, err := strconv.ParseInt(field, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			c.N[i*len(c.States)+j] = n
		}
	}
	return c
}
