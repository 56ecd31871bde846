package regress

import (
	"fmt"
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// LeastSquares minimises Σ wᵢ (yᵢ − oᵢ − xᵢ·β)², o the offset, by Householder QR of the centred and scaled
// columns, followed by iterative refinement of coefficients and residuals against the raw
// data (refine.go).
//
// Standard errors are √diag(σ² (X'WX)⁻¹) with σ² = RSS/DF. R² is about the weighted mean when
// the design has a constant column, else about 0. Collinear columns are dropped and named
// (WarnCollinear). Residuals that are but the rounding of the response are 0 (WarnBoundary). A fit
// without residual degrees of freedom is refused (WarnTooFew). Robust is the CR1 covariance with
// clusters (robust.go), else Options.HC (hc.go). With an offset R² is against the model of intercept
// and offset (R 4.2 compares with a model that has no offset).
//
// Errors: shapes that differ, values that are not finite, each with row and column.
//
// Source: Golub & Van Loan 2013, Matrix Computations, §5.3.3; checked on NIST StRD.
func LeastSquares(d *Design, y []float64, o Options) (*Fit, error) {
	d, y, o, err := Prepare(d, y, o)
	if err != nil {
		return nil, err
	}
	f := newFit("least-squares", d.Names, d.Rows())
	if d.Rows() == 0 {
		f.Certificate.Refuse(num.WarnTooFew, "every weight is 0: nothing to fit")
		return f, nil
	}
	y = withoutOffset(y, o)
	fr, err := newFrame(d.Names, inMemory(d, y, o).measure())
	if err != nil {
		return nil, err
	}
	q := factoriseDesign(d, fr, o)
	f.warnDropped(fr, q.dropped)
	f.DF = d.Rows() - len(q.kept)
	f.NullDev = nullRSS(y, fr, o)
	if f.DF <= 0 || len(q.kept) == 0 {
		f.Certificate.Refuse(num.WarnTooFew, fmt.Sprintf("no residual degrees of freedom are left (rows: %d, independent columns: %d): fit fewer columns or more rows", d.Rows(), len(q.kept)))
		return f, nil
	}
	beta, resid := refine(d, y, fr, q, o)
	f.Deviance = weightedSquares(resid, o)
	if size := weightedSquares(y, o); f.Deviance <= perfect*size {
		clear(resid)
		f.Deviance = 0
		if f.NullDev <= perfect*size {
			f.NullDev = 0
		}
	}
	f.Dispersion = f.Deviance / float64(f.DF)
	bread := q.gramInverse()
	var cov mat.SymDense
	cov.ScaleSym(f.Dispersion, bread)
	f.settle(fr, q.kept, beta, &cov)
	if f.NullDev > 0 {
		f.R2 = 1 - f.Deviance/f.NullDev
	}
	f.certifyLeastSquares(o)
	f.line = &line{d, fr, q.kept, y, resid, bread, o}
	f.addRobust(d, fr, q.kept, resid, bread, o)
	f.addHC(d, fr, q.kept, resid, bread, o)
	return f.checked()
}

// perfect is up to which share of the response's sum of squares the residuals are the rounding of its values:
// the error variance is 0 then (R's summary.lm calls such a fit essentially perfect).
const perfect = 1e-30

// withoutOffset is y − o.
func withoutOffset(y []float64, o Options) []float64 {
	if o.Offset == nil {
		return y
	}
	out := make([]float64, len(y))
	for i := range y {
		out[i] = y[i] - o.Offset[i]
	}
	return out
}

// factoriseDesign builds √w·Z by columns and factorises it.
func factoriseDesign(d *Design, fr *frame, o Options) *qr {
	cols, ids, flat := weightedColumns(d, fr, 0, o)
	length := math.Sqrt(totalWeight(d.Rows(), o)) // of every column of √w·Z
	floor := func(j int) float64 {
		return length * max(collinearity, flatness*fr.largest[j]/math.Abs(fr.scale[j]))
	}
	q := factorise(cols, ids, floor, o.Threads)
	q.dropped = append(q.dropped, flat...)
	sortDependences(q.dropped)
	return q
}

// weightedColumns are the columns of √w·Z that vary, with so many zeros beneath, their places in the design, and those
// that do not vary.
func weightedColumns(d *Design, fr *frame, beneath int, o Options) (cols [][]float64, ids []int, flat []dependence) {
	n, k := d.Rows(), len(d.Names)
	for _, j := range fr.order() {
		if fr.scale[j] == 0 {
			flat = append(flat, dependence{col: j})
		} else {
			ids = append(ids, j)
		}
	}
	cols = make([][]float64, len(ids))
	num.Blocks(len(ids), 1, o.Threads, func(c, _, _ int) {
		j := ids[c]
		x := make([]float64, n+beneath)
		inv := fr.inverse(j)
		for i := range n {
			x[i] = (d.X[i*k+j] - fr.mean[j]) * inv
			if o.Weights != nil {
				x[i] *= math.Sqrt(o.Weights[i])
			}
		}
		cols[c] = x
	})
	return cols, ids, flat
}

// gramInverse is (Z'WZ)⁻¹ = R⁻¹R⁻ᵀ.
func (f *qr) gramInverse() *mat.SymDense {
	k := len(f.kept)
	inv := mat.NewDense(k, k, nil) // row a holds column a of R⁻ᵀ
	for a := range k {
		row := inv.RawRowView(a)
		row[a] = 1
		f.solveTransposed(row)
	}
	out := mat.NewSymDense(k, nil)
	for a := range k {
		for b := a; b < k; b++ {
			out.SetSym(a, b, mat.Dot(inv.RowView(a), inv.RowView(b)))
		}
	}
	return out
}

// nullRSS is the residual sum of squares about the weighted mean, or about 0 without a
// constant column.
func nullRSS(y []float64, fr *frame, o Options) float64 {
	mean := 0.0
	if fr.ones >= 0 {
		var sum num.Adder
		for i, v := range y {
			sum.AddProduct(o.weight(i), v)
		}
		mean = sum.Sum() / totalWeight(len(y), o)
	}
	var total num.Adder
	for i, v := range y {
		total.Add(o.weight(i) * (v - mean) * (v - mean))
	}
	return total.Sum()
}

func weightedSquares(r []float64, o Options) float64 {
	var total num.Adder
	for i, v := range r {
		total.Add(o.weight(i) * v * v)
	}
	return total.Sum()
}

// certifyLeastSquares fills in the certificate of a closed form. The Gaussian log-likelihood
// at the maximum, σ² = RSS/n, is
//
//	½ Σ log wᵢ − n/2 (log 2π + 1 + log(RSS/n)),
//
// given as 0 where RSS is 0, for it is unbounded then.
func (f *Fit) certifyLeastSquares(o Options) {
	c := &f.Certificate
	c.Converged, c.InfoPosDef = true, true
	c.Criteria = []string{"closed form: householder qr, refined until the correction stops shrinking"}
	if f.Deviance == 0 {
		c.Warn(num.WarnBoundary, "the columns reproduce the response but for rounding: the error variance is estimated as 0, and nothing can be tested")
		return
	}
	n := float64(c.Observations)
	c.LogLik = -n / 2 * (math.Log(2*math.Pi) + 1 + math.Log(f.Deviance/n))
	for _, w := range o.Weights {
		c.LogLik += math.Log(w) / 2
	}
}
