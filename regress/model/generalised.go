package model

import (
	"fmt"
	"math"

	"mainstay/internal/num"
	"mainstay/regress"
	"mainstay/regress/evaluate"
	"mainstay/regress/formula"
)

// generalised is a fit of a generalised linear model, whatever its family.
type generalised struct{ *regress.Fit }

func (s *study) generalised(d *regress.Design, rows []int, m regress.Model) (estimated, error) {
	f, err := regress.GLM(d, pick(s.y, rows), m, s.fitOptions(rows))
	return &generalised{f}, err
}

// numbersOf reads a numeric response that the distribution of m can have.
func (s *study) numbersOf(m regress.Model) error {
	y, err := s.fr.Numbers()
	if err != nil {
		return err
	}
	s.y = y
	var first *formula.RowError
	for i, v := range y {
		if err := m.Check(v); err != nil && (first == nil || s.fr.Rows[i] < first.Row) {
			first = &formula.RowError{Row: s.fr.Rows[i], Column: s.f.Response(), Err: err}
		}
	}
	if first != nil {
		return first
	}
	return nil
}

// checkLink is an error when the link asked for is none of the distribution.
func (o *Options) checkLink(d regress.Distribution) error {
	for _, l := range d.Links() {
		if o.Link == "" || o.Link == string(l) {
			return nil
		}
	}
	return fmt.Errorf("--link is %q; expected %s", o.Link, alternatives(d.Links()))
}

func (f *generalised) certificate() *num.Certificate { return &f.Certificate }

func (f *generalised) predict(d *regress.Design, offset []float64) []float64 {
	mu := linear(d, offset, f.Coef)
	for i, eta := range mu {
		mu[i] = f.Model.Mean(eta)
	}
	return mu
}

// describe: where the dispersion is estimated statistics are t, as in R's summary.glm; with clusters of G − 1 degrees of
// freedom, as of least squares.
func (f *generalised) describe(s *study, r *Result) {
	r.Method, r.Ratio = methodOf(f.Model)
	if f.Estimated {
		r.DF = float64(f.DF)
		if s.cluster != nil {
			r.DF = float64(r.Clusters - 1)
		}
	}
	r.coefficients(s, f.Fit)
	for _, e := range f.Extras {
		r.Parameters = append(r.Parameters, Parameter{Name: e.Name, Value: e.Value, SE: e.SE})
	}
	m := newMeasures(f.Fit)
	m.More = append(m.More, Measure{"pearson_chi_square", f.Pearson, Significant})
	if f.Estimated {
		m.More = append(m.More, Measure{"dispersion", f.Dispersion, Significant})
	}
	if f.NullDev > 0 && f.Model.Distribution != regress.Binomial {
		m.More = append(m.More, Measure{"deviance_explained", 1 - f.Deviance/f.NullDev, Share})
	}
	f.likelihoods(&m)
	m.Test = r.overall(f.Fit, &m, func(q float64) Test { return f.nested(q, f.NullLogLik, f.NullDev) })
	r.Measures = m
}

func (f *generalised) unitDeviance(y, mu float64) float64 { return f.UnitDeviance(y, mu) }

// methodOf is the model in a few words, and what e^coefficient is.
func methodOf(m *regress.Model) (method, ratio string) {
	links := m.Distribution.Links()
	link := m.Link
	if link == "" {
		link = links[0]
	}
	switch {
	case link == regress.Logit:
		return "logistic", OddsRatio
	case link == regress.Cloglog:
		return "complementary log-log", HazardRatio
	case link == regress.Probit:
		return "probit", ""
	case link == regress.Inverse:
		return "inverse link", ""
	case m.Distribution == regress.Gamma, m.Distribution == regress.Tweedie:
		return "log link", MeanRatio
	}
	return "log link", RateRatio
}

// likelihoods sets what follows from the likelihood: nothing of a quasi-model. Of the parameters beside the coefficients
// φ of gamma and Tweedie counts, as in R, and what was estimated of θ and p.
func (f *generalised) likelihoods(m *Measures) {
	if f.Model.Quasi {
		m.LogLik = math.NaN()
		return
	}
	parameters := float64(m.Rank)
	for _, e := range f.Extras {
		if (e.Name == "theta" || e.Name == "power") && f.Model.Theta == 0 && f.Model.Power == 0 {
			parameters++
		}
	}
	if f.Model.Distribution == regress.Gamma || f.Model.Distribution == regress.Tweedie {
		parameters++
	} else if f.NullDev > 0 && f.NullLogLik < 0 {
		m.McFadden = 1 - m.LogLik/f.NullLogLik
		if f.Model.Distribution == regress.Binomial {
			m.McFadden = 1 - f.Deviance/f.NullDev
		}
	}
	m.criteria(parameters, f.Certificate.Observations)
}

// nested tests the fit against one with q fewer parameters: by the likelihood ratio or, where the dispersion is
// estimated, by F = (deviance − D)/q ÷ φ (McCullagh & Nelder 1989, §8.3.5 and p. 35; R's anova.glm).
func (f *generalised) nested(q, loglik, deviance float64) Test {
	if f.Estimated {
		t := Test{Name: "F", Statistic: (deviance - f.Deviance) / q / f.Dispersion, DF: q, DF2: float64(f.DF)}
		t.P = num.FUpper(t.Statistic, t.DF, t.DF2)
		return t
	}
	lr := 2 * (f.Certificate.LogLik - loglik)
	if f.Model.Distribution == regress.Binomial {
		lr = deviance - f.Deviance
	}
	return Test{Name: "likelihood ratio", Statistic: lr, DF: q, P: num.ChiSquareUpper(lr, q)}
}

// scoreDeviance measures predictions of a mean by errors, and by the deviance that the fit made small.
func (s *study) scoreDeviance(out *Scores, parts []predictions) {
	out.values(parts)
	p := join(parts)
	var losses, base []float64
	for _, f := range parts {
		for i, y := range f.actual {
			losses = append(losses, f.deviance(y, f.predicted[i]))
			base = append(base, f.deviance(y, f.base))
		}
	}
	d := p.mean(losses)
	out.More = append(out.More, Score{"mean_deviance", d, Significant},
		Score{"deviance_explained", evaluate.Estimate{Value: 1 - d.Value/p.mean(base).Value, SE: math.NaN()}, Share})
}

func (f *generalised) rank() int { return len(f.Names) - len(f.Dropped) }

// reduced keeps the power of a Tweedie response: deviances of two powers cannot be compared.
func (f *generalised) reduced(s *study, d *regress.Design) (estimated, error) {
	m := *f.Model
	for _, e := range f.Extras {
		if e.Name == "power" {
			m.Power = e.Value
		}
	}
	o := s.fitOptions(nil)
	o.Cluster, o.HC = nil, regress.NoHC
	fit, err := regress.GLM(d, s.y, m, o)
	return &generalised{fit}, err
}

// against: the likelihood ratio (or F) and Rao's score; with robust errors neither, for they do not allow for them.
func (f *generalised) against(s *study, d *regress.Design, reduced estimated, q float64) []Test {
	if f.Robust != nil {
		return nil
	}
	small := reduced.(*generalised)
	tests := []Test{f.nested(q, small.Certificate.LogLik, small.Deviance)}
	score, err := small.Score(d, s.y, f.Dispersion, s.fitOptions(nil))
	if err != nil {
		return tests
	}
	t := Test{Name: "score", Statistic: score, DF: q, P: num.ChiSquareUpper(score, q)}
	if f.Estimated {
		t = Test{Name: "score F", Statistic: score / q, DF: q, DF2: float64(f.DF), P: num.FUpper(score/q, q, float64(f.DF))}
	}
	return append(tests, t)
}

func (f *generalised) wald(r *Result, columns []int) []Test { return []Test{r.wald(f.Fit, columns)} }

func (f *generalised) influence(s *study) *diagnosis { return s.diagnosisOf(f.Influence()) }
