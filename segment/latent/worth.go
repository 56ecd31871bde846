package latent

import (
	"math"

	"mainstay/internal/num"
	"mainstay/markov/attrition"
)

// Worth is the money of a customer: what a purchase day is expected to bring, and with the purchase days of the horizon and of all time, what
// the customer is. Revenue or margin as the amounts are.
type Worth struct{ PerPurchase, Value, Residual attrition.Estimate }

// Totals are sums over customers. There are no intervals: errors of customers go together.
type Totals struct {
	Alive, Expected, Value, Residual float64 // residual in money; NaN where it is not known of anybody
}

var unknown = attrition.Estimate{Value: math.NaN(), SE: math.NaN(), Low: math.NaN(), High: math.NaN()}

// value multiplies purchases by spend, which Gamma-Gamma takes as independent; the variances of logarithms add, the fits being of different
// parameters.
func (s *Study) value() {
	s.Worth = make([]Worth, len(s.Scores))
	var alive, expected, value, residual num.Adder
	z := num.ZLevel(s.Config.Level)
	known := false
	for i, score := range s.Scores {
		w := &s.Worth[i]
		*w = Worth{unknown, unknown, unknown}
		alive.Add(score.Alive.Value)
		expected.Add(score.Expected.Value)
		c := s.Spend.Conditional(s.Customers.Data.X[i], s.mean(i), s.Config.Level)
		if math.IsNaN(c.Mean) {
			continue
		}
		w.PerPurchase = attrition.Estimate{Value: c.Mean, SE: c.SE, Low: c.Low, High: c.High}
		w.Value = product(score.Expected, w.PerPurchase, z)
		value.Add(w.Value.Value)
		if !math.IsNaN(score.Residual.Value) {
			known = true
			w.Residual = product(score.Residual, w.PerPurchase, z)
			residual.Add(w.Residual.Value)
		}
	}
	s.Totals = Totals{alive.Sum(), expected.Sum(), value.Sum(), residual.Sum()}
	if !s.Spend.Certificate.Certified() {
		s.Totals.Value = math.NaN()
	}
	if !known {
		s.Totals.Residual = math.NaN()
	}
}

// mean is what repeat purchase days of a customer brought. Of who gave back as much as was bought it is next to nothing: Gamma-Gamma, which knows positive amounts only, then expects p γ ÷ (p x + q − 1), the limit.
func (s *Study) mean(i int) float64 {
	if m := s.Customers.Mean[i]; m > 0 {
		return m
	}
	return 1e-9 * s.Spend.Gamma
}

func product(a, b attrition.Estimate, z float64) attrition.Estimate {
	v := a.Value * b.Value
	se := math.Hypot(a.SE/a.Value, b.SE/b.Value)
	return attrition.Estimate{Value: v, SE: v * se, Low: v * math.Exp(-z*se), High: v * math.Exp(z*se)}
}
