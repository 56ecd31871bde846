package markov

import (
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mainstay/internal/refdata"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// holson are 1,000 sequences of 11 steps between 3 states (R markovchain).
func holson(t *testing.T) (states []string, moves []Move) {
	t.Helper()
	text, err := os.ReadFile(refdata.Shared(t, "reference", "holson.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for who, line := range strings.Split(strings.TrimSpace(string(text)), "\n")[1:] {
		before := Unobserved
		cells := strings.Split(line, ",")[1:]
		for step := 1; step < len(cells); step++ {
			from, _ := strconv.Atoi(strings.Trim(cells[step-1], `"`))
			to, _ := strconv.Atoi(strings.Trim(cells[step], `"`))
			moves = append(moves, Move{Who: int32(who), Before: int16(before), From: int16(from - 1), To: int16(to - 1), Time: float64(step)})
			before = from - 1
		}
	}
	return []string{"1", "2", "3"}, moves
}

// The statistics of base R 4.2.2 (loglinear expectations stratum by stratum) on holson.
func TestAgainstR(t *testing.T) {
	states, moves := holson(t)
	order0, err0 := Order0Test(CountMoves(states, moves, nil))
	order1, err1 := Order1Test(CountBefore(states, moves))
	eras, err2 := StationarityTest(CountGroups(states, moves, 10, func(m Move) int { return int(m.Time) - 1 }))
	if err := errors.Join(err0, err1, err2); err != nil {
		t.Fatal(err)
	}
	near(t, "order 0", []float64{order0.G2, order0.X2, float64(order0.DF), order0.Effect}, []float64{9931.6152435056, 11438.5989994710, 4, math.Sqrt((11438.5989994710 - 4*1e4/9999) / 2e4)}, 1e-7)
	near(t, "order 1", []float64{order1.G2, order1.X2, float64(order1.DF)}, []float64{700.6573171166, 1573.3491664527, 12}, 1e-8)
	near(t, "stationarity", []float64{eras.G2, eras.X2, float64(eras.DF)}, []float64{198.5623703420, 195.8454844767, 54}, 1e-8)
	if len(Eras(moves, 10)) != 9 || len(Eras(moves, 4)) != 3 {
		t.Errorf("eras %v, %v", Eras(moves, 10), Eras(moves, 4))
	}
}

// Kullback, Kupperman & Ku 1962 as corrected by R markovchain in 2026; Burkett et al. in its vignette.
func TestPublishedTests(t *testing.T) {
	c := &Counts{States: names(3), N: []int64{51, 11, 8, 12, 31, 9, 6, 11, 10}}
	fit, err := FitTest(c, mat.NewDense(3, 3, []float64{5. / 8, 1. / 4, 1. / 8, 1. / 4, 1. / 2, 1. / 4, 1. / 4, 3. / 8, 3. / 8}))
	if err != nil {
		t.Fatal(err)
	}
	near(t, "Kullback", []float64{fit.G2, float64(fit.DF)}, []float64{6.518384096, 6}, 1e-9)
	var groups []*Counts
	for _, n := range [][]int64{{127, 59}, {11, 7}, {36, 20}, {9, 4}} {
		groups = append(groups, &Counts{States: names(2), N: []int64{n[0], n[1], 0, 0}})
	}
	same, err := HomogeneityTest(groups)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "Burkett", []float64{same.X2, float64(same.DF), same.PX2}, []float64{0.63611, 3, 0.8881}, 5e-5)
	_, err = FitTest(c, mat.NewDense(3, 3, []float64{.5, .5, 0, .5, .5, 0, 0, 0, 1}))
	var impossible *ImpossibleError
	if !errors.As(err, &impossible) || impossible.Moves != 8 {
		t.Error(err)
	}
}

// Under the hypothesis p-values are uniform: of 400 samples a twentieth is below 5 %, by χ² where cells are full and by
// simulation where they are not.
func TestSizeOfTests(t *testing.T) {
	if testing.Short() {
		t.Skip("simulation")
	}
	p := mat.NewDense(3, 3, []float64{.7, .2, .1, .3, .4, .3, .2, .3, .5})
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		moves  int
		sparse bool
		name   string
	}{{200, false, "full"}, {4, true, "sparse"}} {
		below := 0
		const samples = 400
		for range samples {
			groups := []*Counts{multinomial(r, p, c.moves), multinomial(r, p, c.moves), multinomial(r, p, c.moves)}
			test, err := HomogeneityTest(groups)
			if err != nil {
				t.Fatal(err)
			}
			if test.Reliable() == c.sparse {
				t.Fatalf("%s: %d of %d cells are sparse", c.name, test.Sparse, test.Cells)
			}
			if test.Verdict() < .05 {
				below++
			}
		}
		if share := float64(below) / samples; math.Abs(share-.05) > .033 {
			t.Errorf("%s: %.3f of p-values are below 0.05", c.name, share)
		}
	}
}

// Effects lie in [0, 1], nothing is negative, and neither the order of groups nor that of states matters.
func TestTestsProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 4).Draw(t, "k")
		var groups []*Counts
		for range rapid.IntRange(1, 4).Draw(t, "groups") {
			c := NewCounts(names(k))
			for i := range c.N {
				c.N[i] = rapid.Int64Range(0, 12).Draw(t, "n")
			}
			groups = append(groups, c)
		}
		a, err := HomogeneityTest(groups)
		if err != nil {
			t.Fatal(err)
		}
		slices.Reverse(groups)
		b, _ := HomogeneityTest(groups)
		if a.G2 < 0 || a.X2 < 0 || a.Effect < 0 || a.Effect > 1 || a.Sparse > a.Cells || a.PSimulated <= 0 || a.DF > 0 && !(a.P >= 0 && a.P <= 1) {
			t.Fatalf("%+v", a)
		}
		near(t, "reversed", []float64{b.G2, b.X2, float64(b.DF)}, []float64{a.G2, a.X2, float64(a.DF)}, 1e-9)
		if a.DF == 0 && !math.IsNaN(a.P) {
			t.Fatalf("p = %v without degrees of freedom", a.P)
		}
	})
}

// Hypergeometric draws have the mean and the variance that they should.
func TestHypergeometric(t *testing.T) {
	r := &random{rand.New(rand.NewPCG(3, 4))}
	for _, c := range [][3]int64{{10, 7, 30}, {500, 300, 900}, {5, 5, 5}, {3, 0, 9}} {
		draws, marked, total := float64(c[0]), float64(c[1]), float64(c[2])
		var sum, squares float64
		const n = 20000
		for range n {
			x := float64(r.hypergeometric(c[0], c[1], c[2]))
			sum += x
			squares += x * x
		}
		mean := draws * marked / total
		variance := mean * (1 - marked/total) * (total - draws) / max(total-1, 1)
		if got := sum / n; math.Abs(got-mean) > 4*math.Sqrt(variance/n)+1e-12 {
			t.Errorf("%v: mean %v, want %v", c, got, mean)
		}
		if got := squares/n - sum*sum/n/n; math.Abs(got-variance) > .05*variance+1e-9 {
			t.Errorf("%v: variance %v, want %v", c, got, variance)
		}
	}
}
