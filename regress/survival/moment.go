package survival

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// momentSums are S₀, S₁ of those at risk at a moment, and D₀, D₁ of those who die at it.
type momentSums struct {
	s, d []float64
	v    []float64 // room for a vector
}

func newMomentSums(k int) *momentSums {
	return &momentSums{make([]float64, 1+k), make([]float64, 1+k), make([]float64, k)}
}

// moment adds the terms of moment e.
func (s *sweep) moment(e int, at *momentSums, sum []float64, g *gram) {
	m := &s.w.moments[e]
	phi := 1.0
	if s.phi != nil {
		phi = s.phi[e]
	}
	if m.hi-m.lo > 1 && s.w.ties == Efron {
		s.deathSums(m, at)
		s.efron(e, phi, at, sum, g)
		return
	}
	s0, s1 := at.s[0], at.s[1:]
	h := phi * m.weight / s0
	s.hazard[e], s.squares[e] = h, h/s0
	sum[0] -= phi * m.weight * math.Log(s0)
	floats.AddScaled(sum[1:1+s.w.k], -h, s1)
	g.add(s1, h/s0)
	if s.detail != nil {
		s.detail.set(e, 1/s0, 0, h/s0, 0, 0, at)
	}
}

// deathSums sums over those who die at m.
func (s *sweep) deathSums(m *moment, at *momentSums) {
	clear(at.d)
	for _, p := range s.w.deaths[m.lo:m.hi] {
		r := s.risk[p]
		at.d[0] += r
		floats.AddScaled(at.d[1:], r, s.w.row(int(p)))
	}
}

// efron adds the terms of a moment with tied events. With den_l = S₀ − (l/d) D₀ the sums over l of
//
//	a₁ = 1/den,  b₁ = (l/d)/den,  a₂ = 1/den²,  b₂ = (l/d)/den²,  c₂ = (l/d)²/den²
//
// are all that is needed, so that d ties cost d divisions and not d matrices. The second product matrix Σ (S₁ − (l/d) D₁)(…)'/den² is
// a₂ uu' + (c₂ − b₂²/a₂) D₁D₁' with u = S₁ − (b₂/a₂) D₁.
func (s *sweep) efron(e int, phi float64, at *momentSums, sum []float64, g *gram) {
	m := &s.w.moments[e]
	d := int(m.hi - m.lo)
	share := phi * m.weight / float64(d)
	var logs, a1, b1, a2, b2, c2 float64
	for l := range d {
		f := float64(l) / float64(d)
		den := at.s[0] - f*at.d[0]
		inv := 1 / den
		logs += math.Log(den)
		a1 += inv
		b1 += f * inv
		a2 += inv * inv
		b2 += f * inv * inv
		c2 += f * f * inv * inv
	}
	s.hazard[e], s.own[e], s.squares[e] = share*a1, share*b1, share*a2
	sum[0] -= share * logs
	score := sum[1 : 1+s.w.k]
	floats.AddScaled(score, -share*a1, at.s[1:])
	floats.AddScaled(score, share*b1, at.d[1:])
	floats.AddScaledTo(at.v, at.s[1:], -b2/a2, at.d[1:])
	g.add(at.v, share*a2)
	g.add(at.d[1:], share*max(c2-b2*b2/a2, 0))
	if s.detail != nil {
		s.detail.set(e, a1/float64(d), b1/float64(d), share*a2, share*b2, share*c2, at)
	}
}
