package regress

import (
	"math"
	"slices"

	"mainstay/internal/num"

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

var logisticCriteria = []string{
	"largest mean score ≤ 1e-9 on centred and scaled columns",
	"relative change of the deviance ≤ 1e-10",
	"newton step ≤ 1e-8 of the coefficients on centred and scaled columns",
	"a maximum exists (bach 2010, proposition 2)",
}

// logit is a logistic likelihood over the columns cols of d, in the coordinates of fr.
type logit struct {
	d             *data
	fr            *frame
	cols          []int
	events, total float64 // weight of the rows with y = 1, and of all
	longest       float64 // maxᵢ ‖zᵢ‖² over all columns
}

// point is the log-likelihood at gamma, its gradient and its negative Hessian.
type point struct {
	gamma  []float64
	loglik float64
	score  []float64     // Σ wᵢ (yᵢ − pᵢ) zᵢ
	info   *mat.SymDense // Σ wᵢ pᵢ(1−pᵢ) zᵢzᵢ'
}

// ascent is how a maximisation ended: converged, or apart (separated classes), or neither.
type ascent struct {
	point
	iterations int
	converged  bool
	bread      *mat.SymDense // info⁻¹; nil when info is not positive definite
	apart      *separation
}

// predictor sets eta to the linear predictor of the rows of a tile, offset included.
func (m *logit) predictor(eta []float64, t *tileRows, gamma []float64) {
	t.linear(eta, gamma)
	if t.Offset != nil {
		floats.Add(eta, t.Offset)
	}
}

// at evaluates the likelihood at gamma in one pass.
func (m *logit) at(gamma []float64) point {
	k := len(m.cols)
	sums := m.tiles(func(t *tileRows, part []float64) {
		var eta, resid, variance [tile]float64
		m.predictor(eta[:t.rows], t, gamma)
		part[0] += bernoulliRows(eta[:t.rows], t.Y, t.Weights, resid[:], variance[:])
		t.addScore(part[1:], resid[:])
		t.addGram(part[1+k:], variance[:])
	}, 1+k+k*(k+1)/2)
	return point{gamma: gamma, loglik: sums[0], score: sums[1 : 1+k], info: unpack(sums[1+k:], k)}
}

// start is the intercept-only estimate.
func (m *logit) start() []float64 {
	gamma := make([]float64, len(m.cols))
	if m.fr.ones >= 0 { // always the first of cols, scaled to 1
		gamma[0] = num.Logit(m.events / m.total)
	}
	return gamma
}

// maximise climbs from gamma.
func (m *logit) maximise(gamma []float64) *ascent { return m.ascend(m.at(gamma)) }

// ascend climbs from p.
func (m *logit) ascend(p point) *ascent {
	a := &ascent{point: p}
	for a.iterations < maxIterations {
		step, ok := a.newton()
		if !ok {
			break
		}
		if m.large() && a.almostThere(step, m.total) && m.confirm(a) {
			a.gamma = slices.Clone(a.gamma)
			floats.Add(a.gamma, step)
			a.iterations++
			return a
		}
		next, taken, ok := m.climb(a.point, step)
		if !ok {
			break
		}
		before := a.point
		a.point = next
		a.iterations++
		if a.settled(before, taken, m.total) && m.confirm(a) {
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
func (p *point) almostThere(step []float64, total float64) bool {
	return floats.Norm(p.score, math.Inf(1)) <= scoreLimit*total &&
		floats.Dot(p.score, step) <= devianceLimit*(math.Abs(p.loglik)+0.1) &&
		floats.Norm(step, math.Inf(1)) <= lastStep*(1+floats.Norm(p.gamma, math.Inf(1)))
}

// climb takes the step, halved until the log-likelihood does not fall (Marschner 2011, The R
// Journal 3(2):12–15). It returns the size of the step taken.
func (m *logit) climb(p point, step []float64) (next point, size float64, ok bool) {
	share := 1.0
	for range maxHalvings {
		gamma := append([]float64(nil), p.gamma...)
		floats.AddScaled(gamma, share, step)
		next = m.at(gamma)
		if next.loglik >= p.loglik-slack*(1+math.Abs(p.loglik)) && allFinite(next.score) {
			return next, share * floats.Norm(step, math.Inf(1)), true
		}
		share /= 2
	}
	return p, 0, false
}

// settled reports whether the first three criteria hold.
func (a *ascent) settled(before point, step, total float64) bool {
	change := math.Abs(a.loglik-before.loglik) / (math.Abs(a.loglik) + 0.1) // + 0.1 as in R's glm: deviances near 0
	return floats.Norm(a.score, math.Inf(1)) <= scoreLimit*total &&
		change <= devianceLimit &&
		step <= stepLimit*(1+floats.Norm(a.gamma, math.Inf(1)))
}

// confirm reports whether the log-likelihood has a maximum, and that near: the fourth
// criterion. It sets a.bread and a.converged.
//
// Along any direction v let g(t) be minus the log-likelihood at γ + tv. For the logistic
// |g‴| ≤ R_v g″ with R_v = maxᵢ |zᵢ'v|, so that g′(∞) ≥ g′(0) + g″(0)/R_v. With H the information
// and ν² = s'H⁻¹s the squared Newton decrement, |g′(0)| ≤ ν √g″(0); and R_v² ≤ g″(0)·maxᵢ zᵢ'H⁻¹zᵢ.
// Hence if
//
//	ν² · maxᵢ zᵢ'H⁻¹zᵢ < 1
//
// every direction rises in the end, and a maximum exists (Bach 2010, Electronic J. Statistics
// 4:384–414, proposition 2, where the limit is ¼ and the Newton iteration converges). The
// maximum is bounded by maxᵢ ‖zᵢ‖² · tr H⁻¹. When classes are separated there is a direction that
// never rises, so no γ can pass.
func (m *logit) confirm(a *ascent) bool {
	var chol mat.Cholesky
	if !chol.Factorize(a.info) {
		return false
	}
	inv := mat.NewSymDense(len(m.cols), nil)
	if err := chol.InverseTo(inv); err != nil && !allFinite(inv.RawSymmetric().Data) {
		return false
	}
	s := mat.NewVecDense(len(a.score), a.score)
	if !(mat.Inner(s, inv, s)*m.longest*mat.Trace(inv) <= 0.25) {
		return false
	}
	a.bread, a.converged = inv, true
	return true
}

func allFinite(values []float64) bool {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}
