// Package evaluate says how good predictions are, and how sure that is: probabilities by how they
// rank, how they are calibrated and what acting on them earns; values by their errors and ranks.
// Rows may be weighted and clustered. It sees slices and small structs.
//
// Reading order: evaluate.go (rows), set.go (their order, standard errors), figure.go (intervals), level.go
// (rows of equal score); for probabilities roc.go, pr.go, scores.go, calibration.go, murphy.go, bins.go, profit.go,
// put together in probabilities.go, two models in compare.go; for values values.go, deviance.go, correlation.go, top.go;
// accumulator.go and value_accumulator.go with cells.go and moments.go for more rows than memory holds; mapping.go with isotonic.go and platt.go to
// correct probabilities; distribution.go, drift.go and reference.go to compare with an earlier run.
package evaluate

import (
	"errors"
	"fmt"
	"math"
)

// Rows are outcomes and what was predicted for them.
type Rows struct {
	Y       []float64 // outcome: 0 or 1 for probabilities, any finite number for values
	P       []float64 // prediction
	Weight  []float64 // how much a row counts, at least 0; nil = 1 each
	Cluster []int32   // equal numbers depend on each other; nil = every row on its own
	Saved   []float64 // value that keeping the row saves, for Profit; nil = the same for all

	mate []float64 // predictions of another model, by which equal rows are told apart
}

// RowError says which row cannot be evaluated.
type RowError struct {
	Row  int    // from 0
	Part string // "actual", "predicted", "against" (of the other model), "weight", "saved"
	What string
}

func (e *RowError) Error() string { return fmt.Sprintf("row %d: %s %s", e.Row+1, e.Part, e.What) }

// A number of at most greatest, and a weight of at least 1/greatest, keep every sum of squares of weighted squares finite and above 0.
const greatest = 1e70

// Check finds the first row that cannot be evaluated, as an evaluation of probabilities or values would: *RowError.
func (r *Rows) Check(probabilities bool) error { return r.check(probabilities) }

// check finds the first row that cannot be evaluated: *RowError; lengths that differ are an error too.
func (r *Rows) check(probabilities bool) error {
	n := len(r.Y)
	if len(r.P) != n || r.Weight != nil && len(r.Weight) != n || r.Cluster != nil && len(r.Cluster) != n || r.Saved != nil && len(r.Saved) != n {
		return fmt.Errorf("%d outcomes, %d predictions, %d weights, %d clusters, %d values saved: one of each for every row", n, len(r.P), len(r.Weight), len(r.Cluster), len(r.Saved))
	}
	for i := range n {
		y, p := r.Y[i], r.P[i]
		switch {
		case probabilities && y != 0 && y != 1:
			return &RowError{i, "actual", fmt.Sprintf("is %g; expected 0 or 1", y)}
		case !(math.Abs(y) <= greatest):
			return &RowError{i, "actual", fmt.Sprintf("is %g; expected a number of at most %g", y, greatest)}
		case probabilities && !(p >= 0 && p <= 1):
			return &RowError{i, "predicted", fmt.Sprintf("is %g; expected a probability, from 0 to 1", p)}
		case !(math.Abs(p) <= greatest):
			return &RowError{i, "predicted", fmt.Sprintf("is %g; expected a number of at most %g", p, greatest)}
		case r.Weight != nil && r.Weight[i] != 0 && !(r.Weight[i] >= 1/greatest && r.Weight[i] <= greatest):
			return &RowError{i, "weight", fmt.Sprintf("is %g; expected 0, which leaves the row out, or a number from %g to %g", r.Weight[i], 1/greatest, greatest)}
		case r.Saved != nil && !(math.Abs(r.Saved[i]) <= greatest):
			return &RowError{i, "saved", fmt.Sprintf("is %g; expected an amount of at most %g", r.Saved[i], greatest)}
		}
	}
	return nil
}

// ErrNoRows is an evaluation of nothing.
var ErrNoRows = errors.New("no rows to evaluate: all are left out or weigh nothing")
