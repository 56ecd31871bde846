// Package table reads the small inputs beside the transactions: Parquet, CSV or XLSX files as one
// table of text and numbers (Read), and what the map calls accounts, contracts, activities, people
// and series as typed tables.
package table

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"mainstay/ingest/column"
	"mainstay/ingest/key"
	"mainstay/ingest/spelling"
	"mainstay/ingest/store"
)

// Table is a table read whole, rows in the order of the files.
type Table struct {
	Files   []string
	Rows    int
	Columns []Column // in order of first appearance, names unique
	Notes   []string // for people: what was left out, what was assumed

	Numbered bool // a first column without a name, that numbers the rows, was left out

	index  map[string]int    // of a column, by name
	short  map[string]string // by file, its name in notes
	starts []int             // first row of each file
	lines  []int32           // by row, the line of a CSV file or the row of a sheet, 1-based; 0 in Parquet

	store     store.Store
	threads   int
	last      bool // the file that is read is the last
	namesOnly bool // only the names of the columns are read
}

// Column is one column of a Table: its texts in their canonical spelling, as keys are spelt (package
// key), dates and times in ISO 8601; "" = null.
type Column struct {
	Name string
	Type string // for people: "STRING", "DECIMAL(9,2)", "CSV", "XLSX", "partition"; that of the first file that has it
	Texts
	// Number is nil unless every value is a number that a float64 holds (integers up to 2^53); NaN
	// = null. Text is a number when it is plain: 12, -0.5, 1e3; not 007, 1,234 or 0x1F.
	Number      []float64
	NumericText bool // Number was read from text

	numeric bool // so far
	typed   bool // a file holds it as numbers
	untyped bool // all of it from CSV, which has no types
	seen    bool // a file has had it
	full    bool // it has more different text than is held
	badKey  int  // first row whose value cannot be a key (key.Bad), -1 without one
	builder *textBuilder
	plain   []bool // by value: whether it is a number, or a text that is plainly one; while the column is built
}

// Column returns the column of that name, or else the only one of that name in any case and
// spelling. The error is a *MappingError that suggests the nearest name.
func (t *Table) Column(name string) (*Column, error) {
	var like []int
	for i := range t.Columns {
		if t.Columns[i].Name == name {
			return &t.Columns[i], nil
		}
		if spelling.Normal(t.Columns[i].Name) == spelling.Normal(name) {
			like = append(like, i)
		}
	}
	if len(like) == 1 {
		return &t.Columns[like[0]], nil
	}
	msg := fmt.Sprintf("%s: there is no column %q", strings.Join(t.Files, ", "), name)
	if near := spelling.Nearest(name, t.Names()); near != "" {
		msg += fmt.Sprintf("; did you mean %q?", near)
	}
	return nil, &MappingError{Role: name, Msg: msg + "; the columns are " + list(t.Names())}
}

// Names are the names of the columns.
func (t *Table) Names() []string {
	names := make([]string, len(t.Columns))
	for i := range t.Columns {
		names[i] = t.Columns[i].Name
	}
	return names
}

// At is where a row lies: the file, and the row within it, 0-based.
func (t *Table) At(row int) (file string, within int64) {
	i, found := slices.BinarySearch(t.starts, row)
	if !found {
		i--
	}
	for i+1 < len(t.starts) && t.starts[i+1] == row { // files without rows start there too
		i++
	}
	return t.Files[i], int64(row - t.starts[i])
}

// Fail is err as an error of a row, in a column: a *column.Error.
func (t *Table) Fail(row int, name string, err error) error {
	file, within := t.At(row)
	return t.failIn(file, within, row, name, err)
}

// place is where a row lies and what is wrong with it, for a tally.
func (t *Table) place(row int, name, why string) string {
	file, within := t.At(row)
	return t.failIn(t.short[file], within, row, name, errors.New(why)).Error()
}

func (t *Table) failIn(file string, within int64, row int, name string, err error) error {
	if row < len(t.lines) && t.lines[row] > 0 {
		err = fmt.Errorf("line %d: %w", t.lines[row], err)
	}
	return &column.Error{File: file, RowGroup: -1, Column: name, Row: within, Err: err}
}

// begin says that a file has the column, with the values that follow, and fills the rows of files
// before it with nulls.
func (c *Column) begin(typ string, start int, untyped bool) {
	if !c.seen {
		c.Type, c.untyped, c.seen = typ, true, true
	}
	c.untyped = c.untyped && untyped
	c.pad(start)
}

func (c *Column) pad(rows int) {
	if n := rows - len(c.code); n > 0 {
		c.code = append(c.code, make([]uint32, n)...)
	}
}

// addText appends a text.
func (c *Column) addText(b []byte) {
	v := c.look(b)
	c.addCell(v)
}

// cell is what is known about a text.
type cell struct {
	code   uint32
	number bool // that it is a plain number
	bad    bool // key.Bad
}

// look finds the value of a text.
func (c *Column) look(b []byte) (v cell) {
	st := key.Check(b)
	if v.bad = st == key.Bad; st == key.None {
		return v
	}
	if v.bad {
		b = bytes.ToValidUTF8(b, []byte("\uFFFD")) // a long one may be sound
	}
	known := len(c.start)
	v.code = c.intern(b)
	if len(c.start) > known {
		c.plain = append(c.plain, plainNumber(string(b)))
	}
	v.number = c.plain[v.code]
	return v
}

// addCell appends a text that has been looked at.
func (c *Column) addCell(v cell) {
	if v.bad && c.badKey < 0 {
		c.badKey = len(c.code)
	}
	if v.code != 0 {
		c.numeric = c.numeric && v.number
		c.NumericText = true
	}
	c.code = append(c.code, v.code)
}

// addValue appends a value that is no text in its canonical spelling; nil = null.
func (c *Column) addValue(b []byte, number bool) {
	c.numeric = c.numeric && number
	c.typed = c.typed || number
	known := len(c.start)
	c.code = append(c.code, c.intern(b))
	if len(c.start) > known {
		c.plain = append(c.plain, number)
	}
}

func (c *Column) intern(b []byte) uint32 {
	code, fits := c.builder.code(&c.Texts, b)
	c.full = c.full || !fits
	return code
}

// repeat fills the rows of a file, from start, with a value of its path.
func (c *Column) repeat(value string, start, rows int) {
	c.begin("partition", start, false)
	var v column.Vector
	column.Constant(value, 1, &v)
	var x cell
	if !v.IsNull(0) {
		x = c.look([]byte(value))
	}
	for len(c.code) < rows {
		c.addCell(x)
	}
}

// finish pads the column and makes its numbers. It can be called again.
func (c *Column) finish(rows int) {
	if c.builder == nil {
		return
	}
	c.pad(rows)
	c.builder, c.plain = nil, nil
	c.clip()
	c.numeric = c.numeric && (c.typed || c.NumericText)
	c.NumericText = c.NumericText && c.numeric
	if !c.numeric {
		return
	}
	values := make([]float64, len(c.start)-1)
	values[0] = math.NaN()
	for code := 1; code < len(values); code++ {
		values[code], _ = strconv.ParseFloat(c.value(uint32(code)), 64) // checked when it was added
	}
	c.Number = make([]float64, len(c.code))
	for row, code := range c.code {
		c.Number[row] = values[code]
	}
}

// maxExactFloat: every integer up to it is a float64.
const maxExactFloat = 1 << 53

// plainNumber reports whether text is a number without doubt, and without loss: an optional sign,
// digits with an optional point, an optional exponent. A leading zero (00501, a code), a comma,
// blanks and integers from 2^53 on (an id) make it text.
func plainNumber(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	if len(digits) == len(s) {
		digits = strings.TrimPrefix(s, "+")
	}
	mantissa, point := 0, -1
	i := 0
	for ; i < len(digits); i++ {
		switch c := digits[i]; {
		case '0' <= c && c <= '9':
			mantissa++
			continue
		case c == '.' && point < 0:
			point = i
			continue
		}
		break
	}
	if mantissa == 0 || digits[0] == '0' && len(digits) > 1 && '0' <= digits[1] && digits[1] <= '9' {
		return false
	}
	if i < len(digits) && digits[i] != 'e' && digits[i] != 'E' {
		return false
	}
	v, err := strconv.ParseFloat(s, 64)
	return err == nil && (point >= 0 || i < len(digits) || math.Abs(v) < maxExactFloat)
}
