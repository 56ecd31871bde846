package ctmc

import (
	"errors"
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// difference is of the logarithm of a rate, for the information by differences of scores.
const difference = 1e-4

// information is the observed one: minus the derivative of the score. It is taken group by group and by the logarithms of the rates q_r there,
// by central differences of the analytic slopes, for a group depends on the parameters θ by these alone, log q = D θ, and −∂² log L/∂θ∂θ' = −Σ D' H D.
func (l *likelihood) information(theta []float64) *mat.SymDense {
	p, rates := l.parameters(), len(l.m.Rates)
	block := max(blockGroups, (len(l.groups)*p*p+mostSums-1)/mostSums)
	raw := num.BlockSums(len(l.groups), block, l.threads, p*p, func(lo, hi int, sum []float64) {
		w := newWorker(l.m, l.d)
		hessian, along := make([]float64, rates*rates), make([]float64, rates*p) // H, H D
		for _, g := range l.groups[lo:hi] {
			x := w.at(l, g)
			w.curvature(l, theta, x, g, hessian)
			clear(along)
			for r := range rates {
				row, to := hessian[r*rates:(r+1)*rates], along[r*p:(r+1)*p]
				l.m.chain(x, row, to)
			}
			for b := range p {
				for a := range p {
					sum[a*p+b] -= l.m.chained(x, a, func(r int) float64 { return along[r*p+b] })
				}
			}
		}
	})
	info := mat.NewSymDense(p, nil)
	for i := range p {
		for j := i; j < p; j++ {
			info.SetSym(i, j, (raw[i*p+j]+raw[j*p+i])/2)
		}
	}
	l.still(nil, info.RawSymmetric().Data)
	return info
}

// curvature is ∂² log f/∂ log q ∂ log q' of a group, in rows.
func (w *worker) curvature(l *likelihood, theta, x []float64, g group, hessian []float64) {
	rates := len(w.m.Rates)
	clear(hessian)
	q := w.m.rates(theta, x)
	for r := range rates {
		row := hessian[r*rates : (r+1)*rates]
		for _, sign := range []float64{1, -1} {
			copy(w.q, q)
			w.q[r] *= math.Exp(sign * difference)
			w.each(l, g, func(_ float64, slope []float64, n float64) {
				for s, v := range slope {
					row[s] += sign * n * v / (2 * difference)
				}
			})
		}
	}
}

// still leaves held parameters where they are: they have no slope, and information of their own.
func (l *likelihood) still(score, info []float64) {
	p := l.parameters()
	for i, held := range l.held {
		if !held {
			continue
		}
		if score != nil {
			score[i] = 0
		}
		for j := range p {
			info[i*p+j], info[j*p+i] = 0, 0
		}
		info[i*p+i] = 1
	}
}

// known takes the errors of held parameters away.
func (l *likelihood) known(cov *mat.SymDense) {
	for i, held := range l.held {
		if held && cov != nil {
			cov.SetSym(i, i, 0)
		}
	}
}

// worstCondition is beyond which an information matrix, scaled to a unit diagonal, counts as singular.
const worstCondition = 1e12

// factorised is the Cholesky factor of info scaled to a unit diagonal, and the scales.
func factorised(info *mat.SymDense) (*mat.Cholesky, []float64, error) {
	p := info.SymmetricDim()
	scale := make([]float64, p)
	for i := range scale {
		if scale[i] = math.Sqrt(info.At(i, i)); !(scale[i] > 0) {
			return nil, nil, errors.New("not positive definite")
		}
	}
	unit := mat.NewSymDense(p, nil)
	for i := range p {
		for j := i; j < p; j++ {
			unit.SetSym(i, j, info.At(i, j)/(scale[i]*scale[j]))
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(unit) || chol.Cond() > worstCondition {
		return nil, nil, errors.New("not positive definite")
	}
	return &chol, scale, nil
}

// inverse of an information matrix; nil where it is not positive definite.
func inverse(info *mat.SymDense) *mat.SymDense {
	chol, scale, err := factorised(info)
	if err != nil {
		return nil
	}
	p := len(scale)
	out := mat.NewSymDense(p, nil)
	if chol.InverseTo(out) != nil {
		return nil
	}
	for i := range p {
		for j := i; j < p; j++ {
			out.SetSym(i, j, out.At(i, j)/(scale[i]*scale[j]))
		}
	}
	return out
}
