package formula

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// spaced are the operators that R writes with blanks around them.
var spaced = map[string]bool{"+": true, "-": true, "*": true, "==": true, "!=": true, "<": true, ">": true, "<=": true, ">=": true, "&": true, "&&": true, "|": true, "||": true}

// String is the expression as R's deparse spells it, which is how R names columns: I(x^2),
// log(a + 1), `my column`.
func (n *node) String() string {
	switch n.op {
	case nodeName:
		return quoteName(n.name)
	case nodeNumber:
		return number(n.value)
	case nodeText:
		return strconv.Quote(n.name)
	case nodeNamed:
		return n.name + " = " + n.args[0].String()
	case "(":
		return "(" + n.args[0].String() + ")"
	case nodeCall:
		args := make([]string, len(n.args))
		for i, a := range n.args {
			args[i] = a.String()
		}
		return n.name + "(" + strings.Join(args, ", ") + ")"
	}
	if len(n.args) == 1 {
		return n.op + n.args[0].String()
	}
	gap := ""
	if spaced[n.op] {
		gap = " "
	}
	return n.args[0].String() + gap + n.op + gap + n.args[1].String()
}

// quoteName puts a name that is not plain in backquotes.
func quoteName(name string) string {
	first, _ := utf8.DecodeRuneInString(name)
	plain := !isDigit(first) && first != '_' && !(first == '.' && len(name) > 1 && isDigit(rune(name[1])))
	for _, r := range name {
		plain = plain && isNameRune(r)
	}
	if plain {
		return name
	}
	return "`" + name + "`"
}

// number is a number as R prints it: 15 digits, in whichever of the fixed and the scientific form is
// shorter, fixed when both are as long.
func number(v float64) string {
	const digits = 15
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', digits-1, 64), 64)
	if err != nil || math.IsInf(v, 0) {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	fixed := strconv.FormatFloat(rounded, 'f', -1, 64)
	scientific := strconv.FormatFloat(rounded, 'e', -1, 64)
	if len(fixed) <= len(scientific) {
		return fixed
	}
	return scientific
}
