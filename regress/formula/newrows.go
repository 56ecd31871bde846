package formula

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"mainstay/regress"
)

// NewRows are rows of another table, coded by what a Coding learnt from the rows of a fit.
type NewRows struct {
	Rows   []int // of that table: those that could be coded
	Design *regress.Design
	Offset []float64 // nil without offset()
	Strata []int32   // nil without strata(): the number of the row's stratum in the fit
	Groups []int32   // of CodeGroups
}

// Reasons why a row cannot be coded, each with what follows it.
const (
	lacks     = " is missing"
	notFinite = " is no finite number of at most 1e100"
)

// Predictors are the columns that a prediction needs: all but those of the response alone.
func (f *Formula) Predictors() []string {
	right := *f
	right.response = &node{op: nodeNumber}
	return right.Columns()
}

// Code codes rows of d (nil = all), giving each row that it cannot code a reason: a column of the right-hand side is missing or no finite number, or has a level
// that no row of the fit had. why is by place in rows, "" for a row that is coded. The error is a column that d has not, or that is text where the fit had numbers.
func (c *Coding) Code(d *Data, rows []int) (n *NewRows, why []string, err error) {
	k, err := c.newCoder(d, rows)
	if err != nil {
		return nil, nil, err
	}
	f := c.frame.formula
	if len(c.frame.strata) > 0 {
		_, names := c.frame.Strata()
		if err := k.strata(f.strata, c.frame.strata, names); err != nil {
			return nil, nil, err
		}
	}
	return k.finish(c)
}

// CodeGroups is Code of the rows' groups, as Frame.Groups numbers them, without a design.
func (c *Coding) CodeGroups(d *Data, rows []int) (n *NewRows, why []string, err error) {
	k, err := c.newCoder(d, rows)
	if err != nil {
		return nil, nil, err
	}
	fr := c.frame
	_, names, err := fr.Groups(math.MaxInt)
	if err != nil {
		return nil, nil, err
	}
	var of []*variable
	var nodes []*node
	for v, known := range fr.vars {
		if known != nil {
			of, nodes = append(of, known), append(nodes, fr.formula.variables[v])
		}
	}
	k.out.Strata = make([]int32, len(k.rows)) // a single group without variables
	if len(of) > 0 {
		if err := k.strata(nodes, of, names); err != nil {
			return nil, nil, err
		}
	}
	k.out.Groups, k.out.Strata = k.out.Strata, nil
	return k.finish(nil)
}

// coder judges rows of a new table.
type coder struct {
	e    *evaluator
	rows []int
	why  []string
	vars []*variable // by number of the variable, on rows; the values of rows with a reason mean nothing
	out  *NewRows
}

// newCoder evaluates the variables and the offset.
func (c *Coding) newCoder(d *Data, rows []int) (*coder, error) {
	if rows == nil {
		rows = make([]int, d.Rows)
		for i := range rows {
			rows[i] = i
		}
	}
	fr := c.frame
	k := &coder{e: &evaluator{fr.formula.text, d}, rows: rows, why: make([]string, len(rows)), vars: make([]*variable, len(fr.vars)), out: &NewRows{}}
	for _, name := range fr.formula.Predictors() {
		col := d.Column(name)
		if col == nil {
			return nil, fmt.Errorf("there is no column %q", name)
		}
		for i, r := range rows {
			if k.why[i] == "" && col.Missing(r) {
				k.why[i] = name + lacks
			}
		}
	}
	for v, known := range fr.vars {
		if known == nil {
			continue
		}
		var err error
		if k.vars[v], err = k.variable(fr.formula.variables[v], known); err != nil {
			return nil, err
		}
	}
	for _, o := range fr.formula.offsets {
		x, err := k.numbers(o)
		if err != nil {
			return nil, err
		}
		if k.out.Offset == nil {
			k.out.Offset = make([]float64, len(rows))
		}
		for i, v := range x {
			k.out.Offset[i] += v
		}
	}
	return k, nil
}

// inner is what a variable is made of: x of factor(x), relevel(x, …), scale(x), poly(x, …), offset(x).
func inner(n *node) *node {
	for n.op == nodeCall && slices.Contains([]string{"factor", "as.factor", "C", "relevel", "scale", "poly"}, n.name) {
		n = n.args[0]
	}
	return n
}

// variable is a known variable on the new rows, its levels numbered as in the fit.
func (k *coder) variable(n *node, known *variable) (*variable, error) {
	v := &variable{name: known.name, shape: known.shape, degree: known.degree, levels: known.levels}
	var err error
	if known.shape != factor {
		v.x, err = k.numbers(inner(n))
		if known.shape == polynomial {
			for i, x := range v.x {
				if k.why[i] == "" && !(math.Pow(math.Abs(x), float64(v.degree)) <= largest) {
					k.why[i] = v.name + notFinite
				}
			}
		}
		return v, err
	}
	names, err := k.names(inner(n))
	if err != nil {
		return nil, err
	}
	number := make(map[string]int32, len(known.levels))
	for l, name := range known.levels {
		number[name] = int32(l)
		if name == "TRUE" || name == "FALSE" { // text here, where another value keeps the column from being logical
			number[strings.ToLower(name)] = int32(l)
		}
	}
	v.codes = make([]int32, len(k.rows))
	for i, name := range names {
		code, ok := number[name]
		if v.codes[i] = code; !ok && k.why[i] == "" {
			k.why[i] = unknownLevel(known.name, name)
		}
	}
	return v, nil
}

func unknownLevel(variable, level string) string {
	return fmt.Sprintf("%s has the level %q, which no row of the fit had", variable, shorten(level))
}

// numbers evaluates an expression by row; what is not finite is a reason.
func (k *coder) numbers(n *node) ([]float64, error) {
	x, err := k.e.value(n)
	if err == nil && x.kind == textual {
		err = k.e.fail(n, "%s is text in the rows to predict, and was a number in the fit", n)
	}
	if err != nil {
		return nil, err
	}
	out := make([]float64, len(k.rows))
	for i, r := range k.rows {
		if k.why[i] != "" {
			continue
		}
		if out[i] = x.number(r); !(math.Abs(out[i]) <= largest) {
			out[i], k.why[i] = 0, n.String()+notFinite
		}
	}
	return out, nil
}

// names are the levels of an expression by row, spelt as those of a fit are.
func (k *coder) names(n *node) ([]string, error) {
	x, err := k.e.value(n)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(k.rows))
	for i, r := range k.rows {
		switch {
		case k.why[i] != "":
		case x.kind == textual:
			out[i] = x.text(r)
		case x.kind == logical:
			out[i] = strings.ToUpper(fmt.Sprint(x.number(r) == 1))
		default:
			out[i] = number(x.number(r))
		}
	}
	return out, nil
}

// strata numbers the combinations of levels of some variables as names, those of the fit, have them.
func (k *coder) strata(nodes []*node, known []*variable, names []string) error {
	place := make(map[string]int32, len(names))
	for s, name := range names {
		place[name] = int32(s)
	}
	spelt := make([]string, len(k.rows))
	for p, n := range nodes {
		level, err := k.names(inner(n))
		if err != nil {
			return err
		}
		for i := range spelt {
			if p > 0 {
				spelt[i] += ", "
			}
			spelt[i] += known[p].name + "=" + level[i]
		}
	}
	k.out.Strata = make([]int32, len(k.rows))
	for i, s := range spelt {
		at, ok := place[s]
		if k.out.Strata[i] = at; !ok && k.why[i] == "" {
			k.why[i] = fmt.Sprintf("no row of the fit had %s", shorten(s))
		}
	}
	return nil
}

// finish keeps the rows without a reason, and makes their design; c nil = none.
func (k *coder) finish(c *Coding) (*NewRows, []string, error) {
	at := []int{} // nil would be all
	for i, why := range k.why {
		if why == "" {
			at = append(at, i)
			k.out.Rows = append(k.out.Rows, k.rows[i])
		}
	}
	k.out.Offset, k.out.Strata, k.out.Groups = chosen(k.out.Offset, at), chosen(k.out.Strata, at), chosen(k.out.Groups, at)
	if c == nil {
		return k.out, k.why, nil
	}
	now := *c
	now.vars = make([]*codes, len(c.vars))
	for v, learnt := range c.vars {
		if learnt != nil {
			coded := *learnt
			coded.v = k.vars[v]
			now.vars[v] = &coded
		}
	}
	k.out.Design, _ = now.Design(at)
	return k.out, k.why, nil
}

func chosen[T any](values []T, at []int) []T {
	if values == nil {
		return nil
	}
	out := make([]T, len(at))
	for k, i := range at {
		out[k] = values[i]
	}
	return out
}

// Responses evaluates the response, which must be a number, on rows of d; NaN where it is missing or no finite number.
func (fr *Frame) Responses(d *Data, rows []int) ([]float64, error) {
	f := fr.formula
	for _, name := range columnsOf(nil, f.response) {
		if d.Column(name) == nil {
			return nil, fmt.Errorf("there is no column %q", name)
		}
	}
	k := &coder{e: &evaluator{f.text, d}, rows: rows, why: make([]string, len(rows))}
	out, err := k.numbers(f.response)
	for i, why := range k.why {
		if why != "" {
			out[i] = math.NaN()
		}
	}
	return out, err
}
