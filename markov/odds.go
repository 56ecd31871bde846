package markov

import (
	"math"

	"mainstay/internal/num"
)

// Test tests that no covariate matters, summed over the states that were fitted: by LikelihoodRatio or, of moves with weights, which have no likelihood, by Wald's
// test with the covariance of the odds, but of penalised fits by their likelihood ratio. P is NaN where there are none.
func (d *Dependent) Test() (chi2 float64, df int, p float64) {
	if !d.weighted {
		return d.LikelihoodRatio()
	}
	for _, row := range d.Rows {
		if row.Fit == nil {
			continue
		}
		c, n, _ := row.Fit.Wald()
		if row.Fit.Penalised {
			c, n, _ = row.Fit.LikelihoodRatio()
		}
		if n > 0 { // else all its covariates were dropped
			chi2 += c
			df += n
		}
	}
	return chi2, df, num.ChiSquareUpper(chi2, float64(df))
}

// Weighted reports whether moves have weights.
func (d *Dependent) Weighted() bool { return d.weighted }

// LikelihoodRatio tests that no covariate matters, against the chain without them, over all states that were fitted: χ²
// with degrees of freedom (Anderson & Goodman 1957, §3.1; Agresti 2013, §4.5.4), of penalised fits penalised (Heinze & Schemper 2002, §3). P is NaN where there are none.
func (d *Dependent) LikelihoodRatio() (chi2 float64, df int, p float64) {
	for _, row := range d.Rows {
		if row.Fit != nil {
			c, n, _ := row.Fit.LikelihoodRatio()
			chi2 += c
			df += n
		}
	}
	return chi2, df, num.ChiSquareUpper(chi2, float64(df))
}

// Odds is by what one unit more of a term multiplies the odds of moving to To rather than to the base.
type Odds struct {
	From, To, Base, Term int
	Ratio                Estimate // e^β, its interval on the log scale
	P                    float64  // of β = 0, by Wald
	Clustered            bool     // its error is clustered by customer
	Profile              bool     // interval and P are of the profile of a penalised likelihood, which also bounds what Wald's error cannot
}

// Odds are those of every coefficient that was estimated, the constants left out, with intervals at the level of the fit.
func (d *Dependent) Odds() (out []Odds) {
	z := num.ZLevel(d.level)
	for i, row := range d.Rows {
		if row.Fit == nil {
			continue
		}
		se := row.Fit.StandardErrors()
		k := len(d.Terms)
		for c := 1; c < len(row.To); c++ {
			for t := 1; t < k; t++ {
				at := (c-1)*k + t
				if !(se[at] > 0) { // dropped
					continue
				}
				v := math.Exp(row.Fit.Coef[at])
				o := Odds{i, row.To[c], row.To[0], t, onLog(z, []float64{v}, []float64{v * se[at]})[0], num.NormalTwoSided(row.Fit.Coef[at] / se[at]), row.Clustered(), false}
				if row.Fit.Penalised {
					if p := row.Fit.Profiles[at]; !math.IsNaN(p.Low + p.High + p.P) {
						o.Ratio.Low, o.Ratio.High, o.P, o.Profile = math.Exp(p.Low), math.Exp(p.High), p.P, true
					}
				}
				out = append(out, o)
			}
		}
	}
	return out
}
