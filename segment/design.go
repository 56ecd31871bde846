package segment

import (
	"cmp"
	"fmt"
	"slices"

	"mainstay/ingest"
)

// columns are those of a regression on panels: the features, then a 0/1 column for every level of the
// model attributes but the commonest, as it was in training.
type columns struct {
	All    []feature
	from   []int            // their columns in a panel, for those before the levels; nil where they are its first
	Fixed  int              // how many come before the levels
	clock  [][2]int         // columns that are told less the day's mean, and which of clocks they are; none in a young book
	Values []map[string]int // by attribute: column of a level, −1 = the base
	Other  []int            // by attribute: column of the rare levels, −1 where there are none

	Rare [][]string // by attribute: levels seen in training that have no column of their own

	crowded []int // attributes with too many levels for a column each: see learnRates
	Rates   []*levelRates
}

// otherLevel is what rare levels, and those not seen in training, are called together.
const otherLevel = "(other)"

// newColumns learns the levels from the customers at risk in training.
func newColumns(b *study, train []*panel, set columnSet) *columns {
	c := &columns{}
	for j, f := range b.allFeatures() {
		if j == fIntercept || set.keep(f) {
			c.All, c.from = append(c.All, f), append(c.from, j)
			if len(train) >= clockDays {
				c.relative(len(c.All)-1, j)
			}
		}
	}
	if c.Fixed = len(c.All); c.from[c.Fixed-1] == c.Fixed-1 {
		c.from = nil
	}
	if set.leastLevel == 0 {
		return c
	}
	for k, name := range b.Config.ModelAttributes {
		if b.measures[k] { // a column of its own
			c.Values, c.Other, c.Rare = append(c.Values, nil), append(c.Other, -1), append(c.Rare, nil)
			continue
		}
		customers := map[string]map[int32]bool{}
		for _, p := range train {
			for _, i := range p.live() {
				s := &p.Subjects[i]
				level := p.Attributes[k][s.x]
				if customers[level] == nil {
					customers[level] = map[int32]bool{}
				}
				customers[level][s.id] = true
			}
		}
		var levels, few []string
		rare, held := 0, 0 // customers of rare levels, and of the others
		for level, ids := range customers {
			if len(ids) >= set.leastLevel {
				levels = append(levels, level)
				held += len(ids)
			} else {
				few = append(few, level)
				rare += len(ids)
			}
		}
		slices.SortFunc(levels, func(x, y string) int {
			return cmp.Or(cmp.Compare(len(customers[y]), len(customers[x])), cmp.Compare(x, y))
		})
		of, other := map[string]int{}, -1
		if set.mostLevels > 0 && (len(levels) > set.mostLevels || rare > held) {
			c.crowded, levels, few, rare = append(c.crowded, k), nil, nil, 0
		}
		for j, level := range levels {
			of[level] = -1 // the base
			if j > 0 {
				of[level] = c.add(name, level)
			}
		}
		if rare >= set.leastLevel && len(levels) > 0 {
			other = c.add(name, otherLevel)
		}
		slices.Sort(few)
		c.Values, c.Other, c.Rare = append(c.Values, of), append(c.Other, other), append(c.Rare, few)
	}
	return c
}

// add appends the column of a level.
func (c *columns) add(attribute, level string) int {
	c.All = append(c.All, feature{attribute + " = " + cmp.Or(level, "(unknown)"), codeAttribute, "1 when " + attribute + " is so"})
	return len(c.All) - 1
}

// names are the design's column names, in order.
func (c *columns) names() []string { return featureNames(c.All) }

func featureNames(all []feature) []string {
	names := make([]string, len(all))
	for i, f := range all {
		names[i] = f.Name
	}
	return names
}

// row is the design's row of subject i, who is at risk.
func (c *columns) row(p *panel, i int) []float64 { return c.rowIn(nil, p, i) }

// rowRoom is wide enough for most designs.
const rowRoom = 64

// rowIn is row, in room, which is zeroed, where that is wide enough.
func (c *columns) rowIn(room []float64, p *panel, i int) []float64 {
	x := p.row(i)
	if c.from == nil && len(c.Values) == 0 && len(c.clock) == 0 {
		return x[:c.Fixed:c.Fixed]
	}
	if len(room) < len(c.All) {
		room = make([]float64, len(c.All))
	}
	return c.fill(room[:len(c.All)], p, i)
}

// fill writes it into row, which is zeroed.
func (c *columns) fill(row []float64, p *panel, i int) []float64 {
	x := p.row(i)
	if c.from == nil {
		copy(row, x[:c.Fixed])
	}
	for j, k := range c.from {
		row[j] = x[k]
	}
	for _, of := range c.clock {
		row[of[0]] -= p.clocks[of[1]]
	}
	for k, of := range c.Values {
		j, known := of[p.Attributes[k][p.Subjects[i].x]]
		if !known {
			j = c.Other[k]
		}
		if j >= 0 {
			row[j] = 1
		}
	}
	for _, r := range c.Rates {
		row[r.Column] = r.of(p, &p.Subjects[i])
	}
	return row
}

// textsOn are the model attributes of customers as of a day.
func (b *study) textsOn(day ingest.Day, profiles *Profiles) []*Attribute {
	if len(b.Config.ModelAttributes) == 0 {
		return nil
	}
	then := &Book{Ledger: b.Ledger, Accounts: b.Accounts, Clock: b.Clock, Profiles: profiles, Threads: b.Threads, root: cmp.Or(b.root, b.Book)}
	then.Clock.AsOf = day
	then.matchAccounts()
	out := make([]*Attribute, len(b.Config.ModelAttributes))
	for k, name := range b.Config.ModelAttributes {
		out[k] = then.attribute(name)
	}
	return out
}

// checkModelAttributes refuses an attribute that a model may not learn from: what the accounts say
// without a date describes today. The error is an *ingest.ConfigError.
func (b *Book) checkModelAttributes() error {
	for _, name := range b.Config.Static {
		if b.Accounts != nil && b.accountAttribute(identifier(name)) == nil {
			return unknownName("accounts column", name, b.attributeNames())
		}
	}
	for _, name := range b.Config.ModelAttributes {
		if b.describedAttribute(name) == nil {
			return unknownName("attribute", name, b.attributeNames())
		}
		dated := b.Accounts == nil || b.Accounts.Dated() || b.accountAttribute(identifier(name)) == nil
		static := slices.ContainsFunc(b.Config.Static, func(s string) bool { return identifier(s) == identifier(name) })
		if !dated && !static {
			return &ingest.ConfigError{Msg: fmt.Sprintf("model_attributes: %q of the accounts has no date: it describes today, and a model would learn the past from what was only known later; "+
				"give its rows a date (accounts.valid_from), declare it constant if it never changes (static: [%s]), or take it from the transactions", name, name)}
		}
	}
	return nil
}
