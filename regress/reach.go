package regress

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Reach is where the rows of a design lie, so that rows farther out can be told from those among them.
type Reach struct {
	Most float64 // the largest leverage of the rows

	names   []string
	bare    bool
	fr      *frame
	cols    []int
	inverse *mat.SymDense // (Z'Z)⁻¹, in the frame
	tied    []dependence  // columns that others determine
}

// NewReach measures the rows of d that have weight: their leverages xᵢ'(X'X)⁻¹xᵢ, unweighted. bare adds a constant column to a design that has none because a
// baseline stands for it. Nil where no column varies.
//
// Source: hidden extrapolation, leverage beyond the largest of the fit: Montgomery, Peck & Vining 2012, Introduction to Linear Regression Analysis, §3.8.
func NewReach(d *Design, o Options, bare bool) (*Reach, error) {
	if len(d.Names) == 0 {
		return nil, nil
	}
	d, y, o, err := Prepare(d, make([]float64, d.Rows()), Options{Weights: o.Weights, Threads: o.Threads})
	if err != nil || len(y) == 0 {
		return nil, err
	}
	o.Weights = nil
	rows := inMemory(d, y, o)
	if bare {
		rows.Source = &withConstant{memory{d, y, o}}
		rows.names = rows.Source.Names()
	}
	of := rows.measure()
	fr, err := newFrame(rows.names, of)
	if err != nil {
		return nil, err
	}
	m := &glm{d: rows, fr: fr, total: of.weight}
	r := &Reach{names: d.Names, bare: bare, fr: fr, tied: m.chooseColumns(), cols: m.cols}
	if r.inverse = inverse(unpack(m.crossProducts().gram, len(m.cols))); r.inverse == nil {
		return nil, nil
	}
	r.Most = foldTiles(m, func() float64 { return 0 }, func(t *tileRows, most float64) float64 {
		z, scratch := make([]float64, len(m.cols)), make([]float64, len(m.cols))
		for i := range t.rows {
			for a := range z {
				z[a] = t.column(a)[i]
			}
			most = max(most, quadratic(r.inverse, z, scratch))
		}
		return most
	}, func(a, b float64) float64 { return max(a, b) })
	return r, nil
}

// Of is the leverage that a row x would have among the rows of the design, and the columns that others determine there and not in x: of these, nothing
// is known about what they do on their own.
func (r *Reach) Of(x []float64) (leverage float64, loose []string) {
	z := make([]float64, len(r.fr.mean))
	if r.bare {
		copy(z[1:], x)
		z[0] = 1
	} else {
		copy(z, x)
	}
	for _, d := range r.tied {
		own, shares := z[d.col]-r.fr.mean[d.col], 0.0
		size := max(math.Abs(z[d.col]), r.fr.largest[d.col])
		for a, j := range d.on {
			share := d.share[a] * r.fr.scale[d.col] * (z[j] - r.fr.mean[j]) * r.fr.inverse(j)
			shares += share
			size = max(size, math.Abs(share))
		}
		if math.Abs(own-shares) > determined*size {
			column := d.col
			if r.bare {
				column--
			}
			loose = append(loose, r.names[column])
		}
	}
	row, scratch := make([]float64, len(r.cols)), make([]float64, len(r.cols))
	for a, j := range r.cols {
		row[a] = (z[j] - r.fr.mean[j]) * r.fr.inverse(j)
	}
	return quadratic(r.inverse, row, scratch), loose
}

// determined is how near a column must come to what others say of it, relative to the terms.
const determined = 1e-5

// Beyond reports whether a leverage is larger than all of the rows, beyond rounding.
func (r *Reach) Beyond(leverage float64) bool { return leverage > r.Most*(1+1e-9) }

// withConstant is a design with a column of ones in front.
type withConstant struct{ memory }

// Names puts the constant first.
func (c *withConstant) Names() []string { return append([]string{"(constant)"}, c.d.Names...) }

// Block makes block b.
func (c *withConstant) Block(b int, into *Rows) error {
	x := into.X[:0]
	if err := c.memory.Block(b, into); err != nil {
		return err
	}
	k := len(c.d.Names)
	for i := range into.Y {
		x = append(append(x, 1), into.X[i*k:(i+1)*k]...)
	}
	into.X = x
	return nil
}
