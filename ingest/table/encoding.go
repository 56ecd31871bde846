package table

import (
	"bytes"
	"errors"
	"fmt"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	xunicode "golang.org/x/text/encoding/unicode"
)

var utf8BOM = []byte{0xEF, 0xBB, 0xBF}

// decodeText returns text as UTF-8, and a note where the encoding was assumed: a byte order mark
// says UTF-8 or UTF-16; what is valid UTF-8 is UTF-8; else it must be GB18030, as Excel and most
// programs in China write, and it must look like Chinese: bytes of Windows-1252 (Müller) are
// GB18030 too, and would come out as other people's names.
func decodeText(raw []byte) (text []byte, note string, err error) {
	switch {
	case bytes.HasPrefix(raw, utf8BOM):
		raw = raw[len(utf8BOM):]
		if !utf8.Valid(raw) {
			return nil, "", errors.New("the file says that it is UTF-8 but byte sequences in it are not: export it again as UTF-8")
		}
		return raw, "", nil
	case bytes.HasPrefix(raw, []byte{0xFF, 0xFE}), bytes.HasPrefix(raw, []byte{0xFE, 0xFF}):
		text, err = xunicode.UTF16(xunicode.LittleEndian, xunicode.UseBOM).NewDecoder().Bytes(raw)
		return text, "read as UTF-16", err
	case utf8.Valid(raw):
		return raw, "", nil
	}
	text, err = simplifiedchinese.GB18030.NewDecoder().Bytes(raw)
	if err != nil || bytes.ContainsRune(text, utf8.RuneError) || !looksChinese(raw) {
		return nil, "", errors.New("the text is neither UTF-8 nor Chinese in GB18030: save it as UTF-8 (in Excel: CSV UTF-8)")
	}
	return text, fmt.Sprintf("not UTF-8, read as GB18030 (the first such text is %q)", sample(text)), nil
}

// looksChinese reports whether at least nine in ten of the two-byte characters of GB18030 text are in
// GB2312 (both bytes from 0xA1 on), as all common characters are.
func looksChinese(raw []byte) bool {
	pairs, common := 0, 0
	for i := 0; i+1 < len(raw); i++ {
		if raw[i] < 0x80 {
			continue
		}
		pairs++
		if raw[i] >= 0xA1 && raw[i+1] >= 0xA1 {
			common++
		}
		i++
	}
	return 10*common >= 9*pairs
}

// sample is the first stretch of letters beyond ASCII.
func sample(text []byte) string {
	const most = 12
	runes := bytes.Runes(text[:min(len(text), 1<<16)])
	for i, r := range runes {
		if r >= utf8.RuneSelf {
			end := i
			for end < len(runes) && end-i < most && unicode.IsLetter(runes[end]) {
				end++
			}
			return string(runes[i:max(end, i+1)])
		}
	}
	return ""
}
