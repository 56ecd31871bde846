package model

// The families that tests and other packages name.
const (
	Gaussian Family = "gaussian"
	Binomial Family = "binomial"
	Firth    Family = "firth"
	Quantile Family = "quantile"

	Multinomial Family = "multinomial"
	GammaGamma  Family = "gamma-gamma"
)

// families is the table of all, in the order in which they are listed to people. It is filled by init, for
// the families' functions look it up.
var families []*family

func init() {
	families = []*family{gaussian, binomial, quasibinomial, firth, multinomial, poisson, quasipoisson, negativeBinomial, gamma, tweedie, quantiles, gammaGamma}
}
