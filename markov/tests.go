package markov

import (
	"errors"
	"fmt"
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// Test is a test of a hypothesis about a chain: that rows of moves come from one distribution, or from a given one.
type Test struct {
	Name       string // order-0, order-1, stationarity, homogeneity, fit
	Hypothesis string // in words
	G2         float64
	X2         float64 // Pearson's
	DF         int
	P          float64 // of G² by χ²; NaN without degrees of freedom
	PX2        float64 // of X² by χ²
	PSimulated float64 // of G² among tables drawn under the hypothesis, where cells are sparse; else NaN
	Draws      int     // how many were drawn
	Effect     float64 // 0 to 1 for Cramér's V; NaN without moves
	Measure    string  // of the effect: cramers-v, cohens-w
	Moves      int64
	Cells      int // cells of which moves are expected
	Sparse     int // those of them where fewer than five are
	Parts      []Part
}

// Part is what one state contributes to a test.
type Part struct {
	State int
	G2    float64
	DF    int
	P     float64 // by χ²; NaN without degrees of freedom
}

// Reliable reports whether χ² may be trusted: no more than a fifth of the cells expect fewer than five moves (Cochran
// 1954, Biometrics 10:417–451).
func (t *Test) Reliable() bool { return 5*t.Sparse <= t.Cells }

// Verdict is the p-value to go by: of χ² where it may be trusted, else the simulated one.
func (t *Test) Verdict() float64 {
	if t.Reliable() || math.IsNaN(t.PSimulated) {
		return t.P
	}
	return t.PSimulated
}

// Worst is the part of the largest G², −1 where there are none.
func (t *Test) Worst() int {
	worst := -1
	for i, p := range t.Parts {
		if worst < 0 || p.G2 > t.Parts[worst].G2 {
			worst = i
		}
	}
	return worst
}

// sparseCell is the expected count below which a cell is called sparse (Cochran 1954).
const sparseCell = 5

// Order0Test tests that the state does not depend on the one before: order 0 against order 1 (Anderson & Goodman 1957,
// Annals of Mathematical Statistics 28:89–110, §3.4; Billingsley 1961, ibid. 32:12–40).
func Order0Test(c *Counts) (*Test, error) {
	if err := checkCounts(c, nil); err != nil {
		return nil, err
	}
	k := len(c.States)
	t := table{state: -1}
	for i := range k {
		t.rows = append(t.rows, c.row(i))
	}
	return independence("order-0", "the state before does not matter (order 0)", []table{t}), nil
}

// Order1Test tests that the state before the last does not matter: order 1 against order 2, in which moves are counted by
// the state before (CountBefore). In every state, independence of the state before and the state after (Anderson & Goodman
// 1957, §3.4).
func Order1Test(before []*Counts) (*Test, error) {
	return homogeneity("order-1", "the state before that does not matter (order 1)", before)
}

// StationarityTest tests that probabilities do not change over time, in counts of stretches of time (Anderson & Goodman
// 1957, §3.2).
func StationarityTest(eras []*Counts) (*Test, error) {
	return homogeneity("stationarity", "moves do not change over time", eras)
}

// HomogeneityTest tests that segments move alike, in counts by segment (Kullback, Kupperman & Ku 1962, Technometrics
// 4:573–608, §9; Anderson & Goodman 1957, §3.2 with segments in place of times).
func HomogeneityTest(segments []*Counts) (*Test, error) {
	return homogeneity("homogeneity", "segments move alike", segments)
}

// homogeneity tests, in every state, that the groups' moves out of it have one distribution.
func homogeneity(name, hypothesis string, groups []*Counts) (*Test, error) {
	if len(groups) == 0 {
		return nil, errors.New("a test of groups of moves needs a group")
	}
	k := len(groups[0].States)
	tables := make([]table, k)
	for i := range tables {
		tables[i].state = i
	}
	for _, g := range groups {
		if err := checkCounts(g, nil); err != nil {
			return nil, err
		}
		if len(g.States) != k {
			return nil, fmt.Errorf("counts of %d and of %d states are not comparable", k, len(g.States))
		}
		for i := range k {
			tables[i].rows = append(tables[i].rows, g.row(i))
		}
	}
	return independence(name, hypothesis, tables), nil
}

// ImpossibleError is a move that was seen, and that the given matrix calls impossible.
type ImpossibleError struct {
	From, To string
	Moves    int64
}

func (e *ImpossibleError) Error() string {
	return fmt.Sprintf("%d moves from %q to %q were seen, and the given matrix has probability 0 for them: it is refuted without a test", e.Moves, e.From, e.To)
}

// FitTest tests that moves follow the matrix p, k×k and row-stochastic,
//
//	G² = 2 Σ n_ij log(n_ij / (nᵢ p_ij)),   X² = Σ (n_ij − nᵢ p_ij)² / (nᵢ p_ij),   df = Σᵢ (positive entries of row i − 1)
//
// over rows with moves (Kullback, Kupperman & Ku 1962, §4; Anderson & Goodman 1957, §3.1). The effect is Cohen's w,
// √(X²/n) (Cohen 1988, §7.2), less what chance alone gives: √(max(0, X² − df)/n). A move that p calls impossible is an *ImpossibleError.
func FitTest(c *Counts, p mat.Matrix) (*Test, error) {
	if err := checkCounts(c, nil); err != nil {
		return nil, err
	}
	if err := checkMatrix(p, len(c.States), true); err != nil {
		return nil, err
	}
	t := &Test{Name: "fit", Hypothesis: "moves follow the given matrix", Measure: "cohens-w", PSimulated: math.NaN()}
	for i := range c.States {
		n := c.Leaving(i)
		part := Part{State: i, DF: -1}
		if n == 0 {
			continue
		}
		for j, m := range c.row(i) {
			want := float64(n) * p.At(i, j)
			if want == 0 && m > 0 {
				return nil, &ImpossibleError{c.States[i], c.States[j], m}
			}
			if want > 0 {
				t.cell(&part, float64(m), want)
				part.DF++
			}
		}
		t.close(part, n)
	}
	t.finish(math.Sqrt(max(0, t.X2-float64(t.DF)) / float64(t.Moves)))
	if !t.Reliable() && t.Moves <= mostFitted {
		t.simulate(func(r *random) float64 { return r.fitted(c, p) })
	}
	return t, nil
}

// cell adds one cell of the table.
func (t *Test) cell(part *Part, seen, want float64) {
	if seen > 0 {
		part.G2 += 2 * seen * math.Log(seen/want)
	}
	t.X2 += (seen - want) * (seen - want) / want
	t.Cells++
	if want < sparseCell {
		t.Sparse++
	}
}

// close ends what a state contributes.
func (t *Test) close(part Part, moves int64) {
	part.DF, part.G2 = max(part.DF, 0), max(part.G2, 0) // rounding can leave −1e-15
	part.P = num.ChiSquareUpper(part.G2, float64(part.DF))
	t.G2 += part.G2
	t.DF += part.DF
	t.Moves += moves
	if part.State >= 0 {
		t.Parts = append(t.Parts, part)
	}
}

func (t *Test) finish(effect float64) {
	t.P, t.PX2 = num.ChiSquareUpper(t.G2, float64(t.DF)), num.ChiSquareUpper(t.X2, float64(t.DF))
	if t.Effect = effect; t.Moves == 0 {
		t.Effect = math.NaN()
	}
}
