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
	base := p.m.base(q, i)
	type coefficient struct{ j, term int } // of the move to j: its constant is term 0
	var of []coefficient
	for j, v := range q.Moves[i] {
		for u := range t {
			if j != base && v > 0 && (u == 0 || p.m.acts(u-1, i, j)) {
				of = append(of, coefficient{j, u})
			}
		}
	}
	if len(of) == 0 {
		return
	}
	n := len(of)
	score, info := mat.NewVecDense(n, nil), mat.NewSymDense(n, nil)
	bread := s.bread[i*p.x.breads(k):]
	for a, c := range of {
		score.SetVec(a, s.slopes[(i*k+c.j)*t+c.term])
		for b := a; b < n; b++ {
			d := of[b] // c.j ≤ d.j
			info.SetSym(a, b, bread[pairAt(c.j, d.j, k)*pairs(t)+pairAt(min(c.term, d.term), max(c.term, d.term), t)])
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
	for a, c := range of {
		if c.term == 0 {
			q.Moves[i][c.j] *= math.Exp(share * step.AtVec(a))
		} else if scale := p.x.scale[c.term-1]; scale > 0 {
			q.Slopes[i][c.j][c.term-1] += share * step.AtVec(a) / scale
		}
	}
	toOne(q.Moves[i])
}

// pairAt is the place of (i, j), i ≤ j < n, among the pairs (0,0), (0,1) … (0,n−1), (1,1) ….
func pairAt(i, j, n int) int { return i*n - i*(i-1)/2 + j - i }
