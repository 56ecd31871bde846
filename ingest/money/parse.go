package money

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of an expression. Real ones have a handful of names; the bounds keep
// hostile text from exhausting stack or time.
const (
	maxSource   = 4096 // bytes
	maxDepth    = 64   // nested parentheses and signs
	maxOperands = 64   // names and numbers
)

// Parse reads an expression:
//
//	sum     = product { ("+" | "-") product }
//	product = factor { "*" factor }
//	factor  = ["-"] factor | number | name | "(" sum ")"
//
// A number is decimal digits with at most one point. A name starts with a letter
// or "_" and goes on with letters, digits and "_"; any other name is written in
// backquotes or double quotes, the quote itself doubled. The error gives the
// position, counted in characters from 1, and what was expected.
func Parse(src string) (*Expr, error) {
	if len(src) > maxSource {
		return nil, fmt.Errorf("expression is %d bytes long; at most %d are read", len(src), maxSource)
	}
	if !utf8.ValidString(src) {
		return nil, fmt.Errorf("expression is not valid UTF-8")
	}
	p := &parser{src: src}
	p.next()
	if err := p.sum(0); err != nil {
		return nil, err
	}
	if p.tok != tokEnd {
		return nil, p.expected("+, - or *")
	}
	return &p.out, nil
}

// Column is the expression of a single column, whatever its name.
func Column(name string) *Expr {
	return &Expr{columns: []string{name}, code: []instr{{op: opColumn}}}
}

type token uint8

const (
	tokEnd token = iota
	tokNumber
	tokName
	tokOpen
	tokClose
	tokPlus
	tokMinus
	tokTimes
	tokOther
)

type parser struct {
	src      string
	pos      int // byte after the current token
	start    int // byte at which it starts
	tok      token
	text     string // of a number or name; the problem of tokOther
	operands int
	out      Expr
}

// expected is the error at the current token.
func (p *parser) expected(what string) error {
	at := utf8.RuneCountInString(p.src[:p.start]) + 1
	found := "the end"
	if p.tok != tokEnd {
		found = fmt.Sprintf("%q", p.src[p.start:p.pos])
	}
	if p.tok == tokOther && p.text != "" {
		found = p.text
	}
	return fmt.Errorf("expression %q, position %d: expected %s, found %s", p.src, at, what, found)
}

// next reads the next token.
func (p *parser) next() {
	rest := strings.TrimLeftFunc(p.src[p.pos:], unicode.IsSpace)
	p.start = len(p.src) - len(rest)
	p.text = ""
	if rest == "" {
		p.pos, p.tok = p.start, tokEnd
		return
	}
	r, size := utf8.DecodeRuneInString(rest)
	single := map[rune]token{'(': tokOpen, ')': tokClose, '+': tokPlus, '-': tokMinus, '*': tokTimes}
	switch {
	case single[r] != 0:
		p.tok, p.pos = single[r], p.start+size
	case r == '`' || r == '"':
		p.quoted(rest, byte(r))
	case r == '.' || '0' <= r && r <= '9':
		p.number(rest)
	case isNameStart(r):
		n := strings.IndexFunc(rest, func(r rune) bool { return !isNameRune(r) })
		if n < 0 {
			n = len(rest)
		}
		p.tok, p.text, p.pos = tokName, rest[:n], p.start+n
	default:
		p.tok, p.pos = tokOther, p.start+size
		if r == '/' {
			p.text = `"/" (there is no division; multiply by a decimal number)`
		}
	}
}

func isNameStart(r rune) bool { return r == '_' || unicode.IsLetter(r) }

func isNameRune(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r)
}

// quoted reads a name in quotes, a doubled quote standing for one.
func (p *parser) quoted(rest string, quote byte) {
	var name strings.Builder
	for i := 1; i < len(rest); i++ {
		if rest[i] != quote {
			name.WriteByte(rest[i])
			continue
		}
		if i+1 < len(rest) && rest[i+1] == quote {
			name.WriteByte(quote)
			i++
			continue
		}
		p.tok, p.text, p.pos = tokName, name.String(), p.start+i+1
		if p.text == "" {
			p.tok, p.text = tokOther, "an empty name"
		}
		return
	}
	p.tok, p.text, p.pos = tokOther, "a quote that is not closed", len(p.src)
}

// number reads digits with at most one point. A letter that follows belongs to it,
// so that 1e3 and 2nd are errors here and not two tokens.
func (p *parser) number(rest string) {
	n := strings.IndexFunc(rest, func(r rune) bool { return r != '.' && !isNameRune(r) })
	if n < 0 {
		n = len(rest)
	}
	p.tok, p.text, p.pos = tokNumber, rest[:n], p.start+n
	digits := strings.Replace(p.text, ".", "", 1)
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		p.tok, p.text = tokOther, fmt.Sprintf("%q, which is not a plain decimal number", p.text)
	}
}

func (p *parser) sum(depth int) error {
	if err := p.product(depth); err != nil {
		return err
	}
	for p.tok == tokPlus || p.tok == tokMinus {
		op := opAdd
		if p.tok == tokMinus {
			op = opSub
		}
		p.next()
		if err := p.product(depth); err != nil {
			return err
		}
		p.out.code = append(p.out.code, instr{op: op})
	}
	return nil
}

func (p *parser) product(depth int) error {
	if err := p.factor(depth); err != nil {
		return err
	}
	for p.tok == tokTimes {
		p.next()
		if err := p.factor(depth); err != nil {
			return err
		}
		p.out.code = append(p.out.code, instr{op: opMul})
	}
	return nil
}

func (p *parser) factor(depth int) error {
	if depth >= maxDepth {
		return p.expected(fmt.Sprintf("at most %d nested parentheses and signs", maxDepth))
	}
	switch p.tok {
	case tokMinus:
		p.next()
		if err := p.factor(depth + 1); err != nil {
			return err
		}
		p.out.code = append(p.out.code, instr{op: opNeg})
		return nil
	case tokOpen:
		p.next()
		if err := p.sum(depth + 1); err != nil {
			return err
		}
		if p.tok != tokClose {
			return p.expected("a closing parenthesis")
		}
		p.next()
		return nil
	case tokName, tokNumber:
		if p.operands++; p.operands > maxOperands {
			return p.expected(fmt.Sprintf("at most %d names and numbers", maxOperands))
		}
		if p.tok == tokName {
			p.out.pushColumn(p.text)
		} else {
			p.out.pushNumber(p.text)
		}
		p.next()
		return nil
	}
	return p.expected("a column name, a number or a parenthesis")
}
