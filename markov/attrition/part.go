package attrition

import "math"

// most is how many parameters a law has at most.
const most = 4

// triangle is the upper triangle of a symmetric matrix, by rows: at(0, 0), at(0, 1), …, at(1, 1), ….
type triangle [most * (most + 1) / 2]float64

// at is where entry i ≤ j of a triangle lies.
func at(i, j int) int { return i*most - i*(i-1)/2 + j - i }

// part is the logarithm of a factor of a likelihood with its derivatives by the parameters, not their logarithms.
type part struct {
	v float64
	g [most]float64
	h triangle
}

// split is the likelihood of a customer, cut at the question whether the customer is alive:
//
//	L = exp(base) · (1 + exp(odds)),   exp(base) = L and alive,   exp(odds) = P(dead)/P(alive).
//
// odds.v is −Inf where a customer must be alive.
type split struct{ base, odds part }

// gone is P(dead | purchases).
func (s *split) gone() float64 {
	if s.odds.v > 0 {
		return 1 / (1 + math.Exp(-s.odds.v))
	}
	e := math.Exp(s.odds.v)
	return e / (1 + e)
}

// logLik is log L.
func (s *split) logLik() float64 {
	if s.odds.v > 0 {
		return s.base.v + s.odds.v + math.Log1p(math.Exp(-s.odds.v))
	}
	return s.base.v + math.Log1p(math.Exp(s.odds.v))
}

// whole sets out to log L with its derivatives: with q = P(dead),
//
//	∇ = ∇base + q ∇odds,   ∇² = ∇²base + q ∇²odds + q(1−q) ∇odds ∇odds′.
func (s *split) whole(out *part) {
	out.v, out.g, out.h = s.logLik(), s.base.g, s.base.h
	q := s.gone()
	if q == 0 {
		return
	}
	spread := q * (1 - q)
	k := 0
	for i := range most {
		gi := s.odds.g[i]
		out.g[i] += q * gi
		gi *= spread
		for j := i; j < most; j++ {
			out.h[k] += q*s.odds.h[k] + gi*s.odds.g[j]
			k++
		}
	}
}

// inLogs turns derivatives by parameters into those by their logarithms: θᵢ∂ᵢ, and θᵢθⱼ∂ᵢⱼ + [i=j] θᵢ∂ᵢ.
func (p *part) inLogs(theta *[most]float64) {
	k := 0
	for i := range most {
		p.g[i] *= theta[i]
		for j := i; j < most; j++ {
			p.h[k] *= theta[i] * theta[j]
			if i == j {
				p.h[k] += p.g[i]
			}
			k++
		}
	}
}
