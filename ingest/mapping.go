package ingest

import (
	"fmt"
	"slices"
	"strings"

	"mainstay/ingest/money"
)

// noColumn is the setting of a role that is to do without.
const noColumn = "none"

// How a role's column was found, as in RoleChoice.How.
const (
	howSet       = "set"       // named by a flag or the configuration
	howName      = "name"      // by its name and type
	howPartition = "partition" // likewise, in the path
	howDerived   = "derived"   // computed from columns found by name
)

// choice is what serves a role: a column, or an expression over columns.
type choice struct {
	column string
	expr   *money.Expr // roles that are numbers
	how    string      // "" = nothing serves
}

func (c choice) found() bool { return c.how != "" }

// source is the column or expression as people and the configuration write it.
func (c choice) source() string {
	if c.expr == nil {
		return c.column
	}
	if name, ok := c.expr.Column(); ok {
		return name
	}
	return c.expr.String()
}

// mapper resolves roles to columns.
type mapper struct {
	*catalog
	given   Mapping
	chosen  map[string]choice
	choices []RoleChoice
	notes   []string
}

// resolve finds a column for every role: those that are set first, then by name
// and type, then derived ones.
func (c *catalog) resolve(given Mapping) (*mapper, error) {
	m := &mapper{catalog: c, given: given, chosen: map[string]choice{}}
	for i := range roles {
		if err := m.set(&roles[i]); err != nil {
			return nil, err
		}
	}
	for i := range roles {
		r := &roles[i]
		if r.name == RolePrice || *r.field(&m.given) != "" {
			continue // looked for with the amount
		}
		if err := m.infer(r); err != nil {
			return nil, err
		}
	}
	if err := m.deriveAmount(); err != nil {
		return nil, err
	}
	if err := m.deriveCost(); err != nil {
		return nil, err
	}
	for _, r := range roles {
		ch := m.chosen[r.name]
		if r.required && !ch.found() {
			return nil, m.missing(&r)
		}
		m.choices = append(m.choices, RoleChoice{Role: r.name, Source: ch.source(), How: ch.how})
	}
	return m, m.attributes()
}

// set resolves a role that a flag or the configuration names.
func (m *mapper) set(r *role) error {
	value := *r.field(&m.given)
	if value == "" {
		return nil
	}
	if value == noColumn {
		if r.required {
			return &ConfigError{fmt.Sprintf("%s %s: %s cannot be done without", r.flag, value, r.what)}
		}
		return nil
	}
	if r.needs != needsNumber || m.find(value) != nil {
		if err := m.exists(r, value); err != nil {
			return err
		}
		m.choose(r, value, howSet)
		return nil
	}
	e, err := money.Parse(value)
	if err != nil {
		if !strings.ContainsAny(value, "*+/()`\"") { // a misspelt name rather than an expression
			return m.unknown(r, value)
		}
		return &ConfigError{fmt.Sprintf("%s: no column has this name, and as an expression: %v", r.flag, err)}
	}
	if len(e.Columns()) == 0 {
		return &ConfigError{fmt.Sprintf("%s %q names no column", r.flag, value)}
	}
	for _, name := range e.Columns() {
		if err := m.exists(r, name); err != nil {
			return err
		}
	}
	m.chosen[r.name] = choice{expr: e, how: howSet}
	return nil
}

// exists checks a column that was named.
func (m *mapper) exists(r *role, name string) error {
	col := m.find(name)
	if col == nil {
		return m.unknown(r, name)
	}
	if err := m.check(col, r.needs); err != nil {
		return &MappingError{Role: r.name, Msg: fmt.Sprintf("%s: %v", r.flag, err)}
	}
	return nil
}

func (m *mapper) unknown(r *role, name string) error {
	hint := ""
	if near := m.nearest(name); near != "" {
		hint = fmt.Sprintf("; did you mean %q?", near)
	}
	return &MappingError{Role: r.name, Msg: fmt.Sprintf("%s: there is no column %q%s; the columns are %s", r.flag, name, hint, m.list())}
}

// choose takes a column for a role.
func (m *mapper) choose(r *role, name, how string) {
	ch := choice{column: name, how: how}
	if r.needs == needsNumber {
		ch.expr = money.Column(name)
	}
	m.chosen[r.name] = ch
}

// infer looks for a role's column by name and type.
func (m *mapper) infer(r *role) error {
	for _, tier := range r.tiers {
		found, err := m.candidates(r, tier)
		if err != nil {
			return err
		}
		switch len(found) {
		case 0:
			continue
		case 1:
			how := howName
			if found[0].partition {
				how = howPartition
			}
			m.choose(r, found[0].name, how)
			return nil
		}
		return m.ambiguous(r, found)
	}
	return nil
}

// candidates are the columns that have one of the names and a type that fits in
// every file. A file's own columns are preferred to those of its path, which repeat
// them more coarsely; a column that was named for another role is not taken. A
// required role with a column of the right name and a wrong type fails here, where
// the reason is known.
func (m *mapper) candidates(r *role, names string) ([]*catalogColumn, error) {
	var own, path []*catalogColumn
	var wrong error
	for i := range m.columns {
		col := &m.columns[i]
		if !listed(col.name, names) || m.taken(r, col.name) {
			continue
		}
		if err := m.check(col, r.needs); err != nil {
			wrong = &MappingError{Role: r.name, Msg: fmt.Sprintf("%v; %s names another column for %s", err, r.flag, r.what)}
			if !r.required {
				m.notes = append(m.notes, fmt.Sprintf("%s is not used as %s: %v", showName(col.name), r.what, err))
			}
			continue
		}
		if col.partition {
			path = append(path, col)
		} else {
			own = append(own, col)
		}
	}
	if len(own) > 0 {
		return own, nil
	}
	if len(path) == 0 && r.required {
		return nil, wrong
	}
	return path, nil
}

// taken reports whether a column was named for a role of its own.
func (m *mapper) taken(r *role, name string) bool {
	for _, other := range roles {
		if ch := m.chosen[other.name]; other.name != r.name && ch.how == howSet && ch.column == name {
			return true
		}
	}
	return false
}

func (m *mapper) ambiguous(r *role, found []*catalogColumn) error {
	var names, flags []string
	for _, col := range found {
		names = append(names, fmt.Sprintf("%s (%s)", showName(col.name), col.typeName()))
		flags = append(flags, r.flag+" "+shellQuote(col.name))
	}
	msg := fmt.Sprintf("several columns could be %s: %s; choose with %s", r.what, strings.Join(names, ", "), strings.Join(flags, " or "))
	if !r.required {
		msg += ", or " + r.flag + " none"
	}
	return &MappingError{Role: r.name, Msg: msg}
}

func (m *mapper) missing(r *role) error {
	more := ""
	if r.name == RoleAmount {
		more = " or an expression such as " + r.flag + " 'Quantity*UnitPrice'"
	}
	return &MappingError{Role: r.name, Msg: fmt.Sprintf("no column has a usual name for %s; the columns are %s; choose one with %s COLUMN%s",
		r.what, m.list(), r.flag, more)}
}

// deriveAmount makes the amount of a file that has none: units × unit price. A
// price beside an amount is only shown, so several of them are no ambiguity.
func (m *mapper) deriveAmount() error {
	needed := !m.chosen[RoleAmount].found() && m.chosen[RoleUnits].found()
	if m.given.Price == "" {
		if err := m.infer(findRole(RolePrice)); err != nil && needed {
			return err
		}
	}
	price := m.chosen[RolePrice]
	if !needed || !price.found() {
		return nil
	}
	product := m.perUnit(m.chosen[RoleUnits], price)
	if price.how == howSet || listed(price.column, unitPriceNames) {
		m.chosen[RoleAmount] = product
		return nil
	}
	return &MappingError{Role: RoleAmount, Msg: fmt.Sprintf("no column is the amount, and %s does not say whether it is of one unit or of the line; choose with --amount %s or --amount %s",
		showName(price.column), shellQuote(product.source()), shellQuote(price.column))}
}

// deriveCost makes the cost of a line from the cost of one unit.
func (m *mapper) deriveCost() error {
	if m.chosen[RoleCost].found() || m.given.Cost == noColumn || !m.chosen[RoleUnits].found() {
		return nil
	}
	found, err := m.candidates(findRole(RoleCost), unitCostNames)
	if err != nil || len(found) == 0 {
		return err
	}
	if len(found) > 1 {
		return m.ambiguousCost(found)
	}
	m.chosen[RoleCost] = m.perUnit(m.chosen[RoleUnits], choice{column: found[0].name, expr: money.Column(found[0].name)})
	return nil
}

// ambiguousCost says how to choose between several costs of a unit.
func (m *mapper) ambiguousCost(found []*catalogColumn) error {
	var flags []string
	for _, col := range found {
		product := m.perUnit(m.chosen[RoleUnits], choice{expr: money.Column(col.name)})
		flags = append(flags, "--cost "+shellQuote(product.source()))
	}
	return &MappingError{Role: RoleCost, Msg: fmt.Sprintf("several columns could be the cost of a unit; choose with %s, or --cost none", strings.Join(flags, " or "))}
}

// perUnit is units × something of one unit.
func (m *mapper) perUnit(units, each choice) choice {
	factor := func(c choice) string {
		if name, ok := c.expr.Column(); ok {
			return money.Quote(name)
		}
		return "(" + c.expr.String() + ")"
	}
	e, err := money.Parse(factor(units) + "*" + factor(each))
	if err != nil {
		return choice{} // a name or expression beyond the bounds of Parse: not derived
	}
	return choice{expr: e, how: howDerived}
}

// attributes checks the further columns.
func (m *mapper) attributes() error {
	for _, name := range m.given.Attributes {
		r := role{name: "attributes", flag: "--attribute", what: "an attribute", needs: needsLabel}
		if err := m.exists(&r, name); err != nil {
			return err
		}
	}
	return nil
}

// sides lists the side tables: the roles that have one, and the further columns
// that are not yet among them.
func (m *mapper) sides() []SideInfo {
	var out []SideInfo
	for _, name := range []string{RoleCategory, RoleChannel, RoleManager, RoleRegion, RoleName, RoleIndustry} {
		if ch := m.chosen[name]; ch.found() {
			out = append(out, SideInfo{Role: name, Column: ch.column})
		}
	}
	for _, name := range m.given.Attributes {
		if !slices.ContainsFunc(out, func(s SideInfo) bool { return s.Column == name }) {
			out = append(out, SideInfo{Role: name, Column: name})
		}
	}
	return out
}

// filled is the mapping with every role decided, so that it need never be inferred
// again.
func (m *mapper) filled() Mapping {
	out := m.given
	out.Attributes = slices.Clone(m.given.Attributes)
	for _, r := range roles {
		if *r.field(&out) = m.chosen[r.name].source(); !m.chosen[r.name].found() {
			*r.field(&out) = noColumn
		}
	}
	return out
}

// scaleOf is the scale of an expression over all files: the largest.
func (m *mapper) scaleOf(e *money.Expr, places int) int {
	scale := 0
	if e != nil {
		for f := range m.files {
			scale = max(scale, e.Scale(m.typesOf(e.Columns(), f), places))
		}
	}
	return scale
}

// shellQuote writes an argument as a shell takes it.
func shellQuote(s string) string {
	if s != "" && strings.IndexFunc(s, func(r rune) bool {
		return !(r == '_' || r == '-' || r == '.' || r >= 0x80 || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z')
	}) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
