package regress

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Limits of the ascent, on centred and scaled columns. Newton's error squares with every step:
// at a step of 1e-8 what is left is below rounding.
const (
	scoreLimit    = 1e-9  // largest mean score
	devianceLimit = 1e-10 // relative change of the deviance
	stepLimit     = 1e-8  // largest step, relative to 1 + the largest coefficient
	lastStep      = 1e-9  // with many rows a step this small is taken and ends the ascent
	maxIterations = 40    // classes that barely overlap need about one per unit of log-odds: 40 is p = 1 − 4e-18
	probeAt       = 15    // look for separation first here; ordinary fits end within 10
	maxHalvings   = 30
	slack         = 1e-12 // relative loss of log-likelihood that is rounding, not descent
)

// criteria of convergence, in words; the last is why a maximum exists.
func (t traits) criteria() []string {
	existence := "a maximum exists: the logistic likelihood of the same rows has one (bach 2010, proposition 2)"
	switch {
	case t.steady:
		existence = "a maximum exists (bach 2010, proposition 2)"
	case t.barrier:
		existence = "a maximum exists (nesterov 2004, theorem 4.1.11)"
	}
	return []string{
		"largest mean score ≤ 1e-9 on centred and scaled columns",
		"relative change of the deviance ≤ 1e-10",
		"newton step ≤ 1e-8 of the coefficients on centred and scaled columns",
		existence,
	}
}

// glm is the likelihood of a generalised linear model over the columns cols of d, in the coordinates of fr.
type glm struct {
	law             law
	d               *data
	fr              *frame
	cols            []int
	response, total float64 // Σ wᵢ yᵢ and Σ wᵢ
	longest         float64 // maxᵢ ‖zᵢ‖² over all columns
	exists          bool    // a maximum is known to exist
	clustered       bool    // rows come with clusters
}

// point is the log-likelihood at gamma, less that of a perfect fit, its gradient and its negative Hessian.
type point struct {
	gamma  []float64
	loglik float64
	score  []float64     // Σ wᵢ ∂ℓᵢ/∂ηᵢ zᵢ
	info   *mat.SymDense // −Σ wᵢ ∂²ℓᵢ/∂ηᵢ² zᵢzᵢ'
}

// ascent is how a maximisation ended: converged, or apart (a coefficient runs off to infinity), or neither.
type ascent struct {
	point
	iterations int
	converged  bool
	bread      *mat.SymDense // info⁻¹; nil when info is not positive definite
	apart      *separation
}

// predictor sets eta to the linear predictor of the rows of a tile, offset included.
func (m *glm) predictor(eta []float64, t *tileRows, gamma []float64) {
	t.linear(eta, gamma)
	if t.Offset != nil {
		floats.Add(eta, t.Offset)
	}
}

// at evaluates the likelihood at gamma in one pass.
func (m *glm) at(gamma []float64) point {
	k := len(m.cols)
	sums := m.tiles(func(t *tileRows, part []float64) {
		part[0] += m.evaluate(t, gamma)
		t.addScore(part[1:], t.score[:])
		t.addGram(part[1+k:], t.info[:])
	}, 1+k+k*(k+1)/2)
	return point{gamma: gamma, loglik: sums[0], score: sums[1 : 1+k], info: unpack(sums[1+k:], k)}
}

// evaluate sets the linear predictor of a tile, and score and information of its rows, times their weights. It returns
// the log-likelihood.
func (m *glm) evaluate(t *tileRows, gamma []float64) float64 {
	m.predictor(t.eta[:t.rows], t, gamma)
	return lawRows(m.law, t.eta[:t.rows], t.Y, t.Weights, t.score[:], t.info[:])
}

// loglik is the log-likelihood at gamma, less that of a perfect fit.
func (m *glm) loglik(gamma []float64) float64 {
	return m.tiles(func(t *tileRows, part []float64) { part[0] += m.evaluate(t, gamma) }, 1)[0]
}

// maximise climbs from gamma.
func (m *glm) maximise(gamma []float64) *ascent { return m.ascend(m.at(gamma)) }

// ascend climbs from p.
func (m *glm) ascend(p point) *ascent { return ascend(m, p) }

// likelihood is what an ascent has to know of one that it maximises.
type likelihood interface {
	at(gamma []float64) point
	scoreSize() float64 // what a mean score is relative to
	large() bool        // a pass costs so much that one is worth saving
	confirm(a *ascent) bool
	separation(gamma []float64) *separation
}

// ascend climbs from p.
func ascend(m likelihood, p point) *ascent {
	a := &ascent{point: p}
	if math.IsNaN(p.loglik) || math.IsInf(p.loglik, 0) || !allFinite(p.score) {
		return a
	}
	for a.iterations < maxIterations {
		step, ok := a.newton()
		if !ok {
			break
		}
		if m.large() && a.almostThere(step, m.scoreSize()) && m.confirm(a) {
			a.gamma = slices.Clone(a.gamma)
			floats.Add(a.gamma, step)
			a.iterations++
			return a
		}
		next, taken, ok := climb(a.point, step, m.at)
		if !ok {
			break
		}
		before := a.point
		a.point = next
		a.iterations++
		if a.settled(before, taken, m.scoreSize()) && m.confirm(a) {
			return a
		}
		if a.iterations == probeAt {
			if a.apart = m.separation(a.gamma); a.apart != nil {
				return a
			}
		}
	}
	a.apart = m.separation(a.gamma)
	return a
}

// newton is the step H⁻¹s; false where H is not positive definite.
func (p *point) newton() ([]float64, bool) {
	var chol mat.Cholesky
	if !chol.Factorize(p.info) {
		return nil, false
	}
	step := mat.NewVecDense(len(p.score), nil)
	if chol.SolveVecTo(step, mat.NewVecDense(len(p.score), p.score)) != nil && !allFinite(step.RawVector().Data) {
		return nil, false
	}
	return step.RawVector().Data, true
}

// almostThere reports whether the step is the last, so small that nothing needs to be evaluated behind it: the
// deviance will change by the squared Newton decrement s'H⁻¹s, the information by about the step: where a pass costs
// nothing, the digits of standard errors are worth one more.
func (p *point) almostThere(step []float64, size float64) bool {
	return floats.Norm(p.score, math.Inf(1)) <= scoreLimit*size &&
		floats.Dot(p.score, step) <= devianceLimit*(math.Abs(p.loglik)+0.1) &&
		floats.Norm(step, math.Inf(1)) <= lastStep*(1+floats.Norm(p.gamma, math.Inf(1)))
}

// climb takes the step, halved until the log-likelihood, which at evaluates, does not fall (Marschner 2011, The R
// Journal 3(2):12–15). It returns the size of the step taken.
func climb(p point, step []float64, at func(gamma []float64) point) (next point, size float64, ok bool) {
	share := 1.0
	for range maxHalvings {
		gamma := append([]float64(nil), p.gamma...)
		floats.AddScaled(gamma, share, step)
		next = at(gamma)
		if next.loglik >= p.loglik-slack*(1+math.Abs(p.loglik)) && allFinite(next.score) {
			return next, share * floats.Norm(step, math.Inf(1)), true
		}
		share /= 2
	}
	return p, 0, false
}

// scoreSize is what a mean score is relative to: the weight, and the mean of counts beyond 1, for a score is
// Σ w(y − μ)z and its rounding grows with them.
func (m *glm) scoreSize() float64 { return m.total * max(1, m.response/m.total) }

// settled reports whether the first three criteria hold.
func (a *ascent) settled(before point, step, size float64) bool {
	change := math.Abs(a.loglik-before.loglik) / (math.Abs(a.loglik) + 0.1) // + 0.1 as in R's glm: deviances near 0
	return floats.Norm(a.score, math.Inf(1)) <= scoreLimit*size &&
		change <= devianceLimit &&
		step <= stepLimit*(1+floats.Norm(a.gamma, math.Inf(1)))
}

// confirm reports whether the log-likelihood has a maximum, and that near: the fourth
// criterion. It sets a.bread and a.converged.
//
// Along any direction v let g(t) be minus the log-likelihood at γ + tv. For a steady law
// |g‴| ≤ R_v g″ with R_v = maxᵢ |zᵢ'v|, so that g′(∞) ≥ g′(0) + g″(0)/R_v. With H the information
// and ν² = s'H⁻¹s the squared Newton decrement, |g′(0)| ≤ ν √g″(0); and R_v² ≤ g″(0)·maxᵢ zᵢ'H⁻¹zᵢ.
// Hence if
//
//	ν² · maxᵢ zᵢ'H⁻¹zᵢ < 1
//
// every direction rises in the end, and a maximum exists (Bach 2010, Electronic J. Statistics
// 4:384–414, proposition 2, where the limit is ¼ and the Newton iteration converges). The
// maximum is bounded by maxᵢ ‖zᵢ‖² · tr H⁻¹. When a coefficient is infinite there is a direction that
// never rises, so no γ can pass.
//
// Where g is self-concordant the limit is on ν alone, ν² < min wᵢ (Nesterov 2004, Introductory Lectures on Convex
// Optimization, theorem 4.1.11). Where it is neither, existence has been shown before (whole).
func (m *glm) confirm(a *ascent) bool {
	inv := inverse(a.info)
	if inv == nil {
		return false
	}
	s := mat.NewVecDense(len(a.score), a.score)
	decrement := mat.Inner(s, inv, s)
	ok := m.exists
	switch t := m.law.traits(); {
	case t.steady:
		ok = decrement*m.longest*mat.Trace(inv) <= 0.25
	case t.barrier:
		ok = decrement <= 0.25*m.leastWeight()
	}
	if ok {
		a.bread, a.converged = inv, true
	}
	return ok
}

// leastWeight is the least weight of a row.
func (m *glm) leastWeight() float64 {
	return fold(m.d, func() float64 { return math.Inf(1) }, func(_, _ int, r *Rows, least float64) float64 {
		for i := range r.Y {
			least = min(least, r.weight(i))
		}
		return least
	}, func(a, b float64) float64 { return min(a, b) })
}

func allFinite(values []float64) bool {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}
