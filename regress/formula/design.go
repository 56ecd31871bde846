package formula

import (
	"fmt"
	"slices"

	"mainstay/regress"
)

// Design is the design matrix of the rows of the frame that are listed, nil = all, and by row whether
// a factor had a level that was not learnt.
func (c *Coding) Design(rows []int) (d *regress.Design, unseen []bool) {
	rows = c.frame.all(rows)
	d = &regress.Design{Names: c.Names, X: make([]float64, len(rows)*c.width)}
	unseen = make([]bool, len(rows))
	piece := make([]float64, c.width)
	for i, r := range rows {
		out := d.X[i*c.width : (i+1)*c.width]
		if c.frame.formula.Intercept {
			out[0], out = 1, out[1:]
		}
		for t, term := range c.frame.formula.Terms {
			w := 1
			for p, v := range term {
				k := c.vars[v]
				part := piece[:k.width(c.full[t][p])]
				unseen[i] = k.values(r, c.full[t][p], part) || unseen[i]
				if p == 0 {
					copy(out, part)
					w = len(part)
				} else {
					w = outer(out, w, part)
				}
			}
			out = out[w:]
		}
	}
	return d, unseen
}

// outer replaces the first w values of x by their products with every value of part, the old ones
// varying fastest, and returns how many there are.
func outer(x []float64, w int, part []float64) int {
	for b := len(part) - 1; b >= 0; b-- {
		for a := range w {
			x[b*w+a] = x[a] * part[b]
		}
	}
	return w * len(part)
}

// Offset is the sum of the offsets by row of the frame, nil without any.
func (fr *Frame) Offset() []float64 { return fr.offset }

// Numbers is a numeric response by row of the frame.
func (fr *Frame) Numbers() ([]float64, error) {
	v := fr.response
	if v == nil {
		return nil, fr.notLives()
	}
	switch {
	case v.shape == plain:
		return v.x, nil
	case v.shape == factor && len(v.levels) == 2:
		return nil, fmt.Errorf("the response %s has the values %s, no numbers: use --family binomial", v.name, someLevels(v.levels))
	}
	if v.shape == factor {
		return nil, fmt.Errorf("the response %s is no number: it has the values %s", v.name, someLevels(v.levels))
	}
	return nil, fmt.Errorf("the response cannot be %s: write the column itself, or a function such as log", v.name)
}

// Events is a response of two values as 0 and 1 by row of the frame, with the names of both. Of text
// the first level is 0, as in R's glm; of numbers only 0 and 1 will do.
func (fr *Frame) Events() (y []float64, names [2]string, err error) {
	v := fr.response
	if v == nil {
		return nil, names, fr.notLives()
	}
	switch {
	case v.shape == factor && len(v.levels) == 2:
		y = make([]float64, len(v.codes))
		for i, c := range v.codes {
			y[i] = float64(c)
		}
		return y, [2]string(v.levels), nil
	case v.shape == factor && len(v.levels) == 1:
		return nil, names, fmt.Errorf("the response %s is %q in every row that is used; two outcomes are needed", v.name, v.levels[0])
	case v.shape == factor:
		return nil, names, fmt.Errorf("the response %s has %d values, %s; two outcomes are needed, as in I(%s == %q) ~ …", v.name, len(v.levels), someLevels(v.levels), v.name, v.levels[0])
	}
	return v.x, [2]string{number(0), number(1)}, firstRow(fr.Rows, v.name, func(i int) error {
		if v.x[i] == 0 || v.x[i] == 1 {
			return nil
		}
		return fmt.Errorf("%g, but the response of --family binomial is 0 or 1, or text of two values; a condition makes one, as in I(%s > 100) ~ …", v.x[i], v.name)
	})
}

// mostCategories bounds the distinct numbers that are taken for categories.
const mostCategories = 50

// Categories is a response of two values or more as their numbers by row of the frame, with their names, the base first.
// Numbers are categories by size where they are few.
func (fr *Frame) Categories() (codes []int, names []string, err error) {
	v := fr.response
	switch {
	case v == nil:
		return nil, nil, fr.notLives()
	case v.shape == factor:
		names = v.levels
		for _, c := range v.codes {
			codes = append(codes, int(c))
		}
	case v.shape == plain:
		distinct := slices.Compact(slices.Sorted(slices.Values(v.x)))
		if len(distinct) > mostCategories {
			return nil, nil, fmt.Errorf("the response %s has %d different numbers: it is no category; take another family, or conditions of it", v.name, len(distinct))
		}
		for _, x := range distinct {
			names = append(names, number(x))
		}
		for _, x := range v.x {
			c, _ := slices.BinarySearch(distinct, x)
			codes = append(codes, c)
		}
	default:
		return nil, nil, fmt.Errorf("the response cannot be %s: write the column itself", v.name)
	}
	if len(names) < 2 {
		return nil, nil, fmt.Errorf("the response %s is %q in every row that is used; two values or more are needed", v.name, names[0])
	}
	return codes, names, nil
}
