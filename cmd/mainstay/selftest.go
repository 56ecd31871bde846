package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"mainstay/internal/num"
	markovPublished "mainstay/markov/published"
	regressPublished "mainstay/regress/published"
	"mainstay/reports"
)

const selftestLong = `Recompute on this machine figures that others have published, and show how many digits agree: a
line per model with the figure that has the fewest digits to spare, or every figure with --all.

Digits are the log relative error, −log10(|computed − published| ÷ |published|), at most as many as
were published. Every figure has a floor: all published digits but the last, unless the computation
is known to lose more. A figure below its floor ends with status 4; do not trust the program then,
and report it.`

func newSelftestCommand(a *app) *cobra.Command {
	var asJSON, all bool
	cmd := &cobra.Command{
		Use:   "selftest",
		Short: "recompute published figures and show the digits of agreement",
		Long:  selftestLong,
		Example: `  mainstay selftest
  mainstay selftest --all
  mainstay selftest --json`,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error { return a.selftest(all, asJSON) },
	}
	cmd.Flags().BoolVar(&all, "all", false, "show every figure")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON: every figure")
	return cmd
}

func (a *app) selftest(all, asJSON bool) error {
	figures, err := publishedFigures()
	if err != nil {
		return err
	}
	groups := reports.GroupAgreements(figures)
	if asJSON {
		err = reports.WriteSelftestJSON(a.stdout, groups, version)
	} else {
		err = reports.Selftest(a.stdout, groups, all)
	}
	if n := reports.Failing(groups); err == nil && n > 0 {
		err = qualityError{fmt.Errorf("%d of %d published figures are not reached: do not trust this build on this machine, and report it", n, len(figures))}
	}
	return err
}

// published are the packages that know figures; tests put wrong ones here.
var published = []func() ([]num.Agreement, error){regressPublished.Agreements, markovPublished.Agreements}

func publishedFigures() (all []num.Agreement, err error) {
	for _, agreements := range published {
		some, err := agreements()
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}
