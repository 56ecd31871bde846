package segment

import (
	"mainstay/ingest"
	"mainstay/internal/num"
)

// The candidates for churn.
const (
	recencyRuleName = "recency-rule"
	pooledName      = "pooled"
	firthName       = "firth"
	chainName       = "chain"
	logisticName    = "logistic"
	attritionName   = "attrition"
	netName         = "net"
	hazardName      = "hazard"
)

var churnCandidates = []candidate[chanceModel]{
	{name: recencyRuleName, train: trainRecencyRule},
	{name: pooledName, train: trainPooled},
	{name: firthName, offered: firthSized, train: trainFirth},
	{name: chainName, large: true, train: trainChain},
	{name: logisticName, large: true, train: trainLogistic},
	{name: attritionName, large: true, train: trainLatentChurn},
	{name: netName, large: true, offered: widens, train: trainNet},
	{name: hazardName, large: true, offered: hazardOffered, train: trainHazard},
}

// Probabilities are kept this far from 0 and 1: nobody knows a customer better than one in a
// thousand, and one confident error must not decide a tournament by log loss.
const (
	leastChance = 0.001
	mostChance  = 1 - leastChance
)

func clampChance(p float64) float64 { return min(max(p, leastChance), mostChance) }

// chanceModel gives the probability that something comes of a customer at risk within the label (churn: no purchase day in the
// next churn horizon), with an interval at a level. Level 0 asks for the probability alone, which costs much less: the ends are then anything.
type chanceModel interface {
	chance(p *panel, i int, level float64) (prob, low, high float64)
}

// wrapper is a model that corrects another.
type wrapper interface {
	chanceModel
	inner() chanceModel
}

// innermost is the model that wrappers correct: the one that has reasons.
func innermost(m chanceModel) chanceModel {
	for {
		w, ok := m.(wrapper)
		if !ok {
			return m
		}
		m = w.inner()
	}
}

// statesInUse are the states of the customers at risk on a day, of the first shards: those whom a chain of that
// day must be able to speak of.
func (b *study) statesInUse(shards int, day ingest.Day) []bool {
	parts := make([][]bool, shards)
	windows := newRolling(day, b.Clock.First, b.Clock.Period)
	b.Ledger.ScanFirst(shards, b.Threads, func(k int, sh *ingest.Shard) {
		used := make([]bool, len(b.states.Names))
		for i := range sh.Customers() {
			if state := b.stateOn(day, windows, k, sh, i); state >= 0 {
				used[state] = true
			}
		}
		parts[k] = used
	})
	return num.Tree(parts, func(into, from []bool) []bool {
		for i, u := range from {
			into[i] = into[i] || u
		}
		return into
	})
}

// usedToday are those of all customers on the as-of date.
func (b *study) usedToday() []bool {
	used, _ := b.used.get(func() ([]bool, error) { return b.statesInUse(ingest.Shards, b.Clock.AsOf), nil })
	return used
}

// stateOn is the state of customer i of shard k on a day, as observeOne finds it; −1 for one who is not at risk. No
// stage is above established, so that cells before those of that many purchase periods are not looked at.
func (b *study) stateOn(day ingest.Day, windows *rolling, k int, sh *ingest.Shard, i int) int {
	lo, hi := sh.Cells(i)
	purchases, quiet, recency := 0, 0, -1
	for j, at, last := hi-1, 0, -1; j >= lo && purchases < establishedFrom; j-- {
		if sh.Day[j] > day || !b.Ledger.Purchase(sh, j) {
			continue
		}
		if recency < 0 {
			recency = int(day - sh.Day[j])
			if recency >= b.Clock.Horizon && !b.held.open(int32(k), int32(i), day) {
				return -1
			}
		}
		if at = windows.window(sh.Day[j], at); at != last {
			if last < 0 {
				quiet = at
			}
			last = at
			purchases++
		}
	}
	if recency < 0 {
		return -1
	}
	return b.states.scored(purchases, quiet, min(recency, b.Clock.Horizon-1), b.Clock.Horizon)
}
