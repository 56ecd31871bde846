package main

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/pflag"

	"mainstay/regress/model"
)

// penaltyFlags ask for an elastic net instead of the usual fit of a family.
type penaltyFlags struct {
	alpha  float64
	lambda string
	given  bool
}

func (p *penaltyFlags) addFlags(f *pflag.FlagSet) {
	f.Float64Var(&p.alpha, "penalty", -1, "elastic net: the share of the lasso in the penalty, 1 = lasso, 0 = ridge")
	f.Lookup("penalty").DefValue = "0" // the help shows no default: there is none
	f.StringVar(&p.lambda, "lambda", string(model.LeastDeviance), "`SIZE` of the penalty: a number, cv (least deviance of rows held out) or cv-1se (the largest within one standard error)")
}

// check finds words that are no size, and a size of nothing.
func (p *penaltyFlags) check(f *pflag.FlagSet) error {
	p.given = f.Changed("penalty")
	_, err := strconv.ParseFloat(p.lambda, 64)
	switch {
	case f.Changed("lambda") && !p.given:
		return usageError{errors.New("--lambda is the size of a penalty: say which with --penalty, 1 for the lasso")}
	case err != nil && p.lambda != string(model.LeastDeviance) && p.lambda != string(model.OneSE):
		return usageError{fmt.Errorf("--lambda is %q; expected cv, cv-1se or a number", p.lambda)}
	}
	return nil
}

// penalty is what was asked for; nil without.
func (p *penaltyFlags) penalty(seed uint64) *model.Penalty {
	if !p.given {
		return nil
	}
	out := &model.Penalty{Alpha: p.alpha, Seed: seed}
	if v, err := strconv.ParseFloat(p.lambda, 64); err == nil {
		out.Lambda = v
	} else {
		out.Choose = model.Rule(p.lambda)
	}
	return out
}
