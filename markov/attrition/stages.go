package attrition

import (
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// sampled is how many distinct customers the first ascents look at.
const (
	sampled = 2_500
	climbs  = 3
	coarser = 50 // as many times more distinct customers are seen with coarser times first
)

// maximise climbs from the best of the starting points, with many customers on a sample, from its highest end on coarser times of all, and at last
// on all, who are seen two or three times, not ten.
func (f *Fit) maximise(all *likelihood) *num.Ascent {
	few := all.on(all.book.sample(sampled))
	starts := few.starts(f.Model)
	ends := num.ClimbBest(few.surface, starts, climbs)
	f.Starts = len(ends)
	if len(ends) == 0 {
		return &num.Ascent{Away: -1}
	}
	best := ends[0]
	for _, e := range ends {
		if e.Converged && best.Value-e.Value <= 1e-9*(1+math.Abs(best.Value)) {
			f.Agree++
		}
	}
	if few.book == all.book {
		return best
	}
	steps := 0
	climb := func(surface num.Surface) {
		from := best.Theta
		if !best.Converged { // what ran away on the sample may not on all
			from = starts[0]
		}
		steps += best.Iterations
		best = num.Climb(surface, from)
	}
	if len(all.book.x) > sampled*coarser {
		coarse := all.on(all.book.coarse(sampled * coarser))
		if climb(coarse.surface); best.Converged {
			climb(corrected(coarse.surface, all.surface, best.Theta))
		}
	}
	climb(all.surface)
	best.Iterations += steps
	return best
}

// How many steps an ascent from parameters that are near takes at most, and how far they are from the estimates at most, as the logarithm of a factor.
const (
	nearSteps = 12
	nearFar   = 5
)

// climbFrom climbs from parameters alone.
func (f *Fit) climbFrom(all *likelihood, params []float64) *num.Ascent {
	theta := make([]float64, all.size())
	for i, v := range params {
		theta[i] = math.Log(v)
	}
	f.Starts, f.Agree = 1, 1
	return num.ClimbNear(all.surface, theta, nearSteps, nearFar)
}

// corrected is a surface that is cheap, made to agree with a dear one at θ₀ in its gradient g and Hessian H,
//
//	f̃(θ) + (g−g̃)′(θ−θ₀) + ½(θ−θ₀)′(H−H̃)(θ−θ₀):
//
// from a top θ₀ of f̃ the top is found with an error of the third derivatives' difference times the square of the way, where a Newton step on the dear one
// leaves that of the third derivatives themselves (Jordan, Lee & Yang 2019, JASA 114:668–681, with the Hessian too).
func corrected(cheap, dear num.Surface, theta0 []float64) num.Surface {
	_, g, h := dear(theta0)
	_, g0, h0 := cheap(theta0)
	return func(theta []float64) (float64, []float64, *mat.SymDense) {
		v, gradient, hessian := cheap(theta)
		for i := range theta {
			turn := 0.0
			for j := range theta {
				turn += (h.At(i, j) - h0.At(i, j)) * (theta[j] - theta0[j])
				if j >= i {
					hessian.SetSym(i, j, hessian.At(i, j)+h.At(i, j)-h0.At(i, j))
				}
			}
			v += (theta[i] - theta0[i]) * (g[i] - g0[i] + turn/2)
			gradient[i] += g[i] - g0[i] + turn
		}
		return v, gradient, hessian
	}
}
