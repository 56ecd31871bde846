// Package money keeps amounts exact: decimals in integers of a fixed scale,
// 128-bit totals, the shortest decimal form of floats, and the expressions that
// derive an amount from several columns.
package money

import "mainstay/ingest/column"

// Total is an exact 128-bit sum of 64-bit coefficients. The zero value is 0.
type Total struct {
	hi int64
	lo uint64
}

// Add adds one coefficient.
func (t *Total) Add(x int64) { panic("not yet") }

// Merge adds another total.
func (t *Total) Merge(o Total) { panic("not yet") }

// Cmp, Int64 (ok=false when it does not fit), Float64(scale) and Format(scale)
// ("-1234.50": exactly scale places, no grouping) complete the type.
func (t Total) Int64() (int64, bool)     { panic("not yet") }
func (t Total) Format(scale int) string  { panic("not yet") }
func Format(x int64, scale int) string   { panic("not yet") }
func Float64(x int64, scale int) float64 { panic("not yet") }

// Status says what became of one row's evaluation.
type Status uint8

// The statuses of a row.
const (
	OK         Status = iota
	Null              // an operand was null
	Unparsable        // text that is not a plain decimal number
	NotFinite         // NaN or ±Inf
	TooLarge          // does not fit the scale in 64 bits
)

// Rounding totals what rounding to the configured places took or gave:
// sum over rows of (rounded − exact), in units of 10^-18.
type Rounding struct {
	Rows int64 // rows whose exact value had more places
	Sum  Total
}

// Expr is a parsed amount expression over columns: + - * ( ) numbers and names,
// for example Quantity*UnitPrice or a*(1-b). A name that is not a plain
// identifier is written in backquotes or double quotes. A single column is the simplest Expr.
type Expr struct{}

// Parse reads an expression. The error gives the position and what was expected.
func Parse(src string) (*Expr, error) { panic("not yet") }

// Columns lists the distinct column names in order of appearance.
func (e *Expr) Columns() []string { panic("not yet") }

// Column returns the name and true when the expression is a single column.
func (e *Expr) Column() (string, bool) { panic("not yet") }

// String is the canonical text.
func (e *Expr) String() string { panic("not yet") }

// Scale is the number of places the result keeps: exact where every operand is an
// integer or DECIMAL (sums: the larger scale; products: the sum of scales), and
// places as soon as a float or text takes part. types is parallel to Columns().
func (e *Expr) Scale(types []column.Type, places int) int { panic("not yet") }

// Eval computes rows 0..n-1 into out, as coefficients at the given scale, rounding
// half to even on the exact decimal result (floats by their shortest decimal form).
// cols and types are parallel to Columns(). status[i] != OK leaves out[i] = 0.
func (e *Expr) Eval(cols []*column.Vector, types []column.Type, n, scale int, out []int64, status []Status, r *Rounding) {
	panic("not yet")
}
