package segment

// outcome is what a model learns and is judged by: whose, and what came of them within the label.
type outcome struct {
	eligible func(s *subject) bool    // asked of everybody who has bought; only customers at risk have features
	came     func(s *subject) float64 // 0 or 1, or an amount
}

// The outcomes of customers at risk.
var (
	churned = outcome{atRisk, func(s *subject) float64 { return unit(s.churned) }}
	bought  = outcome{atRisk, func(s *subject) float64 { return unit(s.bought) }}
	worth   = outcome{atRisk, func(s *subject) float64 { return s.future }}
)

func atRisk(s *subject) bool { return s.atRisk }

// of lists the eligible customers of a panel with what came.
func (o outcome) of(p *panel) (ids []int32, y []float64) {
	ids, y = make([]int32, 0, p.atRisk()), make([]float64, 0, p.atRisk())
	for i := range p.Subjects {
		if s := &p.Subjects[i]; o.eligible(s) {
			ids = append(ids, s.id)
			y = append(y, o.came(s))
		}
	}
	return ids, y
}
