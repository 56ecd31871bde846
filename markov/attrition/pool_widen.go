package attrition

import (
	"math"

	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/mat"
)

// mode is where a segment's parabola less the penalty is highest: A(Th + μ).
func (q *parabola) mode(tau, mu []float64) *mat.VecDense {
	a, _ := q.shrunk(tau)
	if a == nil {
		return nil
	}
	n := len(tau)
	v := mat.NewVecDense(n, nil)
	for i := range n {
		v.SetVec(i, tau[i]*tau[i]*q.h[i]+mu[i])
	}
	var out mat.VecDense
	out.MulVec(a, v)
	return &out
}

// widening is what the uncertainty of τ adds to the covariance of each segment, W W′, and to that of two, W_s W_t′: W = D V^½, D the derivatives of its mode by log τ, μ moving along, V the inverse of minus the second derivatives of the restricted likelihood. A spread of 0 adds nothing, for mode and
// likelihood are even in it. Nil where V does not exist: as if τ were known. Source: Kackar & Harville 1984, JASA 79:853–862, to first order; of segments
// known equally well it is Morris's 2B²(y − ȳ)²/(S − 1) (1983, JASA 78:47–55).
func widening(all []parabola, tau []float64) []*mat.Dense {
	var free []int
	var logs []float64
	for i, t := range tau {
		if t > 0 {
			free, logs = append(free, i), append(logs, math.Log(t))
		}
	}
	n, k := len(tau), len(free)
	if k == 0 {
		return nil
	}
	slopes := mat.NewDense(k+n*len(all), k, nil)
	fd.Jacobian(slopes, func(y, x []float64) { moving(y, all, tau, free, x) }, logs, &fd.JacobianSettings{Formula: fd.Central, Step: 1e-4})
	information := mat.NewSymDense(k, nil)
	for r := range k {
		for c := r; c < k; c++ {
			information.SetSym(r, c, -(slopes.At(r, c)+slopes.At(c, r))/2)
		}
	}
	root := rootOfInverse(information)
	if root == nil || math.IsNaN(mat.Sum(slopes)) {
		return nil
	}
	out := make([]*mat.Dense, len(all))
	for s := range all {
		out[s] = new(mat.Dense)
		out[s].Mul(slopes.Slice(k+s*n, k+(s+1)*n, 0, k), root)
	}
	return out
}

// moving sets y to the slopes of the restricted likelihood by the logarithms of the free spreads at x, and to the modes of all segments, one after the other; NaN where they do not exist.
func moving(y []float64, all []parabola, tau []float64, free []int, x []float64) {
	at := append([]float64{}, tau...)
	for c, i := range free {
		at[i] = math.Exp(x[c])
	}
	_, gradient, mu := restrictedAt(all, at)
	for c, i := range free {
		y[c] = gradient[i] * at[i] * float64(len(all))
	}
	n := len(tau)
	for s := range all {
		to := y[len(free)+s*n:][:n]
		mode := all[s].mode(at, mu)
		for i := range to {
			to[i] = math.NaN()
			if mode != nil {
				to[i] = mode.AtVec(i)
			}
		}
	}
}

// rootOfInverse is a matrix R with RR′ = S⁻¹; nil where S is not positive definite.
func rootOfInverse(s mat.Symmetric) *mat.Dense {
	n := s.SymmetricDim()
	var of, inverse mat.Cholesky
	v := mat.NewSymDense(n, nil)
	if !of.Factorize(s) || of.InverseTo(v) != nil || !inverse.Factorize(v) {
		return nil
	}
	var lower mat.TriDense
	inverse.LTo(&lower)
	return mat.DenseCopyOf(&lower)
}
