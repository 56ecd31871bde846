package segment

import (
	"math"

	"mainstay/regress"
)

// survivalValue is the expected margin along the curve of the remaining life (see lifeModel): over the value label L, in units of the book's mean value per
// label,
//
//	E[V] = m · ∫₀^L S(u) du / L,   m = zγ
//
// with m the value of a label lived through. γ is by least squares of what came on z·∫S/L, so that the training labels are met by those who stayed
// and those who left together; what comes back after a loss raises its level. z is what the customer brought: within the last label, in 12 months, and a year
// at the pace since the first purchase. Twelve months likewise, to their own end, and all the future along the curve without end, discounted.
// Switched-off attrition is S = 1.
type survivalValue struct {
	study               *study
	Life                *lifeModel
	label, year, future *expected // year nil where only the label will be asked for, future without a discount rate
	Margin              []float64 // γ
}

// marginNames are those of z; the columns of the regression are each times the share of the label lived.
var marginNames = [...]string{"alive", "value_last_label", "value_12m", "value_pace"}

func trainSurvival(b *study, at *origin) trained[valueModel] {
	life, t := fitLife(b, at)
	if life == nil {
		return t
	}
	m := &survivalValue{study: b, Life: life}
	if err := m.tabulate(at.day == b.Clock.AsOf); err != nil {
		return refused[valueModel](err.Error())
	}
	n, _ := worth.count(at.train)
	design := &regress.Design{Names: marginNames[:], X: make([]float64, 0, n*len(marginNames))}
	value, ids := make([]float64, 0, n), make([]int32, 0, n)
	for _, p := range at.train {
		for _, k := range p.live() {
			i, s := int(k), &p.Subjects[k]
			alive, z := m.label.days(life.of(p, i))/float64(b.label), m.past(p, i)
			for _, x := range z {
				design.X = append(design.X, alive*x)
			}
			value = append(value, s.future/labelMean(b, p))
			ids = append(ids, s.id)
		}
	}
	margin, err := regress.LeastSquares(design, value, regress.Options{Cluster: ids, Threads: b.Threads})
	if err != nil {
		return refused[valueModel](err.Error())
	}
	t.Fits = append(t.Fits, publishedFit(survivalName+": value while alive", margin))
	if t.OK = margin.Certificate.Certified(); !t.OK {
		t.Note = certificateNote(&margin.Certificate)
		return t
	}
	m.Margin = margin.Coef
	t.Model = m
	return t
}

// yearLong is 12 months in days: a value label of a year is one.
func (b *study) yearLong() float64 { return b.labelsAYear() * float64(b.label) }

// tabulate is what outlooks need: scores is false for a fold, which is judged by the label.
func (m *survivalValue) tabulate(scores bool) (err error) {
	b := m.study
	if m.label, err = m.Life.expected(float64(b.label), 0); err != nil || !scores {
		return err
	}
	if m.year, err = m.Life.expected(b.yearLong(), 0); err != nil || !(b.Config.DiscountRate > 0) {
		return err
	}
	m.future, err = m.Life.expected(math.Inf(1), b.Config.DiscountRate)
	return err
}

// past is z of subject i, who is at risk. Nobody's pace is told from less than a churn horizon.
func (m *survivalValue) past(p *panel, i int) [len(marginNames)]float64 {
	s, b := &p.Subjects[i], m.study
	tenure := math.Expm1(p.row(i)[fTenure])
	year := s.past12 / p.Mean12
	return [...]float64{1, s.past / labelMean(b, p), year, year * yearDays / min(max(tenure, float64(b.Clock.Horizon)), yearDays)}
}

// mean is m in money units.
func (m *survivalValue) mean(p *panel, i int) float64 {
	sum := 0.0
	for j, x := range m.past(p, i) {
		sum += m.Margin[j] * x
	}
	return m.study.floor(sum) * labelMean(m.study, p)
}

func (m *survivalValue) outlook(p *panel, i int) outlook {
	eta, b := m.Life.of(p, i), m.study
	day := m.mean(p, i) / float64(b.label)
	o := outlook{label: day * m.label.days(eta), year: math.NaN(), stayed: day * b.yearLong()}
	if m.year != nil {
		o.year = day * m.year.days(eta)
	}
	return o
}

// multiplier is that of the days of life.
func (m *survivalValue) multiplier(p *panel, i int) float64 {
	if m.future == nil {
		return math.NaN()
	}
	eta := m.Life.of(p, i)
	return m.future.days(eta) / m.year.days(eta)
}
