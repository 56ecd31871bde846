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

	Deviance, NullDeviance float64 // residual and total sum of squares of the gaussian
	McFadden               float64 // 1 − log-likelihood ÷ that of the null model (McFadden 1974)
	More                   []Measure

	Test  Test   // that all coefficients but the intercept are 0
	Tests []Test // others, each with what it is of
}

// Measure is one that only some families have.
type Measure struct {
	Name  string // for machines and people: "pearson_chi_square"
	Value float64
	Kind  Kind
}

// Test is a test of a hypothesis.
type Test struct {
	Of        string // what is tested to be 0, or to hold: "industry", "proportional hazards"; "" = all terms together
	Name      string // "F", "likelihood ratio", "Wald F", "Wald"
	Statistic float64
	DF, DF2   float64 // DF2 is 0 for χ²
	P         float64
}

// newMeasures are those that every fit has.
func newMeasures(f *regress.Fit) Measures {
	m := noMeasures()
	m.Rank, m.DF, m.NullDF = len(f.Names)-len(f.Dropped), f.DF, int(f.Certificate.Observations)
	if f.Constant != "" {
		m.NullDF--
	}
	m.LogLik, m.Deviance, m.NullDeviance = f.Certificate.LogLik, f.Deviance, f.NullDev
	return m
}

// noMeasures has every number undefined.
func noMeasures() Measures {
	nan := math.NaN()
	return Measures{LogLik: nan, AIC: nan, BIC: nan, Sigma: nan, R2: nan, AdjR2: nan, Deviance: nan, NullDeviance: nan, McFadden: nan,
		Test: Test{Statistic: nan, P: nan}}
}

// criteria sets AIC = −2 log L + 2p and BIC = −2 log L + p log n (Akaike 1974; Schwarz 1978) for p parameters.
func (m *Measures) criteria(p float64, n int64) {
	m.AIC = -2*m.LogLik + 2*p
	m.BIC = -2*m.LogLik + math.Log(float64(n))*p
}

// overall tests that the q coefficients beside the intercept are 0: by usual, the family's own test; with a
// robust covariance, which that does not allow for, by Wald's.
func (r *Result) overall(f *regress.Fit, m *Measures, usual func(q float64) Test) Test {
	q := m.Rank
	if f.Constant != "" {
		q--
	}
	switch {
	case q == 0:
		return Test{Statistic: math.NaN(), P: math.NaN()}
	case f.Robust != nil:
		var columns []int
		for j, c := range r.Coefficients {
			if !c.Dropped && c.Name != f.Constant {
				columns = append(columns, j)
			}
		}
		return r.wald(f, columns)
	}
	return usual(float64(q))
}

// wald is W = β'V⁻¹β over some coefficients, V their covariance, robust where errors are; W ÷ q against F where statistics
// are t (Wald 1943; Cameron & Miller 2015, §VI.D). NaN where V is singular or undefined, as with few clusters.
func (r *Result) wald(f *regress.Fit, cols []int) Test {
	cov, q := f.Cov, float64(len(cols))
	if f.Robust != nil {
		cov = f.Robust
	}
	v, beta := mat.NewSymDense(len(cols), nil), mat.NewVecDense(len(cols), nil)
	for a, i := range cols { // scaled to a unit diagonal
		si := r.Coefficients[i].SE
		beta.SetVec(a, f.Coef[i]/si)
		for b, j := range cols[:a+1] {
			v.SetSym(a, b, cov.At(i, j)/(si*r.Coefficients[j].SE))
		}
	}
	t := Test{Name: "Wald", Statistic: math.NaN(), DF: q, DF2: r.DF, P: math.NaN()}
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
