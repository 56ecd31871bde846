package model

import (
	"math"

	"mainstay/internal/num"
	"mainstay/regress"

	"gonum.org/v1/gonum/mat"
)

// Measures describe the fit as a whole. Undefined is NaN.
type Measures struct {
	Rank     int // independent columns
	DF       int // residual degrees of freedom
	NullDF   int // those of the model without terms
	LogLik   float64
	AIC, BIC float64 // counting σ² as a parameter of the gaussian family, as R does

	Sigma     float64 // gaussian: residual standard deviation
	R2, AdjR2 float64 // gaussian

	Deviance, NullDeviance float64 // binomial; residual and total sum of squares of the gaussian
	McFadden               float64 // binomial: 1 − log-likelihood ÷ that of the null model (McFadden 1974)

	Test Test // that all coefficients but the intercept are 0
}

// Test is a test of a hypothesis.
type Test struct {
	Name      string // "F", "likelihood ratio", "Wald F", "Wald"
	Statistic float64
	DF, DF2   float64 // DF2 is 0 for χ²
	P         float64
}

// measure fills in r.Measures:
//
//	AIC = −2 log L + 2p,   BIC = −2 log L + p log n,   p = rank (+ 1 for σ²)
//	adjusted R² = 1 − (1 − R²) (n − i) ÷ (n − rank),   i = 1 with an intercept or another constant column
//
// (Akaike 1974; Schwarz 1978; Theil 1961). The overall test is F or the likelihood ratio; with a
// robust covariance, which those do not allow for, Wald's.
func (r *Result) measure(f *regress.Fit) {
	n := float64(f.Certificate.Observations)
	intercept := 0
	if f.Constant != "" {
		intercept = 1
	}
	m := Measures{
		Rank: len(f.Names) - len(f.Dropped), DF: f.DF, NullDF: int(n) - intercept,
		LogLik: f.Certificate.LogLik, Deviance: f.Deviance, NullDeviance: f.NullDev,
		Sigma: math.NaN(), R2: math.NaN(), AdjR2: math.NaN(), McFadden: math.NaN(),
	}
	parameters := float64(m.Rank)
	if r.Family == Gaussian {
		parameters++
		m.Sigma = math.Sqrt(f.Dispersion)
		if f.NullDev > 0 {
			m.R2 = f.R2
			m.AdjR2 = 1 - (1-f.R2)*float64(m.NullDF)/float64(m.DF)
		}
		if f.Deviance == 0 { // unbounded
			m.LogLik = math.NaN()
		}
	} else if f.NullDev > 0 {
		m.McFadden = 1 - f.Deviance/f.NullDev
	}
	m.AIC = -2*m.LogLik + 2*parameters
	m.BIC = -2*m.LogLik + math.Log(n)*parameters
	m.Test = r.overall(f, &m, m.Rank-intercept)
	r.Measures = m
}

// overall tests that the q coefficients beside the intercept are 0.
func (r *Result) overall(f *regress.Fit, m *Measures, q int) Test {
	df := float64(q)
	switch {
	case q == 0:
		return Test{Statistic: math.NaN(), P: math.NaN()}
	case f.Robust != nil:
		return r.wald(f, df)
	case r.Family == Binomial:
		lr := f.NullDev - f.Deviance
		return Test{"likelihood ratio", lr, df, 0, num.ChiSquareUpper(lr, df)}
	}
	t := Test{"F", math.NaN(), df, float64(m.DF), math.NaN()}
	if f.Dispersion > 0 {
		t.Statistic = (f.NullDev - f.Deviance) / df / f.Dispersion
		t.P = num.FUpper(t.Statistic, t.DF, t.DF2)
	}
	return t
}

// wald is W = β'V⁻¹β over all coefficients but the intercept, V robust; W ÷ q against F where statistics are
// t (Wald 1943; Cameron & Miller 2015, §VI.D). NaN where V is singular or undefined, as with few clusters.
func (r *Result) wald(f *regress.Fit, q float64) Test {
	var cols []int
	for j, c := range r.Coefficients {
		if !c.Dropped && c.Name != f.Constant {
			cols = append(cols, j)
		}
	}
	v, beta := mat.NewSymDense(len(cols), nil), mat.NewVecDense(len(cols), nil)
	for a, i := range cols { // scaled to a unit diagonal
		si := r.Coefficients[i].SE
		beta.SetVec(a, f.Coef[i]/si)
		for b, j := range cols[:a+1] {
			v.SetSym(a, b, f.Robust.At(i, j)/(si*r.Coefficients[j].SE))
		}
	}
	t := Test{"Wald", math.NaN(), q, r.DF, math.NaN()}
	if r.DF > 0 {
		t.Name = "Wald F"
	}
	var chol mat.Cholesky
	x := mat.NewVecDense(len(cols), nil)
	const worst = 1e12 // beyond, the covariance is singular but for rounding
	if !chol.Factorize(v) || chol.Cond() > worst || chol.SolveVecTo(x, beta) != nil {
		return t
	}
	t.Statistic = mat.Dot(beta, x)
	t.P = num.ChiSquareUpper(t.Statistic, q)
	if r.DF > 0 {
		t.Statistic /= q
		t.P = num.FUpper(t.Statistic, q, r.DF)
	}
	return t
}
