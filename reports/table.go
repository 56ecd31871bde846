// Package reports writes results where people and systems read them: the run folder with its
// manifest, tables as Parquet, CSV, Arrow IPC, JSON and text, and the summary on the screen.
package reports

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// ColumnType is the type of an output column.
type ColumnType uint8

// The types. Decimal columns hold int64 coefficients at Column.Scale.
const (
	String ColumnType = iota
	Integer
	Float
	Decimal
	Boolean
	Date
)

// String is the word that docs/format.md uses for the type.
func (t ColumnType) String() string {
	return [...]string{"text", "integer", "float", "decimal", "boolean", "date"}[t]
}

// decimalDigits is the precision of every decimal column: the most that a Parquet DECIMAL on 64 bits
// may hold.
const decimalDigits = 18

// maxCoefficient is the largest coefficient of decimalDigits digits.
const maxCoefficient = 1_000_000_000_000_000_000 - 1

// Column is one output column: exactly one of the value slices is set, by Type (Date uses Int: days
// since 1970-01-01; Decimal uses Int). Null may be nil: the column is then required; a column with
// Null, and every Float column, is optional even in a table where nothing is null.
type Column struct {
	Name  string
	Type  ColumnType
	Scale int    // Decimal
	Doc   string // one line for docs/format.md
	Str   []string
	Int   []int64
	Flt   []float64 // NaN and ±Inf are written as null
	Bool  []bool
	Null  []bool

	Keys bool // String: hardly a row shares its text with another, so that a dictionary only costs
}

// Table is one output, or a batch of its rows: every writer (Parquet, CSV, Arrow IPC, JSON, terminal) takes it.
type Table struct {
	Name    string // file name without extension
	Columns []Column
	Rows    int
	First   int // of a batch: the number of its first row
}

// Optional reports whether the column may hold nulls.
func (c *Column) Optional() bool { return c.Null != nil || c.Type == Float }

// IsNull reports whether row i is null.
func (c *Column) IsNull(i int) bool {
	if c.Null != nil && c.Null[i] {
		return true
	}
	return c.Type == Float && (math.IsNaN(c.Flt[i]) || math.IsInf(c.Flt[i], 0))
}

// text is row i of a String column as valid UTF-8: what is not becomes U+FFFD.
func (c *Column) text(i int) string {
	if s := c.Str[i]; utf8.ValidString(s) { // several bytes at a time
		return s
	}
	return strings.ToValidUTF8(c.Str[i], "\uFFFD")
}

// float is row i of a Float column without negative zero, which people misread and text shows.
func (c *Column) float(i int) float64 { return c.Flt[i] + 0 }

// Column returns the column of that name, or nil.
func (t *Table) Column(name string) *Column {
	for i := range t.Columns {
		if t.Columns[i].Name == name {
			return &t.Columns[i]
		}
	}
	return nil
}

// check reports a table that no writer can write: slices of other lengths than Rows, a name used
// twice, a scale outside the precision, a decimal of more than 18 digits.
func (t *Table) check() error {
	seen := make(map[string]bool, len(t.Columns))
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Name == "" || seen[c.Name] {
			return fmt.Errorf("table %s: column %d has no name of its own (%q)", t.Name, i, c.Name)
		}
		seen[c.Name] = true
		if n := c.len(); n != t.Rows || c.Null != nil && len(c.Null) != t.Rows {
			return fmt.Errorf("table %s, column %s: %d values and %d null marks for %d rows", t.Name, c.Name, n, len(c.Null), t.Rows)
		}
		if c.Type != Decimal {
			continue
		}
		if c.Scale < 0 || c.Scale > decimalDigits {
			return fmt.Errorf("table %s, column %s: scale %d is outside 0 to %d", t.Name, c.Name, c.Scale, decimalDigits)
		}
		for r, x := range c.Int {
			if (x > maxCoefficient || x < -maxCoefficient) && !c.IsNull(r) {
				return fmt.Errorf("table %s, column %s, row %d: %s has more than %d digits; use fewer money_places", t.Name, c.Name, t.First+r, formatDecimal(x, c.Scale), decimalDigits)
			}
		}
	}
	return nil
}

// len is the number of values of the slice that Type calls for.
func (c *Column) len() int {
	switch c.Type {
	case String:
		return len(c.Str)
	case Float:
		return len(c.Flt)
	case Boolean:
		return len(c.Bool)
	default:
		return len(c.Int)
	}
}
