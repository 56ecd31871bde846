package regress

import (
	"fmt"
	"math"

	"mainstay/internal/num"
)

// Limits of the search for the ends of a profile interval.
const (
	profileLimit = 1e-9 // of the root of twice the fall of log L*, which is z at the end
	profileTries = 60
)

// profiles sets f.Profiles, to NaN at level 0. Those of slopes do not depend on where columns are centred; the intercept's does, so it
// gets a frame of its own in which it is a coordinate.
func (f *FirthFit) profiles(p *penal, m *glm, best *firthPoint) {
	nan := math.NaN()
	f.Profiles = make([]Profile, len(f.Names))
	for j := range f.Profiles {
		f.Profiles[j] = Profile{nan, nan, nan, nan}
	}
	if f.Level == 0 {
		return
	}
	z := num.ZLevel(f.Level)
	for a, j := range m.cols {
		q, at := p, best
		if a == p.constant && len(m.cols) > 1 {
			q, at = p.uncentred(m, best)
		}
		prof, ok := q.profile(at, a, z)
		if !ok {
			f.Certificate.Refuse(num.WarnNotConverged, fmt.Sprintf("the profile of the penalised likelihood of %q was not found at level %g: look for columns on extreme scales or almost determined by others", f.Names[j], f.Level))
			return
		}
		prof.Low, prof.High = prof.Low/m.fr.scale[j], prof.High/m.fr.scale[j]
		if prof.Low > prof.High { // a constant column below 0
			prof.Low, prof.High = prof.High, prof.Low
		}
		f.Profiles[j] = prof
	}
}

// uncentred is p and its maximum with columns scaled only, so that the constant column's coefficient is the intercept.
func (p *penal) uncentred(m *glm, best *firthPoint) (*penal, *firthPoint) {
	q := *p
	q.z = append([]float64(nil), p.z...)
	gamma := append([]float64(nil), best.gamma...)
	for a, j := range m.cols {
		if a == p.constant {
			continue
		}
		shift := m.fr.mean[j] / m.fr.scale[j]
		gamma[p.constant] -= shift * gamma[a]
		for i := range q.n {
			q.z[i*q.k+a] += shift
		}
	}
	return &q, q.at(gamma)
}

// profile finds where the profile of coefficient c falls by z²/2, on both sides, and tests that it is 0.
func (p *penal) profile(best *firthPoint, c int, z float64) (out Profile, ok bool) {
	if best.inverse == nil {
		return out, false
	}
	var okLow, okHigh bool
	out.Low, okLow = p.end(best, c, -z)
	out.High, okHigh = p.end(best, c, z)
	at := p.restricted(best, best, c, 0)
	out.ChiSquare = max(0, 2*(best.loglik-at.loglik))
	out.P = num.ChiSquareUpper(out.ChiSquare, 1)
	return out, okLow && okHigh && at.converged
}

// restricted maximises with coefficient c held at b, starting where the quadratic around best has its ridge, or at
// near, whichever is closer to b.
func (p *penal) restricted(best, near *firthPoint, c int, b float64) *firthPoint {
	var free []int
	gamma := append([]float64(nil), near.gamma...)
	for a := range p.k {
		if a == c {
			continue
		}
		free = append(free, a)
		if near.inverse != nil {
			gamma[a] += near.inverse.At(a, c) / near.inverse.At(c, c) * (b - near.gamma[c])
		}
	}
	gamma[c] = b
	at := p.maximise(gamma, free)
	if !at.converged && near != best {
		return p.restricted(best, best, c, b)
	}
	return at
}

// end solves r(b) = z for the signed root of the likelihood ratio
//
//	r(b) = sign(b − b̂) √(2(log L*(β̂) − max log L*(β | β_c = b))),   dr/db = −score*_c(b)/r(b),
//
// which is nearly straight, by Newton's method kept inside a bracket (cf. Venzon & Moolgavkar 1988, Applied
// Statistics 37:87–94). L* falls to 0 in both directions, so there is an end.
func (p *penal) end(best *firthPoint, c int, z float64) (float64, bool) {
	sign := math.Copysign(1, z)
	centre, width := best.gamma[c], math.Sqrt(best.inverse.At(c, c))
	inside, outside := 0.0, math.Inf(1) // distances from the centre
	at, d := best, math.Abs(z)*width
	for range profileTries {
		at = p.restricted(best, at, c, centre+sign*d)
		if !at.converged {
			return 0, false
		}
		r := math.Sqrt(max(0, 2*(best.loglik-at.loglik)))
		if math.Abs(r-math.Abs(z)) <= profileLimit || !math.IsInf(outside, 1) && outside-inside <= 1e-14*(outside+math.Abs(centre)) {
			return centre + sign*d, true
		}
		if r < math.Abs(z) {
			inside = d
		} else {
			outside = d
		}
		slope := -sign * at.score[c] / r
		next := d + (math.Abs(z)-r)/slope
		switch {
		case !(next > inside && next < outside) && math.IsInf(outside, 1), next > 4*d:
			next = 4 * d
		case !(next > inside && next < outside):
			next = (inside + outside) / 2
		}
		d = next
	}
	return 0, false
}
