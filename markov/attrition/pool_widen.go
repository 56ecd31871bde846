package attrition

import "gonum.org/v1/gonum/mat"

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

// widening is what the uncertainty of τ adds to the covariance of each segment, D V D′: D the derivatives of its mode by τ, μ moving along, V the inverse of minus the second derivatives of the restricted likelihood. A spread of 0 adds nothing, for mode and
// likelihood are even in it. Nil where V does not exist: as if τ were known. Source: Kackar & Harville 1984, JASA 79:853–862, to first order; of segments
// known equally well it is Morris's 2B²(y − ȳ)²/(S − 1) (1983, JASA 78:47–55).
func widening(all []parabola, tau []float64) []*mat.SymDense {
	var free []int
	for i, t := range tau {
		if t > 0 {
			free = append(free, i)
		}
	}
	n, k := len(tau), len(free)
	if k == 0 {
		return nil
	}
	information := mat.NewDense(k, k, nil)
	slopes := make([]*mat.Dense, len(all)) // of each segment, n × k
	for s := range all {
		slopes[s] = mat.NewDense(n, k, nil)
	}
	for c, i := range free {
		h := min(1e-4, tau[i]/10)
		var gradients, centres [2][]float64
		var at [2][]float64
		for side, step := range []float64{h, -h} {
			at[side] = append([]float64{}, tau...)
			at[side][i] += step
			_, gradients[side], centres[side] = restrictedAt(all, at[side])
		}
		for r, j := range free {
			information.Set(r, c, -(gradients[0][j]-gradients[1][j])/(2*h)*float64(len(all)))
		}
		for s := range all {
			if centres[0] == nil || len(centres[0]) != n || len(centres[1]) != n {
				return nil
			}
			up, down := all[s].mode(at[0], centres[0]), all[s].mode(at[1], centres[1])
			if up == nil || down == nil {
				return nil
			}
			for r := range n {
				slopes[s].Set(r, c, (up.AtVec(r)-down.AtVec(r))/(2*h))
			}
		}
	}
	symmetric := mat.NewSymDense(k, nil)
	for r := range k {
		for c := r; c < k; c++ {
			symmetric.SetSym(r, c, (information.At(r, c)+information.At(c, r))/2)
		}
	}
	var chol mat.Cholesky
	v := mat.NewSymDense(k, nil)
	if !chol.Factorize(symmetric) || chol.InverseTo(v) != nil {
		return nil
	}
	out := make([]*mat.SymDense, len(all))
	for s := range all {
		out[s] = sandwich(slopes[s], v)
	}
	return out
}
