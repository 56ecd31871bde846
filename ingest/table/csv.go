package table

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"mainstay/ingest/store"
)

// readCSV appends the rows of a CSV file (RFC 4180: quotes may hold delimiters and line breaks).
// The first line names the columns. The delimiter is the one of comma, semicolon and tab that the
// first line has most of, or what a line "sep=;" before it says. Every row has as many fields as
// the first line; rows without any value are passed over.
func (t *Table) readCSV(ctx context.Context, o store.Object, r store.Reader) error {
	if t.namesOnly {
		o.Size = min(o.Size, maxHeader)
	}
	raw, err := whole(o, r)
	if err != nil {
		return err
	}
	if t.namesOnly { // whole lines, or a character could be cut
		raw = raw[:bytes.LastIndexByte(raw, '\n')+1]
	}
	text, note, err := decodeText(raw)
	if err != nil {
		return err
	}
	if note != "" {
		t.note(o.Name, "%s", note)
	}
	if !bytes.ContainsRune(text, '\n') {
		text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n")) // as old programs for Macintosh end lines
	}
	delimiter, skipped, text := findDelimiter(text, strings.ToLower(path.Ext(o.Name)))
	in := csv.NewReader(bytes.NewReader(text))
	in.Comma, in.FieldsPerRecord, in.ReuseRecord = delimiter, -1, true
	next := func() ([]string, int, error) {
		record, err := in.Read()
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			return nil, 0, fmt.Errorf("line %d: %w: a quote inside a quoted field is written twice, and a quoted field ends before its delimiter", bad.Line+skipped, bad.Err)
		}
		if err != nil {
			return nil, 0, err
		}
		line, _ := in.FieldPos(0)
		return record, line + skipped, nil
	}
	return t.readRecords(ctx, "CSV", true, next, o)
}

// readRecords appends rows of text: next returns the fields and the line of each, the names first,
// then io.EOF. A field has its type's text; untyped fields are text that may be numbers.
func (t *Table) readRecords(ctx context.Context, typ string, untyped bool, next func() ([]string, int, error), o store.Object) error {
	record, line, err := next()
	if errors.Is(err, io.EOF) {
		return errors.New("the file has no rows: its first line must name the columns")
	}
	if err != nil {
		return err
	}
	h, err := newHeader(record, line)
	if err != nil {
		return err
	}
	t.begin(&h, typ, untyped)
	if t.namesOnly {
		return nil
	}
	for {
		record, line, err := next()
		if errors.Is(err, io.EOF) {
			h.index.tell(t, t.Files[len(t.Files)-1])
			return nil
		}
		if err != nil {
			return err
		}
		if allBlank(record) {
			continue
		}
		if err := t.appendRecord(h, record, line); err != nil {
			return t.Fail(t.Rows, "", err)
		}
		if t.Rows%batchRows == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// header is the first line of a CSV file or sheet. A column without name or values is passed over.
type header struct {
	names []string
	at    []int      // index of each in Table.Columns, −1 without a name
	index *rowNumber // of the first column, where it has no name
}

// rowNumber is a first column without a name that numbers the rows from 0 or 1, as pandas and R write one unless told not to. It is left out.
type rowNumber struct{ next int64 }

// is says whether text is the number of the next row.
func (r *rowNumber) is(text string) bool {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n != r.next && (n != 1 || r.next != 0) {
		return false
	}
	r.next = n + 1
	return true
}

// tell notes what was left out of a file.
func (r *rowNumber) tell(t *Table, file string) {
	if r.next > 0 {
		t.Numbered = true
		t.note(file, "the first column has no name and numbers the rows: left out")
	}
}

// begin begins the columns of a file.
func (t *Table) begin(h *header, typ string, untyped bool) {
	h.at = make([]int, len(h.names))
	for i, name := range h.names {
		if h.at[i] = -1; name != "" {
			h.at[i] = t.columnAt(name)
			t.Columns[h.at[i]].begin(typ, t.Rows, untyped)
		}
	}
}

func newHeader(record []string, line int) (header, error) {
	h := header{names: make([]string, len(record)), index: &rowNumber{}}
	at := map[string]int{}
	for i, name := range record {
		name = strings.TrimSpace(strings.ToValidUTF8(name, "\uFFFD"))
		if first, twice := at[name]; twice && name != "" {
			return h, fmt.Errorf("line %d: columns %d and %d are both named %q: rename one of them", line, first+1, i+1, clip(name))
		}
		at[name] = i
		h.names[i] = name
	}
	if allBlank(h.names) {
		return h, fmt.Errorf("line %d names no columns: the first line must name them", line)
	}
	return h, nil
}

func (t *Table) appendRecord(h header, record []string, line int) error {
	if len(record) != len(h.names) {
		return fmt.Errorf("line %d has %s but the first line names %d columns: quote fields that hold the delimiter, and fill up short rows", line, fields(len(record)), len(h.names))
	}
	if err := t.grow(1, len(h.names)); err != nil {
		return err
	}
	t.addLine(line)
	for i, s := range record {
		if h.at[i] < 0 {
			if s != "" && !(i == 0 && h.index.is(s)) {
				return fmt.Errorf("line %d: column %d holds %q but has no name: name it in the first line", line, i+1, clip(s))
			}
			continue
		}
		t.Columns[h.at[i]].addText([]byte(s))
	}
	return nil
}

// addLine records the line of the newest row.
func (t *Table) addLine(line int) {
	for len(t.lines) < t.Rows-1 { // rows of Parquet files
		t.lines = append(t.lines, 0)
	}
	t.lines = append(t.lines, int32(line))
}

func fields(n int) string {
	if n == 1 {
		return "1 field"
	}
	return fmt.Sprint(n, " fields")
}

func allBlank(record []string) bool {
	for _, s := range record {
		if strings.TrimSpace(s) != "" {
			return false
		}
	}
	return true
}

// findDelimiter returns the delimiter of CSV text, and the text after a line that declares it.
func findDelimiter(text []byte, ending string) (delimiter rune, skipped int, rest []byte) {
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	if d, ok := bytes.CutPrefix(bytes.TrimRight(first, "\r"), []byte("sep=")); ok && len(d) == 1 && bytes.ContainsAny(d, ",;\t|") {
		return rune(d[0]), 1, rest
	}
	delimiter, most := ',', 0
	if ending == ".tsv" {
		delimiter = '\t'
	}
	for _, d := range ",;\t" {
		if n := outsideQuotes(text, byte(d)); n > most {
			delimiter, most = d, n
		}
	}
	return delimiter, 0, text
}

// outsideQuotes counts a byte in the first record.
func outsideQuotes(text []byte, b byte) int {
	n, quoted := 0, false
	for _, c := range text {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\n' || c == '\r':
			return n
		case c == b:
			n++
		}
	}
	return n
}
