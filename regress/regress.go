// Package regress finds what goes with what, and how sure we are: least squares,
// logistic regression, and the evaluation of predictions. It sees slices and small
// structs, never files, flags or loggers.
package regress

import (
	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// Design is a design matrix, row-major: X[i*len(Names)+j]. The intercept, where wanted, is a
// column of ones like any other.
type Design struct {
	Names []string
	X     []float64
}

// Rows is the number of observations.
func (d *Design) Rows() int {
	if len(d.Names) == 0 {
		return 0
	}
	return len(d.X) / len(d.Names)
}

// Row is row i; the slice aliases X.
func (d *Design) Row(i int) []float64 { k := len(d.Names); return d.X[i*k : (i+1)*k] }

// Fit is the result of a regression.
type Fit struct {
	Names       []string
	Coef        []float64
	SE          []float64     // model-based; NaN never: a coefficient without one makes the fit refused
	Cov         *mat.SymDense // model-based covariance of Coef
	Robust      *mat.SymDense // cluster-robust (CR1) when clusters were given, else nil
	Dispersion  float64       // σ² for least squares, 1 for logistic
	Deviance    float64       // RSS for least squares
	NullDev     float64       // deviance (RSS) of the intercept-only model
	R2          float64       // least squares
	DF          int           // residual degrees of freedom
	Dropped     []string      // collinear columns, named; their coefficient is 0
	Certificate num.Certificate
}

// Options of a fit.
type Options struct {
	Weights []float64 // nil = 1
	Cluster []int32   // nil = none; equal numbers are one cluster
	Threads int       // 0 = 1; results do not depend on it
}

// LeastSquares fits by Householder QR with column pivoting for collinearity.
func LeastSquares(d *Design, y []float64, o Options) (*Fit, error) { panic("not yet") }

// Logistic fits a binomial GLM with logit link by IRLS with step halving. y is 0 or 1.
// Separation is found, named with the columns that cause it, and refused.
func Logistic(d *Design, y []float64, o Options) (*Fit, error) { panic("not yet") }

// Linear is x·β and its standard error (robust where present).
func (f *Fit) Linear(x []float64) (eta, se float64) { panic("not yet") }

// Probability is the logistic prediction with a level (for example 0.95) interval, by the delta
// method on the logit scale.
func (f *Fit) Probability(x []float64, level float64) (p, low, high float64) { panic("not yet") }

// AUC is the area under the ROC curve with ties counted half (Mann & Whitney), y 0 or 1;
// ok is false when one class is absent.
func AUC(y, p []float64) (auc float64, ok bool) { panic("not yet") }

// LogLoss is the mean negative log likelihood, p clipped to [1e-15, 1−1e-15].
func LogLoss(y, p []float64) float64 { panic("not yet") }

// Brier is the mean squared error of probabilities.
func Brier(y, p []float64) float64 { panic("not yet") }

// Bin is one row of a calibration or lift table.
type Bin struct {
	N          int     `json:"n"`
	Predicted  float64 `json:"predicted"`   // mean predicted
	Observed   float64 `json:"observed"`    // mean observed
	CumCapture float64 `json:"cum_capture"` // lift table: share of all events in this and better bins
	Lift       float64 `json:"lift"`        // observed ÷ overall rate
}

// Calibration bins by quantiles of p (ties never split), ascending.
func Calibration(y, p []float64, bins int) []Bin { panic("not yet") }

// Lift bins by quantiles of p, best first.
func Lift(y, p []float64, bins int) []Bin { panic("not yet") }
