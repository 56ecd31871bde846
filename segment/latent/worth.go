package latent

import (
	"math"

	"mainstay/internal/num"
	"mainstay/markov/attrition"
)

// Worth is the money of a customer: what a purchase day is expected to bring, and with the purchase days of the horizon and of all time, what
// the customer is. Revenue or margin as the amounts are.
type Worth struct{ PerPurchase, Value, Residual attrition.Estimate }

// Totals are sums over customers, with intervals on the log scale: errors of customers go together, being those of the parameters. Those of pooled segments go together in what is not known of all segments.
type Totals struct {
	Alive, Expected, Value, Residual attrition.Estimate // residual in money; NaN where it is not known of anybody
	Purchases                        attrition.Estimate // all to come, discounted; the residual without its money
}

var unknown = attrition.Estimate{Value: math.NaN(), SE: math.NaN(), Low: math.NaN(), High: math.NaN()}

// value multiplies purchases by spend, which Gamma-Gamma takes as independent; the variances of logarithms add, the fits being of different
// parameters.
func (s *Study) value(sums *attrition.Sums) {
	s.Worth = make([]Worth, len(s.Scores))
	var alive, expected, value, residual, purchases num.Adder
	z := num.ZLevel(s.Config.Level)
	known := false
	for i, score := range s.Scores {
		w := &s.Worth[i]
		*w = Worth{unknown, unknown, unknown}
		n := s.Customers.weight(i)
		alive.AddProduct(n, score.Alive.Value)
		expected.AddProduct(n, score.Expected.Value)
		purchases.AddProduct(n, score.Residual.Value)
		if s.Spend == nil {
			continue
		}
		c := s.Spend.Conditional(s.Customers.Data.X[i], s.mean(i), s.Config.Level)
		if math.IsNaN(c.Mean) {
			continue
		}
		w.PerPurchase = attrition.Estimate{Value: c.Mean, SE: c.SE, Low: c.Low, High: c.High}
		w.Value = product(score.Expected, w.PerPurchase, z)
		value.AddProduct(n, w.Value.Value)
		if !math.IsNaN(score.Residual.Value) {
			known = true
			w.Residual = product(score.Residual, w.PerPurchase, z)
			residual.AddProduct(n, w.Residual.Value)
		}
	}
	if s.Spend == nil || !s.Spend.Certificate.Certified() {
		value = num.Adder{}
		value.Add(math.NaN())
	}
	if !known {
		residual = num.Adder{}
		residual.Add(math.NaN())
	}
	spent := func(of func(i int) float64) float64 {
		if s.Spend == nil {
			return math.NaN()
		}
		x, m, w := make([]float64, len(s.Scores)), make([]float64, len(s.Scores)), make([]float64, len(s.Scores))
		for i := range w {
			x[i], m[i], w[i] = s.Customers.Data.X[i], s.mean(i), s.Customers.weight(i)*of(i)
		}
		return s.Spend.SumSE(x, m, w)
	}
	s.Totals = Totals{
		total(alive.Sum(), sums.Alive.SE, z), total(expected.Sum(), sums.Expected.SE, z),
		total(value.Sum(), math.Hypot(sums.Value.SE, spent(func(i int) float64 { return s.Scores[i].Expected.Value })), z),
		total(residual.Sum(), math.Hypot(sums.Worth.SE, spent(func(i int) float64 { return s.Scores[i].Residual.Value })), z),
		total(purchases.Sum(), sums.Residual.SE, z),
	}
}

// total is a sum with its standard error and interval; NaN for the errors where it is certain, or its error not known.
func total(v, se, z float64) attrition.Estimate {
	if !(v > 0 && se > 0) {
		return attrition.Estimate{Value: v, SE: math.NaN(), Low: math.NaN(), High: math.NaN()}
	}
	return attrition.Estimate{Value: v, SE: se, Low: v * math.Exp(-z*se/v), High: v * math.Exp(z*se/v)}
}

// money is what a purchase of each customer is expected to bring; nil where spend is not known.
func (s *Study) money() []float64 {
	if s.Spend == nil {
		return nil
	}
	out := make([]float64, len(s.Customers.Data.X))
	for i, x := range s.Customers.Data.X {
		out[i] = s.Spend.ConditionalMean(x, s.mean(i))
	}
	return out
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
