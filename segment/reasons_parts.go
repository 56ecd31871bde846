package segment

import (
	"math"
	"slices"

	"mainstay/internal/num"
)

// Baseline is the mean customer of training, against whom the parts of a prediction are told: every column has its mean.
type Baseline struct {
	Link string  // the scale on which parts add up: LinkLogit or LinkLoglog
	At   float64 // on that scale
}

// Scales on which the parts of a probability p add up.
const (
	LinkLogit  = "logit"  // log-odds, ln(p/(1−p))
	LinkLoglog = "loglog" // −ln(−ln p): less the log of the purchases to be expected
)

// Probability is the one at a place on the scale.
func (b Baseline) Probability(at float64) float64 {
	if b.Link == LinkLoglog {
		return math.Exp(-math.Exp(-at))
	}
	return num.Expit(at)
}

// contributor is a model whose predictions have parts that add up on a link scale.
type contributor interface {
	chanceModel
	baseline() Baseline
	contributions(p *panel, i int) shares // of subject i, who is at risk
}

// explainer is a contributor that has its parts column by column.
type explainer interface {
	contributor
	explain(p *panel, i int) *LinearWhy
}

// shares are parts of a prediction by the place of their code in reasonCodes: what subject i differs by from the baseline. That of "" is not told.
type shares [featureCodes]float64

// leastShare is in log-odds: a smaller one moves the odds by less than a tenth.
const leastShare = 0.1

// strongest are the three largest, and what they add. The largest is always told, the others from leastShare on; ties in the order of the codes. Where nothing adds
// anything, the reason is the rate of all.
func (s shares) strongest() (out [3]reason, effects [3]effect) {
	effects = noEffects
	for n := range out {
		best := 1
		for code := 2; code < featureCodes; code++ {
			if math.Abs(s[code]) > math.Abs(s[best]) {
				best = code
			}
		}
		v := s[best]
		switch {
		case n > 0 && math.Abs(v) < leastShare:
			return out, effects
		case v == 0:
			out[0], effects[0] = reasonOf(codeBook, 0), 0
			return out, effects
		}
		raises := 1
		if v < 0 {
			raises = -1
		}
		out[n], effects[n] = reason(4*best+1+raises), effectOf(v)
		s[best] = 0
	}
	return out, effects
}

// codesOf are the places in reasonCodes of what columns speak for.
func codesOf(all []feature) []uint8 {
	out := make([]uint8, len(all))
	for k := range all {
		out[k] = uint8(slices.Index(reasonCodes[:featureCodes], all[k].Reason))
	}
	return out
}

// contributions are shrink·(x − mean)·β, added up by reason.
func (m *linearModel) contributions(p *panel, i int) (s shares) {
	for k, x := range m.Columns.row(p, i) {
		s[m.codes[k]] += m.Shrink * (x - m.Mean[k]) * m.Coef[k]
	}
	return s
}

func (m *linearModel) baseline() Baseline {
	return Baseline{LinkLogit, m.Shift + m.Shrink*m.predictor(m.Mean)}
}

// explain takes the log-odds of subject i apart.
func (m *linearModel) explain(p *panel, i int) *LinearWhy {
	x := m.Columns.row(p, i)
	w := &LinearWhy{Baseline: m.baseline(), At: m.Shift + m.Shrink*m.predictor(x), Shrink: m.Shrink}
	for k, f := range m.Columns.All {
		if k != fIntercept {
			w.Terms = append(w.Terms, Term{Name: f.Name, Reason: f.Reason, Doc: f.Doc, Value: x[k], Mean: m.Mean[k], Coef: m.Coef[k],
				Share: m.Shrink * (x[k] - m.Mean[k]) * m.Coef[k]})
		}
	}
	return w
}
