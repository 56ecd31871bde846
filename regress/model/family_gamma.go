package model

import "mainstay/regress"

// gamma is the regression of amounts above 0 whose spread grows with their mean.
var gamma = &family{
	name: "gamma", about: "amounts above 0; --link inverse or log", flags: flags("link", "tests", "against", "diagnose"), weights: "precision",
	check:   func(o *Options) error { return o.checkLink(regress.Gamma) },
	respond: func(s *study, _ *Result) error { return s.numbersOf(regress.Model{Distribution: regress.Gamma}) },
	fit: func(s *study, d *regress.Design, rows []int) (estimated, error) {
		return s.generalised(d, rows, regress.Model{Distribution: regress.Gamma, Link: regress.Link(s.o.Link)})
	},
	score: (*study).scoreDeviance,
}
