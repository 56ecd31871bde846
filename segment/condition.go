package segment

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Conditions are written as people write them, in the manner of SQL or of a programming language, and
// are turned into the language of expr: this file reads the words and lets through only comparison,
// arithmetic and logic. Nothing that calls, loops, or builds large values reaches the evaluator.

// maxCondition is the longest condition in bytes: far more than anyone writes, little enough for any
// parser to recurse into.
const maxCondition = 4096

// signs are the operators let through, longest first, with their spelling in expr.
var signs = [][2]string{
	{"<>", "!="}, {"==", "=="}, {"!=", "!="}, {"<=", "<="}, {">=", ">="}, {"&&", "&&"}, {"||", "||"},
	{"=", "=="}, {"<", "<"}, {">", ">"}, {"!", "!"},
	{"+", "+"}, {"-", "-"}, {"*", "*"}, {"/", "/"}, {"(", "("}, {")", ")"}, {"[", "["}, {"]", "]"}, {",", ","},
}

// words are the operators spelled as words, in any case, with their spelling in expr.
var words = map[string]string{
	"and": "and", "or": "or", "not": "not", "in": "in", "true": "true", "false": "false",
	"contains": "contains", "matches": "matches", "startswith": "startsWith", "endswith": "endsWith",
}

// instead says what to write for words of SQL that are not understood; a field of such a name goes in
// backquotes.
var instead = map[string]string{
	"is":      "write region = '' for unknown text; unknown numbers fail every comparison",
	"null":    "write region = '' for unknown text; unknown numbers fail every comparison",
	"between": "write revenue_12m >= 1000 and revenue_12m <= 5000",
	"like":    "write name contains 'x', name startsWith 'x', name endsWith 'x' or name matches '^x.*y$'",
}

// translate turns a condition into expr source in which the k-th distinct name is replaced by
// variable(k); names are returned in that order.
func translate(src string) (code string, names []string, err error) {
	if len(src) > maxCondition {
		return "", nil, fmt.Errorf("longer than %d bytes", maxCondition)
	}
	if !utf8.ValidString(src) {
		return "", nil, fmt.Errorf("not valid UTF-8")
	}
	t := translator{src: src, index: make(map[string]int)}
	for t.skipSpace(); t.pos < len(t.src); t.skipSpace() {
		if err := t.token(); err != nil {
			return "", nil, err
		}
	}
	if t.out.Len() == 0 {
		return "", nil, fmt.Errorf("empty")
	}
	return t.out.String(), t.names, nil
}

// variable is the name of the k-th column in expr source.
func variable(k int) string { return "f" + strconv.Itoa(k) }

type translator struct {
	src     string
	pos     int
	out     strings.Builder
	names   []string
	index   map[string]int // of names by identifier
	lastIn  bool           // the last token was "in"
	closers []string       // what closes each open bracket
}

func (t *translator) skipSpace() {
	for t.pos < len(t.src) {
		r, n := utf8.DecodeRuneInString(t.src[t.pos:])
		if !unicode.IsSpace(r) {
			return
		}
		t.pos += n
	}
}

func (t *translator) emit(s string) {
	t.lastIn = s == "in"
	t.out.WriteString(s)
	t.out.WriteByte(' ')
}

func (t *translator) token() error {
	r, _ := utf8.DecodeRuneInString(t.src[t.pos:])
	switch {
	case r == '\'' || r == '"' || r == '`':
		return t.quoted(byte(r))
	case unicode.IsLetter(r) || r == '_':
		word := t.take(func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' })
		if w, ok := words[strings.ToLower(word)]; ok {
			t.emit(w)
			return nil
		}
		if hint, ok := instead[strings.ToLower(word)]; ok {
			return t.errorf("%s is not understood: %s", word, hint)
		}
		return t.name(word)
	case r >= '0' && r <= '9' || r == '.':
		return t.number()
	}
	for _, s := range signs {
		if strings.HasPrefix(t.src[t.pos:], s[0]) {
			t.pos += len(s[0])
			return t.sign(s[1])
		}
	}
	return t.errorf("%q is not part of a condition", r)
}

// sign emits an operator. A list after "in" may be in round brackets, as in SQL.
func (t *translator) sign(s string) error {
	switch s {
	case "(":
		if t.lastIn {
			t.closers = append(t.closers, "]")
			t.emit("[")
			return nil
		}
		t.closers = append(t.closers, ")")
	case "[":
		if !t.lastIn {
			return t.errorf("a list in [ ] follows only the word in")
		}
		t.closers = append(t.closers, "]")
	case ")", "]":
		if len(t.closers) == 0 {
			return t.errorf("%q closes nothing", s)
		}
		s = t.closers[len(t.closers)-1]
		t.closers = t.closers[:len(t.closers)-1]
	}
	t.emit(s)
	return nil
}

// quoted reads text in ' or " and a name in `; the quote itself is written twice. Backslashes are
// ordinary characters.
func (t *translator) quoted(quote byte) error {
	var text strings.Builder
	for i := t.pos + 1; i < len(t.src); i++ {
		if t.src[i] != quote {
			text.WriteByte(t.src[i])
			continue
		}
		if i+1 < len(t.src) && t.src[i+1] == quote {
			text.WriteByte(quote)
			i++
			continue
		}
		t.pos = i + 1
		if quote == '`' {
			return t.name(text.String())
		}
		t.emit(strconv.Quote(text.String()))
		return nil
	}
	return t.errorf("the quote %q is not closed", rune(quote))
}

// number reads a plain decimal number. It is always emitted as a fraction, as every column is.
func (t *translator) number() error {
	digits := t.take(func(r rune) bool { return r >= '0' && r <= '9' || r == '.' || r == '_' })
	v, err := strconv.ParseFloat(strings.ReplaceAll(digits, "_", ""), 64)
	if err != nil {
		return t.errorf("%q is not a number", digits)
	}
	s := decimal(v)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	t.emit(s)
	return nil
}

// name emits the variable of a name. Nothing can be called.
func (t *translator) name(name string) error {
	id := identifier(name)
	k, ok := t.index[id]
	if !ok {
		k = len(t.names)
		t.index[id] = k
		t.names = append(t.names, name)
	}
	t.emit(variable(k))
	t.skipSpace()
	if strings.HasPrefix(t.src[t.pos:], "(") {
		return t.errorf("%s( looks like a call; conditions compare fields and have no functions", name)
	}
	return nil
}

func (t *translator) take(in func(rune) bool) string {
	rest := t.src[t.pos:]
	end := strings.IndexFunc(rest, func(r rune) bool { return !in(r) })
	if end < 0 {
		end = len(rest)
	}
	t.pos += end
	return rest[:end]
}

func (t *translator) errorf(format string, args ...any) error {
	return fmt.Errorf("at byte %d: %s", t.pos+1, fmt.Sprintf(format, args...))
}
