package regress

import (
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// firthPoint is the penalised likelihood at gamma.
type firthPoint struct {
	gamma      []float64
	loglik     float64       // log L*, −Inf where the information is singular
	score      []float64     // score*
	info       *mat.SymDense // I
	inverse    *mat.SymDense // I⁻¹
	observed   *mat.SymDense // −∂²log L*; nil where it was not needed
	iterations int
	converged  bool
}

func (a *firthPoint) largestScore(free []int) float64 {
	largest := 0.0
	for _, j := range free {
		largest = max(largest, math.Abs(a.score[j]))
	}
	return largest
}

// at evaluates the penalised likelihood: a pass for the information, whose block of categories a and b is Σ N π_a(1{a = b} − π_b) zz', and
// one for the score.
func (p *penal) at(gamma []float64) *firthPoint {
	k, triangle := p.k, p.k*(p.k+1)/2
	sums := num.BlockSums(p.n, rowBlock, p.threads, 1+p.slopes*(p.slopes+1)/2*triangle, func(lo, hi int, sum []float64) {
		c := p.chances()
		for i := lo; i < hi; i++ {
			sum[0] += c.loglik(p, i, gamma)
			h, z := sum[1:], p.z[i*k:(i+1)*k]
			for a := range p.slopes {
				for b := range a + 1 {
					addSquare(h, z, p.weight[i]*c.variance(a+1, b+1))
					h = h[triangle:]
				}
			}
		}
	})
	out := &firthPoint{gamma: gamma, loglik: sums[0], info: assemble(sums[1:], p.slopes, k), score: make([]float64, p.size())}
	var chol mat.Cholesky
	out.inverse = mat.NewSymDense(p.size(), nil)
	if !chol.Factorize(out.info) || chol.InverseTo(out.inverse) != nil && !allFinite(out.inverse.RawSymmetric().Data) {
		out.loglik, out.inverse = math.Inf(-1), nil
		return out
	}
	if p.penalised {
		out.loglik += chol.LogDet() / 2
	}
	out.score = p.modified(out)
	return out
}

// addSquare adds w zz' to a lower triangle.
func addSquare(h, z []float64, w float64) {
	for a, u := range z {
		u *= w
		row := h[:a+1]
		for b := range row {
			row[b] += u * z[b]
		}
		h = h[a+1:]
	}
}

// modified is score*,
//
//	Σ [n_c − Nπ_c + N(h_c − π_c Σ_a h_a)] z,   h_c = ½ π_c (e_c − π)'Q(e_c − π) ≥ 0,   Q_ab = z'I⁻¹_ab z,
//
// with e_c the unit vectors of the categories but the base, e_0 = 0: the score of counts to which N h_c were added. For
// ½ ∂ log det I / ∂β_c = ½ Σ N Σ_ab Q_ab ∂V_ab/∂η_c z, and V is the multinomial covariance. Of two categories Firth's hᵢ is N·2(h_0 + h_1).
func (p *penal) modified(a *firthPoint) []float64 {
	k := p.k
	return num.BlockSums(p.n, rowBlock, p.threads, p.size(), func(lo, hi int, sum []float64) {
		c, l := p.chances(), p.leverages()
		for i := lo; i < hi; i++ {
			z := p.z[i*k : (i+1)*k]
			c.set(p, i, a.gamma)
			whole := 0.0
			if p.penalised {
				l.set(p, a, c, z)
				whole = floats.Sum(l.h)
			}
			for s := range p.slopes {
				u := c.residual(p, i, s+1)
				if p.penalised {
					u += p.weight[i] * (l.h[s+1] - c.pi[s+1]*whole)
				}
				for r, v := range z {
					sum[s*k+r] += u * v
				}
			}
		}
	})
}

// leverages of a pattern, of weight 1.
type leverages struct {
	q  []float64 // slopes², Q
	qp []float64 // slopes, Qπ
	h  []float64 // by category: what the penalty adds to its count
}

func (p *penal) leverages() *leverages {
	return &leverages{make([]float64, p.slopes*p.slopes), make([]float64, p.slopes), make([]float64, p.slopes+1)}
}

func (l *leverages) set(p *penal, at *firthPoint, c patternChances, z []float64) {
	k, s, inverse := p.k, p.slopes, at.inverse.RawSymmetric() // the upper triangle holds
	for a := range s {
		for b := a; b < s; b++ {
			q := 0.0
			for r, v := range z {
				row := inverse.Data[(a*k+r)*inverse.Stride+b*k : (a*k+r)*inverse.Stride+(b+1)*k]
				if a == b {
					e := row[r] * v / 2
					for t := r + 1; t < k; t++ {
						e += row[t] * z[t]
					}
					q += 2 * v * e
					continue
				}
				e := 0.0
				for t, w := range z {
					e += row[t] * w
				}
				q += v * e
			}
			l.q[a*s+b], l.q[b*s+a] = q, q
		}
	}
	mean := 0.0 // π'Qπ
	for a := range s {
		l.qp[a] = 0
		for b := range s {
			l.qp[a] += l.q[a*s+b] * c.pi[b+1]
		}
		mean += c.pi[a+1] * l.qp[a]
	}
	l.h[0] = c.pi[0] * mean / 2
	for a := range s {
		l.h[a+1] = c.pi[a+1] * l.about(c, a) / 2
	}
}

// about is (e_a − π)'Q(e_a − π), from its differences, so that nothing is lost where π is nearly e_a.
func (l *leverages) about(c patternChances, a int) float64 {
	s, sum := len(l.qp), 0.0
	for i := range s {
		di := -c.pi[i+1]
		if i == a {
			di = c.rest[a+1]
		}
		for j := range s {
			dj := -c.pi[j+1]
			if j == a {
				dj = c.rest[a+1]
			}
			sum += di * dj * l.q[i*s+j]
		}
	}
	return sum
}
