package formula

import (
	"slices"
	"strconv"
	"strings"
)

// Term is an interaction of variables, by ascending number in Formula.Variables; one variable is a
// main effect.
type Term []int

func (t Term) key() string {
	var b strings.Builder
	for _, v := range t {
		b.WriteString(strconv.Itoa(v))
		b.WriteByte(':')
	}
	return b.String()
}

// covers reports whether t holds every variable of s.
func (t Term) covers(s Term) bool {
	for len(s) > 0 && len(s) <= len(t) {
		if t[0] == s[0] {
			s = s[1:]
		}
		t = t[1:]
	}
	return len(s) == 0
}

// join is the interaction of two terms.
func join(a, b Term) Term {
	out := append(slices.Clone(a), b...)
	slices.Sort(out)
	return slices.Compact(out)
}

// termSet is a list of different terms in order of appearance.
type termSet struct {
	list []Term
	seen map[string]bool
}

func (s *termSet) add(t Term) {
	if s.seen == nil {
		s.seen = map[string]bool{}
	}
	if k := t.key(); !s.seen[k] {
		s.seen[k] = true
		s.list = append(s.list, t)
	}
}

func (s *termSet) remove(t Term) {
	k := t.key()
	if s.seen[k] {
		delete(s.seen, k)
		s.list = slices.DeleteFunc(s.list, func(u Term) bool { return u.key() == k })
	}
}

// builder turns the right-hand side into terms, by the rules of R's terms.formula (Chambers & Hastie
// 1992, Statistical Models in S, §2.3.1 and §2.4; Wilkinson & Rogers 1973, Applied Statistics
// 22:392–399).
type builder struct {
	p         *parser
	f         *Formula
	index     map[string]int
	all       []string        // what . stands for
	left      map[string]bool // columns of the response, which . leaves out
	intercept bool
	terms     termSet
	work      int // interactions formed so far
}

// sum adds the terms of n to the model, or takes them away.
func (b *builder) sum(n *node, add bool) error {
	switch {
	case n.op == "(":
		return b.sum(n.args[0], add)
	case n.op == "+" || n.op == "-":
		last := n.args[len(n.args)-1]
		if len(n.args) == 2 {
			if err := b.sum(n.args[0], add); err != nil {
				return err
			}
		}
		return b.sum(last, add == (n.op == "+"))
	case n.op == nodeNumber && (n.value == 0 || n.value == 1):
		b.intercept = add == (n.value == 1)
		return nil
	case n.op == nodeCall && n.name == "offset":
		if !add || len(n.args) != 1 {
			return b.p.fail(n.pos, "offset() takes one column or expression, and is only added")
		}
		b.f.offsets = append(b.f.offsets, n.args[0])
		return nil
	case n.op == nodeCall && n.name == "strata":
		if !add || len(n.args) == 0 || slices.ContainsFunc(n.args, func(a *node) bool { return a.op == nodeNamed }) {
			return b.p.fail(n.pos, "strata() takes columns or expressions, and is only added")
		}
		b.f.strata = append(b.f.strata, n.args...)
		return b.limit(n, len(b.f.strata))
	}
	terms, err := b.expand(n)
	if err != nil {
		return err
	}
	for _, t := range terms {
		if add {
			b.terms.add(t)
		} else {
			b.terms.remove(t)
		}
	}
	return b.limit(n, len(b.terms.list))
}

func (b *builder) limit(n *node, terms int) error {
	if terms > mostTerms {
		return b.p.fail(n.pos, "it expands to more than %d terms", mostTerms)
	}
	return nil
}

// spend bounds the work that a formula of powers of powers may cause.
func (b *builder) spend(n *node, joins int) error {
	if b.work += joins; b.work > mostWork {
		return b.p.fail(n.pos, "it expands to more than %d terms, many of them the same", mostTerms)
	}
	return nil
}

// expand lists the terms of n.
func (b *builder) expand(n *node) ([]Term, error) {
	switch n.op {
	case "(":
		return b.expand(n.args[0])
	case nodeName:
		if n.name == "." {
			return b.everything(n)
		}
		return b.variable(n)
	case nodeCall:
		if n.name == "offset" || n.name == "strata" {
			return nil, b.p.fail(n.pos, "%s() is added to a formula, it does not interact", n.name)
		}
		return b.variable(n)
	case "^":
		return b.power(n)
	case "+", "-", "*", ":", "/":
		if len(n.args) == 2 {
			return b.combine(n)
		}
	case nodeNumber:
		return nil, b.p.fail(n.pos, "a number stands here for no column; only 1 and 0 (the intercept) may be added, and arithmetic goes into I(), as I(2 * x)")
	}
	return nil, b.p.fail(n.pos, "this is arithmetic, which goes into I(), as I(x > 5)")
}

// combine expands a + b, a - b, a:b, a*b (= a + b + a:b) and a/b (= a + a:b).
func (b *builder) combine(n *node) ([]Term, error) {
	left, err := b.expand(n.args[0])
	if err != nil {
		return nil, err
	}
	right, err := b.expand(n.args[1])
	if err != nil {
		return nil, err
	}
	if err := b.spend(n, len(left)*len(right)); err != nil {
		return nil, err
	}
	var out termSet
	for _, t := range left {
		if n.op != ":" {
			out.add(t)
		}
	}
	all := Term{}
	for _, t := range left {
		all = join(all, t)
	}
	for _, t := range right {
		switch n.op {
		case "+", "*":
			out.add(t)
		case "-":
			out.remove(t)
		case "/":
			out.add(join(all, t))
		}
	}
	if n.op == ":" || n.op == "*" {
		for _, t := range left {
			for _, u := range right {
				out.add(join(t, u))
			}
		}
	}
	return out.list, b.limit(n, len(out.list))
}

// power expands (a + b)^k: all interactions of up to k of the terms.
func (b *builder) power(n *node) ([]Term, error) {
	base, err := b.expand(n.args[0])
	if err != nil {
		return nil, err
	}
	k := n.args[1]
	if k.op != nodeNumber || k.value < 1 || k.value != float64(int(k.value)) || k.value > mostTerms {
		return nil, b.p.fail(n.pos, "^ in a formula takes a whole number from 1 on, as (a + b)^2; the power of a number is I(x^2)")
	}
	var out termSet
	for _, t := range base {
		out.add(t)
	}
	for range min(int(k.value), len(base)) - 1 {
		before := len(out.list)
		if err := b.spend(n, before*len(base)); err != nil {
			return nil, err
		}
		for _, t := range slices.Clone(out.list) {
			for _, u := range base {
				out.add(join(t, u))
			}
			if err := b.limit(n, len(out.list)); err != nil {
				return nil, err
			}
		}
		if len(out.list) == before {
			break
		}
	}
	return out.list, nil
}

// variable is the term of one variable.
func (b *builder) variable(n *node) ([]Term, error) {
	name := n.String()
	if name == b.f.response.String() {
		return nil, b.p.fail(n.pos, "%s is the response, it cannot explain itself", name)
	}
	v, known := b.index[name]
	if !known {
		if len(b.f.variables) == mostVariables {
			return nil, b.p.fail(n.pos, "it has more than %d variables", mostVariables)
		}
		v = len(b.f.variables)
		b.index[name] = v
		b.f.variables = append(b.f.variables, n)
	}
	return []Term{{v}}, nil
}

// everything is . : all columns but those of the response.
func (b *builder) everything(n *node) ([]Term, error) {
	if b.all == nil {
		return nil, b.p.fail(n.pos, "there is no table whose columns . could stand for")
	}
	var out []Term
	for _, name := range b.all {
		if b.left[name] {
			continue
		}
		t, err := b.variable(&node{op: nodeName, pos: n.pos, name: name})
		if err != nil {
			return nil, err
		}
		out = append(out, t...)
	}
	return out, nil
}

// fullCoding says for every variable of term t whether a factor is coded by one column per level (true) or
// by contrasts: R's rule (terms.object, "factors"). A factor gets contrasts in a term when an
// earlier term holds all the others of the term, or there are no others.
func fullCoding(terms []Term, t int) []bool {
	full := make([]bool, len(terms[t]))
	for i := range full {
		margin := slices.Delete(slices.Clone(terms[t]), i, i+1)
		full[i] = len(margin) > 0 && !slices.ContainsFunc(terms[:t], func(u Term) bool { return u.covers(margin) })
	}
	return full
}
