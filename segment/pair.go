package segment

import (
	"slices"

	"mainstay/ingest"
)

// pair is the book on its day and on an earlier one: the same horizon and basis, the classes and
// conditions of each day. Attributes of accounts without valid_from are today's on both.
type pair struct {
	now, then     *Book
	before        []int32 // by profile of now: the profile of then, −1 without a row then
	inNow, inThen []bool  // by member: whether the condition holds
}

// pair looks back to an earlier day. Errors are those of OpenBook and Where.
func (b *Book) pair(day ingest.Day, where string) (*pair, error) {
	then, err := b.Before(day)
	if err != nil {
		return nil, err
	}
	p := &pair{now: b, then: then, before: then.Profiles.among(b.Profiles)}
	if p.inNow, err = b.Where(where); err != nil {
		return nil, err
	}
	p.inThen, err = then.Where(where)
	return p, err
}

// among are, by profile of a later day, the customer's profile among p, −1 without one. Customers never leave, so
// that those of p are among them in the same order.
func (p *Profiles) among(later *Profiles) []int32 {
	at := make([]int32, later.Len())
	for k := range ingest.Shards {
		lo, hi := later.OfShard(k)
		j, end := p.OfShard(k)
		for i := lo; i < hi; i++ {
			at[i] = -1
			if j < end && p.Row(k, j) == later.Row(k, i) {
				at[i] = int32(j)
				j++
			}
		}
	}
	return at
}

// pairing is one scheme on both days of a pair, over one list of names: those of now in their order,
// then those that only then had.
type pairing struct {
	Scheme    string
	Names     []string
	Natural   bool
	Order     int8    // see Grouping
	Now, Then []int32 // by member of the day: index into Names, −1 = not in this scheme
}

// group groups the members of both days by a scheme. Errors are those of Group.
func (p *pair) group(scheme string) (*pairing, error) {
	now, err := p.now.Group(scheme)
	if err != nil {
		return nil, err
	}
	then, err := p.then.Group(scheme)
	if err != nil {
		return nil, err
	}
	g := &pairing{Scheme: now.Scheme, Names: slices.Clone(now.Names), Natural: now.Natural, Order: now.Order, Now: now.Of, Then: then.Of}
	index := make(map[string]int32, len(now.Names))
	for k, name := range now.Names {
		index[name] = int32(k)
	}
	translate := make([]int32, len(then.Names))
	for k, name := range then.Names {
		at, known := index[name]
		if !known {
			at = int32(len(g.Names))
			g.Names = append(g.Names, name)
		}
		translate[k] = at
	}
	for m, k := range g.Then {
		if k >= 0 {
			g.Then[m] = translate[k]
		}
	}
	return g, nil
}
