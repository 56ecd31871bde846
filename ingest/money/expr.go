package money

import (
	"math/big"
	"slices"
	"strings"

	"mainstay/ingest/column"
)

// Expr is a parsed amount expression over columns: + - * ( ) numbers and names,
// for example Quantity*UnitPrice or a*(1-b). A single column is the simplest Expr.
// It is immutable and safe for concurrent use.
type Expr struct {
	columns []string
	code    []instr // postfix order
}

type op uint8

const (
	opColumn op = iota
	opNumber
	opNeg
	opAdd
	opSub
	opMul
)

// instr is one step of the stack machine.
type instr struct {
	op     op
	column int      // opColumn: index into columns
	text   string   // opNumber: as written, normalised
	coef   *big.Int // opNumber: value = coef · 10^-places
	places int
}

func (e *Expr) pushColumn(name string) {
	i := slices.Index(e.columns, name)
	if i < 0 {
		i = len(e.columns)
		e.columns = append(e.columns, name)
	}
	e.code = append(e.code, instr{op: opColumn, column: i})
}

// pushNumber takes digits with at most one point.
func (e *Expr) pushNumber(text string) {
	whole, fraction, _ := strings.Cut(text, ".")
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	coef, _ := new(big.Int).SetString(whole+fraction, 10)
	text = whole
	if fraction != "" {
		text += "." + fraction
	}
	e.code = append(e.code, instr{op: opNumber, text: text, coef: coef, places: len(fraction)})
}

// Columns lists the distinct column names in order of appearance.
func (e *Expr) Columns() []string { return slices.Clone(e.columns) }

// Column returns the name and true when the expression is a single column.
func (e *Expr) Column() (string, bool) {
	if len(e.code) == 1 && e.code[0].op == opColumn {
		return e.columns[0], true
	}
	return "", false
}

// Quote is name as it is written in an expression: in backquotes unless it is
// plain.
func Quote(name string) string {
	plain := name != "" && !('0' <= name[0] && name[0] <= '9')
	for i, r := range name {
		plain = plain && isNameRune(r) && (i > 0 || isNameStart(r))
	}
	if plain {
		return name
	}
	return "`" + strings.ReplaceAll(name, "`", "``") + "`"
}

// String is the canonical text: it parses to the same expression.
func (e *Expr) String() string {
	type part struct {
		text string
		prec int // 1 sum, 2 product, 3 operand
	}
	wrap := func(p part, least int) string {
		if p.prec < least {
			return "(" + p.text + ")"
		}
		return p.text
	}
	var stack []part
	for _, c := range e.code {
		top := len(stack) - 1
		switch c.op {
		case opColumn:
			stack = append(stack, part{Quote(e.columns[c.column]), 3})
		case opNumber:
			stack = append(stack, part{c.text, 3})
		case opNeg:
			stack[top] = part{"-" + wrap(stack[top], 3), 3}
		default:
			a, b := stack[top-1], stack[top]
			stack = stack[:top-1]
			switch c.op {
			case opAdd:
				stack = append(stack, part{wrap(a, 1) + " + " + wrap(b, 2), 1})
			case opSub:
				stack = append(stack, part{wrap(a, 1) + " - " + wrap(b, 2), 1})
			default:
				stack = append(stack, part{wrap(a, 2) + "*" + wrap(b, 3), 2})
			}
		}
	}
	return stack[0].text
}

// Scale is the number of places the result keeps: exact where every operand is an
// integer or DECIMAL (sums: the larger scale; products: the sum of scales; numbers
// as written), and places as soon as a float or text takes part. types is parallel
// to Columns().
func (e *Expr) Scale(types []column.Type, places int) int {
	for _, t := range types {
		if t.Kind == column.Float || t.Kind == column.Text {
			return places
		}
	}
	return e.staticScale(func(i int) int { return scaleOf(types[i]) })
}

// scaleOf is the exact scale of a column.
func scaleOf(t column.Type) int {
	if t.Kind == column.Decimal {
		return t.Scale
	}
	return 0
}

// staticScale is the scale of the result when column i has scale of(i).
func (e *Expr) staticScale(of func(i int) int) int {
	var stack []int
	for _, c := range e.code {
		top := len(stack) - 1
		switch c.op {
		case opColumn:
			stack = append(stack, of(c.column))
		case opNumber:
			stack = append(stack, c.places)
		case opAdd, opSub:
			stack[top-1] = max(stack[top-1], stack[top])
			stack = stack[:top]
		case opMul:
			stack[top-1] += stack[top]
			stack = stack[:top]
		}
	}
	return stack[0]
}
