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
	f.StringVar(&o.link, "link", "", "binomial: `FUNCTION` of the mean that is linear: logit")
	f.StringVar(&o.mean, "mean", "", "firth: put predictions right on average: none, flic (another intercept), flac (added rows)")
	f.Float64SliceVar(&o.tau, "tau", []float64{0.5}, "quantile: `SHARES` of rows below, as .25,.5,.75")
	f.StringVar(&o.se, "se", "", "quantile: `KIND` of standard errors: nid (default), iid, kernel, bootstrap (default with --cluster; follows from --seed)")
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

// settings are the options of the fit that need no table.
func (o *regressOptions) settings() model.Options {
	return model.Options{
		Family: model.Family(o.family), HC: regress.HC(slices.Index(robustKinds, o.robust)), Level: o.level, Threads: o.threads,
		Link: o.link, Mean: o.mean, Tau: o.tau, Errors: o.se, Seed: o.seed,
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
