package attrition

import (
	"math"

	"mainstay/internal/num"
)

// expected is E p · Σ_{i=1}^{t} E(1−q)^i with p ~ Beta(α+x, β+n−x) and q ~ Beta(γ, δ+n): Fader, Hardie & Shang 2010, eq. 13, as the sum that
// it is.
func (bgbb) expected(w *work, p *[most]float64, x, _, n, t float64) slope {
	if t != math.Trunc(t) || t > MostPeriods {
		return undefined()
	}
	return bbRate(p, x, n).times(w.periods[0].find(p, n, t, func() slope { return bbStays(p, n, t) }))
}

// bbStays is log Σ_{i=1}^{t} E(1−q)^i.
func bbStays(p *[most]float64, n, t float64) (out slope) {
	gamma, delta := p[bbGamma], p[bbDelta]+n
	stay, byGamma, byDelta := 1.0, 0.0, 0.0 // E(1−q)^i and the derivatives of its logarithm
	sum, sumGamma, sumDelta := 0.0, 0.0, 0.0
	for i := 0.0; i < t; i++ {
		all, left := 1/(gamma+delta+i), 1/(delta+i)
		stay *= (delta + i) * all
		byGamma -= all
		byDelta += left - all
		sum += stay
		sumGamma += stay * byGamma
		sumDelta += stay * byDelta
	}
	out.v = math.Log(sum)
	if sum > 0 {
		out.g[bbGamma], out.g[bbDelta] = sumGamma/sum, sumDelta/sum
	}
	return out
}

// bbRate is log E p.
func bbRate(p *[most]float64, x, n float64) slope {
	buy, all := p[bbAlpha]+x, p[bbAlpha]+p[bbBeta]+n
	return slope{v: math.Log(buy / all), g: [most]float64{1/buy - 1/all, -1 / all, 0, 0}}
}

// residual is E p · Σ_{i≥1} E(1−q)^i / (1+d)^i = E p · δ′/((γ+δ′)(1+d)) · ₂F₁(1, δ′+1; γ+δ′+1; 1/(1+d)), δ′ = δ+n: Fader, Hardie & Shang
// 2010, eq. 14. rate is d, per period.
func (bgbb) residual(w *work, p *[most]float64, x, _, n, rate float64) slope {
	if !(rate > 0) {
		return undefined()
	}
	return bbRate(p, x, n).times(w.periods[1].find(p, n, rate, func() slope { return bbLater(p, n, rate) }))
}

// bbLater is log Σ_{i≥1} E(1−q)^i / (1+d)^i.
func bbLater(p *[most]float64, n, rate float64) (out slope) {
	gamma, delta := p[bbGamma], p[bbDelta]+n
	all := gamma + delta
	f, by := num.Hypergeometric(1, delta+1, all+1, 1/(1+rate))
	out.v = math.Log(delta/(all*(1+rate))) + math.Log(f)
	out.g[bbGamma] = -1/all + by[2]/f
	out.g[bbDelta] = 1/delta - 1/all + (by[1]+by[2])/f
	return out
}

// counts: with Y purchases in t periods, left after m of them or alive (Fader, Hardie & Shang 2010, eq. 8, given what was bought before).
func (bgbb) counts(p *[most]float64, x, _, n, t float64, largest int) []float64 {
	out := make([]float64, largest+1)
	alpha, beta := p[bbAlpha]+x, p[bbBeta]+n-x
	gamma, delta := p[bbGamma], p[bbDelta]+n
	stay := 1.0
	for m := 0.0; m <= t; m++ {
		weight := stay * gamma / (gamma + delta + m) // left after m periods
		if m == t {
			weight = stay
		}
		stay *= (delta + m) / (gamma + delta + m)
		for j := 0; j <= largest && float64(j) <= m; j++ {
			k := float64(j)
			out[j] += weight * math.Exp(lgamma(m+1)-lgamma(k+1)-lgamma(m-k+1)+num.LogRising(alpha, k)+num.LogRising(beta, m-k)-num.LogRising(alpha+beta, m))
		}
	}
	return out
}
