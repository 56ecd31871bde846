package attrition

import (
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/mat"
)

// parabola is a log-likelihood c + h′v − ½ v′Hv, H without negative eigenvalues.
type parabola struct {
	h []float64
	H *mat.SymDense
}

// bend is the second derivative of segment s at its mode, with its sign turned, and the slope there. A handful of customers may leave it with negative eigenvalues.
func (p *pooling) bend(s int) ([]float64, *mat.SymDense) {
	_, g, hessian := p.surface(s, p.mode[s])
	hessian.ScaleSym(-1, hessian)
	return g, hessian
}

// around is the parabola of segment s at its mode. Where the likelihood bends up it is taken as straight, so that the search for spreads has a maximum.
func (p *pooling) around(s int) parabola {
	v := p.mode[s]
	g, hessian := p.bend(s)
	n := len(v)
	var eigen mat.EigenSym
	if !eigen.Factorize(hessian, true) {
		return parabola{make([]float64, n), mat.NewSymDense(n, nil)}
	}
	values := eigen.Values(nil)
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	diagonal := mat.NewSymDense(n, nil)
	for i, e := range values {
		diagonal.SetSym(i, i, max(0, e))
	}
	out := parabola{g, sandwich(&vectors, diagonal)}
	for i := range n {
		for j := range n {
			out.h[i] += out.H.At(i, j) * v[j]
		}
	}
	return out
}

// shrunk are A = (I + TH)⁻¹ and Q = HA, the precision of what a segment says of the centre; T = diag τ². Nil where they do not exist.
func (q *parabola) shrunk(tau []float64) (a, precision *mat.Dense) {
	n := len(tau)
	one := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range n {
			one.Set(i, j, tau[i]*tau[i]*q.H.At(i, j))
		}
		one.Set(i, i, 1+one.At(i, i))
	}
	a, precision = mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)
	if a.Inverse(one) != nil {
		return nil, nil
	}
	precision.Mul(q.H, a)
	return a, precision
}

// precision is Σ Q, what all segments say of the centre.
func precision(all []parabola, tau []float64) *mat.SymDense {
	sum := mat.NewSymDense(len(tau), nil)
	for s := range all {
		_, q := all[s].shrunk(tau)
		if q == nil {
			return nil
		}
		for i := range tau {
			for j := i; j < len(tau); j++ {
				sum.SetSym(i, j, sum.At(i, j)+(q.At(i, j)+q.At(j, i))/2)
			}
		}
	}
	return sum
}

// posterior is what is known of a segment: the covariance K that is its own; A C^½, which the centre lends it and all others, C^½ being centre; and how much of its estimate is its own.
func (q *parabola) posterior(tau []float64, centre *mat.Dense) (own *mat.SymDense, lent *mat.Dense, share float64) {
	a, _ := q.shrunk(tau)
	n := len(tau)
	own, lent = mat.NewSymDense(n, nil), new(mat.Dense)
	lent.Mul(a, centre)
	trace := 0.0
	for i := range n {
		trace += a.At(i, i)
		for j := i; j < n; j++ {
			own.SetSym(i, j, (a.At(i, j)*tau[j]*tau[j]+a.At(j, i)*tau[i]*tau[i])/2)
		}
	}
	return own, lent, 1 - trace/float64(n)
}

// restricted is where the restricted likelihood of μ and τ is largest: with r_s = A′(h − Hμ), per segment,
//
//	R(τ) = Σ [½ h′Kh − ½ log|I + TH|] + ½ q′C q − ½ log|C⁻¹|,   ∂R/∂τᵢ = τᵢ Σ [r_sᵢ² − (Q_s − Q_s C Q_s)ᵢᵢ],
//
// q = Σ A′h, μ = Cq (Patterson & Thompson 1971, Biometrika 58:545–554). R is even in τ, so that τ = 0, segments that do not differ, is a maximum like any other, without an edge. μ is fixed by the rest.
func restricted(all []parabola, starts [][]float64) (mu, tau []float64, ok bool) {
	n := len(all[0].h)
	ends := num.ClimbBest(func(tau []float64) (float64, []float64, *mat.SymDense) {
		value, gradient, _ := restrictedAt(all, tau)
		if math.IsNaN(value) {
			return value, nil, nil
		}
		slopes := mat.NewDense(n, n, nil)
		fd.Jacobian(slopes, func(y, x []float64) {
			_, g, _ := restrictedAt(all, x)
			copy(y, g)
		}, tau, &fd.JacobianSettings{Formula: fd.Central, Step: 1e-5})
		return value, gradient, num.Symmetric(slopes)
	}, cut(starts, n), len(starts))
	var best *num.Ascent
	for _, e := range ends { // sums of precisions that nearly cancel leave more than a fit's 1e-9 of slope
		flat := e.Converged
		if !flat && e.Gradient != nil {
			flat = true
			for _, g := range e.Gradient {
				flat = flat && math.Abs(g) <= 1e-6
			}
		}
		if flat && (best == nil || e.Value > best.Value) {
			best = e
		}
	}
	if best == nil {
		return nil, nil, false
	}
	tau = best.Theta
	for i := range tau {
		if tau[i] = math.Abs(tau[i]); tau[i] < 1e-6 {
			tau[i] = 0
		}
	}
	_, _, mu = restrictedAt(all, tau)
	return mu, tau, true
}

// everywhere are spreads to begin with; of a law of fewer parameters the first of each.
var everywhere = [][]float64{{.05, .05, .05, .05}, {.3, .3, .3, .3}, {1, 1, 1, 1}}

// nearby is spreads to go on from: those that are 0 may be more.
func nearby(tau []float64) []float64 {
	out := append([]float64{}, tau...)
	for i, t := range out {
		if t == 0 {
			out[i] = .02
		}
	}
	return out
}

func cut(starts [][]float64, n int) (out [][]float64) {
	for _, s := range starts {
		out = append(out, s[:n])
	}
	return out
}

// restrictedAt is R and its gradient, each divided by the number of segments, and μ. NaN where centre or segments are not determined.
func restrictedAt(all []parabola, tau []float64) (float64, []float64, []float64) {
	n, nan := len(tau), math.NaN()
	undefined := make([]float64, n)
	for i := range undefined {
		undefined[i] = nan
	}
	sum := precision(all, tau)
	var chol mat.Cholesky
	if sum == nil || !chol.Factorize(sum) {
		return nan, undefined, undefined
	}
	c := mat.NewSymDense(n, nil)
	if chol.InverseTo(c) != nil {
		return nan, undefined, undefined
	}
	value := -chol.LogDet() / 2
	q := mat.NewVecDense(n, nil)
	for s := range all {
		a, _ := all[s].shrunk(tau)
		var own mat.VecDense
		own.MulVec(a.T(), mat.NewVecDense(n, all[s].h))
		q.AddVec(q, &own)
		log, _ := mat.LogDet(a)
		value += log / 2
		for i := range n {
			value += all[s].h[i] * tau[i] * tau[i] * own.AtVec(i) / 2
		}
	}
	var mu mat.VecDense
	mu.MulVec(c, q)
	value += mat.Dot(q, &mu) / 2
	gradient := make([]float64, n)
	for s := range all {
		a, precise := all[s].shrunk(tau)
		var expected, left, r mat.VecDense
		expected.MulVec(all[s].H, &mu)
		left.SubVec(mat.NewVecDense(n, all[s].h), &expected)
		r.MulVec(a.T(), &left)
		var half, known mat.Dense
		half.Mul(precise, c)
		known.Mul(&half, precise)
		for i := range n {
			gradient[i] += tau[i] * (r.AtVec(i)*r.AtVec(i) - precise.At(i, i) + known.At(i, i))
		}
	}
	segments := float64(len(all))
	for i := range gradient {
		gradient[i] /= segments
	}
	return value / segments, gradient, mu.RawVector().Data
}
