// Package penalised fits generalised linear models with an elastic-net penalty, for many columns and few events: the lasso
// chooses columns, the ridge shares weight among those that go together.
//
// Reading order: penalised.go (what is minimised), model.go (rows standardised, in tiles), family.go, descend.go with
// quadratic.go (one λ), path.go (all of them), cv.go (which one).
package penalised

import (
	"errors"
	"fmt"
	"math"

	"mainstay/internal/num"
	"mainstay/regress"
)

// Options say what is minimised: with weights wᵢ that are scaled to sum to 1, log-likelihoods lᵢ and columns that were
// centred and, unless Raw, divided by their standard deviation (divisor n),
//
//	−Σ wᵢ lᵢ(β) + λ Σⱼ vⱼ (α |βⱼ| + (1−α)/2 βⱼ²),
//
// which is glmnet's objective (Friedman, Hastie & Tibshirani 2010, J. Statistical Software 33(1), eq. 1 and 13); for
// the gaussian −lᵢ is half the squared error. The constant column of the design, the first that is not 0, is the
// intercept and has no penalty. Coefficients are in the units of the design.
type Options struct {
	Family  string    // "gaussian", "binomial" (0 or 1) or "poisson" (counts), with their canonical links
	Alpha   float64   // α: 1 the lasso, 0 the ridge
	Lambda  []float64 // descending; nil = a path from the smallest λ without coefficients down to 1e-4 of it (1e-2 where there are more columns than rows)
	Also    []float64 // λ that a path which is not given has besides; it does not end before them
	Count   int       // how many where Lambda is nil; 0 = 100
	Factors []float64 // vⱼ by column of the design, nil = 1; 0 leaves a column without penalty. Taken as given: glmnet rescales them to sum to the number of columns
	Raw     bool      // columns are on one scale already
	Weights []float64 // nil = 1
	Offset  []float64 // nil = 0
	Limit   float64   // largest violation of the optimality conditions, as a share of the largest null score; 0 = 1e-10. A choice of λ needs less
	Threads int       // 0 = 1; results do not depend on it
}

// Path are the fits at each λ.
type Path struct {
	Names    []string
	Family   string
	Alpha    float64
	Lambda   []float64   // descending; a path that was not given ends early where the deviance hardly falls any more
	Coef     [][]float64 // by λ, by column; 0 = left out
	NonZero  []int       // by λ: columns with a coefficient, without the intercept
	Deviance []float64   // by λ, of the weights as given
	NullDev  float64     // of intercept and offset alone
	KKT      []float64   // by λ: the largest violation of the optimality conditions, as a share of the largest null score (see scaleOf)

	Constant    string   // the intercept's column, "" without one
	Flat        []string // columns that do not vary: their coefficient is 0
	Certificate num.Certificate
}

// Explained is the share of the null deviance that the fit at λ number k explains; 0 where there is none to explain.
func (p *Path) Explained(k int) float64 {
	if !(p.NullDev > 0) {
		return 0
	}
	return 1 - p.Deviance[k]/p.NullDev
}

// check finds what is wrong with the options of a fit of d to y.
func (o *Options) check(d *regress.Design, y []float64) (*family, error) {
	if err := regress.Check(d, y, regress.Options{Weights: o.Weights, Offset: o.Offset, Threads: o.Threads}); err != nil {
		return nil, err
	}
	f := families[o.Family]
	switch {
	case f == nil:
		return nil, fmt.Errorf("penalised: family %q, expected gaussian, binomial or poisson", o.Family)
	case !(o.Alpha >= 0 && o.Alpha <= 1):
		return nil, fmt.Errorf("penalised: alpha %v, expected 0 (ridge) to 1 (lasso)", o.Alpha)
	case o.Factors != nil && len(o.Factors) != len(d.Names):
		return nil, fmt.Errorf("penalised: %d penalty factors for %d columns", len(o.Factors), len(d.Names))
	case !(o.Limit >= 0 && o.Limit <= mostLimit):
		return nil, fmt.Errorf("penalised: limit %v, expected a number from 0, which is %g, to %g", o.Limit, kktLimit, mostLimit)
	case o.Count < 0 || o.Count > mostLambdas || len(o.Lambda) > mostLambdas:
		return nil, fmt.Errorf("penalised: at most %d lambdas", mostLambdas)
	}
	for j, v := range o.Factors {
		if !(v >= 0 && v <= 1e9) {
			return nil, fmt.Errorf("penalised: penalty factor %v of column %q, expected a number of at least 0", v, d.Names[j])
		}
	}
	for _, l := range o.Also {
		if !(l >= 0) || math.IsInf(l, 1) {
			return nil, fmt.Errorf("penalised: lambda %v, expected a number of at least 0", l)
		}
	}
	for k, l := range o.Lambda {
		if !(l >= 0) || math.IsInf(l, 1) || k > 0 && l > o.Lambda[k-1] {
			return nil, errors.New("penalised: lambdas are numbers of at least 0, the largest first")
		}
	}
	for i, v := range y {
		if err := f.check(v); err != nil {
			return nil, fmt.Errorf("penalised: row %d (the first is 0): %w", i, err)
		}
	}
	return f, nil
}

const (
	mostLambdas = 10_000
	mostLimit   = 1e-3
)

// limit is Limit, or what stands for 0.
func (o *Options) limit() float64 {
	if o.Limit == 0 {
		return kktLimit
	}
	return o.Limit
}
