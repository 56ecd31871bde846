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

// chainOn fits the chain on the periods closed on or before the origin. used are the states of
// the customers at risk, whom its predictions are for.
func (b *study) chainOn(origin ingest.Day, p *panel) *chainModel {
	used := make([]bool, len(b.states.Names))
	for i := range p.Subjects {
		if s := &p.Subjects[i]; s.atRisk {
			used[s.state] = true
		}
	}
	return newChainModel(b, countStates(b.Ledger, b.Clock, origin, b.states, b.Threads), used)
}
