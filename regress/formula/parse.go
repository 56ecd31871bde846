package formula

import "fmt"

// node is an expression: a name, a number, a text, a call, or an operator with its operands.
type node struct {
	op    string // nodeName and so on, or the operator; "(" keeps parentheses, for the name of a column
	pos   int
	name  string // of a name, call or named argument; the content of a text
	value float64
	args  []*node
}

// What a node may be beside an operator.
const (
	nodeName   = "name"
	nodeNumber = "number"
	nodeText   = "text"
	nodeCall   = "call"
	nodeNamed  = "=" // a named argument
)

// Limits of a formula: what people write is far below, and what a foreign file of formulas holds
// can exhaust neither stack nor memory.
const (
	mostBytes     = 64 << 10
	mostDepth     = 200
	mostTerms     = 2000
	mostVariables = 2000
	mostWork      = 1 << 22 // 2000 × 2000 terms joined once
)

// levels are the binary operators, loosest first, with R's precedence (R Language Definition,
// §3.1.4); unary minus and plus stand between : and ^.
var levels = [][]string{
	{"|", "||"}, {"&", "&&"}, {"!"}, {"==", "!=", "<", ">", "<=", ">="}, {"+", "-"}, {"*", "/"}, {":"},
}

// Levels that are not plain binary ones.
const (
	notLevel     = 2
	compareLevel = 3
)

// parser is a recursive descent over tokens.
type parser struct {
	text   string
	tokens []token
	at     int
	depth  int
}

func newParser(text string) (*parser, error) {
	if len(text) > mostBytes {
		return nil, &SyntaxError{text, mostBytes, fmt.Sprintf("it is longer than %d bytes", mostBytes)}
	}
	tokens, err := scan(text)
	if err != nil {
		return nil, err
	}
	return &parser{text: text, tokens: tokens}, nil
}

func (p *parser) fail(pos int, format string, args ...any) error {
	return &SyntaxError{p.text, pos, fmt.Sprintf(format, args...)}
}

func (p *parser) peek() token { return p.tokens[p.at] }

// accept moves over one of the operators.
func (p *parser) accept(ops ...string) (token, bool) {
	t := p.peek()
	if t.kind != operatorToken {
		return t, false
	}
	for _, op := range ops {
		if t.text == op {
			p.at++
			return t, true
		}
	}
	return t, false
}

// expression parses operators of level and tighter.
func (p *parser) expression(level int) (*node, error) {
	if p.depth++; p.depth > mostDepth {
		return nil, p.fail(p.peek().pos, "it is nested more than %d deep", mostDepth)
	}
	defer func() { p.depth-- }()
	switch {
	case level == len(levels):
		return p.unary()
	case level == notLevel:
		if t, ok := p.accept("!"); ok {
			x, err := p.expression(level)
			return &node{op: "!", pos: t.pos, args: []*node{x}}, err
		}
		return p.expression(level + 1)
	}
	left, err := p.expression(level + 1)
	for count := 0; err == nil; count++ {
		t, ok := p.accept(levels[level]...)
		if !ok {
			break
		}
		if count > mostTerms {
			return nil, p.fail(t.pos, "it has more than %d operators in a row", mostTerms)
		}
		if level == compareLevel && count > 0 {
			return nil, p.fail(t.pos, "comparisons do not chain: write a < b & b < c")
		}
		var right *node
		if right, err = p.expression(level + 1); err == nil {
			left = &node{op: t.text, pos: t.pos, args: []*node{left, right}}
		}
	}
	return left, err
}

func (p *parser) unary() (*node, error) {
	t, ok := p.accept("-", "+")
	if !ok {
		return p.power()
	}
	if p.depth++; p.depth > mostDepth {
		return nil, p.fail(t.pos, "it is nested more than %d deep", mostDepth)
	}
	defer func() { p.depth-- }()
	x, err := p.unary()
	return &node{op: t.text, pos: t.pos, args: []*node{x}}, err
}

// power is right-associative, and its exponent may have a sign.
func (p *parser) power() (*node, error) {
	base, err := p.primary()
	if err != nil {
		return nil, err
	}
	t, ok := p.accept("^")
	if !ok {
		return base, nil
	}
	exponent, err := p.unary()
	return &node{op: "^", pos: t.pos, args: []*node{base, exponent}}, err
}

func (p *parser) primary() (*node, error) {
	t := p.peek()
	if open, ok := p.accept("("); ok {
		x, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		return &node{op: "(", pos: open.pos, args: []*node{x}}, p.close()
	}
	switch t.kind {
	case endToken:
		return nil, p.fail(t.pos, "something is missing: expected a column, a number or (")
	case operatorToken:
		return nil, p.fail(t.pos, "expected a column, a number or (")
	case numberToken:
		p.at++
		return &node{op: nodeNumber, pos: t.pos, value: t.value}, nil
	case textToken:
		p.at++
		return &node{op: nodeText, pos: t.pos, name: t.text}, nil
	}
	p.at++
	if _, call := p.accept("("); call {
		return p.call(t)
	}
	return &node{op: nodeName, pos: t.pos, name: t.text}, nil
}

// call parses the arguments of a function up to its closing parenthesis.
func (p *parser) call(name token) (*node, error) {
	n := &node{op: nodeCall, pos: name.pos, name: name.text}
	for {
		at := p.at
		arg, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		if t, named := p.accept("="); named {
			if arg.op != nodeName || p.at != at+2 {
				return nil, p.fail(t.pos, "= names an argument, as in ref = \"A\"; equality is ==")
			}
			value, err := p.expression(0)
			if err != nil {
				return nil, err
			}
			arg = &node{op: nodeNamed, pos: t.pos, name: arg.name, args: []*node{value}}
		}
		n.args = append(n.args, arg)
		if _, more := p.accept(","); !more {
			return n, p.close()
		}
	}
}

func (p *parser) close() error {
	if _, ok := p.accept(")"); !ok {
		return p.fail(p.peek().pos, "expected )")
	}
	return nil
}

// end is an error unless everything was read.
func (p *parser) end() error {
	t := p.peek()
	switch {
	case t.kind == endToken:
		return nil
	case t.kind == operatorToken && t.text == "~":
		return p.fail(t.pos, "a formula has one ~")
	case t.kind == operatorToken && t.text == "=":
		return p.fail(t.pos, "= names an argument; a formula is response ~ terms, and equality is ==")
	case t.kind == operatorToken:
		return p.fail(t.pos, "this does not belong here")
	}
	return p.fail(t.pos, "an operator is missing before it; put names with blanks in backquotes, as `my column`")
}
