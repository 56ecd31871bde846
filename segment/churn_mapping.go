package segment

import (
	"fmt"
	"math"
	"slices"

	"mainstay/internal/num"
	"mainstay/regress/evaluate"
)

// Correction is how a champion's probabilities are corrected by how such probabilities came true before, and what that does on the
// last fold, which had no part in it.
type Correction struct {
	Mapping               *evaluate.Mapping // nil where there was too little to learn from; its method is none where nothing helps
	Note                  string            // why Mapping is nil
	LastBefore, LastAfter float64           `store:"loose"` // log loss on the last fold; NaN without one
}

const (
	leastMapped  = 100  // events, and as many others, on each side: with fewer a mapping follows chance
	mappingLevel = 0.95 // by which a mapping must help, one-sided
)

// correction learns a mapping (isotonic or Platt's, see evaluate.LearnMapping) for the champion of a contest. It learns from the
// choosing folds but the newest, and is kept only if it helps there, with other customers: forward in time, and no customer on both sides.
func correction(c *contest[chanceModel]) *Correction {
	out := &Correction{LastBefore: math.NaN(), LastAfter: math.NaN()}
	if !c.contested {
		out.Note = "no tournament"
		return out
	}
	var learn, held evaluate.Rows
	pred := c.trials[c.champion].pred
	for f := 1; f < len(pred); f++ {
		into, half := &learn, uint32(0)
		if f == 1 {
			into, half = &held, 1
		}
		for i, p := range pred[f] {
			if id := c.arena.ids[f][i]; drawn(id, forMapping)&1 == half {
				into.Y, into.P, into.Cluster = append(into.Y, c.arena.actual[f][i]), append(into.P, p), append(into.Cluster, id)
			}
		}
	}
	for _, side := range []*evaluate.Rows{&learn, &held} {
		if events := int(num.Sum(side.Y)); min(events, len(side.Y)-events) < leastMapped {
			out.Note = fmt.Sprintf("%s: a mapping needs %d outcomes of each kind to learn from and as many to be judged by", num.WarnTooFew, leastMapped)
			return out
		}
	}
	m, err := evaluate.LearnMapping(&learn, &held, mappingLevel)
	if err != nil {
		out.Note = err.Error()
		return out
	}
	out.Mapping = m
	if last := pred[0]; len(last) > 0 {
		out.LastBefore, out.LastAfter = evaluate.LogLoss(c.arena.actual[0], last), evaluate.LogLoss(c.arena.actual[0], out.apply(last))
	}
	return out
}

// Changes reports whether probabilities are corrected at all.
func (c *Correction) Changes() bool {
	return c != nil && c.Mapping != nil && c.Mapping.Method != evaluate.Unchanged
}

// one is a probability corrected. What is certain (a contract's bound) stays.
func (c *Correction) one(p float64) float64 {
	if p == 0 || p == 1 {
		return p
	}
	return clampChance(c.Mapping.Apply(p))
}

// apply corrects probabilities.
func (c *Correction) apply(pred []float64) []float64 {
	if !c.Changes() || pred == nil {
		return pred
	}
	out := slices.Clone(pred)
	for i, p := range out {
		out[i] = c.one(p)
	}
	return out
}

// around wraps the model that scores.
func (c *Correction) around(m chanceModel) chanceModel {
	if !c.Changes() || m == nil {
		return m
	}
	return &mappedModel{m, c}
}

// told are the champion's predictions by fold as they would be published.
func told(c *contest[chanceModel], by *Correction) [][]float64 {
	pred := slices.Clone(c.trials[c.champion].pred)
	for f := range pred {
		pred[f] = by.apply(pred[f])
	}
	return pred
}

// mappedModel corrects the probabilities of a model, and the ends of their intervals: a mapping keeps order.
type mappedModel struct {
	Model      chanceModel
	Correction *Correction
}

func (m *mappedModel) inner() chanceModel { return m.Model }

func (m *mappedModel) chance(p *panel, i int, level float64) (prob, low, high float64) {
	prob, low, high = m.Model.chance(p, i, level)
	if math.IsNaN(prob) || high == 0 { // what is certain stays
		return prob, low, high
	}
	prob = m.Correction.one(prob)
	return prob, min(m.Correction.Mapping.Apply(low), prob), max(m.Correction.Mapping.Apply(high), prob)
}
