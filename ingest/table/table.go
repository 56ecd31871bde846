// Package table reads the small inputs beside the transactions: Parquet, CSV or XLSX files as one
// table of text and numbers (Read), and what the map calls accounts, contracts, activities, people
// and series as typed tables.
package table

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"mainstay/ingest/column"
	"mainstay/ingest/key"
	"mainstay/ingest/spelling"
)

// Table is a table read whole, rows in the order of the files.
type Table struct {
	Files   []string
	Rows    int
	Columns []Column // in order of first appearance, names unique
	Notes   []string // for people: what was left out, what was assumed

	index  map[string]int    // of a column, by name
	short  map[string]string // by file, its name in notes
	starts []int             // first row of each file
	lines  []int32           // by row, the line of a CSV file or the row of a sheet, 1-based; 0 in Parquet

	namesOnly bool // only the names of the columns are read
}

// Column is one column of a Table.
type Column struct {
	Name string
	Type string   // for people: "STRING", "DECIMAL(9,2)", "CSV", "XLSX", "partition"; that of the first file that has it
	Text []string // canonical spelling, as keys are spelt (package key); dates and times in ISO 8601; "" = null
	// Number is nil unless every value is a number that a float64 holds (integers up to 2^53); NaN
	// = null. Text is a number when it is plain: 12, -0.5, 1e3; not 007, 1,234 or 0x1F.
	Number      []float64
	NumericText bool // Number was read from text

	numeric  bool // so far
	typed    bool // a file holds it as numbers
	untyped  bool // all of it from CSV, which has no types
	seen     bool // a file has had it
	badKey   int  // first row whose value cannot be a key (key.Bad), -1 without one
	distinct map[string]cell
}

// cell is what is known about a text.
type cell struct {
	text   string
	number bool // of text: that it is a plain number
	bad    bool // key.Bad
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
	if n := rows - len(c.Text); n > 0 {
		c.Text = append(c.Text, make([]string, n)...)
	}
}

// addText appends a text, kept once however often it occurs.
func (c *Column) addText(b []byte) {
	v, ok := c.distinct[string(b)]
	if !ok {
		v.bad = key.Check(b) == key.Bad
		if !key.Blank(b) {
			v.text = strings.ToValidUTF8(string(b), "\uFFFD")
			v.number = plainNumber(v.text)
		}
		c.distinct[string(b)] = v
	}
	if v.bad && c.badKey < 0 {
		c.badKey = len(c.Text)
	}
	if v.text != "" {
		c.numeric = c.numeric && v.number
		c.NumericText = true
	}
	c.Text = append(c.Text, v.text)
}

// addValue appends a value that is no text in its canonical spelling; nil = null.
func (c *Column) addValue(b []byte, number bool) {
	c.numeric = c.numeric && number
	c.typed = c.typed || number
	if len(b) == 0 {
		c.Text = append(c.Text, "")
		return
	}
	v, ok := c.distinct[string(b)]
	if !ok {
		v = cell{text: string(b), number: number, bad: key.Check(b) == key.Bad}
		c.distinct[v.text] = v
	}
	c.Text = append(c.Text, v.text)
}

// repeat fills the rows of a file, from start, with a value of its path.
func (c *Column) repeat(value string, start, rows int) {
	c.begin("partition", start, false)
	var v column.Vector
	column.Constant(value, 1, &v)
	for len(c.Text) < rows {
		if v.IsNull(0) {
			c.Text = append(c.Text, "")
		} else {
			c.addText([]byte(value))
		}
	}
}

// finish pads the column and makes its numbers.
func (c *Column) finish(rows int) {
	c.pad(rows)
	c.distinct = nil
	c.numeric = c.numeric && (c.typed || c.NumericText)
	c.NumericText = c.NumericText && c.numeric
	if !c.numeric {
		return
	}
	c.Number = make([]float64, len(c.Text))
	for i, s := range c.Text {
		if s == "" {
			c.Number[i] = math.NaN()
			continue
		}
		c.Number[i], _ = strconv.ParseFloat(s, 64) // checked when it was added
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
