package markov

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// MostPassageStates is the largest chain whose passage times are asked for: they take states⁴ multiplications, a second or two.
const MostPassageStates = 100

// Passages are mean first passage times: Mean[i][j] is how many periods it takes from i until j is entered for the first
// time, of i = j until it is entered again,
//
//	m_ij = 1 + Σ_{l ≠ j} p_il m_lj,   m_jj = 1/π_j in a chain of one closed class
//
// (Kemeny & Snell 1960, theorems 4.4.4 and 4.4.5), each column the absorption times of the chain in which j is absorbing.
// +Inf where j may never be entered. SE by the delta method: ∂m_ij/∂p_ab = N_ia m_bj for b ≠ j with N of that chain, plus
// the first step from j for m_jj.
type Passages struct{ Mean, SE *mat.Dense }

// Passages are those between all states. More than MostPassageStates is an error.
func (c *Chain) Passages() (*Passages, error) {
	k := len(c.States)
	if k > MostPassageStates {
		return nil, fmt.Errorf("passage times between %d states take too long; group them into at most %d", k, MostPassageStates)
	}
	out := &Passages{mat.NewDense(k, k, nil), mat.NewDense(k, k, nil)}
	for j := range k {
		c.passTo(j, out)
	}
	return out, nil
}

// passTo fills in column j.
func (c *Chain) passTo(j int, out *Passages) {
	k := len(c.States)
	sure := surelyReach(c.P, j)
	var end []int // j, and all states from which it may never be entered: they are left out of the equations
	for i := range k {
		out.Mean.Set(i, j, math.Inf(1))
		if i == j || !sure[i] {
			end = append(end, i)
		}
	}
	time := make([]float64, k)
	visits := mat.NewDense(k, k, nil) // from i, before j
	if len(end) < k {
		a, err := Absorb(c.P, end)
		if err != nil {
			return
		}
		for r, i := range a.Transient {
			time[i] = a.Steps[r]
			for s, l := range a.Transient {
				visits.Set(i, l, a.Fundamental.At(r, s))
			}
		}
	}
	if sure[j] { // the first step, then as from where it leads
		row := visits.RawRowView(j)
		for l := range k {
			if p := c.P.At(j, l); l != j && p > 0 {
				for m := range row {
					row[m] += p * visits.At(l, m)
				}
				time[j] += p * time[l]
			}
		}
		row[j] = 1
		time[j]++
	}
	later := append([]float64(nil), time...)
	later[j] = 0
	for i := range k {
		if sure[i] {
			out.Mean.Set(i, j, time[i])
			out.SE.Set(i, j, math.Sqrt(c.variance(outer(visits.RawRowView(i), later))))
		}
	}
}

// surelyReach marks the states from which j is entered sooner or later: those that reach no state that does not reach j. What lies behind j does not
// matter on the way to it, but for coming back to j itself.
func surelyReach(p mat.Matrix, j int) []bool {
	k, _ := p.Dims()
	reach := closure(p, k)
	sure := make([]bool, k)
	for i := range k {
		sure[i] = reach[i][j]
		for l, seen := range reachAround(p, i, j) {
			if seen && l != j && !reach[l][j] {
				sure[i] = false
			}
		}
	}
	return sure
}

// reachAround marks what is reached from i in one or more moves without passing through j on the way.
func reachAround(p mat.Matrix, i, j int) []bool {
	k, _ := p.Dims()
	seen := make([]bool, k)
	queue := []int{i}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for to := range k {
			if p.At(at, to) == 0 || seen[to] {
				continue
			}
			if seen[to] = true; to != j {
				queue = append(queue, to)
			}
		}
	}
	return seen
}

// Stay is how long a state is kept: 1/(1 − p_ii) periods on average, the one of entering included, with its standard error
// SE(p_ii)/(1 − p_ii)² and the standard deviation √p_ii/(1 − p_ii) of single stays (geometric). +Inf where nobody leaves.
func (c *Chain) Stay(i int) (mean, se, sd float64) {
	p := c.P.At(i, i)
	if p >= 1 {
		return math.Inf(1), 0, 0
	}
	return 1 / (1 - p), c.SE.At(i, i) / ((1 - p) * (1 - p)), math.Sqrt(p) / (1 - p)
}
