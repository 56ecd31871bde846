package formula

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A token is a word of a formula.
type token struct {
	kind  tokenKind
	text  string // an operator, a name without its quotes, or the content of a text
	value float64
	pos   int // byte of the formula
}

type tokenKind uint8

const (
	endToken tokenKind = iota
	nameToken
	numberToken
	textToken
	operatorToken
)

// operators, longest first.
var operators = []string{"==", "!=", "<=", ">=", "&&", "||", "~", "+", "-", "*", "/", "^", ":", "(", ")", ",", "=", "<", ">", "&", "|", "!"}

// SyntaxError is what is wrong with a formula, and where.
type SyntaxError struct {
	Formula string
	Pos     int // byte
	Msg     string
}

func (e *SyntaxError) Error() string {
	where := "at its end"
	if e.Pos < len(e.Formula) {
		where = fmt.Sprintf("at character %d, before %q", utf8.RuneCountInString(e.Formula[:e.Pos])+1, shorten(e.Formula[e.Pos:]))
	}
	return fmt.Sprintf("formula: %s: %s", where, e.Msg)
}

// shorten keeps the beginning of a text that may be long.
func shorten(s string) string {
	const most = 24
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i] + "…"
		}
	}
	return s
}

// scan cuts text into tokens; the last is an endToken.
func scan(text string) ([]token, error) {
	if !utf8.ValidString(text) {
		return nil, &SyntaxError{text, len(text), "it is not valid UTF-8"}
	}
	var out []token
	for pos := 0; ; {
		rest := strings.TrimLeftFunc(text[pos:], unicode.IsSpace)
		pos = len(text) - len(rest)
		if rest == "" {
			return append(out, token{kind: endToken, pos: pos}), nil
		}
		t, length, msg := next(rest)
		if msg != "" {
			return nil, &SyntaxError{text, pos, msg}
		}
		t.pos = pos
		out = append(out, t)
		pos += length
	}
}

// next reads the token that s, which is not empty, begins with.
func next(s string) (t token, length int, problem string) {
	first, _ := utf8.DecodeRuneInString(s)
	switch {
	case first == '`':
		end := strings.IndexByte(s[1:], '`')
		if end < 1 {
			return t, 0, "a name in backquotes is empty or has no closing backquote"
		}
		return token{kind: nameToken, text: s[1 : 1+end]}, end + 2, ""
	case first == '"' || first == '\'':
		end := strings.IndexByte(s[1:], byte(first))
		if end < 0 {
			return t, 0, "a text has no closing quote"
		}
		return token{kind: textToken, text: s[1 : 1+end]}, end + 2, ""
	case isDigit(first) || first == '.' && len(s) > 1 && isDigit(rune(s[1])):
		length = numberLength(s)
		v, err := strconv.ParseFloat(s[:length], 64)
		if err != nil {
			return t, 0, fmt.Sprintf("%q is not a number", s[:length])
		}
		return token{kind: numberToken, text: s[:length], value: v}, length, ""
	case isNameRune(first):
		length = strings.IndexFunc(s, func(r rune) bool { return !isNameRune(r) })
		if length < 0 {
			length = len(s)
		}
		return token{kind: nameToken, text: s[:length]}, length, ""
	}
	for _, op := range operators {
		if strings.HasPrefix(s, op) {
			return token{kind: operatorToken, text: op}, len(op), ""
		}
	}
	return t, 0, "this character has no meaning here; put a column name that holds it in backquotes, as `my column`"
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

// isNameRune reports whether r belongs to a name that needs no backquotes: a letter of any script, a
// digit, '.' or '_'.
func isNameRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '.' || r == '_'
}

// numberLength is how far a plain number reaches: 12, 0.5, .5, 1e-3.
func numberLength(s string) int {
	i := 0
	digits := func() {
		for i < len(s) && isDigit(rune(s[i])) {
			i++
		}
	}
	digits()
	if i < len(s) && s[i] == '.' {
		i++
		digits()
	}
	if i+1 < len(s) && (s[i] == 'e' || s[i] == 'E') {
		mark := i
		if i++; s[i] == '+' || s[i] == '-' {
			i++
		}
		if i == len(s) || !isDigit(rune(s[i])) {
			return mark
		}
		digits()
	}
	return i
}
