package segment

import (
	"mainstay/ingest"
	"mainstay/internal/num"
)

// The candidates for churn, simplest first. The first is the naive rule that stands in where there
// is no tournament.
const (
	recencyRuleName = "recency-rule"
	chainName       = "chain"
	logisticName    = "logistic"
)

var churnCandidates = []string{recencyRuleName, chainName, logisticName}

// Probabilities are kept this far from 0 and 1: nobody knows a customer better than one in a
// thousand, and one confident error must not decide a tournament by log loss.
const (
	leastChurn = 0.001
	mostChurn  = 1 - leastChurn
)

func clampChurn(p float64) float64 { return min(max(p, leastChurn), mostChurn) }

// churnModel gives the probability that a customer at risk has no purchase day in the next churn
// horizon, with an interval.
type churnModel interface {
	churn(p *panel, i int, level float64) (prob, low, high float64)
}

// trained is a fitted candidate. Model is nil, and Note says why, where it cannot be used.
type trained[M any] struct {
	Model M
	OK    bool // certified: may be used for scores
	Note  string
	Fits  []*Model // what is published of it; none for rules
}

// refused is a candidate that may not be used, and why.
func refused[M any](note string) trained[M] { return trained[M]{Note: note} }

// trainChurn fits one candidate on what is known on the origin day. chain is the chain of that day.
func (b *study) trainChurn(name string, train []*panel, chain *chainModel) trained[churnModel] {
	switch name {
	case recencyRuleName:
		return trainRecencyRule(b, train)
	case chainName:
		if !chain.certified() {
			return trained[churnModel]{Note: chain.why(), Fits: chain.published()}
		}
		return trained[churnModel]{Model: chain, OK: true, Fits: chain.published()}
	}
	return trainLogistic(b, train)
}

func unit(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// certificateNote is the last remark of a certificate that is not certified, as a rule the one that refused it.
func certificateNote(c *num.Certificate) string {
	if len(c.Warnings) == 0 {
		return num.WarnNotConverged + ": the fit is not certified"
	}
	w := c.Warnings[len(c.Warnings)-1]
	return w.Code + ": " + w.Message
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
