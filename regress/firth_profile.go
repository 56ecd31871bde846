package regress

import (
	"fmt"
	"math"
	"slices"

	"mainstay/internal/num"
)

// Limits of the search for the ends of a profile interval.
const (
	profileLimit = 1e-9 // of the root of twice the fall of log L*, which is z at the end
	profileTries = 60
)

// profiles are those of all coefficients, in γ's order, at level z, in the units of the columns of m; failed is the first of them that was not
// found whole, else −1. Those of slopes do not depend on where columns are centred; the intercepts' do, so they get a frame of their own in which
// they are coordinates.
func (p *penal) profiles(m *glm, best *firthPoint, z float64) (out []Profile, failed int) {
	q, at := p, best
	if p.constant >= 0 && p.k > 1 {
		q, at = p.uncentred(m, best)
	}
	out, ok := make([]Profile, p.slopes*len(m.cols)), make([]bool, p.slopes*len(m.cols))
	num.Blocks(len(out), 1, p.threads, func(_, i, _ int) {
		s, a := i/len(m.cols), i%len(m.cols)
		one, from := *p, best
		if a == p.constant {
			one, from = *q, at
		}
		one.threads = 1
		out[i], ok[i] = one.profile(from, s*p.k+a, z)
		scale := m.fr.scale[m.cols[a]]
		out[i].Low, out[i].High = out[i].Low/scale, out[i].High/scale
		if scale < 0 { // a constant column below 0
			out[i].Low, out[i].High = out[i].High, out[i].Low
		}
	})
	return out, slices.Index(ok, false)
}

// uncentred is p and its maximum with columns scaled only, so that the constant column's coefficients are the intercepts.
func (p *penal) uncentred(m *glm, best *firthPoint) (*penal, *firthPoint) {
	q := *p
	q.z = append([]float64(nil), p.z...)
	gamma := append([]float64(nil), best.gamma...)
	for a, j := range m.cols {
		if a == p.constant {
			continue
		}
		shift := m.fr.mean[j] / m.fr.scale[j]
		for s := range p.slopes {
			gamma[s*p.k+p.constant] -= shift * gamma[s*p.k+a]
		}
		for i := range q.n {
			q.z[i*q.k+a] += shift
		}
	}
	return &q, q.at(gamma)
}

// unfound says of which coefficient there is no profile.
func unfound(name string, level float64) string {
	return fmt.Sprintf("the profile of the penalised likelihood of %q was not found at level %g: look for columns on extreme scales or almost determined by others", name, level)
}

// null is the maximum with all coefficients at 0 but those of the constant column and of columns from so many on, of which there are so many for each category.
func (p *penal) null(best *firthPoint, columns int) (at *firthPoint, df int) {
	var free []int
	gamma := make([]float64, p.size())
	for i := range gamma {
		if a := i % p.k; a == p.constant || a >= columns {
			free = append(free, i)
			gamma[i] = best.gamma[i]
		} else {
			df++
		}
	}
	return p.maximise(gamma, free), df
}

// profile finds where the profile of coefficient c falls by z²/2, on both sides, and tests that it is 0; NaN for what was not found.
func (p *penal) profile(best *firthPoint, c int, z float64) (out Profile, ok bool) {
	out = noProfile
	if best.inverse == nil {
		return out, false
	}
	var okLow, okHigh bool
	if v, found := p.end(best, c, -z); found {
		out.Low, okLow = v, true
	}
	if v, found := p.end(best, c, z); found {
		out.High, okHigh = v, true
	}
	at := p.restricted(best, best, c, 0)
	if at.converged {
		out.ChiSquare = max(0, 2*(best.loglik-at.loglik))
		out.P = num.ChiSquareUpper(out.ChiSquare, 1)
	}
	return out, okLow && okHigh && at.converged
}

// restricted maximises with coefficient c held at b, starting where the quadratic around best has its ridge, or at
// near, whichever is closer to b.
func (p *penal) restricted(best, near *firthPoint, c int, b float64) *firthPoint {
	var free []int
	gamma := append([]float64(nil), near.gamma...)
	for a := range p.size() {
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
		if !at.converged { // too far for the digits there are: nearer
			outside, at = d, best
			d = (inside + outside) / 2
			continue
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
