package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"mainstay/regress"
	"mainstay/regress/model"
)

// addFamilyFlags binds the flags that only some families take; model says which (model.TakenBy).
func (o *regressOptions) addFamilyFlags(f *pflag.FlagSet) {
	f.StringVar(&o.link, "link", "", "`FUNCTION` of the mean that is linear: logit, probit, cloglog (binomial), inverse, log (gamma), cloglog, logit (discrete)")
	f.StringVar(&o.mean, "mean", "", "firth: put predictions right on average: none, flic (another intercept), flac (added rows)")
	f.Float64SliceVar(&o.tau, "tau", []float64{0.5}, "quantile: `SHARES` of rows below, as .25,.5,.75")
	f.StringVar(&o.se, "se", "", "quantile: `KIND` of standard errors: nid (default), iid, kernel, bootstrap (default with --cluster; follows from --seed)")
	f.Float64Var(&o.theta, "theta", 0, "negative-binomial: θ, with variance μ + μ²/θ (0 = by maximum likelihood)")
	f.Float64Var(&o.ridge, "ridge", 0, "gaussian: λ of ridge regression, on columns of unit variance (0 = least squares)")
	f.BoolVar(&o.tests, "tests", false, "test every term that can be left out alone: likelihood ratio or F, score, Wald")
	f.StringVar(&o.against, "against", "", "test the fit against a smaller `FORMULA` of the same response")
	f.StringVar(&o.diagnose, "diagnose", "", "write residuals, leverage and Cook's distance of every row to `FILE` (.csv, .parquet, .arrow, .json), and show the rows that move the fit most")
	f.Float64Var(&o.power, "power", 0, "tweedie: p, with variance φμ^p, between 1 and 2 (0 = by maximum likelihood)")
	f.StringVar(&o.ties, "ties", "", "cox: how events at the same time are treated: efron (default) or breslow")
}

// checkFamily finds an unknown family, and flags that it does not take.
func (o *regressOptions) checkFamily(f *pflag.FlagSet) error {
	if !slices.Contains(model.Families(), model.Family(o.family)) {
		return usageError{fmt.Errorf("--family is %q; expected %s", o.family, strings.Join(familyNames(), ", "))}
	}
	var given []string
	f.Visit(func(f *pflag.Flag) { given = append(given, f.Name) })
	settings := o.settings()
	if err := settings.Check(given); err != nil {
		return usageError{err}
	}
	return nil
}

// settings are the options of the fit that need no table. The flags have been checked.
func (o *regressOptions) settings() model.Options {
	return model.Options{
		Family: model.Family(o.family), HC: regress.HC(slices.Index(robustKinds, o.robust)), Level: o.level, Threads: o.threads,
		Link: o.link, Ties: o.ties, Mean: o.mean, Tau: o.tau, Errors: o.se, Seed: o.seed,
		Theta: o.theta, Power: o.power, Ridge: o.ridge,
		Tests: o.tests, Diagnose: o.diagnose != "", Penalty: o.penalty(o.seed), Times: o.times,
	}
}

// familyHelp lists the families with what they are.
func familyHelp() string {
	var all []string
	for _, f := range model.Families() {
		all = append(all, fmt.Sprintf("%s (%s)", f, model.About(f)))
	}
	return strings.Join(all, ", ")
}

func familyNames() (names []string) {
	for _, f := range model.Families() {
		names = append(names, string(f))
	}
	return names
}
