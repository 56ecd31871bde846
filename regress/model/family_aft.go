package model

import (
	"math"

	"mainstay/internal/num"
	"mainstay/regress"
	"mainstay/regress/survival"
)

// aft is an accelerated failure time model of one law.
func aft(name Family, law survival.Law, about string) *family {
	return &family{
		name: name, about: about, flags: flags("times", "diagnose"), weights: "cases",
		check: (*Options).checkSandwich,
		respond: func(s *study, r *Result) error {
			if err := s.survive(r); err != nil {
				return err
			}
			return s.above(false)
		},
		fit: func(s *study, d *regress.Design, rows []int) (estimated, error) {
			f, err := survival.AFT(d, s.times(rows), law, s.survivalOptions(rows))
			return &lifetimes{f, d}, err
		},
		score: (*study).concordance,
	}
}

type lifetimes struct {
	*survival.AFTFit
	d *regress.Design
}

func (f *lifetimes) certificate() *num.Certificate { return &f.Certificate }

// predict is minus the location of log time: larger the sooner the event is expected.
func (f *lifetimes) predict(d *regress.Design, offset []float64) []float64 {
	eta := linear(d, offset, f.Coef)
	for i := range eta {
		eta[i] = -eta[i]
	}
	return eta
}

func (f *lifetimes) describe(s *study, r *Result) {
	r.Method, r.Ratio = "accelerated failure time", TimeRatio
	r.survivalCoefficients(s, &f.Fit)
	m := newMeasures(&f.Fit)
	m.Deviance, m.NullDeviance = math.NaN(), math.NaN()
	parameters := m.Rank
	if f.Law != survival.Exponential {
		parameters++
		r.Parameters = append(r.Parameters, Parameter{"scale", f.Scale, f.ScaleSE})
		if f.Law == survival.Weibull {
			r.Parameters = append(r.Parameters, Parameter{"shape", 1 / f.Scale, f.ScaleSE / (f.Scale * f.Scale)})
		}
	}
	m.criteria(float64(parameters), f.Certificate.Observations)
	m.More = append(m.More, Measure{"events", float64(f.Events), Whole})
	if f.Constant != "" {
		m.More = append(m.More, Measure{"null_log_likelihood", -f.NullDev / 2, Statistic})
		m.Test = r.overall(&f.Fit, &m, func(q float64) Test {
			lr := f.NullDev - f.Deviance
			return Test{Name: "likelihood ratio", Statistic: lr, DF: q, P: num.ChiSquareUpper(lr, q)}
		})
	}
	r.Measures = m
	r.Sections = append(r.Sections, f.times(s))
}

// times are quantiles of the time of a row at the mean of the columns.
func (f *lifetimes) times(s *study) Section {
	row := meanRow(f.d, s.weights)
	share, value, se, low, high := []float64{.1, .25, .5, .75, .9}, []float64{}, []float64{}, []float64{}, []float64{}
	for _, p := range share {
		q := f.Quantile(row, mean0(s.fr.Offset()), p)
		value, se, low, high = append(value, q.Value), append(se, q.SE), append(low, q.Low), append(high, q.High)
	}
	return Section{Name: "times", Title: "by when a share has had the event, at the mean of the columns", Columns: []Values{
		{Name: "share", Number: share, Kind: Share}, {Name: "time", Number: value}, {Name: "se", Number: se}, {Name: "low", Number: low}, {Name: "high", Number: high}}}
}
