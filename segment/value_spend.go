package segment

import (
	"fmt"
	"math"

	"mainstay/internal/num"
	"mainstay/regress/spend"
)

// bill is what a customer brought in n active periods, or on n purchase days: the mean of one, and Σ (value − mean)².
type bill struct{ n, mean, within float64 }

func (s *subject) byPeriod() bill { return bill{float64(s.periods), s.spend, s.within} }

// periodValue is what an active period, or a purchase day, of a customer is worth: Z·own + (1 − Z)·mean.
type periodValue interface {
	weight(b bill) float64 // Z
	book() float64         // mean
}

// shrunk is the value of one to come.
func shrunk(v periodValue, b bill) float64 {
	z := v.weight(b)
	return z*b.mean + (1-z)*v.book()
}

// gammaSpend is a Gamma-Gamma model of the value per active period (see spend.GammaGamma), whose conditional mean is
//
//	p(γ + x·own)/(px + q − 1) = Z·own + (1 − Z)·pγ/(q − 1),   Z = px/(px + q − 1)
//
// with x active periods. Customers whose own is not positive, whom the model does not know, are weighed in the same way.
type gammaSpend struct{ P, Q, Mean float64 }

func (g gammaSpend) weight(b bill) float64 {
	px := g.P * b.n
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
	g, t := trainGamma(b, at.panel, (*subject).byPeriod, gammaSpendName)
	if t.OK {
		t.Model = newChainSpend(b, at.chain, g)
	}
	return t
}

// trainGamma fits the model of spend to a panel; t has no model yet.
func trainGamma(b *study, p *panel, by func(*subject) bill, name string) (g gammaSpend, t trained[valueModel]) {
	f, err := fitGammaSpend(b, p, by)
	if err != nil {
		return g, refused[valueModel](err.Error())
	}
	t.Fits = []*Model{publishedGamma(f, name)}
	if !f.Certificate.Certified() {
		t.Note = certificateNote(&f.Certificate)
		return g, t
	}
	for _, w := range f.Certificate.Warnings {
		if w.Code == spend.WarnDependent || w.Code == spend.WarnNoMean {
			t.Note = w.Code + ": " + w.Message
			return g, t
		}
	}
	if all := f.Customers + f.NotPositive; float64(f.NotPositive) > mostNotPaying*float64(all) {
		t.Note = fmt.Sprintf("%s: of %d customers %d are worth nothing or less a period, the model knows positive values only", spend.WarnNotPositive, all, f.NotPositive)
		return g, t
	}
	t.OK = true
	return gammaSpend{f.P, f.Q, f.Mean}, t
}

// fitGammaSpend fits to all who have bought, or to one of so many, drawn.
func fitGammaSpend(b *study, p *panel, by func(*subject) bill) (*spend.Fit, error) {
	step := (len(p.Subjects) + mostSpenders - 1) / mostSpenders
	var x, m []float64
	for i := range p.Subjects {
		if s := &p.Subjects[i]; oneOf(s.id, forSpend, step) {
			bill := by(s)
			x, m = append(x, bill.n), append(m, bill.mean)
		}
	}
	return spend.GammaGamma(x, m, spend.Options{Level: spendTestLevel, Threads: b.Threads})
}

// publishedGamma has the parameters with intervals by their logarithms' errors.
func publishedGamma(f *spend.Fit, name string) *Model {
	m := &Model{Name: name + ": spend", Certificate: f.Certificate}
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
