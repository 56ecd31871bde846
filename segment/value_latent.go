package segment

import (
	"math"

	"mainstay/internal/num"
	"mainstay/markov/attrition"
)

// latentValue expects as many purchase days as a law of latent attrition does, and each to bring what the customer's purchase days bring, shrunk to the
// book's mean: by credibility, or by a Gamma-Gamma model (see gammaSpend),
//
//	E[V] = P(alive) · E[days | alive] · worth.
//
// Attrition switched off: who is at risk has not left and does not, (r + x)/(α + T) purchase days a unit of time (see attrition.Reader.Stayed): that somebody may
// have left unseen is at stake too, as in the other models of value. All the future is discounted by the law
// ("DERT"). Who is under contract has not left, however long the silence: they buy at the rate of who stays, if they buy still, for as long as contracts keep them (see renewals).
type latentValue struct {
	Law   law
	Spend periodValue
	Kept  *renewals // nil in a book without contracts

	study       *study
	label, year *attrition.Reader // year nil in a fold, which is judged by the label
	panel       *panel            // of the fold, with the purchase days expected within the label, worked out once for all candidates
	days        []float64
}

func trainLatentSpend(b *study, at *origin) trained[valueModel] {
	return trainLatentValue(b, at, func() (periodValue, trained[valueModel]) {
		return newCredibility(at.panel.Subjects, (*subject).byDay), trained[valueModel]{OK: true}
	})
}

func trainLatentGamma(b *study, at *origin) trained[valueModel] {
	return trainLatentValue(b, at, func() (periodValue, trained[valueModel]) {
		return trainGamma(b, at.panel, (*subject).byDay, latentGammaName)
	})
}

func trainLatentValue(b *study, at *origin, spending func() (periodValue, trained[valueModel])) trained[valueModel] {
	l := b.law(at)
	if l.fit == nil {
		return refused[valueModel](l.note)
	}
	spend, t := spending()
	if !t.OK {
		return t
	}
	m := &latentValue{Law: l.law(), Spend: spend}
	if b.held != nil {
		m.Kept = newRenewals(at.train, b.Clock.Horizon, b.reader(l.fit, float64(b.label), 0))
	}
	if at.day == b.Clock.AsOf {
		if err := m.open(b); err != nil {
			return refused[valueModel](err.Error())
		}
	} else {
		m.study, m.label, m.panel = b, b.reader(l.fit, float64(b.label), 0), at.panel
		m.days, _ = l.label.get(func() ([]float64, error) { return m.daysOf(at.panel), nil })
	}
	t.Model = m
	return t
}

// open readies what is known by its exported fields for scores. The error is of parameters that are none.
func (m *latentValue) open(b *study) error {
	fit, err := m.Law.fit()
	if err != nil {
		return err
	}
	m.study, m.label, m.year = b, b.reader(fit, float64(b.label), 0), b.reader(fit, yearDays, b.Config.DiscountRate)
	return nil
}

// daysOf are the purchase days expected within the label of all at risk.
func (m *latentValue) daysOf(p *panel) []float64 {
	days := make([]float64, len(p.Subjects))
	num.Blocks(len(days), panelBlock, m.study.Threads, func(_, lo, hi int) {
		for i := lo; i < hi; i++ {
			if s := &p.Subjects[i]; s.atRisk {
				days[i], _ = m.expected(m.label, p, s, float64(m.study.label))
			}
		}
	})
	return days
}

// expected are purchase days within the length of a reader, in days, and those of one who has not left and does not.
func (m *latentValue) expected(read *attrition.Reader, p *panel, s *subject, length float64) (days, stayed float64) {
	c := s.customer()
	if m.Kept != nil && s.contract.open {
		stayed = read.Stayed(c) * m.Kept.Buys[thirdOf(s.recency, m.study.Clock.Horizon)]
		return stayed * m.Kept.days(p.Day, &s.contract, length, 0) / length, stayed
	}
	return read.Alive(c) * read.Given(c), read.Stayed(c)
}

func (m *latentValue) outlook(p *panel, i int) outlook {
	s := &p.Subjects[i]
	o, worth := outlook{year: math.NaN(), stayed: math.NaN()}, m.study.floor(shrunk(m.Spend, s.byDay()))
	if p == m.panel {
		o.label = m.days[i] * worth
		return o
	}
	label, _ := m.expected(m.label, p, s, float64(m.study.label))
	o.label = label * worth
	if m.year != nil {
		year, stayed := m.expected(m.year, p, s, yearDays)
		o.year, o.stayed = year*worth, stayed*worth
	}
	return o
}

// multiplier is discounted expected residual purchase days ÷ those of 12 months.
func (m *latentValue) multiplier(p *panel, i int) float64 {
	s, rate := &p.Subjects[i], m.study.Config.DiscountRate
	switch {
	case m.year == nil || !(rate > 0):
		return math.NaN()
	case m.Kept != nil && s.contract.open:
		return m.Kept.days(p.Day, &s.contract, math.Inf(1), math.Log1p(rate)/yearDays) / m.Kept.days(p.Day, &s.contract, yearDays, 0)
	}
	c := s.customer()
	return m.year.Residual(c) / m.year.Given(c)
}

func (m *latentValue) explain(p *panel, s *subject) *SpendWhy {
	bill := s.byDay()
	w := &SpendWhy{ByDay: true, Periods: int(bill.n), Own: bill.mean, Book: m.Spend.book(), Z: m.Spend.weight(bill), Worth: m.study.floor(shrunk(m.Spend, bill))}
	w.Visits, w.VisitsStayed = m.expected(m.year, p, s, yearDays)
	if w.Alive = m.year.Alive(s.customer()); m.Kept != nil && s.contract.open {
		w.Alive = math.NaN()
	}
	return w
}
