package segment

import (
	"mainstay/ingest"
	"mainstay/ingest/table"
	"mainstay/internal/num"
)

// holdings are the contracts of the Ledger's customers: by shard, then by row. Nil without contracts.
type holdings []map[int32][]table.Contract

func newHoldings(l *ingest.Ledger, c *table.Contracts, threads int) holdings {
	if c == nil {
		return nil
	}
	h := make(holdings, ingest.Shards)
	num.Blocks(ingest.Shards, 1, threads, func(s, _, _ int) {
		h[s] = map[int32][]table.Contract{}
		for i := range l.ShardCustomers(s) {
			if contracts := c.Of(l.Key(s, i)); contracts != nil {
				h[s][int32(i)] = contracts
			}
		}
	})
	return h
}

// open reports whether a customer has a contract in force on a day.
func (h holdings) open(shard, row int32, day ingest.Day) bool {
	if h == nil {
		return false
	}
	for _, c := range h[shard][row] {
		if c.Open(int32(day)) {
			return true
		}
	}
	return false
}

// profilesOn are the profiles of a day, with the contracts in force on it, of the customers of the first shards.
func (b *Book) profilesOn(day ingest.Day, shards int) *Profiles {
	p := profilesOfFirst(b.Ledger, shards, day, b.Clock.Horizon, b.Threads)
	b.held.mark(p, day)
	return p
}

// mark notes the contracts in force on a day.
func (h holdings) mark(p *Profiles, day ingest.Day) {
	if h == nil {
		return
	}
	p.contract = make([]bool, p.Len())
	for k := range h {
		lo, hi := p.OfShard(k)
		for i := lo; i < hi; i++ {
			p.contract[i] = h.open(int32(k), int32(p.Row(k, i)), day)
		}
	}
}
