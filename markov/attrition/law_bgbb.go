package attrition

import (
	"math"

	"mainstay/internal/num"
)

// Parameters of BG/BB, in their order.
const (
	bbAlpha = iota
	bbBeta
	bbGamma
	bbDelta
)

// MostPeriods is the most periods of BG/BB: a customer costs one term for each since the last purchase.
const MostPeriods = 2000

// bgbb is BG/BB. With n periods, x of them with a purchase, the last being tx,
//
//	L = B(α+x, β+n−x)/B(α, β) · B(γ, δ+n)/B(γ, δ) + Σ_{m=tx}^{n−1} B(α+x, β+m−x)/B(α, β) · B(γ+1, δ+m)/B(γ, δ):
//
// alive after all n, or left after period m. Source: Fader, Hardie & Shang 2010, eq. 5.
type bgbb struct{}

func (bgbb) names() []string { return []string{"alpha", "beta", "gamma", "delta"} }

func (bgbb) moves() [3]effect { return [3]effect{nothing, nothing, nothing} }

func (bgbb) split(_ *work, p *[most]float64, x, last, n float64, curved bool, s *split) {
	alpha, beta, gamma, delta := p[0], p[1], p[2], p[3]
	base, odds := &s.base, &s.odds
	*base, *odds = part{}, part{v: math.Inf(-1)}
	miss := n - x
	base.v = num.LogRising(alpha, x) + num.LogRising(beta, miss) - num.LogRising(alpha+beta, n) + num.LogRising(delta, n) - num.LogRising(gamma+delta, n)
	buys, stays := num.DigammaRise(alpha+beta, n), num.DigammaRise(gamma+delta, n)
	base.g = [most]float64{num.DigammaRise(alpha, x) - buys, num.DigammaRise(beta, miss) - buys, -stays, num.DigammaRise(delta, n) - stays}
	if curved {
		buys, stays = num.TrigammaRise(alpha+beta, n), num.TrigammaRise(gamma+delta, n)
		base.h[at(0, 0)], base.h[at(0, 1)], base.h[at(1, 1)] = num.TrigammaRise(alpha, x)-buys, -buys, num.TrigammaRise(beta, miss)-buys
		base.h[at(2, 2)], base.h[at(2, 3)], base.h[at(3, 3)] = -stays, -stays, num.TrigammaRise(delta, n)-stays
	}
	if last < n {
		bbLeft(p, x, last, n, curved, odds)
	}
}

// bbLeft is the logarithm of the sum over m beside the term of those alive, from m = n−1 down, each term being the one before times
// (α+β+m)/(β+m−x) · (γ+δ+m+1)/(δ+m).
func bbLeft(p *[most]float64, x, last, n float64, curved bool, out *part) {
	alpha, beta, gamma, delta := p[0], p[1], p[2], p[3]
	one := part{v: math.Log(gamma)}
	one.g[bbGamma], one.h[at(2, 2)] = 1/gamma, -1/(gamma*gamma)
	var sum part
	total, high := 0.0, math.Inf(-1)
	for m := n - 1; m >= last; m-- {
		all, no, stay, left := 1/(alpha+beta+m), 1/(beta+m-x), 1/(gamma+delta+m+1), 1/(delta+m)
		if m == n-1 {
			stay = 0 // γ/(δ+n−1) is the first term of leaving
		}
		one.v += math.Log(no*left) - math.Log(all)
		if stay > 0 {
			one.v -= math.Log(stay)
		}
		one.g[0] += all
		one.g[1] += all - no
		one.g[2] += stay
		one.g[3] += stay - left
		one.h[at(0, 0)] -= all * all
		one.h[at(0, 1)] -= all * all
		one.h[at(1, 1)] += no*no - all*all
		one.h[at(2, 2)] -= stay * stay
		one.h[at(2, 3)] -= stay * stay
		one.h[at(3, 3)] += left*left - stay*stay
		if one.v > high {
			scale := math.Exp(high - one.v)
			high = one.v
			total *= scale
			for i := range sum.g {
				sum.g[i] *= scale
			}
			for i := range sum.h {
				sum.h[i] *= scale
			}
		}
		weight := math.Exp(one.v - high)
		total += weight
		for i := range sum.g {
			sum.g[i] += weight * one.g[i]
		}
		if curved {
			k := 0
			for i := range most {
				for j := i; j < most; j++ {
					sum.h[k] += weight * (one.h[k] + one.g[i]*one.g[j])
					k++
				}
			}
		}
	}
	out.v = high + math.Log(total)
	k := 0
	for i := range most {
		out.g[i] = sum.g[i] / total
	}
	for i := range most {
		for j := i; j < most; j++ {
			out.h[k] = sum.h[k]/total - out.g[i]*out.g[j]
			k++
		}
	}
}
