package markov

import (
	"math"
	"slices"

	"mainstay/internal/num"
)

// Test tests that no covariate matters: by LikelihoodRatio or, of moves with weights, which have no likelihood, by Wald's test with the
// covariance of the odds, summed over the states that were fitted. P is NaN where there are none.
func (d *Dependent) Test() (chi2 float64, df int, p float64) {
	if !d.weighted {
		return d.LikelihoodRatio()
	}
	for _, row := range d.Rows {
		if row.Fit != nil {
			if c, n, _ := row.Fit.Wald(); n > 0 { // else all its covariates were dropped
				chi2 += c
				df += n
			}
		}
	}
	return chi2, df, num.ChiSquareUpper(chi2, float64(df))
}

// Weighted reports whether moves have weights.
func (d *Dependent) Weighted() bool { return d.weighted }

// LikelihoodRatio tests that no covariate matters, against the chain without them, over all states that were fitted: χ²
// with degrees of freedom (Anderson & Goodman 1957, §3.1; Agresti 2013, §4.5.4). P is NaN where there are none.
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
	Limit                bool     // β tends to −∞: Ratio is 0, of which High alone is an error (profile likelihood, moves independent), SE and P are NaN
}

// Odds are those of every coefficient that was estimated, the constants left out.
func (d *Dependent) Odds(level float64) (out []Odds) {
	z := num.ZLevel(level)
	for i, row := range d.Rows {
		if row.Fit == nil {
			continue
		}
		se := row.Fit.StandardErrors()
		k := len(d.Terms)
		for c := 1; c < len(row.To); c++ {
			for t := 1; t < k; t++ {
				at := (c-1)*k + t
				if slices.Contains(row.Fit.Limits, at) {
					ratio := Estimate{Value: 0, SE: math.NaN(), Low: 0, High: math.Exp(row.Fit.Upper(at, level))}
					out = append(out, Odds{From: i, To: row.To[c], Base: row.To[0], Term: t, Ratio: ratio, P: math.NaN(), Limit: true})
					continue
				}
				if !(se[at] > 0) { // dropped
					continue
				}
				v := math.Exp(row.Fit.Coef[at])
				out = append(out, Odds{i, row.To[c], row.To[0], t, onLog(z, []float64{v}, []float64{v * se[at]})[0], num.NormalTwoSided(row.Fit.Coef[at] / se[at]), row.Clustered(), false})
			}
		}
	}
	return out
}
