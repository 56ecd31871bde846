package segment

import "slices"

// unseen is how many customers are at levels of an attribute that no model was taught, and one of these.
type unseen struct {
	attribute string
	customers int
	example   string
}

// columnsOf are the columns of regressions in a stored model.
func (s *Stored) columnsOf() (out []*columns) {
	for _, m := range []chanceModel{s.Churn.Model, s.Decline.Model} {
		if l, ok := innermost(m).(*linearModel); ok {
			out = append(out, l.Columns)
		}
	}
	switch m := s.Value.Model.(type) {
	case *hurdle:
		out = append(out, m.Buy.Columns)
	case *survivalValue:
		out = append(out, m.Life.Columns)
	}
	return out
}

// unseenLevels looks at the customers at risk of the sample, attribute by attribute.
func (a *analysis) unseenLevels() (out []unseen) {
	for k, name := range a.Config.ModelAttributes {
		u := unseen{attribute: name}
		sets := slices.DeleteFunc(a.given.columnsOf(), func(c *columns) bool { return k >= len(c.Values) || c.Values[k] == nil })
		for _, level := range a.today.Attributes[k] {
			if slices.ContainsFunc(sets, func(c *columns) bool { return !c.taught(k, level) }) {
				u.customers++
				if u.example == "" || level < u.example {
					u.example = level
				}
			}
		}
		if u.customers > 0 {
			out = append(out, u)
		}
	}
	return out
}

// taught reports whether a level of attribute k was seen in training.
func (c *columns) taught(k int, level string) bool {
	if _, ok := c.Values[k][level]; ok {
		return true
	}
	if _, ok := slices.BinarySearch(c.Rare[k], level); ok {
		return true
	}
	for _, r := range c.Rates {
		if r.Attribute == k {
			_, one := r.Told[0][level]
			_, other := r.Told[1][level]
			return one || other
		}
	}
	return false
}
