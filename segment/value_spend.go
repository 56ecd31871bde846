package segment

import (
	"fmt"
	"math"

	"mainstay/internal/num"
	"mainstay/regress/spend"
)

// periodValue is what an active period of a customer is worth: Z·own + (1 − Z)·mean.
type periodValue interface {
	weight(s *subject) float64 // Z
	book() float64             // mean
}

// shrunk is the value of an active period of a customer.
func shrunk(v periodValue, s *subject) float64 {
	z := v.weight(s)
	return z*s.spend + (1-z)*v.book()
}

// gammaSpend is a Gamma-Gamma model of the value per active period (see spend.GammaGamma), whose conditional mean is
//
//	p(γ + x·own)/(px + q − 1) = Z·own + (1 − Z)·pγ/(q − 1),   Z = px/(px + q − 1)
//
// with x active periods. Customers whose own is not positive, whom the model does not know, are weighed in the same way.
type gammaSpend struct{ P, Q, Mean float64 }

func (g gammaSpend) weight(s *subject) float64 {
	px := g.P * float64(s.periods)
	return px / (px + g.Q - 1)
}

func (g gammaSpend) book() float64 { return g.Mean }

const (
	mostSpenders   = 5_000 // customers from whom three parameters are learnt
	mostNotPaying  = 0.05  // share of the customers whose mean value is not positive, beyond which the model is of others
	spendTestLevel = 0.95  // of the correlation between spend and frequency
)

// trainGammaSpend is chain+spend with another model of spend. It is not eligible where the model's assumptions fail: spend that goes
// with frequency, an infinite mean, many customers without positive value.
func trainGammaSpend(b *study, at *origin) trained[valueModel] {
	if !at.chain.certified() {
		return refused[valueModel](at.chain.why())
	}
	f, err := fitGammaSpend(b, at.panel)
	if err != nil {
		return refused[valueModel](err.Error())
	}
	t := trained[valueModel]{Fits: []*Model{publishedGamma(f)}}
	if !f.Certificate.Certified() {
		t.Note = certificateNote(&f.Certificate)
		return t
	}
	for _, w := range f.Certificate.Warnings {
		if w.Code == spend.WarnDependent || w.Code == spend.WarnNoMean {
			t.Note = w.Code + ": " + w.Message
			return t
		}
	}
	if all := f.Customers + f.NotPositive; float64(f.NotPositive) > mostNotPaying*float64(all) {
		t.Note = fmt.Sprintf("%s: of %d customers %d are worth nothing or less a period, the model knows positive values only", spend.WarnNotPositive, all, f.NotPositive)
		return t
	}
	t.OK, t.Model = true, newChainSpend(b, at.chain, gammaSpend{f.P, f.Q, f.Mean})
	return t
}

// fitGammaSpend fits to all who have bought, or to one of so many, drawn.
func fitGammaSpend(b *study, p *panel) (*spend.Fit, error) {
	step := (len(p.Subjects) + mostSpenders - 1) / mostSpenders
	var x, m []float64
	for i := range p.Subjects {
		if s := &p.Subjects[i]; oneOf(s.id, forSpend, step) {
			x, m = append(x, float64(s.periods)), append(m, s.spend)
		}
	}
	return spend.GammaGamma(x, m, spend.Options{Level: spendTestLevel, Threads: b.Threads})
}

// publishedGamma has the parameters with intervals by their logarithms' errors.
func publishedGamma(f *spend.Fit) *Model {
	m := &Model{Name: gammaSpendName + ": spend", Certificate: f.Certificate}
	if !f.Certificate.Certified() {
		return m
	}
	z := num.ZLevel(coefficientLevel)
	for i, name := range []string{"p", "q", "gamma"} {
		v := []float64{f.P, f.Q, f.Gamma}[i]
		factor := f.SE[i] / v
		m.Coefficients = append(m.Coefficients, Coefficient{Name: name, Estimate: v, SE: f.SE[i], Low: v * math.Exp(-z*factor), High: v * math.Exp(z*factor)})
	}
	return m
}
