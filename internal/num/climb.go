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
	climbSlow       = 1e-6  // of the value: a step that rises by no more is slow
	climbStraight   = 0.95  // cosine of two steps that go the same way
	climbAside      = 0.05  // a coordinate that moves by so much less than the fastest is not one that runs away
	climbPatience   = 3     // slow steps the same way, none much shorter than the one before, before one looks ahead; then every so many
)

// ClimbCriteria says in words what Converged means.
var ClimbCriteria = []string{"largest mean score ≤ 1e-9", "newton step ≤ 1e-6", "information positive definite"}

// Climb maximises f from start by Newton's method, damped where the information is not positive definite, halving steps until
// the value does not fall (Nocedal & Wright 2006, Numerical Optimization, §3.3 and 3.4). It ends without Converged after 200
// iterations, where no share of a step goes up, on a flat without an end, and where
// a coordinate leaves ±ClimbAway. Where slow steps keep their direction it looks ahead (endless), and goes to ±ClimbAway at once if the value
// does not fall on the way. A start outside the domain does not move.
func Climb(f Surface, start []float64) *Ascent {
	return ClimbNear(f, start, climbIterations, math.Inf(1))
}

// ClimbNear is Climb from a start that is thought to be near the top: it ends without Converged after so many steps, too, and where a coordinate goes as far from the
// start, so that a top that is not there is soon given up.
func ClimbNear(f Surface, start []float64, steps int, far float64) *Ascent {
	a := &Ascent{Theta: slices.Clone(start), Away: -1}
	if !a.take(f, a.Theta) {
		return a
	}
	var slow trail
	for a.Iterations < steps {
		step, definite := a.step()
		size := largest(step)
		if definite && size <= ClimbStep && largest(a.Gradient) <= ClimbScore {
			a.Converged = true
			return a
		}
		if largest(a.Gradient) <= ClimbScore && !(definite && size <= climbFlat) { // flat, and the top is far: there is none to see
			return a
		}
		from, value := a.Theta, a.Value
		if step == nil || !a.move(f, step, min(1, climbLongest/size)) {
			return a
		}
		a.Iterations++
		if slow.goes(from, a.Theta, a.Value-value, a.Value) {
			if end := endless(func(theta []float64) float64 { v, _, _ := f(theta); return v }, a.Theta, slow.last); end != nil {
				a.take(f, end)
			}
		}
		for i, t := range a.Theta {
			if math.Abs(t) >= ClimbAway || math.Abs(t-start[i]) >= far {
				a.Away = i
				return a
			}
		}
	}
	return a
}

// trail is how the last steps went.
type trail struct {
	last   []float64
	streak int // slow steps the same way
}

// goes notes a step, and says whether it is time to look where steps lead that get nowhere: to a top they become shorter, not on the way to infinity.
func (t *trail) goes(from, to []float64, rise, value float64) bool {
	step := make([]float64, len(to))
	var product, own, before float64
	for i := range to {
		step[i] = to[i] - from[i]
		own += step[i] * step[i]
		if t.last != nil {
			product += step[i] * t.last[i]
			before += t.last[i] * t.last[i]
		}
	}
	if t.last = step; product >= climbStraight*math.Sqrt(own*before) && 4*own >= before && rise <= climbSlow*(1+math.Abs(value)) {
		t.streak++
	} else {
		t.streak = 0
	}
	return t.streak > 0 && t.streak%climbPatience == 0
}

// endless is the point at which the straight line from theta leaves ±ClimbAway if value nowhere falls on the way, seen after steps that double and
// over the last 1, as a long step can end beyond a top and still higher than it began; and rises by little: a maximum at infinity. Nil where it falls,
// rises, or is not finite: the maximum may be inside.
func endless(value func(theta []float64) float64, theta, direction []float64) []float64 {
	end, axis := math.Inf(1), -1 // in units of direction: how far it is to the border
	direction = slices.Clone(direction)
	most := largest(direction)
	for i, d := range direction {
		if math.Abs(d) < climbAside*most { // it settles
			direction[i], d = 0, 0
		}
		if to := (math.Copysign(ClimbAway, d) - theta[i]) / d; d != 0 && to < end {
			end, axis = to, i
		}
	}
	if axis < 0 || !(end > 0) {
		return nil
	}
	start := value(theta)
	slack := climbSlack * (1 + math.Abs(start))
	last, at, unit := start, make([]float64, len(theta)), 1/most
	for ahead := min(unit, end); ; {
		for i, d := range direction {
			at[i] = theta[i] + ahead*d
		}
		next := value(at)
		if !(next >= last-slack && next <= start+100*climbSlow*(1+math.Abs(start))) {
			return nil
		}
		switch last = next; {
		case ahead == end:
			at[axis] = math.Copysign(ClimbAway, direction[axis])
			return at
		case ahead < end-unit:
			ahead = min(2*ahead, end-unit)
		default:
			ahead = end
		}
	}
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
