package ingest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"mainstay/ingest/key"
)

// Units of analysis.
const (
	UnitCustomer = "customer"
	UnitParent   = "parent"
)

// Membership says that an account belongs to a parent from a day on.
type Membership struct {
	From   Day    // noDay = always
	Parent string // spelt like a key; "" = none
}

// Parents resolves customers to their buying groups: to the root of their chain of parents, as of the
// day of a row. Customers that are in no group are not in it and stand for themselves.
type Parents struct {
	of    map[string]int // number of a member
	ints  map[int64]int  // likewise, for keys that are integers
	start []int          // periods of member n are start[n]:start[n+1]
	from  []Day          // of a period: its first day
	root  [][]byte       // likewise: the group, or the member itself
}

// NewParents resolves chains. history gives the memberships of the account keys[i] with ascending days;
// what begins after asOf is left out, because nobody knew it. A chain that comes back to itself on some day
// is a *ConfigError that names it.
func NewParents(keys [][]byte, history func(i int) []Membership, asOf Day) (*Parents, error) {
	own := make(map[string][]Membership, len(keys))
	for i, k := range keys {
		h := history(i)
		h = slices.Clip(h[:upTo(h, asOf)])
		if slices.ContainsFunc(h, func(m Membership) bool { return m.Parent != "" && m.Parent != string(k) }) {
			own[string(k)] = h
		}
	}
	p := &Parents{of: make(map[string]int, len(own)), ints: map[int64]int{}, start: []int{0}}
	for _, k := range keys {
		name := string(k)
		if _, member := own[name]; !member {
			continue
		}
		if err := p.resolve(name, own); err != nil {
			return nil, err
		}
		n := len(p.start) - 1
		p.of[name] = n
		if x, ok := key.ParseInt(k); ok {
			p.ints[x] = n
		}
		p.start = append(p.start, len(p.from))
	}
	return p, nil
}

// upTo is how many memberships begin on or before a day.
func upTo(h []Membership, day Day) int {
	n, found := slices.BinarySearchFunc(h, day, func(m Membership, d Day) int { return int(m.From) - int(d) })
	if found {
		n++
	}
	return n
}

// resolve appends the periods of a member: from the beginning of time, it climbs the chain, and again
// from each day on which any link of the chain changes.
func (p *Parents) resolve(name string, own map[string][]Membership) error {
	last := ""
	for day := noDay; ; {
		root, next, err := climb(name, own, day)
		if err != nil {
			return err
		}
		if root != last {
			p.from, p.root = append(p.from, day), append(p.root, []byte(root))
			last = root
		}
		if next == noDay {
			return nil
		}
		day = next
	}
}

// maxChain is how many parents one above the other are climbed: more than any group of companies has.
const maxChain = 64

// climb is the root of a chain on a day, and the next day on which a link of it changes; noDay = none.
func climb(name string, own map[string][]Membership, day Day) (root string, next Day, err error) {
	next = noDay
	chain := []string{name}
	for len(chain) <= maxChain {
		h := own[name]
		n := upTo(h, day)
		if n < len(h) && (next == noDay || h[n].From < next) {
			next = h[n].From
		}
		if n == 0 || h[n-1].Parent == "" || h[n-1].Parent == name {
			return name, next, nil
		}
		name = h[n-1].Parent
		if at := slices.Index(chain, name); at >= 0 {
			return "", noDay, chainError("go in a circle", append(chain[at:], name), day)
		}
		chain = append(chain, name)
	}
	return "", noDay, chainError(fmt.Sprintf("are more than %d levels deep", maxChain), chain, day)
}

// chainError says what is wrong with a chain of parents.
func chainError(what string, chain []string, day Day) error {
	when := ""
	if day != noDay {
		when = " on " + day.String()
	}
	return &ConfigError{fmt.Sprintf("the parents of accounts %s%s: %s; correct the parent column so that every chain ends", what, when, showChain(chain))}
}

// showChain shows a chain, a long one by its ends.
func showChain(chain []string) string {
	const most = 8
	shown := make([]string, 0, most)
	for i, k := range chain {
		if i == most-1 && len(chain) > most {
			shown = append(shown, "…", clip(chain[len(chain)-1]))
			break
		}
		shown = append(shown, clip(k))
	}
	return strings.Join(shown, " → ")
}

// find is the number of a member.
func (p *Parents) find(k []byte) (member int, ok bool) {
	if p == nil {
		return 0, false
	}
	member, ok = p.of[string(k)]
	return member, ok
}

// period is the number of a member's period that a day is in.
func (p *Parents) period(member int, day Day) int {
	lo, hi := p.start[member], p.start[member+1]
	for hi--; hi > lo && p.from[hi] > day; hi-- {
	}
	return hi
}

// Root is the group of a key on a day: itself where it is in none, or without parents.
func (p *Parents) Root(k []byte, day Day) []byte {
	if m, ok := p.find(k); ok {
		return p.root[p.period(m, day)]
	}
	return k
}

// ever reports whether a member has ever belonged to a group.
func (p *Parents) ever(member int, group []byte) bool {
	return slices.ContainsFunc(p.root[p.start[member]:p.start[member+1]], func(root []byte) bool { return bytes.Equal(root, group) })
}
