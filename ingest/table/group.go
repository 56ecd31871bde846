package table

import "math"

// Group is a row of a buying group in Accounts.Group.
type Group struct {
	Key     []byte
	Head    int   // row that gives the name and attributes; −1 = none
	Since   int32 // where there is none, and accounts carry dates: first day of the group
	Members []int // rows of the accounts that belong to it
}

// Member is an account that belongs to a buying group.
type Member struct {
	Key  []byte
	Name string
}

// Select is the accounts of some rows, ascending.
func (a *Accounts) Select(rows []int) *Accounts {
	out := *a
	out.Keys, out.Name, out.Parent = pick(a.Keys, rows), a.Name.pick(rows), a.Parent.pick(rows)
	if a.Dated() {
		out.From = pick(a.From, rows)
	}
	out.Attributes = make([]Attribute, len(a.Attributes))
	for i, at := range a.Attributes {
		out.Attributes[i].Name = at.Name
		if at.Text != nil {
			out.Attributes[i].Text = at.Text.pick(rows)
		} else {
			out.Attributes[i].Number = pick(at.Number, rows)
		}
	}
	return &out
}

// Group is the accounts by buying group: one row per entry of groups, which are sorted like accounts.
// Where a group has no head, its name is unknown, and its attributes are what its members have in
// common; unknown where accounts carry dates, because what members had in common once is not looked up.
func (a *Accounts) Group(groups []Group) *Accounts {
	out := *a
	n := len(groups)
	out.Keys, out.Members = make([][]byte, n), make([][]Member, n)
	out.Name, out.Parent = a.Name.ofHeads(groups), a.Parent.ofHeads(groups)
	if a.Dated() {
		out.From = make([]int32, n)
	}
	for i, g := range groups {
		out.Keys[i] = g.Key
		if a.Dated() {
			if out.From[i] = g.Since; g.Head >= 0 {
				out.From[i] = a.From[g.Head]
			}
		}
		for _, m := range g.Members {
			out.Members[i] = append(out.Members[i], Member{a.Keys[m], a.Name.At(m)})
		}
	}
	out.Attributes = make([]Attribute, len(a.Attributes))
	for i, at := range a.Attributes {
		out.Attributes[i].Name = at.Name
		if at.Text != nil {
			shared := *at.Text
			shared.code = inCommon(at.Text.code, groups, a.Dated(), 0)
			out.Attributes[i].Text = &shared
		} else {
			out.Attributes[i].Number = inCommon(at.Number, groups, a.Dated(), math.NaN())
		}
	}
	return &out
}

// inCommon is the values of the heads, or those that all members share.
func inCommon[T comparable](values []T, groups []Group, dated bool, unknown T) []T {
	out := make([]T, len(groups))
	for i, g := range groups {
		if g.Head >= 0 {
			out[i] = values[g.Head]
			continue
		}
		if out[i] = values[g.Members[0]]; dated {
			out[i] = unknown
		}
		for _, m := range g.Members {
			if values[m] != out[i] {
				out[i] = unknown
				break
			}
		}
	}
	return out
}

// ofHeads is the texts of the heads, "" without one.
func (t *Texts) ofHeads(groups []Group) *Texts {
	out := *t
	out.code = make([]uint32, len(groups))
	for i, g := range groups {
		if g.Head >= 0 {
			out.code[i] = t.code[g.Head]
		}
	}
	return &out
}
