package model

import (
	"fmt"

	"mainstay/regress"
)

// negativeBinomial is the regression of counts that vary more than Poisson's.
var negativeBinomial = &family{
	name: "negative-binomial", about: "counts that vary more than Poisson's; θ by maximum likelihood", flags: flags("theta", "tests", "against", "diagnose"), weights: "frequency",
	check: func(o *Options) error {
		if !(o.Theta >= 0 && o.Theta <= 1e10) {
			return fmt.Errorf("--theta is %v; expected a number above 0 up to 1e10 (beyond is poisson), or 0 to estimate it", o.Theta)
		}
		return nil
	},
	respond: func(s *study, _ *Result) error {
		return s.numbersOf(regress.Model{Distribution: regress.NegativeBinomial})
	},
	fit: func(s *study, d *regress.Design, rows []int) (estimated, error) {
		return s.generalised(d, rows, regress.Model{Distribution: regress.NegativeBinomial, Theta: s.o.Theta})
	},
	score: (*study).scoreDeviance,
}
