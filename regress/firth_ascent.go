package regress

import (
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// Limits of the ascent.
const (
	firthScore      = 1e-10 // largest mean score*, columns centred and scaled
	firthStep       = 1e-8  // largest step, relative to 1 + the largest coefficient: its square is left
	firthLongest    = 5     // no coefficient moves by more in one iteration
	firthShrinks    = 0.1   // share of the score that a step may leave
	firthIterations = 200
)

var firthCriteria = []string{
	"largest mean modified score ≤ 1e-10 on centred and scaled columns",
	"step ≤ 1e-8 of the coefficients on centred and scaled columns",
	"every profile of the penalised likelihood met its level",
}

// maximise climbs from gamma over the coefficients in free, the others staying where they are:
//
//	step = H[free, free]⁻¹ score*[free],
//
// cut to firthLongest and halved until log L* does not fall. H is I, which leaves the penalty out (Heinze & Schemper
// 2002, §2): with many rows that is as good as Newton's method, and cheaper. Where the score does not shrink fast, for
// where classes are separated such steps overshoot for ever, H is −∂²log L* from then on, and has to be positive definite at the end: log L*
// is not concave, and has saddles between maxima that are as good.
func (p *penal) maximise(gamma []float64, free []int) *firthPoint {
	at, newton, before := p.at(append([]float64(nil), gamma...)), false, math.Inf(1)
	for iteration := 0; iteration < firthIterations && at.inverse != nil; iteration++ {
		left := at.largestScore(free)
		if newton = newton || left > before*firthShrinks; newton {
			at.observed = p.curvature(at)
		}
		before = left
		step, saddle := at.step(free)
		if step == nil {
			break
		}
		longest, reach := 0.0, 1.0
		for a, s := range step {
			longest = max(longest, math.Abs(s))
			reach = max(reach, 1+math.Abs(at.gamma[free[a]]))
		}
		if left <= firthScore*p.total && longest <= firthStep*reach {
			if saddle == nil {
				at.converged = true
				break
			}
			step, longest = saddle, 1
		}
		next := p.climb(at, free, step, min(1, firthLongest/longest))
		if next == nil && newton {
			break
		}
		if next != nil {
			next.iterations = at.iterations + 1
			at = next
		}
		newton = newton || next == nil
	}
	return at
}

// step is the step over free; nil where it has none. Where H is not positive definite its eigenvalues, relative to I, are taken by their size, and saddle is the
// way along the most negative.
func (a *firthPoint) step(free []int) (step, saddle []float64) {
	if len(free) == 0 {
		return []float64{}, nil
	}
	score := mat.NewVecDense(len(free), nil)
	for r, i := range free {
		score.SetVec(r, a.score[i])
	}
	info := sub(a.info, free)
	h := info
	if a.observed != nil {
		h = sub(a.observed, free)
	}
	var chol mat.Cholesky
	out := mat.NewVecDense(len(free), nil)
	if chol.Factorize(h) && (chol.SolveVecTo(out, score) == nil || allFinite(out.RawVector().Data)) {
		return out.RawVector().Data, nil
	}
	var root mat.TriDense
	var eigen mat.EigenSym
	if h == info || !chol.Factorize(info) {
		return nil, nil
	}
	chol.LTo(&root)
	var half, whole mat.Dense // L⁻¹HL⁻ᵀ, I = LLᵀ
	if half.Solve(&root, h) != nil && !allFinite(half.RawMatrix().Data) || whole.Solve(&root, half.T()) != nil && !allFinite(whole.RawMatrix().Data) || !eigen.Factorize(num.Symmetric(&whole), true) {
		return nil, nil
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	if half.Solve(root.T(), &vectors) != nil && !allFinite(half.RawMatrix().Data) { // columns u with uᵀIu = 1
		return nil, nil
	}
	const least = 1e-3
	for j, v := range eigen.Values(nil) {
		u := half.ColView(j)
		out.AddScaledVec(out, mat.Dot(u, score)/max(math.Abs(v), least), u)
		if j == 0 && v < 0 { // ascending
			saddle = mat.Col(nil, 0, &half)
		}
	}
	return out.RawVector().Data, saddle
}

// sub is m over the coefficients in free.
func sub(m *mat.SymDense, free []int) *mat.SymDense {
	out := mat.NewSymDense(len(free), nil)
	for r, i := range free {
		for c, j := range free[:r+1] {
			out.SetSym(r, c, m.At(i, j))
		}
	}
	return out
}

// climb takes the share of the step, halved until log L* does not fall; nil where it never does.
func (p *penal) climb(at *firthPoint, free []int, step []float64, share float64) *firthPoint {
	for range maxHalvings {
		gamma := append([]float64(nil), at.gamma...)
		for a, j := range free {
			gamma[j] += share * step[a]
		}
		next := p.at(gamma)
		if next.loglik >= at.loglik-slack*(1+math.Abs(at.loglik)) && allFinite(next.score) {
			return next
		}
		share /= 2
	}
	return nil
}
