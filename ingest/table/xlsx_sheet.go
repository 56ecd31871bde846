package table

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"mainstay/ingest/key"
)

// sheetCell is one cell of a sheet as it is stored.
type sheetCell struct {
	column  int
	formula bool
	typ     string // n (or none), s, str, inlineStr, b, d, e
	style   int
	text    string // of <v>, or of <is>; "" only of a formula that was saved without its value
}

// sheetRow is a row of a sheet: its number as Excel shows it, and the cells that hold something.
type sheetRow struct {
	number int
	cells  []sheetCell
}

// readSheet appends the rows of a sheet.
func (t *Table) readSheet(ctx context.Context, w *workbook, part string) error {
	r, err := w.read(part, maxSheetBytes)
	if err != nil {
		return err
	}
	if r == nil {
		return fmt.Errorf("%s is missing in the file: save the workbook again", part)
	}
	defer r.Close()
	d := xml.NewDecoder(r)
	var h header
	var failed lost
	for number := 0; ; {
		row, err := nextRow(d, number)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("row %d: %w", number+1, err)
		}
		number = row.number
		if err := ctx.Err(); err != nil {
			return err
		}
		switch {
		case len(row.cells) == 0:
		case h.names == nil:
			if h, err = t.beginSheet(w, row); err != nil || t.namesOnly {
				return err
			}
		default:
			n, err := t.appendRow(w, h, row)
			if err != nil {
				return fmt.Errorf("row %d: %w", row.number, err)
			}
			failed.errors += n.errors
			failed.formulas += n.formulas
		}
	}
	if h.names == nil {
		return errors.New("the sheet is empty: its first row must name the columns")
	}
	file := t.Files[len(t.Files)-1]
	h.index.tell(t, file)
	if failed.errors > 0 {
		t.note(file, "%d cells hold an error such as #N/A and count as empty", failed.errors)
	}
	if failed.formulas > 0 {
		t.note(file, "%d formulas were saved without their values and count as empty: open and save the workbook in Excel", failed.formulas)
	}
	return nil
}

// lost counts cells without a value to read.
type lost struct{ errors, formulas int }

// beginSheet takes the names of the columns from a row.
func (t *Table) beginSheet(w *workbook, row sheetRow) (header, error) {
	record := make([]string, row.cells[len(row.cells)-1].column+1)
	for _, c := range row.cells {
		b, _, err := w.value(c)
		if err != nil {
			return header{}, fmt.Errorf("row %d: %w", row.number, err)
		}
		record[c.column] = string(b)
	}
	h, err := newHeader(record, row.number)
	if err != nil {
		return h, err
	}
	t.begin(&h, "XLSX", false)
	return h, nil
}

// appendRow appends a row and counts its cells that have no value to read.
func (t *Table) appendRow(w *workbook, h header, row sheetRow) (failed lost, err error) {
	if err := t.grow(1, len(h.names)); err != nil {
		return failed, err
	}
	t.addLine(row.number)
	for _, c := range row.cells {
		if c.column >= len(h.at) || h.at[c.column] < 0 {
			if c.column == 0 && h.index.is(c.text) {
				continue
			}
			return failed, fmt.Errorf("column %d holds %q but has no name: name it in the first row", c.column+1, clip(c.text))
		}
		col := &t.Columns[h.at[c.column]]
		b, isNumber, err := w.value(c)
		switch {
		case err != nil:
			return failed, err
		case c.typ == "e":
			failed.errors++
		case c.text == "":
			failed.formulas++
		case isNumber || c.typ == "b" || c.typ == "d" || w.isDate(c):
			col.addValue(b, isNumber && len(b) > 0)
		default:
			col.addText(b)
		}
	}
	for _, at := range h.at {
		if at >= 0 {
			t.Columns[at].pad(t.Rows)
		}
	}
	return failed, nil
}

func (w *workbook) isDate(c sheetCell) bool {
	return (c.typ == "" || c.typ == "n") && 0 <= c.style && c.style < len(w.dates) && w.dates[c.style]
}

// value is a cell as text, and whether it is a number that a float64 holds exactly.
func (w *workbook) value(c sheetCell) (b []byte, isNumber bool, err error) {
	if c.text == "" {
		return nil, false, nil
	}
	switch c.typ {
	case "", "n":
		v, err := number(c.text)
		if err != nil {
			return nil, false, err
		}
		if w.isDate(c) {
			s, err := w.from.date(v)
			return []byte(s), false, err
		}
		return key.AppendFloat(nil, v), true, nil
	case "s":
		i, err := strconv.Atoi(c.text)
		if err != nil || i < 0 || i >= len(w.strings) {
			return nil, false, fmt.Errorf("a cell refers to text %q, which the workbook does not have: save it again", clip(c.text))
		}
		return []byte(w.strings[i]), false, nil
	case "b":
		return strconv.AppendBool(nil, c.text == "1"), false, nil
	case "e":
		return nil, false, nil
	case "d": // ISO 8601
		return []byte(strings.TrimSuffix(c.text, "T00:00:00")), false, nil
	}
	return []byte(c.text), false, nil // str, inlineStr
}

// nextRow reads up to the end of the next row; io.EOF after the last.
func nextRow(d *xml.Decoder, before int) (sheetRow, error) {
	row := sheetRow{number: before + 1}
	inRow := false
	for {
		token, err := d.Token()
		if err != nil {
			return row, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			switch token.Name.Local {
			case "row":
				inRow = true
				if n, err := strconv.Atoi(attr(token, "r")); err == nil {
					row.number = n
				}
			case "c":
				if !inRow {
					continue
				}
				next := 0
				if n := len(row.cells); n > 0 {
					next = row.cells[n-1].column + 1
				}
				c, err := readCell(d, token, next)
				if err != nil {
					return row, err
				}
				if c.text != "" || c.formula {
					row.cells = append(row.cells, c)
				}
			}
		case xml.EndElement:
			if token.Name.Local == "row" {
				return row, nil
			}
		}
	}
}

// readCell reads a cell; next is its column where it does not name one.
func readCell(d *xml.Decoder, start xml.StartElement, next int) (sheetCell, error) {
	c := sheetCell{column: next, typ: attr(start, "t")}
	c.style, _ = strconv.Atoi(attr(start, "s"))
	if reference := attr(start, "r"); reference != "" {
		c.column = columnOf(reference)
	}
	if c.column < next || c.column >= maxSheetColumn {
		return c, fmt.Errorf("cell %q is out of order or beyond column %d: save the workbook again", clip(attr(start, "r")), maxSheetColumn)
	}
	for {
		token, err := d.Token()
		if err != nil {
			return c, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			switch token.Name.Local {
			case "v":
				if c.text, err = readValue(d); err != nil {
					return c, err
				}
			case "is":
				if c.text, err = readText(d); err != nil {
					return c, err
				}
			default:
				c.formula = c.formula || token.Name.Local == "f"
				if err := d.Skip(); err != nil {
					return c, err
				}
			}
		case xml.EndElement:
			return c, nil
		}
	}
}

// readValue is the text of the element that has begun.
func readValue(d *xml.Decoder) (string, error) {
	var text strings.Builder
	for {
		token, err := d.Token()
		if err != nil {
			return "", err
		}
		switch token := token.(type) {
		case xml.CharData:
			if text.Write(token); text.Len() > maxCellText {
				return "", errors.New("a cell holds more than a million bytes: this is no table")
			}
		case xml.StartElement:
			if err := d.Skip(); err != nil {
				return "", err
			}
		case xml.EndElement:
			return text.String(), nil
		}
	}
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}
