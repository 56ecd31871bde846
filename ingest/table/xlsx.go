package table

import (
	"archive/zip"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"mainstay/ingest/store"
)

// Limits of a workbook, against files made to exhaust memory (a few kilobytes of zip may claim
// gigabytes of XML).
const (
	maxSheetBytes  = 1 << 30 // of XML, unpacked
	maxStringBytes = 1 << 28 // of shared strings, unpacked
	maxPartBytes   = 1 << 24 // of any other part
	maxSheetColumn = 1 << 14 // Excel's own limit
	maxCellText    = 1 << 20 // Excel's own limit is 32,767
)

// workbook is an open XLSX file (ECMA-376, SpreadsheetML): a zip of XML parts, read as a stream with
// limits. Why no library reads it is measured in docs/dependencies.md.
type workbook struct {
	parts   map[string]*zip.File
	strings []string
	dates   []bool // by style: the number is a date
	from    excelEpoch
}

// readXLSX appends the rows of the first visible sheet of a workbook. Its first row that holds
// anything names the columns. Cells arrive as what they are: text, numbers, dates (by their number
// format, ISO 8601), truth values; of formulas the values that were saved; error values (#N/A) are
// null, and counted in a note.
func (t *Table) readXLSX(ctx context.Context, o store.Object, r store.Reader) error {
	if o.Size > maxTextFile {
		return fmt.Errorf("the file has %d MB, more than the %d MB that are read of this kind: export it as Parquet", o.Size>>20, maxTextFile>>20)
	}
	z, err := zip.NewReader(r, o.Size)
	if err != nil {
		return fmt.Errorf("not an XLSX workbook (%w): save it again as .xlsx, or as CSV", err)
	}
	w := &workbook{parts: map[string]*zip.File{}}
	for _, f := range z.File {
		w.parts[strings.ToLower(strings.TrimPrefix(f.Name, "/"))] = f
	}
	sheet, part, note, err := w.open()
	if err != nil {
		return err
	}
	if note != "" {
		t.note(o.Name, "%s", note)
	}
	if err := t.readSheet(ctx, w, part); err != nil {
		return fmt.Errorf("sheet %q: %w", clip(sheet), err)
	}
	return nil
}

// open reads what describes the workbook and returns its first visible sheet and that one's part.
func (w *workbook) open() (sheet, part, note string, err error) {
	var book struct {
		Properties struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string `xml:"name,attr"`
			State string `xml:"state,attr"`
			ID    string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
			ID2   string `xml:"http://purl.oclc.org/ooxml/officeDocument/relationships id,attr"` // "strict" workbooks
		} `xml:"sheets>sheet"`
	}
	if err := w.decode("xl/workbook.xml", &book); err != nil {
		return "", "", "", err
	}
	var links struct {
		To []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	if err := w.decode("xl/_rels/workbook.xml.rels", &links); err != nil {
		return "", "", "", err
	}
	w.from = excelEpoch{book.Properties.Date1904 == "1" || strings.EqualFold(book.Properties.Date1904, "true")}
	if err := w.readStyles(); err != nil {
		return "", "", "", err
	}
	if err := w.readStrings(); err != nil {
		return "", "", "", err
	}
	for _, s := range book.Sheets {
		if s.State == "hidden" || s.State == "veryHidden" {
			continue
		}
		for _, l := range links.To {
			if l.ID == s.ID+s.ID2 {
				part = path.Join("xl", l.Target)
				if strings.HasPrefix(l.Target, "/") {
					part = strings.TrimPrefix(path.Clean(l.Target), "/")
				}
				if n := len(book.Sheets); n > 1 {
					note = fmt.Sprintf("read sheet %q, the first of %d: save another one as a file of its own to read that", clip(s.Name), n)
				}
				return s.Name, part, note, nil
			}
		}
	}
	return "", "", "", errors.New("the workbook has no visible sheet: save the table as a sheet of its own")
}

// read opens a part of the zip, nil when it is not there. What is unpacked beyond the limit is an error.
func (w *workbook) read(name string, limit int64) (io.ReadCloser, error) {
	f := w.parts[strings.ToLower(name)]
	if f == nil {
		return nil, nil
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: save the workbook again", name, err)
	}
	return struct {
		io.Reader
		io.Closer
	}{&limited{r, limit, name}, r}, nil
}

// limited is a reader of a bounded length.
type limited struct {
	r    io.Reader
	left int64
	name string
}

func (l *limited) Read(b []byte) (int, error) {
	n, err := l.r.Read(b)
	if l.left -= int64(n); l.left < 0 {
		return 0, fmt.Errorf("%s is too large when unpacked: keep only the table's own cells, or export CSV or Parquet", l.name)
	}
	return n, err
}

// decode reads a small part whole.
func (w *workbook) decode(name string, into any) error {
	r, err := w.read(name, maxPartBytes)
	if err != nil {
		return err
	}
	if r == nil {
		return fmt.Errorf("not an XLSX workbook (it has no %s): save it again as .xlsx, or as CSV", name)
	}
	defer r.Close()
	if err := xml.NewDecoder(r).Decode(into); err != nil {
		return fmt.Errorf("%s: %w: save the workbook again", name, err)
	}
	return nil
}

// readStyles finds which cell styles make a number a date.
func (w *workbook) readStyles() error {
	if w.parts["xl/styles.xml"] == nil {
		return nil
	}
	var styles struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := w.decode("xl/styles.xml", &styles); err != nil {
		return err
	}
	code := map[int]string{}
	for _, f := range styles.Formats {
		code[f.ID] = f.Code
	}
	for _, c := range styles.Cells {
		own, custom := code[c.Format]
		w.dates = append(w.dates, custom && isDateFormat(own) || !custom && isBuiltInDate(c.Format))
	}
	return nil
}

// readStrings reads the texts that cells refer to by number. Text may come in runs (<r>); the
// pronunciation beside it (<rPh>) is no part of it.
func (w *workbook) readStrings() error {
	const name = "xl/sharedStrings.xml"
	r, err := w.read(name, maxStringBytes)
	if r == nil || err != nil {
		return err
	}
	defer r.Close()
	d := xml.NewDecoder(r)
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w: save the workbook again", name, err)
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "si" {
			text, err := readText(d)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			w.strings = append(w.strings, text)
		}
	}
}

// readText is the text of the <t> elements up to the end of the element that has begun.
func readText(d *xml.Decoder) (string, error) {
	var text strings.Builder
	inText := false
	for depth := 1; depth > 0; {
		token, err := d.Token()
		if err != nil {
			return "", err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Local == "rPh" {
				if err := d.Skip(); err != nil {
					return "", err
				}
				continue
			}
			depth++
			inText = token.Name.Local == "t"
		case xml.EndElement:
			depth--
			inText = false
		case xml.CharData:
			if inText {
				text.Write(token)
			}
			if text.Len() > maxCellText {
				return "", errors.New("a cell holds more than a million bytes of text: this is no table")
			}
		}
	}
	return text.String(), nil
}

// columnOf is the column of a reference such as AB12, 0-based; −1 where there is none.
func columnOf(reference string) int {
	n := 0
	for _, c := range reference {
		if c < 'A' || c > 'Z' || n > maxSheetColumn {
			break
		}
		n = n*26 + int(c-'A') + 1
	}
	return n - 1
}

// number is a number in its canonical spelling.
func number(s string) (float64, error) {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || v-v != 0 {
		return 0, fmt.Errorf("%q is no number: save the workbook again", clip(s))
	}
	return v, nil
}
