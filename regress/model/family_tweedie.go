package model

import (
	"fmt"

	"mainstay/regress"
)

// tweedie is the regression of amounts many of which are 0.
var tweedie = &family{
	name: "tweedie", about: "amounts many of which are 0; its power by maximum likelihood, or --power", flags: flags("power", "tests", "against", "diagnose"), weights: "precision",
	check: func(o *Options) error {
		if o.Power != 0 && !(o.Power >= 1.01 && o.Power <= 1.99) {
			return fmt.Errorf("--power is %v; expected 1.01 to 1.99, or 0 to estimate it: 1 is quasipoisson, 2 gamma", o.Power)
		}
		return nil
	},
	respond: func(s *study, _ *Result) error { return s.numbersOf(regress.Model{Distribution: regress.Tweedie}) },
	fit: func(s *study, d *regress.Design, rows []int) (estimated, error) {
		return s.generalised(d, rows, regress.Model{Distribution: regress.Tweedie, Power: s.o.Power})
	},
	score: (*study).scoreDeviance,
}
