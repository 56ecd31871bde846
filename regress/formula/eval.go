package formula

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
)

// Data is a table of columns, all with Rows values.
type Data struct {
	Rows    int
	Columns []Column
}

// Column is one column: numbers (NaN = missing) or, when Number is nil, text ("" = missing). Logical
// text is "true" or "false".
type Column struct {
	Name    string
	Number  []float64
	Text    []string
	Logical bool
}

// Missing reports whether row i has no value.
func (c *Column) Missing(i int) bool {
	if c.Number != nil {
		return math.IsNaN(c.Number[i])
	}
	return c.Text[i] == ""
}

// Column is the column of that name, nil when there is none.
func (d *Data) Column(name string) *Column {
	for i := range d.Columns {
		if d.Columns[i].Name == name {
			return &d.Columns[i]
		}
	}
	return nil
}

// kind is what an expression gives.
type kind uint8

const (
	numeric kind = iota
	logical      // 0 or 1
	textual
)

// value is an expression over rows: text where textual, number elsewhere.
type value struct {
	kind   kind
	number func(i int) float64
	text   func(i int) string
}

// evaluator turns expressions into functions of a row.
type evaluator struct {
	formula string
	data    *Data
}

func (e *evaluator) fail(n *node, format string, args ...any) error {
	return &SyntaxError{e.formula, n.pos, fmt.Sprintf(format, args...)}
}

// functions of one number.
var functions = map[string]func(float64) float64{
	"log": math.Log, "log2": math.Log2, "log10": math.Log10, "log1p": math.Log1p, "exp": math.Exp,
	"expm1": math.Expm1, "sqrt": math.Sqrt, "abs": math.Abs, "floor": math.Floor, "ceiling": math.Ceil,
}

// known names the functions, for messages.
func known() string {
	names := []string{"I", "factor", "relevel", "poly", "scale", "offset"}
	for name := range functions {
		names = append(names, name)
	}
	sort.Strings(names)
	return strings.Join(names, ", ")
}

// value compiles n.
func (e *evaluator) value(n *node) (value, error) {
	switch n.op {
	case nodeName:
		return e.column(n)
	case nodeNumber:
		v := n.value
		return value{number: func(int) float64 { return v }}, nil
	case nodeText:
		s := n.name
		return value{kind: textual, text: func(int) string { return s }}, nil
	case "(":
		return e.value(n.args[0])
	case nodeCall:
		return e.call(n)
	case nodeNamed:
		return value{}, e.fail(n, "%s is no argument of this function", n.name)
	}
	args := make([]value, len(n.args))
	for i, a := range n.args {
		var err error
		if args[i], err = e.value(a); err != nil {
			return value{}, err
		}
	}
	if slices.Contains(levels[compareLevel], n.op) {
		return e.compare(n, args[0], args[1])
	}
	for i, a := range args {
		if a.kind == textual {
			return value{}, e.fail(n.args[i], "%s is text, and %s needs numbers", n.args[i], n.op)
		}
	}
	return e.arithmetic(n, args)
}

func (e *evaluator) column(n *node) (value, error) {
	if isConstant(n.name) {
		v := truth(n.name == "TRUE")
		return value{kind: logical, number: func(int) float64 { return v }}, nil
	}
	c := e.data.Column(n.name)
	switch {
	case c == nil:
		return value{}, e.fail(n, "there is no column %q", n.name)
	case c.Logical:
		return value{kind: logical, number: func(i int) float64 { return truth(c.Text[i] == "true") }}, nil
	case c.Number != nil:
		return value{number: func(i int) float64 { return c.Number[i] }}, nil
	}
	return value{kind: textual, text: func(i int) string { return c.Text[i] }}, nil
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func (e *evaluator) call(n *node) (value, error) {
	if n.name == "I" && len(n.args) == 1 {
		return e.value(n.args[0])
	}
	f, ok := functions[n.name]
	switch {
	case !ok && slices.Contains([]string{"factor", "as.factor", "C", "relevel", "poly", "scale", "offset", "strata", surv}, n.name):
		return value{}, e.fail(n, "%s() stands alone, not inside an expression", n.name)
	case !ok:
		return value{}, e.fail(n, "there is no function %s; there are %s", n.name, known())
	case len(n.args) != 1:
		return value{}, e.fail(n, "%s() takes one argument here", n.name)
	}
	x, err := e.value(n.args[0])
	if err == nil && x.kind == textual {
		err = e.fail(n.args[0], "%s is text, and %s() needs numbers", n.args[0], n.name)
	}
	return value{number: func(i int) float64 { return f(x.number(i)) }}, err
}

// defined is the truth of b, undefined where x is.
func defined(x float64, b bool) float64 {
	if math.IsNaN(x) {
		return x
	}
	return truth(b)
}

// binary operators on numbers; the logical ones on 0 and 1.
var binary = map[string]func(a, b float64) float64{
	"+": func(a, b float64) float64 { return a + b },
	"-": func(a, b float64) float64 { return a - b },
	"*": func(a, b float64) float64 { return a * b },
	"/": func(a, b float64) float64 { return a / b },
	"^": math.Pow,
	"&": func(a, b float64) float64 { return defined(a+b, a != 0 && b != 0) },
	"|": func(a, b float64) float64 { return defined(a+b, a != 0 || b != 0) },
}

func (e *evaluator) arithmetic(n *node, args []value) (value, error) {
	a := args[0].number
	if len(args) == 1 {
		switch n.op {
		case "!":
			return value{kind: logical, number: func(i int) float64 { return defined(a(i), a(i) == 0) }}, nil
		case "-":
			return value{number: func(i int) float64 { return -a(i) }}, nil
		}
		return value{number: a}, nil
	}
	op := n.op
	if op == "&&" || op == "||" {
		op = op[:1]
	}
	f, ok := binary[op]
	if !ok {
		return value{}, e.fail(n, "%s joins terms, it is no arithmetic", n.op)
	}
	out := value{number: func(i int) float64 { return f(a(i), args[1].number(i)) }}
	if op == "&" || op == "|" {
		out.kind = logical
	}
	return out, nil
}

// compare compares two numbers, or two texts by their bytes.
func (e *evaluator) compare(n *node, a, b value) (value, error) {
	holds := map[string]func(c int) bool{
		"==": func(c int) bool { return c == 0 }, "!=": func(c int) bool { return c != 0 },
		"<": func(c int) bool { return c < 0 }, ">": func(c int) bool { return c > 0 },
		"<=": func(c int) bool { return c <= 0 }, ">=": func(c int) bool { return c >= 0 },
	}[n.op]
	switch {
	case a.kind == textual && b.kind == textual:
		return value{kind: logical, number: func(i int) float64 { return truth(holds(strings.Compare(a.text(i), b.text(i)))) }}, nil
	case a.kind != textual && b.kind != textual:
		return value{kind: logical, number: func(i int) float64 {
			x, y := a.number(i), b.number(i)
			return defined(x+y, holds(cmp.Compare(x, y)))
		}}, nil
	}
	return value{}, e.fail(n, "%s compares a number with text: write numbers without quotes and text with them; a column of true and false stands alone", n)
}

// Condition reads an expression that is true or false for every row, such as tenure > 12 & Contract ==
// "One year", over the columns that find knows, and gives the function that decides. A row in which one of
// them is missing is not kept, as in R's subset. The error is a *SyntaxError, or that of find.
func Condition(text string, find func(name string) (*Column, error)) (keep func(row int) bool, err error) {
	p, err := newParser(text)
	if err != nil {
		return nil, err
	}
	n, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	if err := p.end(); err != nil {
		return nil, err
	}
	d := &Data{}
	for _, name := range columnsOf(nil, n) {
		c, err := find(name)
		if err != nil {
			return nil, err
		}
		found := *c
		found.Name = name
		d.Columns = append(d.Columns, found)
	}
	e := &evaluator{text, d}
	v, err := e.value(n)
	if err == nil && v.kind != logical {
		err = e.fail(n, "%s is neither true nor false: compare it, as in tenure > 12", n)
	}
	if err != nil {
		return nil, err
	}
	return func(row int) bool {
		for i := range d.Columns {
			if d.Columns[i].Missing(row) {
				return false
			}
		}
		return v.number(row) == 1
	}, nil
}
