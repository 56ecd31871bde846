package regress

import (
	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// curvature is minus the second derivative of log L*,
//
//	I − ½ Σ N [∂²(Q:V)/∂η_c∂η_d] zz' + ½ [tr(I⁻¹A_r I⁻¹A_s)]_rs,   A_r = ∂I/∂γ_r,
//
// Q held (the derivatives of log det: Magnus & Neudecker 1988, ch. 8). nil where I is singular but for rounding.
func (p *penal) curvature(a *firthPoint) *mat.SymDense {
	if !p.penalised {
		return a.info
	}
	bend := p.bend(a)
	turned := p.turned(a)
	if turned == nil {
		return nil
	}
	out := mat.NewSymDense(p.size(), nil)
	out.SymOuterK(.5, turned)
	out.AddSym(out, a.info)
	for r := range p.size() {
		for c := range r + 1 {
			out.SetSym(r, c, out.At(r, c)-bend.At(r, c))
		}
	}
	return out
}

// bend is ½ Σ N [∂²(Q:V)/∂η_c∂η_d] zz': with h_c of modified, g_c = h_c − π_c Σ h and u_c = (Qπ)_c − π'Qπ,
//
//	∂g_c/∂η_d = ½ π_c(1{c = d} − π_d)(m_c − m̄) − π_c π_d (Q_cd − (Qπ)_c − u_d + ½(m_d − m̄)),   m_a = Q_aa − 2(Qπ)_a,   m̄ = Σ π_a m_a.
func (p *penal) bend(a *firthPoint) *mat.SymDense {
	k, s, triangle := p.k, p.slopes, p.k*(p.k+1)/2
	return assemble(num.BlockSums(p.n, rowBlock, p.threads, s*(s+1)/2*triangle, func(lo, hi int, sum []float64) {
		c, l, m := p.chances(), p.leverages(), make([]float64, s)
		for i := lo; i < hi; i++ {
			z := p.z[i*k : (i+1)*k]
			c.set(p, i, a.gamma)
			l.set(p, a, c, z)
			mean, middle := 0.0, 0.0
			for t := range s {
				m[t] = l.q[t*s+t] - 2*l.qp[t]
				mean += c.pi[t+1] * m[t]
				middle += c.pi[t+1] * l.qp[t]
			}
			h := sum
			for t := range s {
				for u := range t + 1 {
					v := c.variance(t+1, u+1)*(m[t]-mean)/2 -
						c.pi[t+1]*c.pi[u+1]*(l.q[t*s+u]-l.qp[t]-l.qp[u]+middle+(m[u]-mean)/2)
					addSquare(h, z, p.weight[i]*v)
					h = h[triangle:]
				}
			}
		}
	}), s, k)
}

// turned has a row for every coefficient r: L⁻¹A_rL⁻ᵀ laid out, I = LLᵀ, so that the products of rows are the traces of curvature. A is
// Σ N κ_abc z_r z_s z_t with κ the third cumulants of the categories, symmetric in all.
func (p *penal) turned(a *firthPoint) *mat.Dense {
	k, s, size := p.k, p.slopes, p.size()
	cubes := k * (k + 1) * (k + 2) / 6
	sums := num.BlockSums(p.n, rowBlock, p.threads, s*(s+1)*(s+2)/6*cubes, func(lo, hi int, sum []float64) {
		c := p.chances()
		for i := lo; i < hi; i++ {
			z := p.z[i*k : (i+1)*k]
			c.set(p, i, a.gamma)
			h := sum
			for t := range s {
				for u := range t + 1 {
					for v := range u + 1 {
						addCube(h, z, p.weight[i]*c.skew(t+1, u+1, v+1))
						h = h[cubes:]
					}
				}
			}
		}
	})
	var chol mat.Cholesky
	var root, inverse mat.TriDense
	if !chol.Factorize(a.info) {
		return nil
	}
	chol.LTo(&root)
	if err := inverse.InverseTri(&root); err != nil && !allFinite(inverse.RawTriangular().Data) {
		return nil
	}
	out := mat.NewDense(size, size*size, nil)
	of := mat.NewDense(size, size, nil)
	var half, whole mat.Dense
	for r := range size {
		for i := range size {
			for j := range size {
				of.Set(i, j, sums[sorted(r/k, i/k, j/k)*cubes+sorted(r%k, i%k, j%k)])
			}
		}
		half.Mul(&inverse, of)
		whole.Mul(&half, inverse.T())
		out.SetRow(r, whole.RawMatrix().Data)
	}
	return out
}

// addCube adds w z⊗z⊗z, of which it keeps r ≥ s ≥ t.
func addCube(h, z []float64, w float64) {
	for r, u := range z {
		for s, v := range z[:r+1] {
			e := w * u * v
			for t, x := range z[:s+1] {
				h[t] += e * x
			}
			h = h[s+1:]
		}
	}
}

// sorted is where addCube keeps what has these places, in any order.
func sorted(r, s, t int) int {
	if r < s {
		r, s = s, r
	}
	if s < t {
		s, t = t, s
	}
	if r < s {
		r, s = s, r
	}
	return r*(r+1)*(r+2)/6 + s*(s+1)/2 + t
}

// skew is the third cumulant of categories a, b, c: ∂[π_a(1{a = b} − π_b)]/∂η_c.
func (c patternChances) skew(a, b, d int) float64 {
	pa, pb, pd := c.pi[a], c.pi[b], c.pi[d]
	switch {
	case a == b && b == d:
		return pa * c.rest[a] * (c.rest[a] - pa)
	case a == b:
		return -pa * pd * (c.rest[a] - pa)
	case b == d:
		return -pa * pb * (c.rest[b] - pb)
	case a == d:
		return -pa * pb * (c.rest[a] - pa)
	}
	return 2 * pa * pb * pd
}
