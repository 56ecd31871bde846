package formula

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Frame is the rows of a table in which nothing that the model uses is missing, with the formula's
// variables evaluated on them: R's model.frame with na.omit.
type Frame struct {
	Rows    []int     // by row of the frame, its row of the table
	Missing []Missing // by column, where any row was left out
	Dropped int       // rows left out

	formula  *Formula
	response *variable
	vars     []*variable // by number of the variable; nil where no term uses it
	offset   []float64   // nil without one
	lives    *Lives      // of a response Surv(), whose variable is nil
	strata   []*variable // of strata()
}

// Missing is how many rows lack a column.
type Missing struct {
	Column string
	Rows   int
}

// RowError is a value that no fit can use.
type RowError struct {
	Row    int // of the table, from 0
	Column string
	Err    error
}

func (e *RowError) Error() string { return fmt.Sprintf("row %d, %s: %v", e.Row+1, e.Column, e.Err) }

func (e *RowError) Unwrap() error { return e.Err }

// firstRow is the error of the first row of the table, in rows, that has one; nil when none has.
func firstRow(rows []int, column string, fault func(i int) error) error {
	var first *RowError
	for i, r := range rows {
		if first != nil && r > first.Row {
			continue
		}
		if err := fault(i); err != nil {
			first = &RowError{r, column, err}
		}
	}
	if first == nil {
		return nil
	}
	return first
}

// shape is how a variable becomes columns.
type shape uint8

const (
	plain      shape = iota // itself
	scaled                  // (x − mean) ÷ standard deviation
	polynomial              // x, x², …
	factor                  // indicators of levels
)

// variable is a variable of the formula on the rows of a frame.
type variable struct {
	name   string
	shape  shape
	x      []float64 // all but factor
	degree int       // polynomial
	codes  []int32   // factor: by row, the number of its level
	levels []string  // factor: all that occur, the base first
}

// largest bounds the size of a value: see regress.
const largest = 1e100

// NewFrame evaluates f on the rows of d that are listed, in that order (nil = all), leaving out those
// where a column of the formula, or one of also (weights, clusters), is missing. The error is a
// *SyntaxError, or a *RowError for a value that is not a finite number of at most 1e100 in size.
func NewFrame(f *Formula, d *Data, rows []int, also ...string) (*Frame, error) {
	if rows == nil {
		rows = make([]int, d.Rows)
		for i := range rows {
			rows[i] = i
		}
	}
	fr := &Frame{formula: f, vars: make([]*variable, len(f.variables))}
	fr.keep(d, rows, append(f.Columns(), also...))
	if len(fr.Rows) == 0 {
		return nil, fr.empty(len(rows))
	}
	e := &evaluator{f.text, d}
	var err error
	if f.IsSurvival() {
		fr.lives, err = e.lives(f.response, fr.Rows)
	} else {
		fr.response, err = e.variable(f.response, fr.Rows)
	}
	if err != nil {
		return nil, err
	}
	for _, n := range f.strata {
		x, err := e.value(n)
		v := &variable{name: n.String()}
		if err == nil {
			err = e.levels(v, n, x, fr.Rows)
		}
		if err != nil {
			return nil, err
		}
		fr.strata = append(fr.strata, v)
	}
	for v, n := range f.variables {
		if !f.used(v) {
			continue
		}
		if fr.vars[v], err = e.variable(n, fr.Rows); err != nil {
			return nil, err
		}
	}
	for _, o := range f.offsets {
		x, err := e.numbers(o, fr.Rows)
		if err != nil {
			return nil, err
		}
		if fr.offset == nil {
			fr.offset = make([]float64, len(x))
		}
		for i, v := range x {
			fr.offset[i] += v
		}
	}
	return fr, nil
}

// empty says why no row is left.
func (fr *Frame) empty(rows int) error {
	if rows == 0 {
		return errors.New("there are no rows to fit: the table is empty, or the condition holds for none")
	}
	var lacking []string
	for _, m := range fr.Missing {
		lacking = append(lacking, fmt.Sprintf("%s in %d", m.Column, m.Rows))
	}
	return fmt.Errorf("each of the %d rows lacks a column of the formula (%s): leave the emptiest column out", rows, strings.Join(lacking, ", "))
}

// keep sets Rows, Missing and Dropped.
func (fr *Frame) keep(d *Data, rows []int, names []string) {
	var used []*Column
	for _, name := range names {
		if c := d.Column(name); c != nil && !slices.Contains(used, c) {
			used = append(used, c)
		}
	}
	missing := make([]int, len(used))
	for _, i := range rows {
		complete := true
		for k, c := range used {
			if c.Missing(i) {
				missing[k]++
				complete = false
			}
		}
		if complete {
			fr.Rows = append(fr.Rows, i)
		}
	}
	fr.Dropped = len(rows) - len(fr.Rows)
	for k, n := range missing {
		if n > 0 {
			fr.Missing = append(fr.Missing, Missing{used[k].Name, n})
		}
	}
}

// variable evaluates n on rows.
func (e *evaluator) variable(n *node, rows []int) (*variable, error) {
	v := &variable{name: n.String()}
	var err error
	if n.op == nodeCall {
		switch n.name {
		case "factor", "as.factor", "C", "relevel":
			return v, e.factor(v, n, rows)
		case "scale":
			if len(n.args) != 1 {
				return nil, e.fail(n, "scale() takes one column or expression")
			}
			v.shape = scaled
			v.x, err = e.numbers(n.args[0], rows)
			return v, err
		case "poly":
			return v, e.polynomial(v, n, rows)
		}
	}
	x, err := e.value(n)
	if err != nil {
		return nil, err
	}
	if x.kind != numeric {
		return v, e.levels(v, n, x, rows)
	}
	v.x, err = e.evaluate(n, x, rows)
	return v, err
}

// numbers evaluates an expression that must be a number.
func (e *evaluator) numbers(n *node, rows []int) ([]float64, error) {
	x, err := e.value(n)
	if err == nil && x.kind == textual {
		err = e.fail(n, "%s is text, a number is needed here", n)
	}
	if err != nil {
		return nil, err
	}
	return e.evaluate(n, x, rows)
}

func (e *evaluator) evaluate(n *node, x value, rows []int) ([]float64, error) {
	out := make([]float64, len(rows))
	bad, first := 0, 0
	for i, r := range rows {
		out[i] = x.number(r)
		if !(math.Abs(out[i]) <= largest) {
			if bad == 0 || r < rows[first] {
				first = i
			}
			bad++
		}
	}
	if bad > 0 {
		return nil, &RowError{rows[first], n.String(), fmt.Errorf(
			"the value is %g; in %d of %d rows it is no finite number of at most 1e100: correct the values, or keep only rows where it is defined, as --where 'x > 0'", out[first], bad, len(rows))}
	}
	return out, nil
}

func (e *evaluator) polynomial(v *variable, n *node, rows []int) (err error) {
	const mostDegree = 20
	if len(n.args) != 3 || n.args[1].op != nodeNumber || n.args[2].op != nodeNamed || n.args[2].name != "raw" || n.args[2].args[0].name != "TRUE" {
		return e.fail(n, "write poly(x, 3, raw = TRUE): x, its square and cube; orthogonal polynomials give the same fitted values")
	}
	degree := n.args[1].value
	if degree < 1 || degree > mostDegree || degree != math.Floor(degree) {
		return e.fail(n.args[1], "the degree is a whole number from 1 to %d", mostDegree)
	}
	v.shape, v.degree = polynomial, int(degree)
	v.x, err = e.numbers(n.args[0], rows)
	if err != nil {
		return err
	}
	return firstRow(rows, v.name, func(i int) error {
		if math.Pow(math.Abs(v.x[i]), degree) <= largest {
			return nil
		}
		return fmt.Errorf("%g to the power %g is too large: divide the column first, as I(x / 1000)", v.x[i], degree)
	})
}

// factor reads factor(x), C(x) and relevel(x, ref = "B").
func (e *evaluator) factor(v *variable, n *node, rows []int) error {
	inner := n.args[0]
	if inner.op == nodeCall && (inner.name == "factor" || inner.name == "as.factor") && n.name == "relevel" {
		inner = inner.args[0]
	}
	x, err := e.value(inner)
	if err != nil {
		return err
	}
	if err := e.levels(v, inner, x, rows); err != nil {
		return err
	}
	if n.name != "relevel" {
		if len(n.args) != 1 {
			return e.fail(n, "%s() takes one argument; to choose the base level write relevel(x, ref = \"B\")", n.name)
		}
		return nil
	}
	if len(n.args) != 2 {
		return e.fail(n, "write relevel(x, ref = \"B\")")
	}
	ref := n.args[1]
	if ref.op == nodeNamed && ref.name == "ref" {
		ref = ref.args[0]
	}
	if ref.op != nodeText && ref.op != nodeNumber {
		return e.fail(ref, "the base level is a text in quotes, as ref = \"B\"")
	}
	name := ref.name
	if ref.op == nodeNumber {
		name = number(ref.value)
	}
	base := slices.Index(v.levels, name)
	if base < 0 {
		return e.fail(ref, "%s has no level %q; it has %s", inner, name, someLevels(v.levels))
	}
	v.rebase(base)
	return nil
}

// rebase puts a level first.
func (v *variable) rebase(base int) {
	for i, c := range v.codes {
		switch {
		case int(c) == base:
			v.codes[i] = 0
		case int(c) < base:
			v.codes[i]++
		}
	}
	level := v.levels[base]
	v.levels = slices.Insert(slices.Delete(v.levels, base, base+1), 0, level)
}

// someLevels lists levels for a message.
func someLevels(levels []string) string {
	const most = 8
	out := ""
	for i, l := range levels {
		if i == most {
			return fmt.Sprintf("%s and %d more", out, len(levels)-most)
		}
		if i > 0 {
			out += ", "
		}
		out += fmt.Sprintf("%q", shorten(l))
	}
	return out
}

// levels makes a factor of a value: text sorted by its bytes (R's C locale), numbers by size, FALSE
// before TRUE.
func (e *evaluator) levels(v *variable, n *node, x value, rows []int) error {
	v.shape = factor
	if x.kind == textual {
		text := make([]string, len(rows))
		for i, r := range rows {
			text[i] = x.text(r)
		}
		code(v, text, func(s string) string { return s })
		return nil
	}
	numbers, err := e.evaluate(n, x, rows)
	if err != nil {
		return err
	}
	name := number
	if x.kind == logical {
		name = func(t float64) string { return map[float64]string{0: "FALSE", 1: "TRUE"}[t] }
	}
	code(v, numbers, name)
	return nil
}

// code numbers the different values in their order.
func code[T cmp.Ordered](v *variable, values []T, name func(T) string) {
	seen := map[T]int32{}
	for _, t := range values {
		seen[t] = 0
	}
	for i, t := range slices.Sorted(maps.Keys(seen)) {
		seen[t] = int32(i)
		v.levels = append(v.levels, name(t))
	}
	v.codes = make([]int32, len(values))
	for i, t := range values {
		v.codes[i] = seen[t]
	}
}
