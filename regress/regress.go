// Package regress finds what goes with what, and how sure we are: least squares and
// generalised linear models. It sees slices and small structs, never files, flags or loggers.
// Predictions are evaluated in regress/evaluate.
//
// Reading order: design.go and source.go (what goes in), passes.go (how rows are gone through), moments.go and
// frame.go (centring and scaling, shared by all fits), tiles.go (the sums of a pass), ols.go with qr.go and
// refine.go; glm_model.go (which models there are), law.go with a file for each kind of response, glm.go with irls.go,
// begin.go and separation.go, glm_theta.go and glm_power.go (parameters beside the coefficients); robust.go
// (clusters), hc.go and glm_robust.go (both by a pass), ridge.go, influence.go, nested.go, predict.go and reach.go (other rows). Beside them stand firth.go and multinomial.go, with a few
// files each.
package regress

import (
	"errors"
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// Fit is the result of a regression with k columns. A refused fit (its certificate is
// not Certified) has zero Coef, SE and Cov, and predicts NaN.
type Fit struct {
	Names       []string
	Coef        []float64
	SE          []float64     // model-based; never NaN: a fit without standard errors is refused
	Cov         *mat.SymDense // model-based covariance of Coef, k×k; zero rows for dropped columns
	Robust      *mat.SymDense // by clusters (CR1) or Options.HC, else nil
	Dispersion  float64       // σ² = RSS/DF for least squares; Pearson/DF where Estimated, else 1
	Estimated   bool          // the dispersion of a GLM is estimated, so that statistics are t with DF degrees of freedom
	Deviance    float64       // RSS for least squares
	NullDev     float64       // deviance (RSS) of the intercept-only model; of the empty model when the design has no constant column
	Pearson     float64       // χ² of a GLM
	NullLogLik  float64       // log-likelihood of the null model of a GLM; NaN of Tweedie, and where its θ is infinite; 0 of other fits
	Extras      []Extra       // parameters beside the coefficients
	R2          float64       // least squares: 1 − Deviance/NullDev; 0 when NullDev is 0
	EDF         float64       // ridge: effective number of coefficients; else 0
	Clusters    int           // of Robust; 0 without
	DF          int           // residual degrees of freedom: rows of positive weight − rank
	Constant    string        // the first constant column that is not 0, the intercept of the null model; "" without one
	Dropped     []string      // collinear columns, named; their coefficient is 0
	Separating  []string      // the columns that separate the classes, or whose coefficient is infinite; such a fit is refused
	Model       *Model        // of a GLM
	Certificate num.Certificate

	solution // of a certified fit
}

// Extra is a parameter beside the coefficients: θ of a negative binomial.
type Extra struct {
	Name  string // lower case: "theta"
	Value float64
	SE    float64 // NaN where it is given, not estimated
}

// Options of a fit. A row of weight 0 is left out entirely.
type Options struct {
	Weights []float64 // nil = 1; of precision (variance φ/w) where the dispersion is estimated, else frequencies
	Offset  []float64 // nil = 0; a term of the linear predictor with coefficient 1
	Cluster []int32   // nil = none; equal numbers are one cluster; excludes HC
	HC      HC        // heteroskedasticity-consistent covariance; none by default
	Threads int       // 0 = 1; results do not depend on it
}

// newFit is an empty fit with room for every column.
func newFit(model string, names []string, rows int) *Fit {
	k := len(names)
	return &Fit{
		Names:       append([]string(nil), names...),
		Coef:        make([]float64, k),
		SE:          make([]float64, k),
		Cov:         mat.NewSymDense(k, nil),
		Dispersion:  1,
		Certificate: num.Certificate{Model: model, Observations: int64(rows)},
	}
}

// settle fills in coefficients, and standard errors from a covariance in the frame.
func (f *Fit) settle(fr *frame, cols []int, beta []float64, cov *mat.SymDense) {
	f.Coef = beta
	if fr.ones >= 0 {
		f.Constant = f.Names[fr.ones]
	}
	f.Cov = fr.covariance(cols, cov)
	for j := range f.SE {
		f.SE[j] = math.Sqrt(f.Cov.At(j, j))
	}
}

// checked is the fit, without numbers where it was refused at last (by its robust errors or its likelihood), or an error
// when any number of it is NaN or infinite, which only columns on absurd scales can cause.
func (f *Fit) checked() (*Fit, error) {
	if !f.Certificate.Certified() {
		k := len(f.Names)
		f.Coef, f.SE, f.Cov, f.Robust = make([]float64, k), make([]float64, k), mat.NewSymDense(k, nil), nil
	}
	all := append([]float64{f.Dispersion, f.Deviance, f.NullDev, f.R2, f.Certificate.LogLik, f.Certificate.GradientNorm}, f.Coef...)
	all = append(append(all, f.SE...), f.Cov.RawSymmetric().Data...)
	if f.Robust != nil {
		all = append(all, f.Robust.RawSymmetric().Data...)
	}
	if !allFinite(all) {
		return nil, errors.New("regress: the fit overflowed: rescale the columns or the response to ordinary sizes (thousands instead of units, say)")
	}
	return f, nil
}
