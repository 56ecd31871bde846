package regress

import (
	"errors"
	"fmt"
	"math"
)

// Source gives the rows of a fit in blocks, so that a design matrix need never be held whole: shards of a Ledger, row
// groups of a file. Fits ask for every block once a pass, and make some ten passes.
//
// Results depend on how rows are cut into blocks only as far as rounding goes (sums are added up by pieces of 4,096
// rows within a block, then over blocks in their order), and not on the number of threads.
type Source interface {
	// Names are those of the columns.
	Names() []string
	// Blocks is how many blocks there are; some may be empty.
	Blocks() int
	// Block sets into to block b, 0 ≤ b < Blocks(): the same rows in the same order whenever it is asked. It is called
	// from several goroutines at a time, each with a Rows of its own, whose slices hold what an earlier call
	// left there and may be used again. An error ends the fit, which returns it.
	Block(b int, into *Rows) error
}

// Rows are rows of a design with their response. Fits read them only.
type Rows struct {
	X       []float64 // row-major, as in Design
	Y       []float64
	Weights []float64 // nil = 1; a row of weight 0 is left out
	Offset  []float64 // nil = 0
	Cluster []int32   // nil = none; equal numbers are one cluster. They ascend from row to row and from block to block, so that a cluster lies together
}

// memory is a design that is held, in blocks of rowBlock rows.
type memory struct {
	d *Design
	y []float64
	o Options
}

func (m *memory) Names() []string { return m.d.Names }
func (m *memory) Blocks() int     { return (len(m.y) + rowBlock - 1) / rowBlock }

func (m *memory) Block(b int, into *Rows) error {
	all := Rows{X: m.d.X, Y: m.y, Weights: m.o.Weights, Offset: m.o.Offset}
	*into = all.slice(b*rowBlock, min((b+1)*rowBlock, len(m.y)), len(m.d.Names))
	return nil
}

// slice is rows lo to hi; the slices alias those of r.
func (r *Rows) slice(lo, hi, columns int) Rows {
	part := Rows{X: r.X[lo*columns : hi*columns], Y: r.Y[lo:hi]}
	if r.Weights != nil {
		part.Weights = r.Weights[lo:hi]
	}
	if r.Offset != nil {
		part.Offset = r.Offset[lo:hi]
	}
	if r.Cluster != nil {
		part.Cluster = r.Cluster[lo:hi]
	}
	return part
}

// weight is the weight of row i.
func (r *Rows) weight(i int) float64 {
	if r.Weights == nil {
		return 1
	}
	return r.Weights[i]
}

// offset is the offset of row i.
func (r *Rows) offset(i int) float64 {
	if r.Offset == nil {
		return 0
	}
	return r.Offset[i]
}

// shape is an error when the slices do not belong together.
func (r *Rows) shape(columns int) error {
	n := len(r.Y)
	switch {
	case len(r.X) != n*columns:
		return fmt.Errorf("%d values for %d rows of %d columns, expected %d", len(r.X), n, columns, n*columns)
	case r.Weights != nil && len(r.Weights) != n:
		return fmt.Errorf("%d weights for %d rows", len(r.Weights), n)
	case r.Offset != nil && len(r.Offset) != n:
		return fmt.Errorf("%d offsets for %d rows", len(r.Offset), n)
	case r.Cluster != nil && len(r.Cluster) != n:
		return fmt.Errorf("%d cluster numbers for %d rows", len(r.Cluster), n)
	}
	return nil
}

// check finds the first value, by row, that no fit can use.
func (r *Rows) check(names []string, response func(float64) error) error {
	k := len(names)
	for i, y := range r.Y {
		for j, v := range r.X[i*k : (i+1)*k] {
			if !(math.Abs(v) <= largest) {
				return badValue(i, fmt.Sprintf("column %q", names[j]), v)
			}
		}
		if err := response(y); err != nil && r.weight(i) != 0 {
			return fmt.Errorf("row %d (the first is 0): %w", i, err)
		}
		if !(math.Abs(y) <= largest) {
			return badValue(i, "the response", y)
		}
		if o := r.offset(i); !(math.Abs(o) <= largest) {
			return badValue(i, "the offset", o)
		}
		if w := r.weight(i); !(w >= 0 && w <= largest) {
			return badWeight(i, w)
		}
	}
	return nil
}

// live sets into to the rows of positive weight.
func (r *Rows) live(into *Rows, columns int) {
	*into = Rows{X: into.X[:0], Y: into.Y[:0], Weights: into.Weights[:0], Offset: into.Offset[:0], Cluster: into.Cluster[:0]}
	for i, w := range r.Weights {
		if w == 0 {
			continue
		}
		into.X = append(into.X, r.X[i*columns:(i+1)*columns]...)
		into.Y = append(into.Y, r.Y[i])
		into.Weights = append(into.Weights, w)
		if r.Offset != nil {
			into.Offset = append(into.Offset, r.Offset[i])
		}
		if r.Cluster != nil {
			into.Cluster = append(into.Cluster, r.Cluster[i])
		}
	}
	if r.Offset == nil {
		into.Offset = nil
	}
	if r.Cluster == nil {
		into.Cluster = nil
	}
}

// checkSource finds what is wrong with a source, and options that it leaves no room for.
func checkSource(s Source, o Options) error {
	switch {
	case s == nil || len(s.Names()) == 0:
		return errors.New("regress: the source has no columns, expected at least an intercept")
	case s.Blocks() <= 0:
		return errors.New("regress: the source has no blocks: no rows to fit")
	case o.Weights != nil || o.Offset != nil || o.Cluster != nil:
		return errors.New("regress: weights, offsets and clusters of a source come with its rows, not with the options")
	}
	return nil
}
