package model

import (
	"mainstay/internal/num"
	"mainstay/regress"
)

// binomial is the logistic regression: two outcomes.
var binomial = &family{
	name: Binomial, about: "logistic", flags: flags("link"), weights: "frequency",
	check:   func(o *Options) error { return o.checkLink("logit") },
	respond: (*study).events,
	fit: func(s *study, d *regress.Design, rows []int) (estimated, error) {
		f, err := regress.Logistic(d, pick(s.y, rows), s.fitOptions(rows))
		return &logistic{f}, err
	},
	score: func(_ *study, out *Scores, parts []predictions) { out.events(parts) },
}

// events reads a response of two values.
func (s *study) events(r *Result) (err error) {
	s.y, r.Outcomes, err = s.fr.Events()
	for _, v := range s.y {
		r.Events += int(v)
	}
	s.binary = true
	return err
}

type logistic struct{ *regress.Fit }

func (f *logistic) certificate() *num.Certificate { return &f.Certificate }

func (f *logistic) predict(d *regress.Design, offset []float64) []float64 {
	p := linear(d, offset, f.Coef)
	for i, eta := range p {
		p[i] = num.Expit(eta)
	}
	return p
}

func (f *logistic) describe(s *study, r *Result) {
	r.Method, r.Ratio = "logistic", OddsRatio
	r.coefficients(s, f.Fit)
	m := newMeasures(f.Fit)
	if f.NullDev > 0 {
		m.McFadden = 1 - f.Deviance/f.NullDev
	}
	m.criteria(float64(m.Rank), f.Certificate.Observations)
	m.Test = r.overall(f.Fit, &m, func(q float64) Test {
		lr := f.NullDev - f.Deviance
		return Test{Name: "likelihood ratio", Statistic: lr, DF: q, P: num.ChiSquareUpper(lr, q)}
	})
	r.Measures = m
}
