package model

import (
	"fmt"
	"math"

	"mainstay/internal/num"
	"mainstay/regress"
)

// firth is the logistic regression for few events: by penalised likelihood.
var firth = &family{
	name: Firth, about: "logistic for few events, separated classes", flags: []string{"weights", "cv", "cv-group", "cv-time", "seed", "mean"},
	weights: "frequency",
	check: func(o *Options) error {
		_, err := o.mean()
		return err
	},
	respond: (*study).events,
	fit: func(s *study, d *regress.Design, rows []int) (estimated, error) {
		mean, _ := s.o.mean()
		level := s.o.Level
		if rows != nil { // folds need no profiles
			level = 0
		}
		f, err := regress.Firth(d, pick(s.y, rows), s.fitOptions(rows), level, mean)
		return &penalised{f}, err
	},
	score: func(_ *study, out *Scores, parts []predictions) { out.events(parts) },
}

// mean is the correction of the mean that Options.Mean names.
func (o *Options) mean() (regress.Mean, error) {
	switch o.Mean {
	case "", "none":
		return regress.RawMean, nil
	case "flic":
		return regress.FLIC, nil
	case "flac":
		return regress.FLAC, nil
	}
	return 0, fmt.Errorf("--mean is %q; expected none, flic or flac", o.Mean)
}

type penalised struct{ *regress.FirthFit }

func (f *penalised) certificate() *num.Certificate { return &f.Certificate }

func (f *penalised) predict(d *regress.Design, offset []float64) []float64 {
	p := linear(d, offset, f.Coef)
	for i, eta := range p {
		p[i] = num.Expit(eta)
	}
	return p
}

// What is said of penalised fits.
const (
	profiledFact  = "intervals and p from the profile of the penalised likelihood; z is the root of its χ²"
	penalisedTest = "penalised likelihood ratio"
)

// profiled has interval and test of a profile: z is the signed root of its χ².
func (c *Coefficient) profiled(p regress.Profile) {
	c.Statistic, c.P, c.Low, c.High = math.Copysign(math.Sqrt(p.ChiSquare), c.Estimate), p.P, p.Low, p.High
}

// describe: interval and p are those of the profile, z is the signed root of its χ². AIC and BIC are of log L without the
// penalty, which depends on the units of the columns.
func (f *penalised) describe(s *study, r *Result) {
	r.Method, r.Ratio = "penalised logistic (Firth)", OddsRatio
	r.coefficients(s, &f.Fit)
	for j := range r.Coefficients {
		if c := &r.Coefficients[j]; !c.Dropped {
			c.profiled(f.Profiles[j])
		}
	}
	r.Facts = append(r.Facts, profiledFact)
	if f.Mean == regress.RawMean {
		r.Facts = append(r.Facts, "predictions lean towards one half: for probabilities take --mean flic or flac")
	} else {
		r.Facts = append(r.Facts, fmt.Sprintf("predictions are right on average (%v)", f.Mean))
	}
	m := newMeasures(&f.Fit)
	m.LogLik = -f.Deviance / 2
	if f.NullDev > 0 {
		m.McFadden = 1 - f.Deviance/f.NullDev
	}
	m.criteria(float64(m.Rank), f.Certificate.Observations)
	m.More = append(m.More, Measure{Name: "penalised_log_likelihood", Value: f.Certificate.LogLik, Kind: Statistic})
	m.Test = Test{Statistic: math.NaN(), P: math.NaN()}
	if f.TestDF > 0 {
		m.Test = Test{Name: penalisedTest, Statistic: f.Test, DF: float64(f.TestDF), P: num.ChiSquareUpper(f.Test, float64(f.TestDF))}
	}
	r.Measures = m
}
