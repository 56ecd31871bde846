package model

import (
	"fmt"
	"math"
	"slices"

	"mainstay/internal/num"
	"mainstay/regress"
	"mainstay/regress/survival"
)

// discrete is the hazard in whole periods: a binomial regression over the periods at risk, with a baseline for each period.
var discrete = &family{
	name: "discrete", about: "hazard by whole periods", flags: flags("link", "times"), weights: "frequency", bare: true,
	check: func(o *Options) error {
		if err := o.checkSandwich(); err != nil {
			return err
		}
		if o.Link == "" || o.Link == string(regress.Cloglog) || o.Link == string(regress.Logit) {
			return nil
		}
		return fmt.Errorf("--link is %q; expected cloglog or logit", o.Link)
	},
	respond: func(s *study, r *Result) error {
		if err := s.survive(r); err != nil {
			return err
		}
		return s.wholePeriods()
	},
	fit: func(s *study, d *regress.Design, rows []int) (estimated, error) {
		link := regress.Cloglog
		if s.o.Link != "" {
			link = regress.Link(s.o.Link)
		}
		f, err := survival.Discrete(d, s.times(rows), link, s.survivalOptions(rows))
		return &periods{f}, err
	},
	score: (*study).concordance,
}

// wholePeriods finds the first row of the table whose times are not whole periods.
func (s *study) wholePeriods() error {
	return s.firstLife(func(start, stop float64) error {
		if stop == math.Trunc(stop) && stop >= 1 && stop <= math.MaxInt32 && start == math.Trunc(start) && start >= 0 {
			return nil
		}
		return fmt.Errorf("from %g to %g, but periods are whole numbers from 1 on: round up, as Surv(ceiling(days / 30), lost)", start, stop)
	})
}

type periods struct{ *survival.DiscreteFit }

func (f *periods) certificate() *num.Certificate { return &f.Certificate }

func (f *periods) predict(d *regress.Design, offset []float64) []float64 {
	if len(d.Names) == 0 {
		return make([]float64, len(offset))
	}
	return linear(d, offset, f.Coef[len(f.Periods):])
}

func (f *periods) describe(s *study, r *Result) {
	r.Method, r.Ratio = "hazard by period, link "+string(f.Link), HazardRatio
	if f.Link == regress.Logit {
		r.Ratio = OddsRatio
	}
	r.coefficients(s, &f.Fit)
	m := newMeasures(&f.Fit)
	m.criteria(float64(m.Rank), f.Certificate.Observations)
	m.More = append(m.More, Measure{"events", float64(f.Events), Whole}, Measure{"periods_at_risk", float64(f.Certificate.Observations), Whole})
	m.NullDF = int(f.Certificate.Observations) - len(f.Periods)
	if q := float64(m.Rank - len(f.Periods)); q > 0 {
		lr := f.NullDev - f.Deviance
		m.Test = Test{Name: "likelihood ratio", Statistic: lr, DF: q, P: num.ChiSquareUpper(lr, q)}
		if f.Robust != nil { // which the likelihood ratio does not allow for
			m.Test = r.wald(&f.Fit, f.terms())
		}
	}
	r.Measures = m
}

// terms are the columns that are not of periods, but for those dropped.
func (f *periods) terms() (columns []int) {
	for j := len(f.Periods); j < len(f.Names); j++ {
		if !slices.Contains(f.Dropped, f.Names[j]) {
			columns = append(columns, j)
		}
	}
	return columns
}
