package regress

import (
	"errors"
	"fmt"
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// Ridge minimises Σ wᵢ (yᵢ − oᵢ − xᵢ·β)² + λ Σⱼ γⱼ², γ the coefficients of the columns centred and divided by their root mean
// square (with a constant column, which is not shrunk; of the columns as they stand about 0 without one), by QR of the columns
// with √λ beneath. λ = 0 is least squares, which LeastSquares does better.
//
// With A = Z'WZ + λD and D = I but for the constant column
//
//	EDF = tr(A⁻¹ Z'WZ),   σ² = RSS/(n − EDF),   Cov = σ² A⁻¹ Z'WZ A⁻¹
//
// DF is n − EDF, rounded. Standard errors are about the shrunken coefficients: what the shrinkage is off by they do not
// know. Nothing is collinear but columns that do not vary, unless λ is lost in rounding. Robust as with LeastSquares, with A for
// X'WX.
//
// Errors as with LeastSquares, and a λ that is no number of at least 0.
//
// Source: Hoerl & Kennard 1970, Technometrics 12:55–67; Hastie, Tibshirani & Friedman 2009, §3.4.1; scaled as by lm.ridge of R's MASS.
func Ridge(d *Design, y []float64, lambda float64, o Options) (*Fit, error) {
	if !(lambda >= 0 && lambda <= largest) {
		return nil, fmt.Errorf("regress: λ is %v, expected a number of at least 0", lambda)
	}
	if lambda == 0 {
		return LeastSquares(d, y, o)
	}
	d, y, o, err := Prepare(d, y, o)
	if err != nil {
		return nil, err
	}
	f := newFit("ridge", d.Names, d.Rows())
	if d.Rows() == 0 {
		f.Certificate.Refuse(num.WarnTooFew, "every weight is 0: nothing to fit")
		return f, nil
	}
	y = withoutOffset(y, o)
	fr, err := newFrame(d.Names, inMemory(d, y, o).measure())
	if err != nil {
		return nil, err
	}
	q := factoriseShrunk(d, fr, lambda, o)
	f.warnDropped(fr, q.dropped)
	f.NullDev = nullRSS(y, fr, o)
	if len(q.kept) == 0 {
		return nil, errors.New("regress: no column varies, so there is nothing to shrink")
	}
	bread := q.gramInverse()
	shrunk := mat.NewSymDense(len(q.kept), nil) // A⁻¹ − λ A⁻¹DA⁻¹ = A⁻¹ Z'WZ A⁻¹
	f.EDF = float64(len(q.kept))
	for a := range q.kept {
		if q.kept[a] != fr.ones {
			f.EDF -= lambda * bread.At(a, a)
		}
		for b := a; b < len(q.kept); b++ {
			sum := bread.At(a, b)
			for c, j := range q.kept {
				if j != fr.ones {
					sum -= lambda * bread.At(a, c) * bread.At(c, b)
				}
			}
			shrunk.SetSym(a, b, sum)
		}
	}
	rest := float64(d.Rows()) - f.EDF
	if f.DF = int(math.Round(rest)); !(rest > 0) || f.DF < 1 {
		f.Certificate.Refuse(num.WarnTooFew, fmt.Sprintf("no residual degrees of freedom are left (rows: %d, effective coefficients: %.3g): take a larger λ or more rows", d.Rows(), f.EDF))
		return f, nil
	}
	beta := fr.coefficients(q.kept, q.shrunkSolution(y, o))
	resid, _ := defects(d, y, beta, make([]float64, len(y)), o)
	f.Deviance = weightedSquares(resid, o)
	f.Dispersion = f.Deviance / rest
	var cov mat.SymDense
	cov.ScaleSym(f.Dispersion, shrunk)
	f.settle(fr, q.kept, beta, &cov)
	if f.NullDev > 0 {
		f.R2 = 1 - f.Deviance/f.NullDev
	}
	f.certifyLeastSquares(o)
	f.Certificate.Criteria = []string{"closed form: householder qr of the shrunken problem"}
	f.line = &line{d, fr, q.kept, y, resid, bread, o}
	f.addRobust(d, fr, q.kept, resid, bread, o)
	f.addHC(d, fr, q.kept, resid, bread, o)
	return f.checked()
}

// factoriseShrunk is factoriseDesign with a row √λ beneath every column but the constant.
func factoriseShrunk(d *Design, fr *frame, lambda float64, o Options) *qr {
	n := d.Rows()
	cols, ids, flat := weightedColumns(d, fr, len(fr.mean), o)
	for c, j := range ids {
		if j != fr.ones {
			cols[c][n+c] = math.Sqrt(lambda)
		}
	}
	rounding := flatness * math.Sqrt(totalWeight(n, o)) // of every column: where √λ is less, what is left of a collinear one is noise
	q := factorise(cols, ids, func(int) float64 { return rounding }, o.Threads)
	q.dropped = sortDependences(append(q.dropped, flat...))
	return q
}

// shrunkSolution is γ: R⁻¹ of the first rows of Q'[√W y; 0].
func (f *qr) shrunkSolution(y []float64, o Options) []float64 {
	right := make([]float64, len(f.reflectors[0]))
	for i, v := range y {
		right[i] = math.Sqrt(o.weight(i)) * v
	}
	f.multiply(right, true)
	f.solve(right)
	return right[:len(f.kept)]
}
