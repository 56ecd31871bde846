package hidden

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// longestStep is how far one step of expectation-maximisation may move a coefficient, the covariate in units of its standard deviation.
const longestStep = 1.0

// maximiseMoves takes one step of Newton's method towards the maximum of the weighted multinomial logit of the moves out of state i (Lange 1995,
// J. Royal Statistical Society B 57:425–437: with one step in place of the whole M-step the algorithm converges to the same points, and as fast).
func (p *panel) maximiseMoves(q *Params, i int, s *sums) {
	k, t := p.m.States, p.x.terms()
	base := q.base(i)
	var to []int
	for j, v := range q.Moves[i] {
		if j != base && v > 0 {
			to = append(to, j)
		}
	}
	if len(to) == 0 {
		return
	}
	n := len(to) * t
	score, info := mat.NewVecDense(n, nil), mat.NewSymDense(n, nil)
	bread := s.bread[i*p.x.breads(k):]
	for a, j := range to {
		for u := range t {
			score.SetVec(a*t+u, s.slopes[(i*k+j)*t+u])
		}
		for b := a; b < len(to); b++ {
			block := bread[pairAt(j, to[b], k)*pairs(t):]
			for u := range t {
				for v := range t {
					info.SetSym(a*t+u, b*t+v, block[pairAt(min(u, v), max(u, v), t)])
				}
			}
		}
	}
	step := mat.NewVecDense(n, nil)
	var chol mat.Cholesky
	for ridge := 1e-10; ; ridge *= 100 {
		for u := range n {
			info.SetSym(u, u, info.At(u, u)*(1+ridge)+ridge)
		}
		if chol.Factorize(info) && chol.SolveVecTo(step, score) == nil || ridge > 1e6 {
			break
		}
	}
	share := min(1, longestStep/max(1e-300, mat.Norm(step, math.Inf(1))))
	for a, j := range to {
		q.Moves[i][j] *= math.Exp(share * step.AtVec(a*t))
		for u := 1; u < t; u++ {
			if p.x.scale[u-1] > 0 {
				q.Slopes[i][j][u-1] += share * step.AtVec(a*t+u) / p.x.scale[u-1]
			}
		}
	}
	toOne(q.Moves[i])
}

// pairAt is the place of (i, j), i ≤ j < n, among the pairs (0,0), (0,1) … (0,n−1), (1,1) ….
func pairAt(i, j, n int) int { return i*n - i*(i-1)/2 + j - i }

// base is the move out of state i that others are compared with: staying, where it can be, else the likeliest.
func (q *Params) base(i int) int {
	if q.Moves[i][i] > 0 {
		return i
	}
	return likeliest(q.Moves[i])
}
