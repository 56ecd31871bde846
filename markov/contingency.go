package markov

import (
	"math"
	"math/rand/v2"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// table is a contingency table: the moves of groups, in rows, into states, in columns.
type table struct {
	state int // of which these are the moves; −1: of all
	rows  [][]int64
}

// margins are the sums of rows, of columns and of all.
func (t *table) margins() (rows, cols []int64, n int64) {
	rows = make([]int64, len(t.rows))
	for g, row := range t.rows {
		if cols == nil {
			cols = make([]int64, len(row))
		}
		for j, m := range row {
			rows[g] += m
			cols[j] += m
			n += m
		}
	}
	return rows, cols, n
}

// independence tests that in each table rows have one distribution,
//
//	G² = 2 Σ n_gj log(n_gj n / (n_g. n_.j)),   X² = Σ (n_gj − e_gj)² / e_gj,   df = Σ (r − 1)(c − 1)
//
// with r and c the rows and columns of each table that have moves: empty ones tell nothing (Bishop, Fienberg & Holland
// 1975, Discrete Multivariate Analysis, §5.2). The effect is Cramér's V over all tables, less what chance alone
// gives,
//
//	V² = max(0, X² − Σ df n/(n − 1)) / Σ n·min(r − 1, c − 1)
//
// the share of the largest X² that such margins allow (Cramér 1946, §21.9; Bergsma 2013, J. Korean Statistical Society
// 42:323–328, whose correction of r and c is left out). Where cells are sparse the
// p-value is simulated too, by tables of the same margins (Patefield 1981, Applied Statistics 30:91–97).
func independence(name, hypothesis string, tables []table) *Test {
	t := &Test{Name: name, Hypothesis: hypothesis, Measure: "cramers-v", PSimulated: math.NaN()}
	var most, chance float64
	for i := range tables {
		rows, cols, n := tables[i].margins()
		part := Part{State: tables[i].state}
		r, c := positive(rows), positive(cols)
		if r < 2 || c < 2 {
			continue
		}
		for g, row := range tables[i].rows {
			for j, m := range row {
				if want := float64(rows[g]) * float64(cols[j]) / float64(n); want > 0 {
					t.cell(&part, float64(m), want)
				}
			}
		}
		part.DF = (r - 1) * (c - 1)
		chance += float64(part.DF) * float64(n) / float64(n-1)
		most += float64(n) * float64(min(r, c)-1)
		t.close(part, n)
	}
	t.finish(min(1, math.Sqrt(max(0, t.X2-chance)/most)))
	if !t.Reliable() && t.Cells <= mostSimulated {
		t.simulate(func(r *random) float64 {
			var g2 float64
			for i := range tables {
				g2 += r.table(&tables[i])
			}
			return g2
		})
	}
	return t
}

func positive(n []int64) (count int) {
	for _, v := range n {
		if v > 0 {
			count++
		}
	}
	return count
}

// How many tables are drawn, the most cells and moves of tables that are, and the seed: the same p-value every time.
const (
	simulations   = 2000
	mostSimulated = 5000
	mostFitted    = 20000
	drawSeed      = 1957
)

// simulate is the share of drawn statistics that are at least as large, the table seen counted among them (Davison &
// Hinkley 1997, §4.2).
func (t *Test) simulate(draw func(r *random) float64) {
	r := &random{rand.New(rand.NewPCG(drawSeed, uint64(t.Cells)))}
	reach := 1
	limit := t.G2 * (1 - 1e-9) // the same table in another order of summation is as large
	for range simulations {
		if draw(r) >= limit {
			reach++
		}
	}
	t.Draws = simulations
	t.PSimulated = float64(reach) / (simulations + 1)
}

// random draws tables.
type random struct{ *rand.Rand }

// table is G² of a table with the margins of t, filled row by row, each cell hypergeometric given those before it.
func (r *random) table(t *table) float64 {
	rows, cols, n := t.margins()
	if positive(rows) < 2 || positive(cols) < 2 {
		return 0
	}
	left := append([]int64(nil), cols...)
	rest := n
	var g2 float64
	for _, size := range rows {
		behind := rest // moves in this row and those below, in columns not yet filled
		open := size
		for j := range left {
			m := r.hypergeometric(open, left[j], behind)
			behind -= left[j]
			open -= m
			left[j] -= m
			if m > 0 {
				g2 += 2 * float64(m) * math.Log(float64(m)*float64(n)/(float64(size)*float64(cols[j])))
			}
		}
		rest -= size
	}
	return g2
}

// hypergeometric is how many of draws from total, marked of which are marked, are marked: by inversion, outwards from the
// mode.
func (r *random) hypergeometric(draws, marked, total int64) int64 {
	low, high := max(0, draws+marked-total), min(draws, marked)
	if low == high {
		return low
	}
	mode := min(max((draws+1)*(marked+1)/(total+2), low), high)
	at := math.Exp(logChoose(marked, mode) + logChoose(total-marked, draws-mode) - logChoose(total, draws))
	u := r.Float64() - at
	up, down := at, at
	for a, b := mode, mode; u >= 0 && (a < high || b > low); {
		if a < high {
			up *= float64(marked-a) * float64(draws-a) / (float64(a+1) * float64(total-marked-draws+a+1))
			a++
			if u -= up; u < 0 {
				return a
			}
		}
		if b > low {
			down *= float64(b) * float64(total-marked-draws+b) / (float64(marked-b+1) * float64(draws-b+1))
			b--
			if u -= down; u < 0 {
				return b
			}
		}
	}
	return mode
}

func logChoose(n, k int64) float64 {
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return a - b - c
}

// fitted is G² of as many moves out of every state as c has, drawn from p.
func (r *random) fitted(c *Counts, p mat.Matrix) float64 {
	k := len(c.States)
	var g2 num.Adder
	for i := range k {
		n := c.Leaving(i)
		seen := make([]int64, k)
		for range n {
			u := r.Float64()
			j := 0
			for last := 0; j < k; j++ {
				if p.At(i, j) > 0 {
					last = j
				}
				if u -= p.At(i, j); u < 0 || j == k-1 {
					j = last
					break
				}
			}
			seen[j]++
		}
		for j, m := range seen {
			if m > 0 {
				g2.Add(2 * float64(m) * math.Log(float64(m)/(float64(n)*p.At(i, j))))
			}
		}
	}
	return g2.Sum()
}
