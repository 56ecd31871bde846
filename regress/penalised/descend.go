package penalised

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// solver goes down a path: each λ begins where the last one ended.
type solver struct {
	*model
	alpha  float64
	gamma  []float64
	here   point      // the likelihood at gamma
	near   *quadratic // its second-order model there, or at an earlier point
	exact  bool       // near is of this point (of any, for the gaussian)
	scale  float64    // of gradients: the largest null score
	limit  float64    // of violations, as a share of it
	passes int
}

// Limits of one λ. Conditions are exact to the same share for every column, those that were never entered included.
const (
	kktLimit  = 1e-10 // largest violation, as a share of the scale, where the options say nothing
	mostSteps = 100
	halvings  = 30
	slack     = 1e-13 // relative growth of the objective that is rounding
	// stalled is the share of the violation up to which a step with an old second-order model was worth its pass.
	stalled = 0.2
)

// penalty of coordinate a at λ: of its size, and of its square.
func (s *solver) penalty(a int, lambda float64) (lasso, ridge float64) {
	switch {
	case s.factor[a] == 0:
		return 0, 0
	case math.IsInf(lambda, 1):
		return lambda, 0
	}
	return lambda * s.alpha * s.factor[a], lambda * (1 - s.alpha) * s.factor[a]
}

// objective is what is minimised.
func (s *solver) objective(gamma []float64, loglik, lambda float64) float64 {
	sum := -loglik
	for a, g := range gamma {
		if g != 0 {
			lasso, ridge := s.penalty(a, lambda)
			sum += lasso*math.Abs(g) + ridge*g*g/2
		}
	}
	return sum
}

// violation is how far coordinate a is from optimal (Karush-Kuhn-Tucker): with s its score,
//
//	|s − λ(1−α)v γ − λαv sign γ| where γ ≠ 0,   max(|s| − λαv, 0) where γ = 0.
func (s *solver) violation(a int, lambda float64) float64 {
	lasso, ridge := s.penalty(a, lambda)
	g, score := s.gamma[a], s.here.score[a]
	if g != 0 {
		return math.Abs(score - ridge*g - math.Copysign(lasso, g))
	}
	return max(math.Abs(score)-lasso, 0)
}

// worst is the largest violation, as a share of the scale, and the coordinates that violate outside the set of near.
func (s *solver) worst(lambda float64) (worst float64, outside []int) {
	for a := range s.gamma {
		v := s.violation(a, lambda) / s.scale
		worst = max(worst, v)
		if v > s.limit && !s.covered(a) {
			outside = append(outside, a)
		}
	}
	return worst, outside
}

// strong lists the coordinates with a coefficient, those without penalty, and those that the sequential strong rule
// does not discard, |scoreⱼ| ≥ α vⱼ (2λ − λ_before) (Tibshirani et al. 2012, J. Royal Statistical Society B 74:245–266,
// eq. 15). What it discards wrongly the conditions find.
func (s *solver) strong(lambda, before float64) (set []int) {
	for a, g := range s.gamma {
		if g != 0 || s.factor[a] == 0 || math.Abs(s.here.score[a]) >= s.alpha*s.factor[a]*(2*lambda-before) {
			set = append(set, a)
		}
	}
	return set
}

// descend minimises at λ from the coefficients at λ before (Inf for both: those without penalty alone): steps of
// proximal Newton (Lee, Sun & Saunders 2014, SIAM J. Optimization 24:1420–1443), whose second-order model is made anew
// when it has become too old to be worth a pass. It returns the violation that is left, and whether that is
// small enough.
func (s *solver) descend(lambda, before float64) (float64, bool) {
	s.cover(s.strong(lambda, before))
	last := math.Inf(1)
	for range mostSteps {
		worst, outside := s.worst(lambda)
		switch {
		case worst <= s.limit:
			return worst, true
		case len(outside) > 0:
			s.cover(append(s.strong(lambda, before), outside...))
		case !s.exact && worst > stalled*last:
			s.refresh(s.near.set)
		}
		last = worst
		if !s.step(lambda) {
			if s.exact {
				return worst, false
			}
			s.refresh(s.near.set)
			last = math.Inf(1)
		}
	}
	worst, _ := s.worst(lambda)
	return worst, worst <= s.limit
}

// covered reports whether the second-order model has coordinate a.
func (s *solver) covered(a int) bool {
	if s.near == nil {
		return false
	}
	_, found := slices.BinarySearch(s.near.set, a)
	return found
}

// cover makes a second-order model of set, unless the present one covers it and little else.
func (s *solver) cover(set []int) {
	slices.Sort(set)
	set = slices.Compact(set)
	if s.near != nil && len(s.near.set) <= 2*len(set)+16 {
		if !slices.ContainsFunc(set, func(a int) bool { return !s.covered(a) }) {
			return
		}
		set = append(set, s.near.set...)
		slices.Sort(set)
		set = slices.Compact(set)
	}
	s.refresh(set)
}

// refresh makes the second-order model of set at gamma.
func (s *solver) refresh(set []int) {
	s.here = s.at(s.gamma, set)
	s.passes++
	s.near, s.exact = &quadratic{set, s.here.info}, true
}

// step goes to the minimum of the second-order model, or part of the way: as far as the objective does not grow.
// It reports false, and does not move, where it would.
func (s *solver) step(lambda float64) bool {
	p := &problem{quadratic: s.near, tolerance: descentLimit * s.scale}
	for _, a := range s.near.set {
		lasso, ridge := s.penalty(a, lambda)
		p.b, p.rest = append(p.b, s.gamma[a]), append(p.rest, s.here.score[a])
		p.lasso, p.ridge = append(p.lasso, lasso), append(p.ridge, ridge)
	}
	p.minimise()
	move := make([]float64, len(s.gamma))
	for i, a := range s.near.set {
		move[a] = p.b[i] - s.gamma[a]
	}
	before := s.objective(s.gamma, s.here.loglik, lambda)
	share := 1.0
	for range halvings {
		next := slices.Clone(s.gamma)
		floats.AddScaled(next, share, move)
		for i, a := range s.near.set {
			if share == 1 {
				next[a] = p.b[i]
			}
		}
		there := s.at(next, nil)
		s.passes++
		if s.objective(next, there.loglik, lambda) <= before+slack*(1+math.Abs(before)) {
			s.gamma, s.here = next, there
			s.exact = s.products != nil
			return true
		}
		if !s.exact {
			return false
		}
		share /= 2
	}
	return false
}
