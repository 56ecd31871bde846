package moves

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"mainstay/ingest/table"
	"mainstay/markov"
)

// rowSum is how far the probabilities of a row may be from 1 in sum: they are printed with a few digits.
const rowSum = 1e-3

// Probabilities is a transition matrix of the states: the first column names the state moved from, every other one is a
// state moved to. Rows that sum to 1 within 0.001 are divided by their sum. Errors as for Count.
func Probabilities(t *table.Table, states []string) (*mat.Dense, error) {
	if len(t.Columns) == 0 || t.Rows == 0 {
		return nil, misfit(t, "no probabilities are there; expected a row per from-state and a column per to-state")
	}
	k := len(states)
	index := markov.Index(states)
	from := &t.Columns[0]
	p, seen := mat.NewDense(k, k, nil), make([]bool, k)
	for row, name := range from.All() {
		i, known := index[name]
		if !known || name == "" {
			return nil, t.Fail(row, from.Name, fmt.Errorf("%q is no state of the chain", name))
		}
		if seen[i] {
			return nil, t.Fail(row, from.Name, fmt.Errorf("state %q has a second row: keep one", name))
		}
		seen[i] = true
		sum := 0.0
		for c := 1; c < len(t.Columns); c++ {
			col := &t.Columns[c]
			j, known := index[col.Name]
			if !known || col.Name == "" {
				return nil, misfit(t, "column %q is no state of the chain (the states are %q)", col.Name, states)
			}
			v, err := amount(t, col, row)
			if err != nil {
				return nil, err
			}
			if !(v >= 0 && v <= 1) {
				return nil, t.Fail(row, col.Name, fmt.Errorf("%v is no probability; expected 0 to 1", v))
			}
			p.Set(i, j, v)
			sum += v
		}
		if math.Abs(sum-1) > rowSum {
			return nil, t.Fail(row, from.Name, fmt.Errorf("the probabilities of state %q sum to %v, not to 1", name, sum))
		}
		for j := range k {
			p.Set(i, j, p.At(i, j)/sum)
		}
	}
	for i, yes := range seen {
		if !yes {
			return nil, misfit(t, "state %q has no row of probabilities", states[i])
		}
	}
	return p, nil
}
