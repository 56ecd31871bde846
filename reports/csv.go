package reports

import (
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"mainstay/ingest"
)

// csvFlush is how many bytes of CSV gather before they are written.
const csvFlush = 64 * 1024

// WriteCSV writes t as RFC 4180 with a header, in UTF-8 without a byte-order mark, lines ending in
// LF; null is an empty cell, dates are YYYY-MM-DD, booleans true and false.
//
// It is safe to open in a spreadsheet: a text cell, or a column's name, that could be read as a formula gets a leading
// apostrophe (see guarded). Numbers are never touched, and neither is any other file format.
func WriteCSV(w io.Writer, t *Table) error { return writeWhole(newCSVWriter(w, t), t) }

// csvWriter appends tables of one shape.
type csvWriter struct {
	w   io.Writer
	buf []byte
}

// newCSVWriter begins with the header.
func newCSVWriter(w io.Writer, shape *Table) *csvWriter {
	cw := &csvWriter{w: w}
	for k := range shape.Columns {
		if k > 0 {
			cw.buf = append(cw.buf, ',')
		}
		cw.buf = appendCSVText(cw.buf, guarded(shape.Columns[k].Name))
	}
	cw.buf = append(cw.buf, '\n')
	return cw
}

// rows implements tableWriter.
func (cw *csvWriter) rows(t *Table) error {
	for i := range t.Rows {
		start := len(cw.buf)
		for k := range t.Columns {
			if k > 0 {
				cw.buf = append(cw.buf, ',')
			}
			cw.buf = appendCSVCell(cw.buf, &t.Columns[k], i)
		}
		if len(cw.buf) == start {
			cw.buf = append(cw.buf, `""`...) // a row of one empty cell is not an empty line, which readers skip
		}
		cw.buf = append(cw.buf, '\n')
		if len(cw.buf) >= csvFlush {
			if err := cw.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// close implements tableWriter.
func (cw *csvWriter) close() error { return cw.flush() }

func (cw *csvWriter) flush() error {
	_, err := cw.w.Write(cw.buf)
	cw.buf = cw.buf[:0]
	return err
}

func appendCSVCell(dst []byte, c *Column, i int) []byte {
	if c.IsNull(i) {
		return dst
	}
	switch c.Type {
	case String:
		if s := c.Str[i]; plainText(s) {
			return append(dst, s...)
		}
		return appendCSVText(dst, guarded(c.text(i)))
	case Float:
		return appendFloat(dst, c.float(i))
	case Decimal:
		return appendDecimal(dst, c.Int[i], c.Scale)
	case Boolean:
		return strconv.AppendBool(dst, c.Bool[i])
	case Date:
		return appendDay(dst, ingest.Day(c.Int[i]))
	default:
		return strconv.AppendInt(dst, c.Int[i], 10)
	}
}

// What a byte may mean for a CSV cell.
const (
	byteHigh = 1 << iota // part of a character beyond ASCII
	byteHard             // asks for quotes, or for a closer look
)

var csvBytes = func() (table [256]uint8) {
	for c := range table {
		switch {
		case c >= 0x80:
			table[c] = byteHigh
		case c < ' ' || c > '~' || c == '"' || c == ',':
			table[c] = byteHard
		}
	}
	return table
}()

// plainText reports a text that is a cell as it is, without guard, quotes or repair, as most are: it begins with an ASCII letter or digit, ends
// in visible ASCII, and has no control characters, quotes and commas.
func plainText(s string) bool {
	if s == "" {
		return false
	}
	first, last := s[0], s[len(s)-1]
	if !('0' <= first && first <= '9' || 'a' <= first|0x20 && first|0x20 <= 'z') || last <= ' ' || last > '~' {
		return false
	}
	var seen uint8
	for i := range len(s) {
		seen |= csvBytes[s[i]]
	}
	return seen == 0 || seen == byteHigh && utf8.ValidString(s)
}

// appendDay appends YYYY-MM-DD.
func appendDay(dst []byte, d ingest.Day) []byte {
	y, m, day := d.Date()
	if y < 0 || y > 9999 {
		return append(dst, d.String()...)
	}
	return append(dst, byte('0'+y/1000), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10), '-', byte('0'+m/10), byte('0'+m%10), '-', byte('0'+day/10), byte('0'+day%10))
}

// appendCSVText quotes where RFC 4180 asks for it, and around blanks at either end, which some
// readers would trim.
func appendCSVText(dst []byte, s string) []byte {
	if !strings.ContainsAny(s, "\",\r\n") && s == strings.TrimSpace(s) {
		return append(dst, s...)
	}
	dst = append(dst, '"')
	dst = append(dst, strings.ReplaceAll(s, `"`, `""`)...)
	return append(dst, '"')
}

// guarded puts an apostrophe before a text that a spreadsheet could take for a formula: one whose
// first character, blanks and invisible characters aside, is = + - @ or its full-width form, or that
// begins with a tab or carriage return (OWASP, "CSV Injection").
func guarded(s string) string {
	if s == "" {
		return s
	}
	if s[0] == '\t' || s[0] == '\r' || s[0] == '\n' {
		return "'" + s
	}
	for _, r := range s {
		switch r {
		case '=', '+', '-', '@', '＝', '＋', '－', '＠':
			return "'" + s
		}
		if !unicode.IsSpace(r) && !unicode.In(r, unicode.Cc, unicode.Cf) {
			break
		}
	}
	return s
}
