// Package quantile fits quantile regressions exactly: which value a share τ of the responses stays below, given the
// columns. The median of wallets, or their upper tenth, is what a customer could buy; the mean is not.
//
// Reading order: quantile.go (Fit), problem.go (the data as the descent sees them), descent.go (the simplex),
// crossing.go (its line search), vertex.go (the solution in full precision); then covariance.go and bootstrap.go.
package quantile

import (
	"errors"
	"fmt"
	"math"

	"mainstay/internal/num"
	"mainstay/regress"

	"gonum.org/v1/gonum/mat"
)

// Options of a fit.
type Options struct {
	Weights []float64 // nil = 1; they multiply the loss of a row, 0 leaves it out
	Errors  Errors
	Cluster []int32 // for Bootstrap: clusters are drawn, not rows; nil = rows
	Samples int     // of Bootstrap, 0 = DefaultSamples
	Seed    uint64  // of Bootstrap
	Threads int     // 0 = 1; results do not depend on it
}

// WarnNotUnique is the code of a fit whose objective has more than one minimum.
const WarnNotUnique = "not-unique"

// Fit is a quantile regression of k columns. Undefined is NaN; a refused fit (its certificate is not Certified) has
// zero Coef, SE and Cov.
type Fit struct {
	Tau         float64
	Names       []string
	Coef        []float64
	SE          []float64     // NaN without Errors
	Cov         *mat.SymDense // zero rows for dropped columns; nil without Errors
	Errors      Errors
	Objective   float64 // V = Σ wᵢ ρ(yᵢ − xᵢ·β)
	NullObj     float64 // of the best constant; NaN without a constant column
	R1          float64 // 1 − Objective/NullObj (Koenker & Machado 1999, JASA 94:1296–1310, eq. 7); NaN where that is 0
	DF          int     // rows − rank
	Interpolate int     // rows that the fit goes through: rank, or more where rows tie
	Unique      bool    // false: other coefficients have the same objective
	Dropped     []string
	Certificate num.Certificate
}

// Regress minimises
//
//	V(β) = Σ wᵢ ρ_τ(yᵢ − xᵢ·β),   ρ_τ(r) = r(τ − 1{r < 0}),
//
// exactly: the solution is a vertex, which goes through rank-many rows, found by a simplex descent (descent.go) and solved
// in full precision. It is certified by the dual: a with Σ wᵢ aᵢ xᵢ = (1−τ) Σ wᵢ xᵢ, aᵢ = 1 above the fit, 0 below and within
// [0, 1] on it, which proves the minimum. Where others have the same objective, as with ties or few rows, one of them is
// given, Unique is false and a warning says so. The certificate's GradientNorm is the largest violation of [0, 1], its
// log-likelihood that of the asymmetric Laplace distribution, n(log τ(1−τ) − 1 − log V/n), 0 where V is 0.
//
// Collinear columns are dropped and named. No residual degrees of freedom: WarnTooFew.
//
// Errors: τ outside (0, 1); shapes that differ, values that are not finite, with row and column.
//
// Source: Koenker & Bassett 1978, Econometrica 46:33–50; Koenker 2005, Quantile Regression, ch. 6.
func Regress(d *regress.Design, y []float64, tau float64, o Options) (*Fit, error) {
	if !(tau > 0 && tau < 1) {
		return nil, fmt.Errorf("quantile: τ is %v, expected a number between 0 and 1, such as 0.5 for the median", tau)
	}
	if o.Cluster != nil && o.Errors != Bootstrap {
		return nil, errors.New("quantile: clusters need bootstrapped standard errors: set Errors to Bootstrap")
	}
	d, y, prepared, err := regress.Prepare(d, y, regress.Options{Weights: o.Weights, Cluster: o.Cluster, Threads: o.Threads})
	if err != nil {
		return nil, err
	}
	o.Weights, o.Cluster, o.Threads = prepared.Weights, prepared.Cluster, prepared.Threads
	f := newFit(d, tau, o)
	if d.Rows() == 0 {
		f.Certificate.Refuse(num.WarnTooFew, "every row has weight 0: there is nothing to fit")
		return f, nil
	}
	p, dropped := newProblem(d, y, o)
	f.warnDropped(dropped)
	f.DF = d.Rows() - len(p.cols)
	if f.DF <= 0 || len(p.cols) == 0 {
		f.Certificate.Refuse(num.WarnTooFew, fmt.Sprintf("no residual degrees of freedom are left (rows: %d, independent columns: %d): fit fewer columns or more rows", d.Rows(), len(p.cols)))
		return f, nil
	}
	p.tau = tau
	end := p.minimise()
	f.certify(end)
	if !f.Certificate.Certified() {
		return f, nil
	}
	f.Coef = vertex(d, y, p, end.basis)
	f.measure(d, y, p, o)
	f.Interpolate = end.zeros
	if err := f.covariance(d, y, p, end, o); err != nil {
		return nil, err
	}
	return f, f.checked()
}

func newFit(d *regress.Design, tau float64, o Options) *Fit {
	k := len(d.Names)
	f := &Fit{Tau: tau, Names: append([]string(nil), d.Names...), Coef: make([]float64, k), SE: make([]float64, k), Errors: o.Errors,
		Certificate: num.Certificate{Model: "quantile", Observations: int64(d.Rows()), Criteria: criteria}}
	if o.Errors == NoErrors {
		for j := range f.SE {
			f.SE[j] = math.NaN()
		}
	} else {
		f.Cov = mat.NewSymDense(k, nil)
	}
	return f
}

var criteria = []string{"the dual is feasible: every row on the fit has a multiplier in [0, 1], to 1e-8 (koenker 2005, §6.2)"}

// certify writes down how the descent ended.
func (f *Fit) certify(end *descent) {
	c := &f.Certificate
	c.Converged, c.InfoPosDef, c.Iterations, c.GradientNorm = end.optimal, end.optimal, end.pivots, end.violation
	f.Unique = end.unique
	switch {
	case !end.optimal:
		c.Refuse(num.WarnNotConverged, fmt.Sprintf("the simplex descent did not end in %d pivots: look for columns on extreme scales or almost determined by others", end.pivots))
	case !end.unique:
		c.Warn(WarnNotUnique, "other coefficients have the same objective (ties, or few rows): one solution of many is shown, and standard errors say little about which")
	}
}

// measure sets the objectives and what follows from them.
func (f *Fit) measure(d *regress.Design, y []float64, p *problem, o Options) {
	f.Objective = objective(d, y, f.Coef, f.Tau, o)
	size := 0.0
	for _, v := range p.y {
		size += math.Abs(v)
	}
	if f.Objective <= zeroLimit*size { // rounding
		f.Objective = 0
	}
	f.NullObj, f.R1 = math.NaN(), math.NaN()
	if p.constant >= 0 {
		null := &regress.Design{Names: []string{"constant"}, X: make([]float64, len(y))}
		for i := range null.X {
			null.X[i] = 1
		}
		q, _ := newProblem(null, y, o)
		q.tau = f.Tau
		f.NullObj = objective(null, y, vertex(null, y, q, q.minimise().basis), f.Tau, o)
		if f.NullObj > 0 {
			f.R1 = 1 - f.Objective/f.NullObj
		}
	}
	n := float64(len(y))
	f.Certificate.LogLik = n * (math.Log(f.Tau*(1-f.Tau)) - 1 - math.Log(f.Objective/n))
	if f.Objective <= 0 {
		f.Certificate.LogLik = 0
		f.Certificate.Warn(num.WarnBoundary, "the fit goes through every row: no likelihood, and standard errors of 0 mean nothing")
	}
}

// objective is Σ wᵢ ρ_τ(yᵢ − xᵢ·β), compensated.
func objective(d *regress.Design, y, beta []float64, tau float64, o Options) float64 {
	var sum num.Adder
	for i, v := range y {
		var r num.Adder
		r.Add(v)
		for j, x := range d.Row(i) {
			r.AddProduct(-x, beta[j])
		}
		w := 1.0
		if o.Weights != nil {
			w = o.Weights[i]
		}
		if e := r.Sum(); e >= 0 {
			sum.Add(w * tau * e)
		} else {
			sum.Add(w * (tau - 1) * e)
		}
	}
	return sum.Sum()
}

func (f *Fit) warnDropped(dropped []int) {
	for _, j := range dropped {
		f.Dropped = append(f.Dropped, f.Names[j])
		f.Certificate.Warn(num.WarnCollinear, fmt.Sprintf("column %q is determined by columns before it: it was dropped, its coefficient is 0; leave one of these columns out", f.Names[j]))
	}
}

// checked is an error when a number of the fit is infinite, which only columns on absurd scales can cause.
func (f *Fit) checked() error {
	for _, v := range append(append([]float64{f.Objective}, f.Coef...), f.SE...) {
		if math.IsInf(v, 0) || math.IsNaN(v) && f.Errors != NoErrors {
			return errors.New("quantile: the fit overflowed: rescale the columns or the response to ordinary sizes (thousands instead of units, say)")
		}
	}
	return nil
}

// Predict is xᵢ·β and its standard error √(x'Vx) (NaN without Errors). NaN, NaN when the fit is refused or x is of
// another length.
func (f *Fit) Predict(x []float64) (value, se float64) {
	if !f.Certificate.Certified() || len(x) != len(f.Coef) {
		return math.NaN(), math.NaN()
	}
	var sum num.Adder
	for j, v := range x {
		sum.AddProduct(v, f.Coef[j])
	}
	if f.Cov == nil {
		return sum.Sum(), math.NaN()
	}
	v := mat.NewVecDense(len(x), x)
	return sum.Sum(), math.Sqrt(max(0, mat.Inner(v, f.Cov, v)))
}
