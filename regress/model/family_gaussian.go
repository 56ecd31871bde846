package model

import (
	"errors"
	"fmt"
	"math"

	"mainstay/internal/num"
	"mainstay/regress"
)

// gaussian is least squares.
var gaussian = &family{
	name: Gaussian, about: "least squares, or ridge", flags: flags("ridge", "tests", "against", "diagnose"), weights: "precision",
	check: func(o *Options) error {
		switch {
		case !(o.Ridge >= 0 && o.Ridge <= 1e100):
			return fmt.Errorf("--ridge is %v; expected a number of at least 0", o.Ridge)
		case o.Ridge > 0 && (o.Tests || o.Against != nil):
			return errors.New("--tests and --against are not for --ridge: shrunken coefficients have no such tests")
		}
		return nil
	},
	respond: (*study).numbers,
	fit: func(s *study, d *regress.Design, rows []int) (estimated, error) {
		f, err := regress.Ridge(d, pick(s.y, rows), s.o.Ridge, s.fitOptions(rows)) // 0 is least squares
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
	if s.o.Ridge > 0 {
		r.Method = fmt.Sprintf("ridge, λ = %g on columns of unit variance", s.o.Ridge)
		r.Facts = append(r.Facts, "coefficients are drawn towards 0: intervals are about the shrunken ones")
		r.DF = float64(r.Used-r.Weightless) - f.EDF
	}
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
	if f.EDF > 0 {
		n := float64(f.Certificate.Observations)
		m.criteria(f.EDF+1, f.Certificate.Observations)
		m.More = append(m.More, Measure{"effective_coefficients", f.EDF, Significant},
			Measure{"generalised_cross_validation", n * f.Deviance / (r.DF * r.DF), Significant})
		r.Measures = m
		return
	}
	m.Test = r.overall(f.Fit, &m, func(q float64) Test { return f.nested(q, f.NullDev) })
	r.Measures = m
}

// nested is the F test against a model of q coefficients fewer, whose residual sum of squares is rss.
func (f *leastSquares) nested(q, rss float64) Test {
	t := Test{Name: "F", Statistic: math.NaN(), DF: q, DF2: float64(f.DF), P: math.NaN()}
	if f.Dispersion > 0 {
		t.Statistic = (rss - f.Deviance) / q / f.Dispersion
		t.P = num.FUpper(t.Statistic, t.DF, t.DF2)
	}
	return t
}

func (f *leastSquares) rank() int { return len(f.Names) - len(f.Dropped) }

func (f *leastSquares) reduced(s *study, d *regress.Design) (estimated, error) {
	o := s.fitOptions(nil)
	o.Cluster, o.HC = nil, regress.NoHC
	fit, err := regress.LeastSquares(d, s.y, o)
	return &leastSquares{fit}, err
}

func (f *leastSquares) against(_ *study, _ *regress.Design, reduced estimated, q float64) []Test {
	if f.Robust != nil {
		return nil
	}
	return []Test{f.nested(q, reduced.(*leastSquares).Deviance)}
}

// wald is F once more unless errors are robust.
func (f *leastSquares) wald(r *Result, columns []int) []Test {
	if f.Robust == nil {
		return nil
	}
	return []Test{r.wald(f.Fit, columns)}
}

func (f *leastSquares) influence(s *study) *diagnosis { return s.diagnosisOf(f.Influence()) }
