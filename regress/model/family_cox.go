package model

import (
	"fmt"
	"math"

	"mainstay/internal/num"
	"mainstay/regress"
	"mainstay/regress/survival"
)

// cox is the proportional hazards regression: time until an event, the baseline left open.
var cox = &family{
	name: Cox, about: "proportional hazards of Surv(time, event)", flags: flags("ties", "times", "diagnose"), weights: "cases", bare: true, strata: true,
	check: func(o *Options) error {
		if o.Ties != "" && o.Ties != survival.Efron.String() && o.Ties != survival.Breslow.String() {
			return fmt.Errorf("--ties is %q; expected efron or breslow", o.Ties)
		}
		return o.checkSandwich()
	},
	respond: (*study).survive,
	fit: func(s *study, d *regress.Design, rows []int) (estimated, error) {
		ties := survival.Efron
		if s.o.Ties == survival.Breslow.String() {
			ties = survival.Breslow
		}
		f, err := survival.Cox(d, s.times(rows), ties, s.survivalOptions(rows))
		return &hazards{CoxFit: f, names: d.Names}, err
	},
	score: (*study).concordance,
}

type hazards struct {
	*survival.CoxFit
	names []string
	known *survival.Curves // once asked for
}

// curves are the survival curves of the fit.
func (f *hazards) curves() *survival.Curves {
	if f.known == nil {
		f.known = f.Curves()
	}
	return f.known
}

func (f *hazards) certificate() *num.Certificate { return &f.Certificate }

func (f *hazards) predict(d *regress.Design, offset []float64) []float64 {
	eta := linear(d, offset, f.Coef)
	if len(d.Names) == 0 {
		eta = make([]float64, len(offset))
		copy(eta, offset)
	}
	return eta
}

func (f *hazards) describe(s *study, r *Result) {
	r.Method, r.Ratio = fmt.Sprintf("proportional hazards, %s's ties", map[survival.Ties]string{survival.Efron: "Efron", survival.Breslow: "Breslow"}[f.Ties]), HazardRatio
	r.survivalCoefficients(s, &f.Fit)
	m := newMeasures(&f.Fit)
	m.NullDF, m.Deviance, m.NullDeviance = f.Events, math.NaN(), math.NaN()
	m.criteria(float64(m.Rank), int64(f.Events)) // BIC counts events: Volinsky & Raftery 2000, Biometrics 56:256–262
	m.More = append(m.More, Measure{"null_log_likelihood", -f.NullDev / 2, Statistic}, Measure{"events", float64(f.Events), Whole})
	if m.Rank > 0 {
		if c := f.Concordance(); !math.IsNaN(c.Value) {
			r.Parameters = append(r.Parameters, Parameter{"concordance", c.Value, c.SE})
		}
		m.Test = chiSquared("", "likelihood ratio", f.Ratio)
		if f.Robust != nil {
			m.Test = chiSquared("", "Wald", f.Wald)
		}
		m.Tests = append(m.Tests, chiSquared("all terms", "likelihood ratio", f.Ratio), chiSquared("all terms", "Wald", f.Wald), chiSquared("all terms", "score", f.Score))
		f.proportional(s, r, &m)
	}
	f.baseline(s, r)
	r.Measures = m
}

// proportional adds the tests that hazards are proportional: of all terms together, and a section term by term.
func (f *hazards) proportional(s *study, r *Result, m *Measures) {
	coding, err := s.fr.Learn(nil)
	if err != nil {
		return
	}
	var terms []survival.Term
	shift := 0
	if s.f.Intercept { // which the design does not have
		shift = 1
	}
	for _, t := range coding.Terms() {
		term := survival.Term{Name: t.Name}
		for c := t.From; c < t.To; c++ {
			term.Columns = append(term.Columns, c-shift)
		}
		terms = append(terms, term)
	}
	each, all, err := f.Proportional(survival.ClockKM, terms)
	if err != nil {
		return
	}
	m.Tests = append(m.Tests, chiSquared("proportional hazards", "score", all))
	section := Section{Name: "proportional_hazards", Title: "do hazard ratios drift with time? (score test against 1 − Kaplan-Meier)",
		Columns: []Values{{Name: "term", Text: []string{}}, {Name: "chi_square", Number: []float64{}, Kind: Statistic}, {Name: "df", Number: []float64{}, Kind: Whole}, {Name: "p", Number: []float64{}, Kind: Probability}}}
	for _, d := range each {
		section.Columns[0].Text = append(section.Columns[0].Text, d.Name)
		for k, v := range []float64{d.Statistic, float64(d.DF), d.P} {
			section.Columns[k+1].Number = append(section.Columns[k+1].Number, v)
		}
	}
	r.Sections = append(r.Sections, section)
}

// mostBaseline is how many times of all baselines are kept: more are thinned evenly, but for the first and last of a stratum.
const mostBaseline = 2000

// baseline adds the baseline survival at the mean of the columns, by stratum.
func (f *hazards) baseline(s *study, r *Result) {
	curves := f.curves()
	var all [][]survival.Step
	total := 0
	for _, k := range curves.Strata() {
		of, err := curves.Of(f.Means, mean0(s.fr.Offset()), k)
		if err != nil {
			return
		}
		all, total = append(all, of), total+len(of)
	}
	every, title := (total-1)/mostBaseline+1, "survival at the mean of the columns"
	var names []string
	var steps []survival.Step
	for a, of := range all {
		for i, step := range of {
			if i%every == 0 || i == len(of)-1 {
				steps = append(steps, step)
				if s.lives.strata != nil {
					names = append(names, s.lives.names[curves.Strata()[a]])
				}
			}
		}
	}
	if every > 1 {
		title += fmt.Sprintf(" (one of %d times)", every)
	}
	first := ""
	if names != nil {
		first = "stratum"
	}
	r.Sections = append(r.Sections, Section{Name: "baseline", Title: title, Columns: stepColumns(first, names, steps), Most: 12})
}

// mean0 is the mean of offsets, 0 without.
func mean0(offset []float64) float64 {
	if offset == nil {
		return 0
	}
	return num.Mean(offset)
}
