package model

import (
	"math"

	"mainstay/internal/num"
	"mainstay/regress"
)

// gaussian is least squares.
var gaussian = &family{
	name: Gaussian, about: "least squares", flags: flags(), weights: "precision",
	respond: (*study).numbers,
	fit: func(s *study, d *regress.Design, rows []int) (estimated, error) {
		f, err := regress.LeastSquares(d, pick(s.y, rows), s.fitOptions(rows))
		return &leastSquares{f}, err
	},
	score: func(_ *study, out *Scores, parts []predictions) { out.values(parts) },
}

// numbers reads a numeric response.
func (s *study) numbers(*Result) (err error) {
	s.y, err = s.fr.Numbers()
	return err
}

type leastSquares struct{ *regress.Fit }

func (f *leastSquares) certificate() *num.Certificate { return &f.Certificate }

func (f *leastSquares) predict(d *regress.Design, offset []float64) []float64 {
	return linear(d, offset, f.Coef)
}

// describe: t has n − rank degrees of freedom; with clusters G − 1 (Cameron & Miller 2015, §VI.D).
func (f *leastSquares) describe(s *study, r *Result) {
	r.Method = "least squares"
	r.DF = float64(f.DF)
	if s.cluster != nil {
		r.DF = float64(r.Clusters - 1)
	}
	r.coefficients(s, f.Fit)
	m := newMeasures(f.Fit)
	m.Sigma = math.Sqrt(f.Dispersion)
	if f.NullDev > 0 {
		m.R2 = f.R2
		m.AdjR2 = 1 - (1-f.R2)*float64(m.NullDF)/float64(m.DF)
	}
	if f.Deviance == 0 { // unbounded
		m.LogLik = math.NaN()
	}
	m.criteria(float64(m.Rank+1), f.Certificate.Observations)
	m.Test = r.overall(f.Fit, &m, func(q float64) Test {
		t := Test{Name: "F", Statistic: math.NaN(), DF: q, DF2: float64(m.DF), P: math.NaN()}
		if f.Dispersion > 0 {
			t.Statistic = (f.NullDev - f.Deviance) / q / f.Dispersion
			t.P = num.FUpper(t.Statistic, t.DF, t.DF2)
		}
		return t
	})
	r.Measures = m
}
