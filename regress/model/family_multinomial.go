package model

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"mainstay/internal/num"
	"mainstay/regress"
	"mainstay/regress/evaluate"
)

// multinomial is the logit of several categories.
var multinomial = &family{
	name: Multinomial, about: "several outcomes", flags: flags(), weights: "frequency",
	check: func(o *Options) error {
		if o.HC > regress.HC1 {
			return errors.New("--robust hc2 and hc3 are not for --family multinomial: rows have no single leverage; take hc0, hc1 or --cluster")
		}
		return nil
	},
	respond: (*study).outcomes,
	fit: func(s *study, d *regress.Design, rows []int) (estimated, error) {
		codes, err := s.codes(rows)
		if err != nil {
			return nil, err
		}
		f, err := regress.Multinomial(d, codes, s.categories, s.fitOptions(rows))
		return &multinomialFit{f}, err
	},
	score: func(s *study, out *Scores, parts []predictions) { out.categories(s, parts) },
}

// firthMultinomial is multinomial by penalised likelihood.
var firthMultinomial = &family{
	name: FirthMultinomial, about: "several outcomes, separated or few", flags: []string{"weights", "cv", "cv-group", "cv-time", "seed"}, weights: "frequency",
	respond: (*study).outcomes,
	fit: func(s *study, d *regress.Design, rows []int) (estimated, error) {
		codes, err := s.codes(rows)
		if err != nil {
			return nil, err
		}
		level := s.o.Level
		if rows != nil { // folds need no profiles
			level = 0
		}
		f, err := regress.FirthMultinomial(d, codes, s.categories, s.fitOptions(rows), level)
		return &multinomialFit{f}, err
	},
	score: func(s *study, out *Scores, parts []predictions) { out.categories(s, parts) },
}

// outcomes reads the categories of the rows.
func (s *study) outcomes(*Result) error {
	codes, names, err := s.fr.Categories()
	s.categories = names
	for _, c := range codes {
		s.y = append(s.y, float64(c))
	}
	return err
}

// codes are the categories of rows of the frame.
func (s *study) codes(rows []int) (codes []int, err error) {
	if s.fr.Offset() != nil {
		return nil, fmt.Errorf("--family %s takes no offset(): each category would need its own", s.o.Family)
	}
	for _, c := range pick(s.y, rows) {
		codes = append(codes, int(c))
	}
	return codes, nil
}

type multinomialFit struct{ *regress.MultinomialFit }

func (f *multinomialFit) certificate() *num.Certificate { return &f.Certificate }

// predict is the probabilities of the categories, J a row.
func (f *multinomialFit) predict(d *regress.Design, _ []float64) []float64 {
	var out []float64
	for i := range d.Rows() {
		p, _ := f.Probabilities(d.Row(i))
		out = append(out, p...)
	}
	return out
}

func (f *multinomialFit) describe(s *study, r *Result) {
	r.Method, r.Ratio = "multinomial logit", OddsRatio
	if f.Penalised {
		r.Method = "penalised multinomial logit (Firth)"
		r.Facts = append(r.Facts, profiledFact)
	}
	base := f.Categories[0]
	r.Facts = append(r.Facts, fmt.Sprintf("odds of each %s against %s = %s", r.Response, r.Response, base))
	r.Covariance = "model"
	if s.o.HC != regress.NoHC {
		r.Covariance = s.o.HC.String()
	}
	if s.cluster != nil {
		r.Covariance = "CR1"
	}
	se, k := f.StandardErrors(), len(f.Names)
	for c, category := range f.Categories[1:] {
		e := Equation{Name: r.Response + " = " + category}
		for j, name := range f.Names {
			if slices.Contains(f.Dropped, name) {
				nan := math.NaN()
				e.Coefficients = append(e.Coefficients, Coefficient{name, nan, nan, nan, nan, nan, nan, true})
				continue
			}
			one := r.coefficient(name, f.Coef[c*k+j], se[c*k+j])
			if f.Penalised {
				one.profiled(f.Profiles[c*k+j])
			}
			e.Coefficients = append(e.Coefficients, one)
		}
		r.Equations = append(r.Equations, e)
	}
	slopes := len(f.Categories) - 1
	m := noMeasures()
	m.Rank, m.DF, m.NullDF = slopes*f.Rank, f.DF, slopes*int(f.Certificate.Observations)
	if f.Constant != "" {
		m.NullDF -= slopes
	}
	m.LogLik, m.Deviance, m.NullDeviance = -f.Deviance/2, f.Deviance, f.NullDev // log L without a penalty
	m.McFadden = 1 - f.Deviance/f.NullDev
	m.criteria(float64(m.Rank), f.Certificate.Observations)
	chi2, df, p := f.LikelihoodRatio()
	m.Test = Test{Name: "likelihood ratio", Statistic: chi2, DF: float64(df), P: p}
	switch {
	case f.Penalised:
		m.Test.Name = penalisedTest
		m.More = append(m.More, Measure{Name: "penalised_log_likelihood", Value: f.Certificate.LogLik, Kind: Statistic})
	case f.Robust != nil:
		chi2, df, p = f.Wald()
		m.Test = Test{Name: "Wald", Statistic: chi2, DF: float64(df), P: p}
	}
	r.Measures = m
	r.Sections = append(r.Sections, s.categoryRows())
}

// categoryRows counts the rows of each category.
func (s *study) categoryRows() Section {
	rows, share := make([]float64, len(s.categories)), make([]float64, len(s.categories))
	for _, c := range s.y {
		rows[int(c)]++
	}
	for c, n := range rows {
		share[c] = n / float64(len(s.y))
	}
	return Section{Name: "categories", Title: "categories, the base first",
		Columns: []Values{{Name: "category", Text: s.categories}, {Name: "rows", Number: rows, Kind: Whole}, {Name: "share", Number: share, Kind: Share}}}
}

// shares are those of the categories in rows of the frame, by weight; nil of other families.
func (s *study) shares(rows []int) []float64 {
	if s.categories == nil {
		return nil
	}
	out, total := make([]float64, len(s.categories)), 0.0
	for _, i := range rows {
		w := 1.0
		if s.weights != nil {
			w = s.weights[i]
		}
		out[int(s.y[i])] += w
		total += w
	}
	for c := range out {
		out[c] /= total
	}
	return out
}

// categories scores probabilities of several categories: by log loss, beside that of the shares in the training rows; by
// Brier's score over the categories; by how often the likeliest came.
func (out *Scores) categories(s *study, parts []predictions) {
	p, w := join(parts), len(s.categories)
	n := len(p.actual)
	loss, brier, right, base := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	one := []float64{1}
	for i, y := range p.actual {
		row := p.predicted[i*w : (i+1)*w]
		likeliest := 0
		for c, q := range row {
			e := q
			if c == int(y) {
				e--
			}
			brier[i] += e * e
			if q > row[likeliest] {
				likeliest = c
			}
		}
		if likeliest == int(y) {
			right[i] = 1
		}
		loss[i] = evaluate.LogLosses(one, row[int(y):int(y)+1])[0]
	}
	base = base[:0]
	for _, f := range parts {
		for _, y := range f.actual {
			base = append(base, evaluate.LogLosses(one, f.shares[int(y):int(y)+1])...)
		}
	}
	out.LogLoss, out.Brier = p.mean(loss), p.mean(brier)
	out.BaseLogLoss = p.mean(base).Value
	out.More = append(out.More, Score{Name: "log_loss", Estimate: out.LogLoss, Kind: Share}, Score{Name: "of_shares", Estimate: Estimate{Value: out.BaseLogLoss, SE: math.NaN()}, Kind: Share},
		Score{Name: "Brier", Estimate: out.Brier, Kind: Share}, Score{Name: "right", Estimate: p.mean(right), Kind: Share})
}
