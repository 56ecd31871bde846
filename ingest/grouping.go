package ingest

import (
	"bytes"
	"cmp"
	"slices"

	"mainstay/ingest/table"
)

// Meet gives the plan the accounts table, before Build. Accounts becomes the table of what is analysed: without
// excluded customers, without the keys of erased ones as parents of others, and, where the unit is the parent, with buying groups in place of their accounts.
// The error is a *ConfigError.
func (p *Plan) Meet(a *table.Accounts) (err error) {
	lists := newExclusions(p.Config.ExcludeCustomers, p.Exclude)
	grouped := p.Config.Unit == UnitParent
	if grouped {
		if err := p.resolveParents(a); err != nil {
			return err
		}
	}
	if p.Accounts = a; !grouped && !lists.any() {
		return nil
	}
	p.excludedAccounts = make([]bool, len(lists.entries))
	excluded := func(k []byte) bool {
		n := lists.match(k)
		if n == noEntry {
			n = lists.match(p.Parents.Root(k, p.AsOf))
		}
		if n != noEntry {
			p.excludedAccounts[n] = true
		}
		return n != noEntry
	}
	var rows []int
	for row, k := range a.Keys {
		if !excluded(k) {
			rows = append(rows, row)
		}
	}
	p.Accounts = a.Select(rows)
	p.Accounts.Parent = p.Accounts.Parent.Without(func(parent string) bool {
		n := lists.match([]byte(parent))
		return n != noEntry && lists.erased(n)
	})
	if grouped {
		p.Accounts = p.group(p.Accounts)
	}
	return nil
}

// resolveParents makes the parents of the accounts the plan's.
func (p *Plan) resolveParents(a *table.Accounts) (err error) {
	if a.Chosen.Parent == noColumn {
		return &ConfigError{"unit parent: the accounts table has no column of parents: name it with --accounts-parent"}
	}
	var keys [][]byte
	var history [][]Membership
	for row, k := range a.Keys {
		m := Membership{noDay, a.Parent.At(row)}
		if a.Dated() {
			m.From = Day(a.From[row])
		}
		if row == 0 || !bytes.Equal(k, a.Keys[row-1]) {
			keys, history = append(keys, k), append(history, nil)
		}
		last := len(history) - 1
		history[last] = append(history[last], m)
	}
	if p.Parents, err = NewParents(keys, func(i int) []Membership { return history[i] }, p.AsOf); err != nil {
		return err
	}
	if !a.Dated() {
		p.Notes = append(p.Notes, "buying groups are those of today at every date: the accounts table does not say from when on a parent is one (valid_from)")
	}
	return nil
}

// group is the accounts by buying group. A group's name and attributes are those of its head's own rows; of
// a group without one, what all members have in common, or nothing where accounts carry dates. Who once was
// a group and is part of another now is still a row, without members: there may be purchases of it.
func (p *Plan) group(a *table.Accounts) *table.Accounts {
	members := map[string][]int{}
	for _, row := range a.Rows(int32(p.AsOf)) {
		g := string(p.Parents.Root(a.Keys[row], p.AsOf))
		members[g] = append(members[g], row)
	}
	var groups []table.Group
	headed := map[string]bool{}
	for row, k := range a.Keys {
		if !a.Dated() || Day(a.From[row]) <= p.AsOf {
			if p.Parents.everRoot(k) {
				headed[string(k)] = true
				groups = append(groups, table.Group{Key: k, Head: row, Members: members[string(k)]})
			}
		}
	}
	for g, rows := range members {
		if !headed[g] {
			groups = append(groups, table.Group{Key: []byte(g), Head: -1, Since: int32(p.Parents.since(a, rows, g)), Members: rows})
		}
	}
	slices.SortStableFunc(groups, func(x, y table.Group) int {
		return cmp.Or(bytes.Compare(x.Key, y.Key), cmp.Compare(x.Head, y.Head))
	})
	return a.Group(groups)
}

// everRoot reports whether a key has ever stood for itself.
func (p *Parents) everRoot(k []byte) bool {
	m, ok := p.find(k)
	return !ok || p.ever(m, k)
}

// since is the day on which the first of the members joined a group.
func (p *Parents) since(a *table.Accounts, rows []int, group string) Day {
	first := p.from[0]
	for i, row := range rows {
		m, _ := p.find(a.Keys[row])
		for n := p.start[m]; n < p.start[m+1]; n++ {
			if string(p.root[n]) == group {
				if i == 0 || p.from[n] < first {
					first = p.from[n]
				}
				break
			}
		}
	}
	return first
}
