package segment

import "mainstay/internal/num"

// outcome is what a model learns and is judged by: whose, and what came of them within the label.
type outcome struct {
	eligible func(s *subject) bool    // asked of customers at risk
	came     func(s *subject) float64 // 0 or 1, or an amount
}

// The outcomes of customers at risk. Models of churn learn of silence what contracts do not explain, and are judged, corrected for
// contracts (see underContract), by who was lost.
var (
	churned = outcome{canLeave, func(s *subject) float64 { return num.Indicator(s.churned || s.contract.ending && s.silent) }}
	lost    = outcome{canLeave, func(s *subject) float64 { return num.Indicator(s.churned) }}
	bought  = outcome{atRisk, func(s *subject) float64 { return num.Indicator(s.bought) }}
	worth   = outcome{atRisk, func(s *subject) float64 { return s.future }}
)

func atRisk(s *subject) bool { return s.atRisk }

// canLeave is of customers whom no contract holds beyond the horizon: of those it does, nothing is to be learnt.
func canLeave(s *subject) bool { return s.atRisk && !s.held }

// of lists the eligible customers of a panel with what came.
func (o outcome) of(p *panel) (ids []int32, y []float64) {
	ids, y = make([]int32, 0, p.atRisk()), make([]float64, 0, p.atRisk())
	for _, i := range p.live() {
		if s := &p.Subjects[i]; o.eligible(s) {
			ids = append(ids, s.id)
			y = append(y, o.came(s))
		}
	}
	return ids, y
}

// count is how many eligible customers panels have, and of how many of them something came.
func (o outcome) count(panels []*panel) (n, events int) {
	for _, p := range panels {
		for _, i := range p.live() {
			if s := &p.Subjects[i]; o.eligible(s) {
				n, events = n+1, events+int(num.Indicator(o.came(s) > 0))
			}
		}
	}
	return n, events
}

// among is the outcome of one of so many customers, drawn for an end, so that about most remain of n.
func (o outcome) among(n, most int, end uint32) outcome {
	step := (n + most - 1) / most
	return outcome{func(s *subject) bool { return o.eligible(s) && oneOf(s.id, end, step) }, o.came}
}
