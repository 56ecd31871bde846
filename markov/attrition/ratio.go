package attrition

import (
	"fmt"
	"math"

	"mainstay/internal/num"
)

// Ratio is a likelihood-ratio test.
type Ratio struct {
	Statistic float64 // 2(log L of the richer − log L of the simpler)
	DF        int
	P         float64 // of χ²
}

// LikelihoodRatio tests whether covariates say anything: rich is simple with more of them, fitted to the same customers.
// Errors: a refused fit, different models or customers, covariates that are not more.
func LikelihoodRatio(simple, rich *Fit) (Ratio, error) {
	df := 0
	nested := simple.Model == rich.Model && simple.K == rich.K && simple.Customers == rich.Customers
	for g := range simple.groups {
		df += rich.groups[g] - simple.groups[g]
		nested = nested && rich.groups[g] >= simple.groups[g]
	}
	switch {
	case !simple.Certificate.Certified() || !rich.Certificate.Certified():
		return Ratio{}, fmt.Errorf("attrition: a refused fit cannot be tested")
	case !nested || df == 0:
		return Ratio{}, fmt.Errorf("attrition: %s with covariates %v is not nested in %s with %v: a likelihood-ratio test needs the same model and customers, and more covariates", simple.Model, simple.groups, rich.Model, rich.groups)
	}
	r := Ratio{Statistic: max(0, 2*(rich.Certificate.LogLik-simple.Certificate.LogLik)), DF: df}
	r.P = num.ChiSquareUpper(r.Statistic, float64(df))
	return r, nil
}

// BIC is −2 log L + k log n: the lowest of several models is the best for its size. Models of the same customers and unit of time may be
// compared; of MBGCNBD only with Data.LogGaps, and bg/bb, which counts periods, with none of the others. NaN for a refused fit.
func (f *Fit) BIC() float64 {
	if !f.Certificate.Certified() {
		return math.NaN()
	}
	return -2*f.Certificate.LogLik + float64(len(f.Names)+len(f.effects))*math.Log(f.Customers)
}
