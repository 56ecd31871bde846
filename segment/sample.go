package segment

import "mainstay/ingest"

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
