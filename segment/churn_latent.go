package segment

import (
	"mainstay/markov/attrition"
)

// latentChurn is the probability of no purchase day within the churn horizon,
//
//	P(X(T, T+H) = 0 | x, t.x, T) = L(x, t.x, T+H) ÷ L(x, t.x, T),
//
// not that of having left: who stays may be silent as long. Interval: delta method on the logit scale.
//
// Whoever is under contract says so when leaving, and is sent to another model: the hazard of silence within a horizon, by Firth's regression of those under
// contract, or their rate; what the contract's end does follows (see underContract).
type latentChurn struct {
	Law   law
	Bound chanceModel // of who is under contract; nil in a book without contracts

	study *study
	fit   *attrition.Fit
	read  *attrition.Reader
}

// boundSet is what silence under contract is told by.
var boundSet = columnSet{keep: named("log_recency", "log_frequency_12m", "log_tenure")}

// mostBound bounds the rows of that regression.
const mostBound = 20_000

func trainLatentChurn(b *study, at *origin) trained[chanceModel] {
	l := b.law(at)
	if l.fit == nil {
		return trained[chanceModel]{Note: l.note, Fits: l.tried}
	}
	t := trained[chanceModel]{OK: true, Note: l.note, Fits: append([]*Model(nil), l.tried...)}
	m := &latentChurn{Law: l.law()}
	if err := m.open(b); err != nil {
		return refused[chanceModel](err.Error())
	}
	if b.held != nil {
		bound := trainBound(b, at.train)
		if !bound.OK {
			return trained[chanceModel]{Note: bound.Note, Fits: append(t.Fits, bound.Fits...)}
		}
		m.Bound, t.Fits = bound.Model, append(t.Fits, bound.Fits...)
	}
	t.Model = m
	return t
}

// open readies what is known by its exported fields for questions. The error is of parameters that are none.
func (m *latentChurn) open(b *study) (err error) {
	if m.fit, err = m.Law.fit(); err != nil {
		return err
	}
	m.study, m.read = b, b.reader(m.fit, float64(b.Clock.Horizon), 0)
	return nil
}

// trainBound learns from those under contract; where nobody was, from all.
func trainBound(b *study, train []*panel) trained[chanceModel] {
	open := outcome{func(s *subject) bool { return canLeave(s) && s.contract.open }, churned.came}
	n, _ := open.count(train)
	if n == 0 {
		return pooledOf(b, train, churned)
	}
	t := fitFirth(b, train, boundSet, open.among(n, mostBound, forLatent), attritionName+": under contract")
	if t.OK {
		return t
	}
	return pooledOf(b, train, open)
}

// of is the model that speaks of a customer, nil where it is the law.
func (m *latentChurn) of(s *subject) chanceModel {
	if s.contract.open {
		return m.Bound
	}
	return nil
}

func (m *latentChurn) chance(p *panel, i int, level float64) (prob, low, high float64) {
	s := &p.Subjects[i]
	if other := m.of(s); other != nil {
		return other.chance(p, i, level)
	}
	c := s.customer()
	prob = clampChance(m.read.Silent(c))
	if level == 0 {
		return prob, 0, 1
	}
	e := m.fit.Silent(c, float64(m.study.Clock.Horizon)/latentUnit, level)
	return prob, min(e.Low, prob), max(e.High, prob)
}

// LatentWhy is of latent attrition: with so many purchase Days in Tenure days, the last Recency days ago, the customer is still one with probability Alive, and
// buys nothing within the horizon with Silent, alive or not.
type LatentWhy struct {
	Law                        string
	Days, Tenure, Recency      int
	Alive, AliveLow, AliveHigh float64 // NaN ends where it is certain
	Silent                     float64
}

func (m *latentChurn) explain(p *panel, i int, level float64) *LatentWhy {
	s := &p.Subjects[i]
	alive := m.fit.Alive(s.customer(), level)
	silent, _, _ := m.chance(p, i, 0)
	return &LatentWhy{lawName(m.fit), int(s.rhythm.days), int(s.rhythm.tenure), int(s.recency), alive.Value, alive.Low, alive.High, silent}
}
