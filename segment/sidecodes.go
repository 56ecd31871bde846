package segment

import (
	"math"

	"mainstay/ingest"
)

// latestCodes are, by side table of the Ledger and by customer, the latest codes (see latestCode) as of the book's day. One scan finds
// those of all side tables when the first is asked for: whoever asks for one mostly asks for others, and a scan costs more than a table. Where
// the accounts say something under every name of a side table, nobody asks for its code, and it is left 0.
func (b *Book) latestCodes() []codes {
	all, _ := b.latest.get(func() ([]codes, error) {
		out, said := make([]codes, len(b.Ledger.Sides)), make([]func(i int) bool, len(b.Ledger.Sides))
		for side := range out {
			out[side] = newCodes(b.Profiles.Len(), len(b.Ledger.Sides[side].Values))
			said[side] = b.saidOf(&b.Ledger.Sides[side])
		}
		b.Ledger.Scan(b.Threads, func(k int, s *ingest.Shard) {
			lo, hi := b.Profiles.OfShard(k)
			for side := range out {
				for i := lo; i < hi; i++ {
					if !said[side](i) {
						out[side].set(i, latestCode(s, side, b.Profiles.Row(k, i), b.Clock.AsOf))
					}
				}
			}
		})
		return out, nil
	})
	return all
}

// saidOf reports of a customer whether the accounts say something under both names of a side table.
func (b *Book) saidOf(side *ingest.SideInfo) func(i int) bool {
	var given [2]*Attribute
	for k, name := range [...]string{side.Role, side.Column} {
		if b.Accounts != nil {
			given[k] = b.accountAttribute(identifier(name))
		}
		if given[k] == nil {
			return func(int) bool { return false }
		}
	}
	role, column := given[0].said(), given[1].said()
	if identifier(side.Role) == identifier(side.Column) {
		return role
	}
	return func(i int) bool { return role(i) && column(i) }
}

// said reports of a member whether the accounts say something. Goroutines may share it.
func (a *Attribute) said() func(m int) bool {
	if a.texts == nil {
		return func(m int) bool { return !math.IsNaN(a.number(m)) }
	}
	blank := a.texts.Blank()
	return func(m int) bool {
		row := a.book.accountRow(m)
		return row >= 0 && !blank[a.texts.Code(row)]
	}
}

// codes is a column of small numbers: a byte each where less than 256 differ, as in most categories.
type codes struct {
	narrow []uint8
	wide   []uint32
}

func newCodes(n, different int) codes {
	if different <= math.MaxUint8+1 {
		return codes{narrow: make([]uint8, n)}
	}
	return codes{wide: make([]uint32, n)}
}

func (c *codes) at(i int) uint32 {
	if c.narrow != nil {
		return uint32(c.narrow[i])
	}
	return c.wide[i]
}

func (c *codes) set(i int, v uint32) {
	if c.narrow != nil {
		c.narrow[i] = uint8(v)
	} else {
		c.wide[i] = v
	}
}

// latestCode is the code of a side table for customer i as of a day, 0 (empty) without one.
func latestCode(s *ingest.Shard, side, i int, asOf ingest.Day) uint32 {
	t := s.Side(side)
	lo, hi := s.Cells(i)
	for j := hi - 1; j >= lo; j-- {
		if s.Day[j] > asOf {
			continue
		}
		var best, lines uint32
		for e := t.Start[j]; e < t.Start[j+1]; e++ {
			// Codes ascend in the order of the values' bytes: the first of equals is the smallest.
			if t.Code[e] != 0 && t.Lines[e] > lines {
				best, lines = t.Code[e], t.Lines[e]
			}
		}
		if best != 0 {
			return best
		}
	}
	return 0
}
