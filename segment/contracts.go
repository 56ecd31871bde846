package segment

import (
	"mainstay/ingest"
	"mainstay/ingest/table"
)

// holdings are the contracts of the Ledger's customers. Nil without contracts.
type holdings struct {
	ends string // when their ends were known, see table.EndsPlanned
	rows customerRows[table.Contract]
}

func newHoldings(l *ingest.Ledger, c *table.Contracts, threads int) *holdings {
	if c == nil {
		return nil
	}
	return &holdings{ends: c.Ends, rows: byCustomer(l, c.Of, threads)}
}

// contracts are those of a customer.
func (h *holdings) contracts(shard, row int32) []table.Contract {
	if h == nil {
		return nil
	}
	return h.rows.of(shard, row)
}

// open reports whether a customer has a contract in force on a day.
func (h *holdings) open(shard, row int32, day ingest.Day) bool {
	for _, c := range h.contracts(shard, row) {
		if c.Open(int32(day)) {
			return true
		}
	}
	return false
}

// standing is what a customer's contracts say on a day, by what was known on it.
type standing struct {
	until  int32 // last day on which a contract is certain to be in force, NoDay where that is unknown
	length int32 // of the contract that ends on until, in days; 0 where its end is not known
	begun  int16 // contracts so far
	open   bool  // one is in force
	ending bool  // the end of every one in force is known: without another, it ends on until
}

// on is the standing of a customer on a day.
func (h *holdings) on(shard, row int32, day ingest.Day) standing {
	s := standing{until: table.NoDay}
	if h == nil {
		return s
	}
	s.ending = true
	all := h.rows.of(shard, row)
	for i := range all {
		c := &all[i]
		if c.Start > int32(day) {
			continue
		}
		s.begun = min(s.begun+1, 1<<15-2)
		if c.Open(int32(day)) {
			s.open = true
			end := c.KnownEnd(h.ends, int32(day))
			if until := c.HeldUntil(h.ends, int32(day)); until > s.until {
				s.until, s.length = until, 0
				if end != table.NoDay {
					s.length = end - c.Start + 1
				}
			}
			s.ending = s.ending && end != table.NoDay
		}
	}
	s.ending = s.ending && s.open
	return s
}

// holds reports whether a contract is certain to be in force at the end of a horizon that begins after the day: its customer cannot be lost by then.
func (s *standing) holds(day ingest.Day, horizon int) bool {
	return s.open && s.until != table.NoDay && int(s.until) >= int(day)+horizon
}

// profilesOn are the profiles of a day, with the contracts in force on it, of the customers of the first shards.
func (b *Book) profilesOn(day ingest.Day, shards int) *Profiles {
	p := profilesOfFirst(b.Ledger, shards, day, b.Clock.Horizon, b.Threads)
	b.held.mark(p, day)
	return p
}

// mark notes the contracts in force on a day.
func (h *holdings) mark(p *Profiles, day ingest.Day) {
	if h == nil {
		return
	}
	p.contract = make([]bool, p.Len())
	for k := range h.rows {
		lo, hi := p.OfShard(k)
		for i := lo; i < hi; i++ {
			p.contract[i] = h.open(int32(k), int32(p.Row(k, i)), day)
		}
	}
}
