// Package latent asks the latent attrition models of markov/attrition about a Ledger's customers, or those of a table of histories: who is still one, how often each will
// buy, what that is worth, and how well a model did on what was held out.
//
// Reading order: latent.go (Study), customers.go (of a Ledger), histories.go (of a table), attributes.go (segments, covariates), holdout.go, worth.go; contracts.go: lives and renewals of contracts.
package latent

import (
	"fmt"
	"math"
	"slices"

	"mainstay/ingest"
	"mainstay/markov/attrition"
	"mainstay/regress/spend"
)

// Config is what is asked. The zero value of a field with a default is not it: see Defaults.
type Config struct {
	Model   string     // auto, or a model
	Unit    string     // of time: day, week, month, quarter, year
	K       int        // of mbg/cnbd-k; 0 = as regular as customers are
	Until   ingest.Day // fit what happened until then, hold the rest against it; 0 = everything
	Horizon float64    // days ahead
	Rate    float64    // discount rate, annual effective; 0 = no residual
	Level   float64    // of intervals
	By      string     // an attribute whose segments are pooled; "" = none
	On      string     // covariates of buying and leaving, the right-hand side of a formula; "" = none
}

// Defaults are those of mainstay attrition.
var Defaults = Config{Model: Auto, Unit: "week", Horizon: 365, Rate: 0.1, Level: 0.95}

// Auto chooses the model with the lowest BIC.
const Auto = "auto"

// year is how many days one has on average.
const year = 365.25

// Study is what was found. Of a refused model (Fit.Certificate) there is nothing but Fits, Timing and Customers.
type Study struct {
	Config    Config
	UnitDays  float64
	Until     ingest.Day // the last day that the fit knows
	AsOf      ingest.Day
	Customers *Customers
	Timing    attrition.Timing
	Fits      []*attrition.Fit // all that were tried, in their order
	Fit       *attrition.Fit   // the one chosen
	Bounds    []attrition.Bounds
	Leaving   *attrition.Ratio // whether anybody leaves: the best of the models that can be tested against nbd; nil where there is none
	Segments  *Segments        // nil without Config.By
	Influence *Influence       // nil without Config.On
	Spend     *spend.Fit
	Scores    []attrition.Score // by customer: P(alive), expected purchase days in the horizon, discounted purchase days to come
	Worth     []Worth           // by customer
	Totals    Totals
	Curve     []CurvePoint
	Holdout   *Holdout // nil without one

	Notes []string // of a table of histories: what was left out, what was assumed

	first   ingest.Day // of the Ledger
	holdout float64    // length of the holdout in units of time; 0 = none
}

// CurvePoint is how many purchase days of all customers there were, and were expected.
type CurvePoint struct {
	Day                      ingest.Day // at the end of
	Increment, Cumulative    attrition.Estimate
	Bought, BoughtCumulative float64 // NaN after the as-of date
}

// Check finds what is wrong with what is asked.
func (c *Config) Check() error {
	known := c.Model == Auto
	for _, m := range attrition.Models {
		known = known || c.Model == string(m)
	}
	days, err := UnitDays(c.Unit)
	switch {
	case !known:
		return fmt.Errorf("there is no model %q; expected auto, nbd, bg/nbd, mbg/nbd, mbg/cnbd-k, pareto/nbd or bg/bb", c.Model)
	case err != nil:
		return err
	case c.K < 0 || c.K > attrition.MostRegular:
		return fmt.Errorf("the regularity k is %d; expected 1 to %d, or 0 to estimate it", c.K, attrition.MostRegular)
	case !(c.Horizon >= 1 && c.Horizon <= 36525):
		return fmt.Errorf("the horizon is %v days; expected 1 to 36525", c.Horizon)
	case !(c.Rate >= 0 && c.Rate <= 10):
		return fmt.Errorf("the discount rate is %v; expected an annual rate from 0 to 10, 0.1 for 10 %%", c.Rate)
	case c.Model == string(attrition.BGBB) && c.Horizon/days > attrition.MostPeriods:
		return fmt.Errorf("the horizon is %v days; of bg/bb, which counts periods, at most %d %ss: take a longer --time-unit", c.Horizon, attrition.MostPeriods, c.Unit)
	case c.By != "" && c.On != "":
		return fmt.Errorf("segments are pooled (--by) or covariates act on all (--on), not both")
	case c.On != "" && !slices.Contains(withCovariates, attrition.Model(c.Model)) && c.Model != Auto:
		return fmt.Errorf("%s takes no covariates; expected auto, bg/nbd, mbg/nbd or pareto/nbd with --on", c.Model)
	case c.K != 0 && c.Model != Auto && c.Model != string(attrition.MBGCNBD):
		return fmt.Errorf("regularity is of mbg/cnbd-k; %s has none: leave one of them out", c.Model)
	case c.K != 0 && c.On != "":
		return fmt.Errorf("regularity is of mbg/cnbd-k, which takes no covariates: leave it, or --on, out")
	case !(c.Level > 0 && c.Level < 1):
		return fmt.Errorf("the level is %v; expected a number between 0 and 1, such as 0.95", c.Level)
	}
	return nil
}

// withCovariates are the models that take covariates of both buying and leaving.
var withCovariates = []attrition.Model{attrition.BGNBD, attrition.MBGNBD, attrition.ParetoNBD}

// Run fits and asks. attributes are for Config.By and On, else nil. Errors: what Check finds; a holdout that is none of the Ledger's days; attributes that are not there.
func Run(l *ingest.Ledger, asOf ingest.Day, c Config, attributes Attributes, threads int) (*Study, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	s := &Study{Config: c, AsOf: asOf, Until: asOf, first: l.First}
	s.UnitDays, _ = UnitDays(c.Unit) // as checked
	if c.Until != 0 {
		if s.Until = c.Until; s.Until >= asOf || s.Until <= l.First {
			return nil, &ingest.ConfigError{Msg: fmt.Sprintf("the fit ends on %s, but purchases are from %s to %s: name a day between them", s.Until, l.First, asOf)}
		}
	}
	s.Customers = gather(l, s.Until, asOf, s.UnitDays, c.Model == string(attrition.BGBB), threads)
	var err error
	if s.Timing, err = attrition.Regularity(s.Customers.first, s.Customers.second, 1); err != nil {
		return nil, err
	}
	if s.Until < asOf {
		s.holdout = float64(asOf-s.Until) / s.UnitDays
	}
	if err := s.study(attributes, threads); err != nil || !s.Fit.Certificate.Certified() {
		return s, err
	}
	return s, s.curve(threads)
}

// study fits the customers gathered, and asks a fit that may be used.
func (s *Study) study(attributes Attributes, threads int) error {
	err := s.fit(threads)
	if err != nil || !s.Fit.Certificate.Certified() {
		return err
	}
	o := attrition.Options{Threads: threads, K: s.Fit.K, FreeK: s.Fit.FreeK}
	switch {
	case s.Config.By != "":
		err = s.pool(attributes, o)
	case s.Config.On != "":
		err = s.influence(attributes, o)
	}
	if err != nil || !s.Fit.Certificate.Certified() {
		return err
	}
	return s.ask(threads)
}

// fit fits the models asked for and chooses.
func (s *Study) fit(threads int) error {
	k := s.Config.K
	if k == 0 {
		k = s.Timing.Nearest
	}
	models := []attrition.Model{attrition.Model(s.Config.Model)}
	if s.Config.Model == Auto {
		models = []attrition.Model{attrition.NBD, attrition.BGNBD, attrition.MBGNBD, attrition.ParetoNBD}
		if s.Config.On != "" {
			models = withCovariates
		} else if k > 1 {
			models = append(models, attrition.MBGCNBD)
		}
	}
	o := attrition.Options{Threads: threads, K: k, FreeK: s.Config.K == 0}
	for _, m := range models {
		if m == attrition.MBGCNBD && o.FreeK {
			if err := s.tryRegular(o); err != nil {
				return err
			}
			continue
		}
		f, err := attrition.FitModel(m, &s.Customers.Data, o)
		if err != nil {
			return err
		}
		s.keep(f)
	}
	s.testLeaving()
	return nil
}

// keep notes a fit, and takes it where it is the best so far.
func (s *Study) keep(f *attrition.Fit) {
	s.Fits = append(s.Fits, f)
	if s.Fit == nil || f.Certificate.Certified() && !(s.Fit.BIC() <= f.BIC()) {
		s.Fit = f
	}
}

// tryRegular looks for the likeliest mbg/cnbd-k from k on. k = 1 is mbg/nbd, which auto has.
func (s *Study) tryRegular(o attrition.Options) error {
	least := 1
	if s.Config.Model == Auto {
		least = 2
	}
	tried, best, err := attrition.Regular(&s.Customers.Data, o, least)
	if err != nil {
		return err
	}
	for _, f := range tried {
		s.keep(f)
	}
	if math.IsNaN(s.Timing.K) { // histories, whose gaps are known by their sum only
		s.Timing.Nearest = best.K
	}
	return nil
}

// testLeaving tests the best model that nbd is the edge of.
func (s *Study) testLeaving() {
	best := math.Inf(-1)
	for _, f := range s.Fits[1:] {
		if r, err := attrition.LeavingTest(s.Fits[0], f); err == nil && f.Certificate.LogLik > best {
			best, s.Leaving = f.Certificate.LogLik, &r
		}
	}
}

// Horizon is what is asked, in units of time; of bg/bb in whole periods, the nearest of them.
func (s *Study) Horizon() float64 {
	units := s.Config.Horizon / s.UnitDays
	if s.Config.Model == string(attrition.BGBB) {
		units = math.Max(1, math.Round(units))
	}
	return units
}

// ask puts the questions to a certified fit.
func (s *Study) ask(threads int) error {
	cust := s.Customers
	rate := math.Log1p(s.Config.Rate) * s.UnitDays / year
	if s.Fit.Model == attrition.BGBB {
		rate = math.Expm1(rate)
	}
	var err error
	if s.Bounds, err = s.Fit.Bounds(&cust.Data, s.Config.Level, threads); err != nil {
		return err
	}
	if cust.Mean != nil {
		if s.Spend, err = spend.GammaGamma(cust.Data.X, cust.Mean, spend.Options{Weights: cust.Data.Weight, Level: s.Config.Level, Threads: threads}); err != nil {
			return err
		}
	}
	var sums *attrition.Sums
	if s.Scores, sums, err = s.scores(attrition.Questions{Horizon: s.Horizon(), Rate: rate, Level: s.Config.Level, Threads: threads}, s.money()); err != nil {
		return err
	}
	s.value(sums)
	if s.holdout > 0 {
		return s.hold(threads)
	}
	return nil
}
