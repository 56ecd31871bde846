package regress

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// units are what the responses of a model that is free of scale are divided by, so that the limits of the ascent mean the
// same whatever money is counted in. With a log link log μ falls by log size, which an offset takes; with the inverse
// link 1/μ is size times as large, and coefficients with it.
type units struct {
	size float64
	link Link
}

// scale sets out to rows in these units; X, weights and clusters alias those of rows.
func (u *units) scale(rows, out *Rows) {
	y, offset, shift := out.Y[:0], out.Offset[:0], math.Log(u.size)
	for i, v := range rows.Y {
		y = append(y, v/u.size)
		if u.link == Log {
			offset = append(offset, rows.offset(i)-shift)
		} else {
			offset = append(offset, rows.offset(i)*u.size)
		}
	}
	*out = Rows{X: rows.X, Y: y, Weights: rows.Weights, Offset: offset, Cluster: rows.Cluster}
}

// unscale undoes units in what was computed.
func (f *Fit) unscale(model Model) {
	if f.unit == 1 {
		return
	}
	if model.Distribution == Tweedie { // d(y, μ) and (y − μ)²/V are of degree 2 − p
		size := math.Pow(f.unit, 2-f.power())
		f.Deviance, f.NullDev, f.Pearson, f.Dispersion = f.Deviance*size, f.NullDev*size, f.Pearson*size, f.Dispersion*size
	}
	if model.link() == Inverse {
		for j := range f.Coef {
			f.Coef[j] /= f.unit
			f.SE[j] /= f.unit
		}
		f.rescale(f.Cov)
	}
}

// rescale undoes units in a covariance of coefficients.
func (f *Fit) rescale(cov *mat.SymDense) {
	if cov != nil && f.unit != 1 && f.Model.link() == Inverse {
		cov.ScaleSym(1/(f.unit*f.unit), cov)
	}
}

// power is p of a Tweedie fit.
func (f *Fit) power() float64 {
	l, _ := f.glm.law.(tweedieLaw)
	return l.p
}
