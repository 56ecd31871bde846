// Package reports writes results where people and systems read them.
package reports

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

// Column is one output column: exactly one of the value slices is set, by Type (Date uses Int: days
// since 1970-01-01; Decimal uses Int). Null may be nil.
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
}

// Table is one output: every writer (Parquet, CSV, Arrow IPC, terminal) takes it.
type Table struct {
	Name    string // file name without extension
	Columns []Column
	Rows    int
}
