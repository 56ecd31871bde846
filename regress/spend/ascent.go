package spend

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Limits of the ascent.
const (
	scoreLimit    = 1e-9 // largest mean score in the logarithms of the parameters
	stepLimit     = 1e-6 // last step of a logarithm: Newton's error is its square
	maxIterations = 200
	maxHalvings   = 40
	longest       = 2  // no logarithm moves by more in one step
	farAway       = 23 // log of 1e10: the parameter has no end
	damping       = 1e-3
	slack         = 1e-13
	climbs        = 3      // ascents, from the best of the starting points
	sampled       = 20_000 // customers of a sample, at least
)

var criteria = []string{
	"largest mean score ≤ 1e-9 in log parameters",
	"newton step ≤ 1e-6 in log parameters",
	"information positive definite",
}

// end is how an ascent ended.
type end struct {
	point
	iterations int
	converged  bool
	covariance *mat.SymDense // of the logarithms; nil where the information is not positive definite
}

// maximise climbs from the best of a grid of starting points (all with a mean of 1, that of the data in its unit) and
// gives the ends, the highest first. With many customers that is done on a sample of them, and only from its highest
// end on all.
func (l *likelihood) maximise() []*end {
	few := l.sample()
	var starts []*point
	for _, p := range []float64{0.5, 2, 8} {
		for _, q := range []float64{1.5, 3, 10} {
			starts = append(starts, few.at([3]float64{math.Log(p), math.Log(q), math.Log((q - 1) / p)}))
		}
	}
	slices.SortStableFunc(starts, func(a, b *point) int { return cmp.Compare(b.loglik, a.loglik) })
	var ends []*end
	for _, s := range starts[:climbs] {
		ends = append(ends, few.climb(s))
	}
	slices.SortStableFunc(ends, func(a, b *end) int {
		if a.converged != b.converged {
			return map[bool]int{true: -1, false: 1}[a.converged]
		}
		return cmp.Compare(b.loglik, a.loglik)
	})
	if l.best = ends[0]; few != l {
		l.best = l.climb(l.at(ends[0].theta))
	}
	return ends
}

// sample is every k-th customer of many, in the money of all; l itself where there are few.
func (l *likelihood) sample() *likelihood {
	every := len(l.x) / sampled
	if every < 2 {
		return l
	}
	few := &likelihood{threads: l.threads}
	for i := 0; i < len(l.x); i += every {
		few.x, few.m, few.w = append(few.x, l.x[i]), append(few.m, l.m[i]), append(few.w, l.w[i])
	}
	few.prepare(l.unit)
	return few
}

// climb is Newton's method, damped where the information is not positive definite (Nocedal & Wright 2006, Numerical
// Optimization, §3.4), with halving.
func (l *likelihood) climb(from *point) *end {
	e := &end{point: *from}
	for e.iterations < maxIterations {
		step, definite := e.step()
		size := max(math.Abs(step[0]), math.Abs(step[1]), math.Abs(step[2]))
		if definite && size <= stepLimit && e.largestScore() <= scoreLimit {
			e.converged, e.covariance = true, e.inverse(l.total)
			return e
		}
		next := l.halve(e, step, min(1, longest/size))
		if next == nil || slices.ContainsFunc(next.theta[:], func(t float64) bool { return math.Abs(t) > farAway }) {
			return e
		}
		e.point = *next
		e.iterations++
	}
	return e
}

func (e *end) largestScore() float64 {
	return max(math.Abs(e.score[0]), math.Abs(e.score[1]), math.Abs(e.score[2]))
}

// step is (I + λ)⁻¹ score with the least λ of 0, damping, 10·damping … for which it exists; definite is λ = 0.
func (e *end) step() (step [3]float64, definite bool) {
	for lambda := 0.0; lambda < 1e12; lambda = max(damping, 10*lambda) {
		shifted := mat.NewSymDense(3, nil)
		shifted.CopySym(e.info)
		for i := range 3 {
			shifted.SetSym(i, i, e.info.At(i, i)+lambda)
		}
		var chol mat.Cholesky
		var out mat.VecDense
		if !chol.Factorize(shifted) || chol.Cond() > 1e14 {
			continue
		}
		if chol.SolveVecTo(&out, mat.NewVecDense(3, e.score[:])) != nil {
			continue
		}
		return [3]float64{out.AtVec(0), out.AtVec(1), out.AtVec(2)}, lambda == 0
	}
	return step, false
}

// halve takes a share of the step, halved until the likelihood does not fall; nil where it always does.
func (l *likelihood) halve(e *end, step [3]float64, share float64) *point {
	for range maxHalvings {
		theta := e.theta
		for i := range theta {
			theta[i] += share * step[i]
		}
		if next := l.at(theta); next.loglik >= e.loglik-slack*(1+math.Abs(e.loglik)) {
			return next
		}
		share /= 2
	}
	return nil
}

// inverse is the covariance of the logarithms, the information being a mean over customers of weight total.
func (e *end) inverse(total float64) *mat.SymDense {
	var chol mat.Cholesky
	out := mat.NewSymDense(3, nil)
	if !chol.Factorize(e.info) || chol.InverseTo(out) != nil {
		return nil
	}
	out.ScaleSym(1/total, out)
	return out
}
