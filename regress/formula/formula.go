// Package formula reads R's model formulas and turns tables into design matrices by R's rules, so
// that a formula means here what it means there, down to the names of the columns.
//
// Reading order: formula.go (what a formula is), scan.go, parse.go and deparse.go (text to
// expression and back), terms.go (what +, *, : and ^ mean), eval.go (arithmetic on columns),
// frame.go (rows that are complete), survival.go (Surv and
// strata), coding.go (what is learnt from rows: levels, means) and
// design.go (the matrix).
package formula

import (
	"slices"
	"strings"
)

// Formula is a parsed model formula, response ~ terms. The response may be any expression; a
// variable is a column or a call.
//
//	a + b      both                     a:b       their interaction
//	a * b      a + b + a:b              a / b     a + a:b
//	(a + b)^2  up to two-way            . - a     all columns but a (and those of the response)
//	- 1, + 0   no intercept             offset(x) coefficient fixed at 1
//	I(x^2), log(x), sqrt(x), x > 5 within I(): arithmetic
//	factor(x), relevel(x, ref = "B"), poly(x, 3, raw = TRUE), scale(x)
//	Surv(time, event), Surv(start, stop, event) on the left; strata(x)
//
// Terms are ordered by the number of their variables, then by appearance, as R orders them.
type Formula struct {
	Intercept bool
	Terms     []Term
	text      string
	response  *node
	variables []*node // of the right-hand side, by appearance
	offsets   []*node
	strata    []*node
}

// Parse reads a formula. all are the columns that . stands for; nil when there is no table. The
// error is a *SyntaxError.
func Parse(text string, all []string) (*Formula, error) {
	p, err := newParser(text)
	if err != nil {
		return nil, err
	}
	f := &Formula{text: text}
	if f.response, err = p.expression(0); err != nil {
		return nil, err
	}
	if t, ok := p.accept("~"); !ok {
		if err := p.end(); err != nil {
			return nil, err
		}
		return nil, p.fail(t.pos, "expected response ~ terms, as in churn ~ tenure + contract")
	}
	right, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	if err := p.end(); err != nil {
		return nil, err
	}
	b := &builder{p: p, f: f, index: map[string]int{}, all: all, left: map[string]bool{}, intercept: true}
	for _, name := range columnsOf(nil, f.response) {
		b.left[name] = true
	}
	if err := b.sum(right, true); err != nil {
		return nil, err
	}
	f.Intercept, f.Terms = b.intercept, b.terms.list
	if !f.Intercept && len(f.Terms) == 0 {
		return nil, p.fail(right.pos, "nothing is left to estimate: no terms and no intercept")
	}
	slices.SortStableFunc(f.Terms, func(a, b Term) int { return len(a) - len(b) })
	return f, nil
}

// String is the formula with . and * expanded.
func (f *Formula) String() string {
	var parts []string
	for _, t := range f.Terms {
		parts = append(parts, f.Label(t))
	}
	for _, o := range f.offsets {
		parts = append(parts, "offset("+o.String()+")")
	}
	if len(f.strata) > 0 {
		by := make([]string, len(f.strata))
		for i, s := range f.strata {
			by[i] = s.String()
		}
		parts = append(parts, "strata("+strings.Join(by, ", ")+")")
	}
	switch {
	case !f.Intercept:
		parts = append(parts, "0")
	case len(parts) == 0:
		parts = []string{"1"}
	}
	return f.response.String() + " ~ " + strings.Join(parts, " + ")
}

// Label is the name of a term, as a:b.
func (f *Formula) Label(t Term) string {
	names := make([]string, len(t))
	for i, v := range t {
		names[i] = f.variables[v].String()
	}
	return strings.Join(names, ":")
}

// Response is the left-hand side, as R spells it.
func (f *Formula) Response() string { return f.response.String() }

// Columns are the columns that the model uses, by appearance; those only of terms that were taken
// away again are not among them (in R they are, and drop rows where they are missing).
func (f *Formula) Columns() []string {
	names := columnsOf(nil, f.response)
	for v, n := range f.variables {
		if f.used(v) {
			names = columnsOf(names, n)
		}
	}
	for _, o := range append(slices.Clone(f.offsets), f.strata...) {
		names = columnsOf(names, o)
	}
	return names
}

func (f *Formula) used(v int) bool {
	return slices.ContainsFunc(f.Terms, func(t Term) bool { return slices.Contains(t, v) })
}

// columnsOf appends the names of the columns in n that names does not hold yet.
func columnsOf(names []string, n *node) []string {
	if n.op == nodeName && !isConstant(n.name) && !slices.Contains(names, n.name) {
		return append(names, n.name)
	}
	for _, a := range n.args {
		names = columnsOf(names, a)
	}
	return names
}

// isConstant reports whether a name is a value, not a column.
func isConstant(name string) bool { return name == "TRUE" || name == "FALSE" }
