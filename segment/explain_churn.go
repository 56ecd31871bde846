package segment

// StateWhy is the member's state on the as-of date and what the closed periods say of it: its row of
// the transition matrix, most likely first.
type StateWhy struct {
	State    string
	Purchase int     // rolling periods with a purchase day: what the stage counts
	Own      float64 // mean value per such period
	Row      []Transition
}

func (a *analysis) explainState(s *subject) *StateWhy {
	w := &StateWhy{State: a.states.Names[s.state], Purchase: int(s.periods), Own: s.spend}
	for _, t := range a.result.Transitions {
		if t.Scheme == schemeStates && t.From == w.State && t.Count > 0 {
			w.Row = append(w.Row, t)
		}
	}
	return w
}

// ChurnWhy takes a churn probability apart, the way its model made it: exactly one of the four parts is
// set.
type ChurnWhy struct {
	Model    string
	Mean     float64      // mean churn probability of the customers at risk
	Before   float64      // the probability before it was corrected by experience (see Correction); 0 where it was not
	Contract *ContractWhy // nil in a book without contracts
	Linear   *LinearWhy
	Chain    *ChainWhy
	Rule     *RuleWhy
	Latent   *LatentWhy
}

// LinearWhy is a churn probability on the link scale of its model:
//
//	link p = Baseline + Σ Share,   Share = shrink·(x − mean)·β
//
// p is then kept within [0.001, 0.999].
type LinearWhy struct {
	Baseline Baseline
	At       float64 // link p
	Shrink   float64
	Terms    []Term // in the order of the columns
}

// Term is one part of a linear predictor. Share is on the link scale, or in money units.
type Term struct {
	Name, Reason, Doc        string
	Value, Mean, Coef, Share float64
}

// ChainWhy is the probability of no purchase within the horizon from a state of the chain, which may be
// coarser than the member's (see chainModel). Silence[k] is the probability of no purchase in the
// first k+1 periods, the last up to Periods, which may be no whole number: the last is the score, before it
// is kept within [0.001, 0.999].
type ChainWhy struct {
	State      string
	Departures int64 // moves out of the state behind it
	Periods    float64
	Silence    []float64
	SE         float64
}

// RuleWhy is the rate observed in training among customers whose silence fell into the same third of the
// horizon, or beyond it where a contract held them: From ≤ days < To. N is the number of independent observations it is worth.
type RuleWhy struct {
	From, To  int
	Everybody bool // the rate is that of all, however long they were silent
	Rate, N   float64
}

func (a *analysis) explainChurn(p *panel, i int) *ChurnWhy {
	w := &ChurnWhy{Model: a.result.ChurnModel, Mean: a.scored.meanChurn()}
	if m, ok := a.scorer.churn.(*mappedModel); ok {
		w.Before, _, _ = m.Model.chance(p, i, 0)
	}
	if u := contractOf(a.scorer.churn); u != nil {
		w.Contract = u.explain(p, i, a.Config.Level)
	}
	model := innermost(a.scorer.churn)
	if law, ok := model.(*latentChurn); ok && law.of(&p.Subjects[i]) != nil {
		model = law.of(&p.Subjects[i])
	}
	switch m := model.(type) {
	case explainer:
		w.Linear = m.explain(p, i)
	case *chainModel:
		w.Chain = m.explain(m.Fold[p.Subjects[i].state])
	case *pooled:
		w.Rule = m.explain(a.Clock.Span())
	case *recencyRule:
		w.Rule = m.explain(p.Subjects[i].recency)
	case *latentChurn:
		w.Latent = m.explain(p, i, a.Config.Level)
	default:
		return nil // nothing is known
	}
	return w
}

// explain follows the silence of a state of the chain, period by period.
func (m *chainModel) explain(state int) *ChainWhy {
	w := &ChainWhy{State: m.States[state], Departures: m.Leave[state], Periods: m.horizon, SE: m.SilentSE[state]}
	for _, p := range m.Silence {
		w.Silence = append(w.Silence, p[state])
	}
	return w
}

// explain names the band of a silence.
func (r *recencyRule) explain(recency int32) *RuleWhy {
	k := r.bandOf(recency)
	if k == thirds {
		return &RuleWhy{From: r.Horizon, To: r.longest, Rate: r.Bands[k].point(), N: r.Bands[k].N}
	}
	edge := func(k int) int { return (k*r.Horizon + thirds - 1) / thirds } // least recency of band k
	return &RuleWhy{From: edge(k), To: edge(k + 1), Rate: r.Bands[k].point(), N: r.Bands[k].N}
}
