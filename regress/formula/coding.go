package formula

import (
	"errors"
	"fmt"
	"math"

	"mainstay/internal/num"
)

// Coding is everything that is learnt from rows before a fit: which levels of a factor occur, and
// the mean and spread of scale(x). Rows held out must be coded by what the training rows taught, so
// it is learnt once and applied to both.
type Coding struct {
	Names []string // of the columns, as R names them

	frame *Frame
	vars  []*codes // by number of the variable
	full  [][]bool // by term and variable of the term: one column per level
	width int
}

// codes is how one variable is coded.
type codes struct {
	v           *variable
	mean, scale float64   // scaled
	column      []int32   // factor: by level, its place among those seen in training; −1 = not seen
	seen        []int32   // factor: the levels seen, ascending
	share       []float64 // factor: by place, its share of the training rows
}

// Limits of a design matrix: 1 GiB of values, and more columns than any question needs.
const (
	mostColumns = 2000
	mostCells   = 1 << 27
)

// Learn codes the variables by the rows of the frame that are listed, nil = all.
func (fr *Frame) Learn(rows []int) (*Coding, error) {
	c := &Coding{frame: fr, vars: make([]*codes, len(fr.vars))}
	for k, v := range fr.vars {
		if v != nil {
			c.vars[k] = learn(v, fr.all(rows))
		}
	}
	c.contrasts()
	if err := c.measure(len(fr.all(rows))); err != nil {
		return nil, err
	}
	if fr.formula.Intercept {
		c.Names = []string{"(Intercept)"}
	}
	for t, term := range fr.formula.Terms {
		names := []string{""}
		for p, v := range term {
			var next []string
			for _, piece := range c.vars[v].names(c.full[t][p]) { // the first variable varies fastest
				for _, n := range names {
					if p > 0 {
						n += ":"
					}
					next = append(next, n+piece)
				}
			}
			names = next
		}
		c.Names = append(c.Names, names...)
	}
	return c, nil
}

// all is rows, or every row of the frame.
func (fr *Frame) all(rows []int) []int {
	if rows != nil {
		return rows
	}
	rows = make([]int, len(fr.Rows))
	for i := range rows {
		rows[i] = i
	}
	return rows
}

func learn(v *variable, rows []int) *codes {
	c := &codes{v: v}
	switch v.shape {
	case scaled:
		x := make([]float64, len(rows))
		for i, r := range rows {
			x[i] = v.x[r]
		}
		c.mean = num.Mean(x)
		var squares num.Adder
		for _, t := range x {
			squares.Add((t - c.mean) * (t - c.mean))
		}
		c.scale = math.Sqrt(squares.Sum() / float64(len(x)-1))
	case factor:
		count := make([]int, len(v.levels))
		for _, r := range rows {
			count[v.codes[r]]++
		}
		c.column = make([]int32, len(v.levels))
		for l, n := range count {
			c.column[l] = -1
			if n > 0 {
				c.column[l] = int32(len(c.seen))
				c.seen = append(c.seen, int32(l))
				c.share = append(c.share, float64(n)/float64(len(rows)))
			}
		}
	}
	return c
}

// contrasts decides the coding of every factor in every term. Without an intercept the first factor of
// the first term that has any is coded in full (R's model.matrix).
func (c *Coding) contrasts() {
	f := c.frame.formula
	for t := range f.Terms {
		c.full = append(c.full, fullCoding(f.Terms, t))
	}
	if f.Intercept {
		return
	}
	for t, term := range f.Terms {
		for p, v := range term {
			if c.vars[v].v.shape == factor {
				c.full[t][p] = true
				return
			}
		}
	}
}

// measure counts columns and refuses what no machine or reader could use.
func (c *Coding) measure(rows int) error {
	if c.frame.formula.Intercept {
		c.width = 1
	}
	for t, term := range c.frame.formula.Terms {
		w := 1
		for p, v := range term {
			if w *= c.vars[v].width(c.full[t][p]); w > mostColumns {
				break
			}
		}
		if c.width += w; c.width > mostColumns {
			return fmt.Errorf("the formula makes more than %d columns; %s: leave identifiers and free text out, as . - name", mostColumns, c.widest())
		}
	}
	if c.width*rows > mostCells {
		return fmt.Errorf("%d rows × %d columns are more than %d values: use fewer columns, or a sample of the rows", rows, c.width, mostCells)
	}
	if c.width == 0 {
		return errors.New("the formula makes no column: the factors have a single level each and there is no intercept")
	}
	return nil
}

// widest names the factor with the most levels.
func (c *Coding) widest() string {
	var w *codes
	for _, v := range c.vars {
		if v != nil && v.v.shape == factor && (w == nil || len(v.seen) > len(w.seen)) {
			w = v
		}
	}
	if w == nil {
		return "it has many interactions"
	}
	return fmt.Sprintf("%s alone has %d levels", w.v.name, len(w.seen))
}

// width is how many columns the variable has.
func (c *codes) width(full bool) int {
	switch {
	case c.v.shape == polynomial:
		return c.v.degree
	case c.v.shape != factor:
		return 1
	case full:
		return len(c.seen)
	}
	return max(len(c.seen)-1, 0)
}

// names are the names of its columns.
func (c *codes) names(full bool) []string {
	if c.v.shape == plain || c.v.shape == scaled {
		return []string{c.v.name}
	}
	var out []string
	for k := range c.width(full) {
		switch {
		case c.v.shape == polynomial:
			out = append(out, c.v.name+number(float64(k+1)))
		case full:
			out = append(out, c.v.name+c.v.levels[c.seen[k]])
		default:
			out = append(out, c.v.name+c.v.levels[c.seen[k+1]])
		}
	}
	return out
}

// values writes the columns of row i into out. A level that was not seen in training is coded as
// the average of the levels that were, and reported.
func (c *codes) values(i int, full bool, out []float64) (unseen bool) {
	switch c.v.shape {
	case plain:
		out[0] = c.v.x[i]
	case scaled:
		out[0] = 0
		if c.scale > 0 {
			out[0] = (c.v.x[i] - c.mean) / c.scale
		}
	case polynomial:
		for k := range out {
			out[k] = math.Pow(c.v.x[i], float64(k+1))
		}
	case factor:
		skip := 1 // the base level has no column
		if full {
			skip = 0
		}
		place := int(c.column[c.v.codes[i]])
		if place < 0 {
			copy(out, c.share[min(skip, len(c.share)):])
			return true
		}
		clear(out)
		if place >= skip {
			out[place-skip] = 1
		}
	}
	return false
}

// Levels is a factor of the model with its levels, the base first.
type Levels struct {
	Name   string
	Levels []string
}

// Factors are the factors among the variables, by appearance, with the levels that were learnt.
func (c *Coding) Factors() []Levels {
	var out []Levels
	for _, v := range c.vars {
		if v == nil || v.v.shape != factor {
			continue
		}
		l := Levels{Name: v.v.name}
		for _, k := range v.seen {
			l.Levels = append(l.Levels, v.v.levels[k])
		}
		out = append(out, l)
	}
	return out
}

// Usable is an error when a variable is constant where it must not be: a factor with a single level
// has no contrasts (R refuses it as well), and scale() has nothing to divide by.
func (c *Coding) Usable() error {
	for t, term := range c.frame.formula.Terms {
		for p, v := range term {
			switch k := c.vars[v]; {
			case k.v.shape == factor && len(k.seen) == 1 && !c.full[t][p]:
				return fmt.Errorf("%s is %q in every row that is used, so there is nothing to compare: leave it out of the formula", k.v.name, k.v.levels[k.seen[0]])
			case k.v.shape == scaled && !(k.scale > 0):
				return fmt.Errorf("%s does not vary, it cannot be scaled: leave it out of the formula", k.v.name)
			}
		}
	}
	return nil
}

// TermColumns are the columns From to To (exclusive) of a term in the design.
type TermColumns struct {
	Name     string
	From, To int
}

// Terms are the columns of every term, in the order of the design, the intercept left out.
func (c *Coding) Terms() (out []TermColumns) {
	at := 0
	if c.frame.formula.Intercept {
		at = 1
	}
	for t, term := range c.frame.formula.Terms {
		w := 1
		for p, v := range term {
			w *= c.vars[v].width(c.full[t][p])
		}
		out = append(out, TermColumns{c.frame.formula.Label(term), at, at + w})
		at += w
	}
	return out
}
