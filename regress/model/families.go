package model

import "mainstay/regress/survival"

// The families that tests and other packages name.
const (
	Gaussian Family = "gaussian"
	Binomial Family = "binomial"
	Firth    Family = "firth"
	Quantile Family = "quantile"

	Multinomial      Family = "multinomial"
	FirthMultinomial Family = "firth-multinomial"
	GammaGamma       Family = "gamma-gamma"

	Cox         Family = "cox"
	KaplanMeier Family = "km"
)

// families is the table of all, in the order in which they are listed to people. It is filled by init, for
// the families' functions look it up.
var families []*family

// Accelerated failure time models, by the law of time.
var (
	weibull     = aft("weibull", survival.Weibull, "time until an event, Weibull")
	exponential = aft("exponential", survival.Exponential, "constant hazard")
	lognormal   = aft("lognormal", survival.LogNormal, "log-normal time")
	loglogistic = aft("loglogistic", survival.LogLogistic, "log-logistic time")
)

func init() {
	families = []*family{gaussian, binomial, quasibinomial, firth, multinomial, firthMultinomial, poisson, quasipoisson, negativeBinomial, gamma, tweedie, quantiles, gammaGamma, cox, weibull, exponential, lognormal, loglogistic, discrete, km}
}
