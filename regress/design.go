package regress

import (
	"errors"
	"fmt"
	"math"

	"mainstay/internal/num"
)

// Design is a design matrix, row-major: X[i*len(Names)+j]. The intercept, where wanted, is a
// column of ones like any other.
type Design struct {
	Names []string
	X     []float64
}

// Rows is the number of observations.
func (d *Design) Rows() int {
	if len(d.Names) == 0 {
		return 0
	}
	return len(d.X) / len(d.Names)
}

// Row is row i; the slice aliases X.
func (d *Design) Row(i int) []float64 { k := len(d.Names); return d.X[i*k : (i+1)*k] }

// largest bounds the size of a value, and its inverse the size of a column: squares, and
// sums of squares over any number of rows, stay finite and normal.
const largest = 1e100

// rowBlock is the unit of work and of float reduction over rows: small enough to share
// among threads, large enough that combining costs nothing. Results depend on it, so it
// is fixed.
const rowBlock = 4096

// Prepare checks the input of a fit, as all fits do, and leaves out rows of weight 0: shapes, finite values, weights. What it
// returns aliases the input where nothing is left out, and has at least one thread. Errors name row and column.
func Prepare(d *Design, y []float64, o Options) (*Design, []float64, Options, error) {
	o.Threads = max(o.Threads, 1)
	if err := Check(d, y, o); err != nil {
		return nil, nil, o, err
	}
	d, y, o = withoutWeightless(d, y, o)
	return d, y, o, nil
}

// Check finds what no fit can use: shapes that differ, values that are not finite, each with row and column.
func Check(d *Design, y []float64, o Options) error {
	if err := checkShape(d, y, o); err != nil {
		return err
	}
	return checkValues(d, y, o)
}

func checkShape(d *Design, y []float64, o Options) error {
	if d == nil || len(d.Names) == 0 {
		return errors.New("regress: the design has no columns, expected at least an intercept")
	}
	k, n := len(d.Names), len(y)
	switch {
	case len(d.X) != n*k:
		return fmt.Errorf("regress: the design holds %d values, expected %d rows of the response × %d columns = %d", len(d.X), n, k, n*k)
	case n == 0:
		return errors.New("regress: no rows to fit")
	case n > math.MaxInt32:
		return fmt.Errorf("regress: %d rows, at most %d can be fitted: sample or aggregate with weights", n, math.MaxInt32)
	case o.Weights != nil && len(o.Weights) != n:
		return fmt.Errorf("regress: %d weights for %d rows", len(o.Weights), n)
	case o.Cluster != nil && len(o.Cluster) != n:
		return fmt.Errorf("regress: %d cluster numbers for %d rows", len(o.Cluster), n)
	case o.Offset != nil && len(o.Offset) != n:
		return fmt.Errorf("regress: %d offsets for %d rows", len(o.Offset), n)
	case o.Cluster != nil && o.HC != NoHC:
		return errors.New("regress: clusters and an HC covariance exclude each other: clusters allow for both")
	}
	return nil
}

// checkValues reports the first value, by row, that is not usable.
func checkValues(d *Design, y []float64, o Options) error {
	n := len(y)
	errs := make([]error, (n-1)/rowBlock+1)
	num.Blocks(n, rowBlock, o.Threads, func(b, lo, hi int) {
		for i := lo; i < hi && errs[b] == nil; i++ {
			errs[b] = checkRow(d, y, o, i)
		}
	})
	for _, err := range errs {
		if err != nil {
			return fmt.Errorf("regress: %w", err)
		}
	}
	return nil
}

func checkRow(d *Design, y []float64, o Options, i int) error {
	for j, v := range d.Row(i) {
		if !(math.Abs(v) <= largest) {
			return badValue(i, fmt.Sprintf("column %q", d.Names[j]), v)
		}
	}
	if !(math.Abs(y[i]) <= largest) {
		return badValue(i, "the response", y[i])
	}
	if o.Offset != nil && !(math.Abs(o.Offset[i]) <= largest) {
		return badValue(i, "the offset", o.Offset[i])
	}
	if w := o.weight(i); !(w >= 0 && w <= largest) {
		return badWeight(i, w)
	}
	return nil
}

func badValue(row int, where string, v float64) error {
	return fmt.Errorf("row %d (the first is 0), %s: value %v, expected a finite number of at most %g in size; fill or leave out missing values first", row, where, v, largest)
}

func badWeight(row int, w float64) error {
	return fmt.Errorf("row %d (the first is 0): weight %v, expected a finite number of at least 0", row, w)
}

// withoutWeightless copies the rows of positive weight when there are others.
func withoutWeightless(d *Design, y []float64, o Options) (*Design, []float64, Options) {
	kept := 0
	for _, w := range o.Weights {
		if w > 0 {
			kept++
		}
	}
	if o.Weights == nil || kept == len(o.Weights) {
		return d, y, o
	}
	live := &Design{Names: d.Names, X: make([]float64, 0, kept*len(d.Names))}
	part := Options{Weights: make([]float64, 0, kept), HC: o.HC, Threads: o.Threads}
	var response []float64
	for i, w := range o.Weights {
		if w == 0 {
			continue
		}
		live.X = append(live.X, d.Row(i)...)
		response = append(response, y[i])
		part.Weights = append(part.Weights, w)
		if o.Cluster != nil {
			part.Cluster = append(part.Cluster, o.Cluster[i])
		}
		if o.Offset != nil {
			part.Offset = append(part.Offset, o.Offset[i])
		}
	}
	return live, response, part
}

// weight is the weight of row i.
func (o *Options) weight(i int) float64 {
	if o.Weights == nil {
		return 1
	}
	return o.Weights[i]
}

// offset is the offset of row i.
func (o *Options) offset(i int) float64 {
	if o.Offset == nil {
		return 0
	}
	return o.Offset[i]
}
