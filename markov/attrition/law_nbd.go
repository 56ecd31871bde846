package attrition

import (
	"math"

	"mainstay/internal/num"
)

// nbd is the NBD: Poisson purchases with rate λ ~ Gamma(r, α), and nobody leaves. With R = r + x,
//
//	L = Γ(R)/Γ(r) · α^r / (α+T)^R,
//
// the edge of BG/NBD, MBG/NBD and Pareto/NBD where the chance, or the rate, of leaving is 0. Given x, λ is Gamma(R, α+T). Sources: Ehrenberg 1959, Applied
// Statistics 8:26–41; Schmittlein, Morrison & Colombo 1987, eq. 5.
type nbd struct{}

func (nbd) names() []string { return []string{"r", "alpha"} }

func (nbd) moves() [3]effect { return [3]effect{{bgAlpha, -1}, nothing, nothing} }

func (nbd) split(w *work, p *[most]float64, x, _, end float64, curved bool, s *split) {
	if w.fresh(p, x, curved) {
		c := &w.byCount
		c.v = num.LogRising(p[bgR], x) - x*math.Log(p[bgAlpha])
		c.g[bgR] = num.DigammaRise(p[bgR], x)
		if curved {
			c.h[at(0, 0)] = num.TrigammaRise(p[bgR], x)
		}
	}
	s.base, s.odds = w.byCount, part{v: math.Inf(-1)}
	base, r, alpha, a1 := &s.base, p[bgR], p[bgAlpha], p[bgAlpha]+end
	grown := math.Log1p(end / alpha)
	base.v -= (r + x) * grown
	base.g[bgR] -= grown
	base.g[bgAlpha] += r*end/(alpha*a1) - x/a1
	if curved {
		base.h[at(0, 1)] += end / (alpha * a1)
		base.h[at(1, 1)] += x/(a1*a1) - r*end*(alpha+a1)/(alpha*alpha*a1*a1)
	}
}

// expected is t·E λ = t(r+x)/(α+T).
func (nbd) expected(_ *work, p *[most]float64, x, _, end, t float64) slope {
	if t == 0 {
		return slope{v: math.Inf(-1)}
	}
	whole, a1 := p[bgR]+x, p[bgAlpha]+end
	return slope{v: math.Log(whole / a1 * t), g: [most]float64{1 / whole, -1 / a1}}
}

// residual is ∫ e^(−δu) E λ du = (r+x)/((α+T)δ).
func (n nbd) residual(w *work, p *[most]float64, x, last, end, rate float64) slope {
	if !(rate > 0) {
		return undefined()
	}
	return n.expected(w, p, x, last, end, 1/rate)
}

// counts is negative binomial.
func (nbd) counts(p *[most]float64, x, _, end, t float64, n int) []float64 {
	ticks := ticksUntil(p[bgR]+x, p[bgAlpha]+end, t)
	out := make([]float64, n+1)
	for j := range out {
		out[j] = ticks.at(j)
	}
	return out
}
