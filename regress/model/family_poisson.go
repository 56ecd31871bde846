package model

import "mainstay/regress"

// poisson is the regression of counts.
var poisson = &family{
	name: "poisson", about: "counts", flags: flags("tests", "against", "diagnose"), weights: "frequency",
	respond: func(s *study, _ *Result) error { return s.numbersOf(regress.Model{Distribution: regress.Poisson}) },
	fit: func(s *study, d *regress.Design, rows []int) (estimated, error) {
		return s.generalised(d, rows, regress.Model{Distribution: regress.Poisson})
	},
	score: (*study).scoreDeviance,
}

// quasipoisson is the same for any numbers of at least 0, with a dispersion.
var quasipoisson = &family{
	name: "quasipoisson", about: "counts, or any numbers of at least 0, with their dispersion", flags: flags("tests", "against", "diagnose"), weights: "precision",
	respond: func(s *study, _ *Result) error {
		return s.numbersOf(regress.Model{Distribution: regress.Poisson, Quasi: true})
	},
	fit: func(s *study, d *regress.Design, rows []int) (estimated, error) {
		return s.generalised(d, rows, regress.Model{Distribution: regress.Poisson, Quasi: true})
	},
	score: (*study).scoreDeviance,
}
