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

// profilesOn are the profiles of a day, with the contracts in force on it.
func (b *Book) profilesOn(day ingest.Day) []Profile {
	profiles := Profiles(b.Ledger, day, b.Clock.Horizon, b.Threads)
	if b.held != nil {
		for i := range profiles {
			p := &profiles[i]
			p.Contract = b.held.open(p.Shard, p.Row, day)
		}
	}
	return profiles
}
