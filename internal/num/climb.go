package num

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Surface is a function to be maximised: its value at theta, its gradient, and its Hessian. A value that is not finite says that theta
// is outside the domain; gradient and Hessian are then not looked at. The caller keeps what it is given.
type Surface func(theta []float64) (value float64, gradient []float64, hessian *mat.SymDense)

// Ascent is how a climb ended.
type Ascent struct {
	Theta       []float64
	Value       float64
	Gradient    []float64
	Information *mat.SymDense // minus the Hessian
	Iterations  int
	Converged   bool // the gradient and the Newton step are within the limits, the information is positive definite
	Away        int  // the coordinate that ran off to ±ClimbAway, −1 where none did
}

// Limits of a climb. Surfaces are mean log-likelihoods in logarithms of parameters, so that absolute limits mean the same for any book.
const (
	ClimbScore = 1e-9 // largest entry of the gradient
	ClimbStep  = 1e-6 // largest entry of the last Newton step: its error is about the square of it
	ClimbAway  = 23   // log of 1e10: a logarithm that goes so far has no end

	climbIterations = 200
	climbHalvings   = 40
	climbLongest    = 2.0 // no coordinate moves by more in one step
	climbDamping    = 1e-4
	climbFlat       = 0.05  // a Newton step so long from where the gradient is within its limit is along a flat that has no end
	climbSlack      = 1e-13 // of the value: rounding of a sum
)

// ClimbCriteria says in words what Converged means.
var ClimbCriteria = []string{"largest mean score ≤ 1e-9", "newton step ≤ 1e-6", "information positive definite"}

// Climb maximises f from start by Newton's method, damped where the information is not positive definite, halving steps until
// the value does not fall (Nocedal & Wright 2006, Numerical Optimization, §3.3 and 3.4). It ends without Converged after 200
// iterations, where no share of a step goes up, on a flat without an end, and where
// a coordinate leaves ±ClimbAway. A start outside the domain does not move.
func Climb(f Surface, start []float64) *Ascent {
	a := &Ascent{Theta: slices.Clone(start), Away: -1}
	if !a.take(f, a.Theta) {
		return a
	}
	for a.Iterations < climbIterations {
		step, definite := a.step()
		size := largest(step)
		if definite && size <= ClimbStep && largest(a.Gradient) <= ClimbScore {
			a.Converged = true
			return a
		}
		if largest(a.Gradient) <= ClimbScore && !(definite && size <= climbFlat) { // flat, and the top is far: there is none to see
			return a
		}
		if step == nil || !a.move(f, step, min(1, climbLongest/size)) {
			return a
		}
		a.Iterations++
		for i, t := range a.Theta {
			if math.Abs(t) > ClimbAway {
				a.Away = i
				return a
			}
		}
	}
	return a
}

// take sets the ascent to theta where the surface is finite.
func (a *Ascent) take(f Surface, theta []float64) bool {
	value, gradient, hessian := f(theta)
	if math.IsNaN(value) || math.IsInf(value, 0) {
		if a.Gradient == nil {
			a.Value = value
		}
		return false
	}
	hessian.ScaleSym(-1, hessian)
	a.Theta, a.Value, a.Gradient, a.Information = slices.Clone(theta), value, gradient, hessian
	return true
}

// move takes a share of the step, halved until the value does not fall; false where it always does.
func (a *Ascent) move(f Surface, step []float64, share float64) bool {
	from, value := a.Theta, a.Value
	least := value - climbSlack*(1+math.Abs(value))
	theta := make([]float64, len(from))
	for range climbHalvings {
		for i := range theta {
			theta[i] = from[i] + share*step[i]
		}
		next := &Ascent{}
		if next.take(f, theta) && next.Value >= least {
			a.Theta, a.Value, a.Gradient, a.Information = next.Theta, next.Value, next.Gradient, next.Information
			return true
		}
		share /= 2
	}
	return false
}

// step is (I + λ·diag)⁻¹ gradient with the least λ of 0, damping, 10·damping … for which it exists; definite is λ = 0.
func (a *Ascent) step() (step []float64, definite bool) {
	n := len(a.Gradient)
	for lambda := 0.0; lambda < 1e12; lambda = max(climbDamping, 10*lambda) {
		shifted := mat.NewSymDense(n, nil)
		shifted.CopySym(a.Information)
		for i := range n {
			shifted.SetSym(i, i, a.Information.At(i, i)+lambda)
		}
		var chol mat.Cholesky
		var out mat.VecDense
		if !chol.Factorize(shifted) || chol.Cond() > 1e14 || chol.SolveVecTo(&out, mat.NewVecDense(n, a.Gradient)) != nil {
			continue
		}
		return out.RawVector().Data, lambda == 0
	}
	return nil, false
}

// Covariance is the inverse of the information, divided by total: the observations behind a mean. Nil where the information is not
// positive definite.
func (a *Ascent) Covariance(total float64) *mat.SymDense {
	if a.Information == nil {
		return nil
	}
	var chol mat.Cholesky
	out := mat.NewSymDense(len(a.Gradient), nil)
	if !chol.Factorize(a.Information) || chol.InverseTo(out) != nil {
		return nil
	}
	out.ScaleSym(1/total, out)
	return out
}

// ClimbBest climbs from the count best of the starts, and gives the ends: converged ones first, then the highest. Ties keep the order of
// the starts, so that the result is the same every time.
func ClimbBest(f Surface, starts [][]float64, count int) []*Ascent {
	type ranked struct {
		start []float64
		value float64
	}
	var all []ranked
	for _, s := range starts {
		if v, _, _ := f(s); !math.IsNaN(v) && !math.IsInf(v, 0) {
			all = append(all, ranked{s, v})
		}
	}
	slices.SortStableFunc(all, func(a, b ranked) int { return cmp.Compare(b.value, a.value) })
	var ends []*Ascent
	for _, r := range all[:min(count, len(all))] {
		ends = append(ends, Climb(f, r.start))
	}
	slices.SortStableFunc(ends, func(a, b *Ascent) int {
		if a.Converged != b.Converged {
			return map[bool]int{true: -1, false: 1}[a.Converged]
		}
		return cmp.Compare(b.Value, a.Value)
	})
	return ends
}

func largest(v []float64) (most float64) {
	for _, x := range v {
		most = max(most, math.Abs(x))
	}
	return most
}
