package segment

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"mainstay/ingest"
)

// Kinds of moves between two days.
const (
	MoveSame    = "same"
	MoveUp      = "up"
	MoveDown    = "down"
	MoveOther   = "moved"   // between segments that have no order
	MoveEntered = "entered" // not in the scheme, or the condition, then
	MoveLeft    = "left"    // no longer
)

// Move counts the customers who were in one segment then and are in another now. From is empty for those
// who entered, To for those who left.
type Move struct {
	From, To, Kind string
	Customers      int
	Lapsed         int     // of them, at risk then and not now
	Then, Now      int64   // their net revenue of the 12 months to each day, at the Ledger's scale
	Share          float64 // of the customers of From; NaN for those who entered
	Low, High      float64 // Wilson's 95 % interval
}

// Migration is what became of the segments of one scheme from one day to another.
type Migration struct {
	Scheme   string
	Then     ingest.Day
	Ordered  bool     // the segments have an order, so that there is up and down
	Segments []string // all names, those of today first
	Moves    []Move   // by From, then To, in that order, entered last; only those that occur
}

// Migrations compare segmentations as of an earlier day with those of the book's day: the same horizon and
// basis, classes and conditions of each day (attributes of accounts without valid_from are today's). Customers only; a
// customer counts on a day when it has a segment and where holds. The rows of a segment add up to its
// customers then, the columns to those of now. Errors are *ingest.ConfigError, those of OpenBook, and the context's.
func (b *Book) Migrations(ctx context.Context, day ingest.Day, by []string, where string) ([]Migration, error) {
	if day >= b.Clock.AsOf || day < b.Clock.First {
		return nil, &ingest.ConfigError{Msg: fmt.Sprintf("%s cannot be compared with %s: expected an earlier day, not before the export's first, %s", day, b.Clock.AsOf, b.Clock.First)}
	}
	p, err := b.pair(day, where)
	if err != nil {
		return nil, err
	}
	var all []Migration
	err = eachScheme(ctx, by, p.group, func(_ string, g *pairing) error {
		all = append(all, p.migration(g))
		return nil
	})
	return all, cmp.Or(err, b.Ledger.Err())
}

// migration counts the moves of one scheme.
func (p *pair) migration(g *pairing) Migration {
	none := int32(len(g.Names)) // who is not in the scheme
	moves := make(map[[2]int32]*Move)
	sizes := make([]int, len(g.Names))
	for i := range p.now.Profiles.Len() {
		from, to := none, none
		if k := g.Now[i]; k >= 0 && p.inNow[i] {
			to = k
		}
		if j := p.before[i]; j >= 0 && p.inThen[j] && g.Then[j] >= 0 {
			from = g.Then[j]
			sizes[from]++
		}
		if from == none && to == none {
			continue
		}
		m := moves[[2]int32{from, to}]
		if m == nil {
			m = &Move{}
			moves[[2]int32{from, to}] = m
		}
		p.count(m, i)
	}
	out := Migration{Scheme: g.Scheme, Then: p.then.Clock.AsOf, Ordered: g.Order != 0, Segments: g.Names}
	pairs := slices.SortedFunc(maps.Keys(moves), func(x, y [2]int32) int { return slices.Compare(x[:], y[:]) })
	for _, pair := range pairs {
		m, from, to := moves[pair], pair[0], pair[1]
		m.Kind = g.kindOfMove(from, to)
		m.Share, m.Low, m.High = math.NaN(), math.NaN(), math.NaN()
		if from < none {
			m.From = g.Names[from]
			m.Share, m.Low, m.High, _ = wilson(m.Customers, sizes[from], retentionLevel)
		}
		if to < none {
			m.To = g.Names[to]
		}
		out.Moves = append(out.Moves, *m)
	}
	return out
}

// count adds customer i of now to a move.
func (p *pair) count(m *Move, i int) {
	m.Customers++
	m.Now += p.now.Profiles.Net12.At(i)
	j := int(p.before[i])
	if j < 0 {
		return
	}
	m.Then += p.then.Profiles.Net12.At(j)
	if p.then.atRisk(j) && !p.now.atRisk(i) {
		m.Lapsed++
	}
}

// kindOfMove compares two segments, len(Names) being none. What is unknown is neither up nor down.
func (g *pairing) kindOfMove(from, to int32) string {
	none := int32(len(g.Names))
	switch {
	case from == none:
		return MoveEntered
	case to == none:
		return MoveLeft
	case from == to:
		return MoveSame
	case g.Order == 0 || g.Names[from] == unknown || g.Names[to] == unknown:
		return MoveOther
	case (to > from) == (g.Order > 0):
		return MoveUp
	}
	return MoveDown
}
