package attrition

import (
	"math"
	"slices"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// oneRate is s of a Pareto/NBD at its edge, where hazards differ by a hundredth: nothing that a book of 10⁵ customers would show.
const oneRate = 1e4

// differing is s from which Pareto/NBD is looked for again, where the edge says that hazards differ.
const differing = 1.5

// ParetoNear fits Pareto/NBD from parameters that are thought to be near, as Options.Near does, and where there is no maximum its edge s, β → ∞, s/β = μ: all leave at one rate, lives are exponential
// (OneRate, s = 10,000 without error, three parameters estimated). Small books run there, whose customers all leave in their own time and do not show that hazards differ; a law by which each purchase is an occasion to leave
// has a maximum then, and half of what is at stake, for a worse likelihood. Where the likelihood of the edge rises towards hazards that differ there is a maximum after all, and one more ascent begins there;
// what is not found by it is refused.
//
// Errors: those of FitModel.
func ParetoNear(d *Data, near []float64, threads int) (*Fit, error) {
	o := Options{Threads: threads, Near: near}
	f, err := FitModel(ParetoNBD, d, o)
	if err != nil || f.Certificate.Certified() || len(f.effects) > 0 || f.Certificate.Iterations == 0 {
		return f, err
	}
	edge, differ := f.edge(d, near, threads)
	switch {
	case !edge.Certificate.Certified():
		return f, nil
	case !differ:
		return edge, nil
	}
	o.Near = slices.Clone(edge.Params)
	o.Near[parS], o.Near[parBeta] = differing, differing*edge.Params[parBeta]/oneRate
	return FitModel(ParetoNBD, d, o)
}

// edge is the fit with one rate of leaving, and whether the likelihood rises from there towards rates that differ.
func (f *Fit) edge(d *Data, near []float64, threads int) (*Fit, bool) {
	b := d.book(1)
	out := &Fit{Model: ParetoNBD, K: 1, OneRate: true, Names: f.Names, Customers: f.Customers, Distinct: f.Distinct, Starts: 1, Agree: 1, law: f.law}
	out.Certificate = num.Certificate{Model: string(ParetoNBD), Criteria: num.ClimbCriteria, Observations: f.Certificate.Observations}
	out.unknown()
	all, held := newLikelihood(f.law, b, threads), math.Log(oneRate)
	start := []float64{math.Log(near[parR]), math.Log(near[parAlpha]), held + math.Log(near[parBeta]/near[parS])}
	best := num.ClimbNear(func(theta []float64) (float64, []float64, *mat.SymDense) {
		value, gradient, hessian := all.surface(slices.Insert(slices.Clone(theta), parS, held))
		return value, slices.Delete(gradient, parS, parS+1), without(hessian, parS)
	}, start, nearSteps, nearFar)
	if !best.Converged {
		return out, false
	}
	cov := withZeros(best.Covariance(b.total), parS)
	best.Theta = slices.Insert(best.Theta, parS, held)
	out.settle(best, cov, &centring{}, b)
	out.Params[parS] = oneRate
	_, gradient, _ := all.surface(best.Theta)
	return out, gradient[parS] < 0
}

// withZeros is a symmetric matrix with a row and a column of zeros more, at i.
func withZeros(m *mat.SymDense, i int) *mat.SymDense {
	n := m.SymmetricDim()
	out := mat.NewSymDense(n+1, nil)
	past := func(j int) int {
		if j < i {
			return j
		}
		return j + 1
	}
	for r := range n {
		for c := r; c < n; c++ {
			out.SetSym(past(r), past(c), m.At(r, c))
		}
	}
	return out
}
