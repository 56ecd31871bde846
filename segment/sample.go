package segment

import "mainstay/ingest"

// Sample says from how many of the customers the models learnt.
type Sample struct{ Customers, Of int }

// Whole reports whether everybody was learnt from.
func (s Sample) Whole() bool { return s.Customers == s.Of }

// share is the part of the customers that was learnt from.
func (s Sample) share() float64 { return float64(s.Customers) / float64(max(s.Of, 1)) }

// learntFrom counts the sample.
func (b *study) learntFrom() Sample {
	_, n := b.Profiles.OfShard(b.sample - 1)
	return Sample{n, b.Profiles.Len()}
}

// sampleShards is how many shards the models learn from: as few, from the first on, as hold fit_customers
// customers. A shard is a fixed hash of the key, so whole shards are a random sample of the customers, the
// same on every machine and, but for who joins, every night.
func sampleShards(b *Book) int {
	if b.Config.FitCustomers == 0 {
		return ingest.Shards
	}
	for k := range ingest.Shards {
		if _, n := b.Profiles.OfShard(k); n >= b.Config.FitCustomers {
			return k + 1
		}
	}
	return ingest.Shards
}

// What customers are dealt out for: draws for different ends are independent.
const (
	forSample uint32 = iota + 1
	forFold
	forHalf
	forMapping
	forHazard
	forLives
	forSpend
	forLatent
)

// drawn is a number that knows nothing of the customer: a hash (the finaliser of MurmurHash3, Appleby 2011) of its running number.
func drawn(id int32, end uint32) uint32 {
	h := uint32(id) ^ end*0x9e3779b9
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return h ^ h>>16
}

// oneOf reports whether a customer is among a step-th of them, drawn for an end.
func oneOf(id int32, end uint32, step int) bool { return step <= 1 || drawn(id, end)%uint32(step) == 0 }
