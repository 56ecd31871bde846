package model

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"mainstay/internal/num"
	"mainstay/regress"
	"mainstay/regress/quantile"

	"gonum.org/v1/gonum/floats"
)

// WarnCrossing is the code of fitted quantiles that contradict each other.
const WarnCrossing = "quantiles-cross"

// quantiles is quantile regression, for one τ or several.
var quantiles = &family{
	name: Quantile, about: "the median, or other quantiles (--tau)", weights: "loss",
	flags: []string{"weights", "cluster", "cv", "cv-group", "cv-time", "seed", "tau", "se"},
	check: func(o *Options) error {
		if _, err := o.quantileErrors(); err != nil {
			return err
		}
		for i, tau := range o.taus() {
			if !(tau > 0 && tau < 1) || i > 0 && tau <= o.taus()[i-1] {
				return errors.New("--tau takes numbers between 0 and 1, ascending, as in .25,.5,.75")
			}
		}
		return nil
	},
	respond: (*study).numbers,
	fit: func(s *study, d *regress.Design, rows []int) (estimated, error) {
		kind, _ := s.o.quantileErrors()
		o := quantile.Options{Weights: pick(s.weights, rows), Threads: s.o.Threads}
		if rows == nil {
			o.Errors, o.Cluster, o.Seed = kind, s.cluster, s.o.Seed
		}
		y := slices.Clone(pick(s.y, rows))
		if offset := pick(s.fr.Offset(), rows); offset != nil {
			floats.Sub(y, offset)
		}
		f := &quantileFits{design: d}
		for _, tau := range s.o.taus() {
			fit, err := quantile.Regress(d, y, tau, o)
			if err != nil {
				return nil, err
			}
			f.fits = append(f.fits, fit)
			if !fit.Certificate.Certified() {
				break
			}
		}
		return f, nil
	},
	score: func(s *study, out *Scores, parts []predictions) { out.pinball(s.o.taus(), parts) },
}

// taus are the quantiles asked for.
func (o *Options) taus() []float64 {
	if len(o.Tau) == 0 {
		return []float64{0.5}
	}
	return o.Tau
}

// quantileErrors is how standard errors are found: clusters are drawn, for nothing else knows of them.
func (o *Options) quantileErrors() (quantile.Errors, error) {
	kinds := map[string]quantile.Errors{"iid": quantile.IID, "nid": quantile.NID, "kernel": quantile.Kernel, "bootstrap": quantile.Bootstrap}
	switch kind, known := kinds[o.Errors]; {
	case known && kind != quantile.Bootstrap && o.Cluster != "":
		return 0, errors.New("--cluster needs bootstrapped standard errors: leave --se out")
	case known:
		return kind, nil
	case o.Errors != "":
		return 0, fmt.Errorf("--se is %q; expected iid, nid, kernel or bootstrap", o.Errors)
	case o.Cluster != "":
		return quantile.Bootstrap, nil
	}
	return quantile.NID, nil
}

type quantileFits struct {
	fits   []*quantile.Fit
	design *regress.Design
}

// certificate is that of the first fit that is not certified; of the first where all are, with the remarks of all.
func (f *quantileFits) certificate() *num.Certificate {
	for _, q := range f.fits {
		if !q.Certificate.Certified() {
			return &q.Certificate
		}
	}
	all := f.fits[0].Certificate
	all.Warnings = nil
	for _, q := range f.fits {
		for _, w := range q.Certificate.Warnings {
			if w.Code == num.WarnCollinear && q != f.fits[0] {
				continue
			}
			if len(f.fits) > 1 && w.Code != num.WarnCollinear {
				w.Message = equationName(q.Tau) + ": " + w.Message
			}
			all.Warnings = append(all.Warnings, w)
		}
	}
	return &all
}

func (f *quantileFits) predict(d *regress.Design, offset []float64) []float64 {
	w := len(f.fits)
	out := make([]float64, d.Rows()*w)
	for t, q := range f.fits {
		for i, v := range linear(d, offset, q.Coef) {
			out[i*w+t] = v
		}
	}
	return out
}

func equationName(tau float64) string { return "tau = " + strconv.FormatFloat(tau, 'g', -1, 64) }

func (f *quantileFits) describe(s *study, r *Result) {
	var names []string
	for _, q := range f.fits {
		names = append(names, strconv.FormatFloat(q.Tau, 'g', -1, 64))
	}
	r.Method = "quantile regression, τ = " + strings.Join(names, ", ")
	first := f.fits[0]
	r.DF, r.Covariance = float64(first.DF), first.Errors.String()
	if s.cluster != nil {
		r.DF = float64(r.Clusters - 1)
	}
	r.Measures = noMeasures()
	r.Measures.Rank, r.Measures.DF, r.Measures.NullDF = len(first.Names)-len(first.Dropped), first.DF, int(first.Certificate.Observations)-1
	for _, q := range f.fits {
		r.Equations = append(r.Equations, Equation{equationName(q.Tau), r.quantileTable(q)})
	}
	if len(f.fits) == 1 {
		r.Coefficients, r.Equations = r.Equations[0].Coefficients, nil
	}
	r.Sections = append(r.Sections, f.section())
	if rows := f.crossed(s.fr.Offset()); rows > 0 {
		r.Certificate.Warn(WarnCrossing, fmt.Sprintf("at %d of %d rows a higher quantile is fitted below a lower one: there the columns say too little; fit fewer quantiles or fewer columns", rows, f.design.Rows()))
	}
}

func (r *Result) quantileTable(q *quantile.Fit) (out []Coefficient) {
	for j, name := range q.Names {
		if slices.Contains(q.Dropped, name) {
			nan := math.NaN()
			out = append(out, Coefficient{name, nan, nan, nan, nan, nan, nan, true})
			continue
		}
		out = append(out, r.coefficient(name, q.Coef[j], q.SE[j]))
	}
	return out
}

// section is a row for each quantile.
func (f *quantileFits) section() Section {
	s := Section{Name: "quantiles", Title: "quantiles", Columns: []Values{{Name: "tau"}, {Name: "objective"}, {Name: "r1", Kind: Share},
		{Name: "log_likelihood", Kind: Statistic}, {Name: "aic", Kind: Statistic}, {Name: "rows_on_fit", Kind: Whole}, {Name: "unique"}}}
	for _, q := range f.fits {
		rank := float64(len(q.Names) - len(q.Dropped))
		logLik := q.Certificate.LogLik
		if q.Objective <= 0 {
			logLik = math.NaN()
		}
		for c, v := range []float64{q.Tau, q.Objective, q.R1, logLik, 2*rank - 2*logLik, float64(q.Interpolate)} {
			s.Columns[c].Number = append(s.Columns[c].Number, v)
		}
		s.Columns[6].Text = append(s.Columns[6].Text, map[bool]string{true: "yes", false: "no"}[q.Unique])
	}
	return s
}

// crossed counts the rows at which fitted quantiles fall from one τ to the next.
func (f *quantileFits) crossed(offset []float64) (rows int) {
	w := len(f.fits)
	fitted := f.predict(f.design, offset)
	for i := range f.design.Rows() {
		row := fitted[i*w : (i+1)*w]
		for t := 1; t < w; t++ {
			if row[t] < row[t-1]-1e-9*math.Abs(row[t-1]) {
				rows++
				break
			}
		}
	}
	return rows
}

// pinball scores quantiles: by the loss that they minimise, and by the share of rows below, which should be τ.
func (out *Scores) pinball(taus []float64, parts []predictions) {
	p := join(parts)
	for t, tau := range taus {
		loss, below := make([]float64, len(p.actual)), make([]float64, len(p.actual))
		for i, y := range p.actual {
			r := y - p.predicted[i*len(taus)+t]
			if loss[i] = tau * r; r < 0 {
				loss[i], below[i] = (tau-1)*r, 1
			}
		}
		name := strconv.FormatFloat(tau, 'g', -1, 64)
		out.More = append(out.More, Score{Name: "loss_" + name, Estimate: p.mean(loss), Kind: Significant},
			Score{Name: "below_" + name, Estimate: p.mean(below), Kind: Share})
	}
}
