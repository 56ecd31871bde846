package model

import "mainstay/regress"

// binomial is the regression on two outcomes, logistic unless another link is asked for.
var binomial = &family{
	name: Binomial, about: "two outcomes: logistic, or probit or cloglog by --link", flags: flags("link", "tests", "against", "diagnose"), weights: "frequency",
	check:   func(o *Options) error { return o.checkLink(regress.Binomial) },
	respond: (*study).events,
	fit: func(s *study, d *regress.Design, rows []int) (estimated, error) {
		return s.generalised(d, rows, regress.Model{Distribution: regress.Binomial, Link: regress.Link(s.o.Link)})
	},
	score: func(_ *study, out *Scores, parts []predictions) { out.events(parts) },
}

// quasibinomial is the same for shares between 0 and 1, with a dispersion.
var quasibinomial = &family{
	name: "quasibinomial", about: "a share between 0 and 1, with its dispersion", flags: flags("link", "tests", "against", "diagnose"), weights: "precision",
	check: func(o *Options) error { return o.checkLink(regress.Binomial) },
	respond: func(s *study, _ *Result) error {
		return s.numbersOf(regress.Model{Distribution: regress.Binomial, Quasi: true})
	},
	fit: func(s *study, d *regress.Design, rows []int) (estimated, error) {
		return s.generalised(d, rows, regress.Model{Distribution: regress.Binomial, Link: regress.Link(s.o.Link), Quasi: true})
	},
	score: (*study).scoreDeviance,
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
