package attrition

import "math"

// expected of a customer alive at T. With p ~ Beta(a, b′), b′ = b + n, and λ ~ Gamma(R, α′), α′ = α + T, the mean is
//
//	(a+b′−1)/(a−1) · [1 − (1−z)^R ₂F₁(R, b′; a+b′−1; z)],   z = t/(α′+t)
//
// (Fader, Hardie & Lee 2005, eq. 10; Batislam, Denizel & Filiztekin 2007, eq. 7). By Euler's transformation the power is (1−z)^(a−1) and the function
// ₂F₁(A, a−1; c; z) = 1 + (a−1)G with c = a+b′−1, A = c−R, so that
//
//	c · [F₁ − F₂ G],   F₁ = −expm1((a−1)L)/(a−1),  F₂ = exp((a−1)L),  L = log(1−z),
//
// which is no 0/0 at a = 1. For regular timing, given the ticks since the last purchase, and where the series costs digits (c ≤ 0: no repeat and a + b < 1; A far below 0: its terms
// alternate; a in the hundreds), the mean is the sum of P(Y ≥ j).
func (l *bg) expected(_ *work, p *[most]float64, x, last, end, t float64) slope {
	if t == 0 {
		return slope{v: math.Inf(-1)}
	}
	return l.mixed(p, x, last, end, func(s int) slope { return l.expectedFrom(p, x, s, end, t) })
}

// expectedFrom is that given s ticks since the last purchase, t > 0.
func (l *bg) expectedFrom(p *[most]float64, x float64, s int, end, t float64) slope {
	a, b := p[bgA], p[bgB]+l.occasions(x)
	c := a + b - 1
	if c < 0.05 || l.bySum(p) {
		ticks := l.ticksAhead(p, x, s, end, t)
		return byDifferences(p, func(q *[most]float64) float64 {
			if q[bgR] == p[bgR] && q[bgAlpha] == p[bgAlpha] {
				return math.Log(l.meanOf(&ticks, q, x, s))
			}
			return math.Log(l.meanBySum(q, x, s, end, t))
		})
	}
	whole, alpha := p[bgR]+x, p[bgAlpha]+end
	z, log := t/(alpha+t), -math.Log1p(t/alpha)
	e := a - 1
	f2 := math.Exp(e * log)
	f1, f1e := powerMean(e, log)
	g, by := meanSeries(c-whole, a, c, z)
	bracket := f1 - f2*g
	mean := c * bracket
	dz, dl := -t/((alpha+t)*(alpha+t)), t/(alpha*(alpha+t))
	out := slope{v: math.Log(mean)}
	out.g[bgR] = c * f2 * by[0]
	out.g[bgAlpha] = c * (-f2*dl - e*f2*dl*g - f2*by[3]*dz)
	out.g[bgA] = bracket + c*(f1e-log*f2*g-f2*(by[0]+by[1]+by[2]))
	out.g[bgB] = bracket - c*f2*(by[0]+by[2])
	for i := range out.g {
		out.g[i] /= mean
	}
	return out
}

// mixed is the mean, over the ticks s since the last purchase of a customer alive at T, of what is so given s: log Σ w_s exp(v_s) − log Σ w_s,
//
//	w_s = (R)_s/s! ((T−tx)/(α+T))^s,   ∂ log w_s/∂r = ψ(R+s) − ψ(R),   ∂ log w_s/∂α = −s/(α+T).
func (l *bg) mixed(p *[most]float64, x, last, end float64, given func(s int) slope) slope {
	first := given(0)
	if l.k == 1 {
		return first
	}
	whole, at1 := p[bgR]+float64(l.k)*x, p[bgAlpha]+end
	sum, known := 1.0, 1.0
	out := slope{g: first.g}
	var byR, byAlpha float64 // of Σ w_s
	weight, digamma := 1.0, 0.0
	for s := 1; s < l.k; s++ {
		before := float64(s - 1)
		if weight *= (whole + before) * (end - last) / at1 / float64(s); weight == 0 { // just bought
			break
		}
		digamma += 1 / (whole + before)
		fewer := -float64(s) / at1
		known += weight
		byR += weight * digamma
		byAlpha += weight * fewer
		one := given(s)
		f := weight * math.Exp(one.v-first.v)
		sum += f
		out.g[bgR] += f * (one.g[bgR] + digamma)
		out.g[bgAlpha] += f * (one.g[bgAlpha] + fewer)
		out.g[bgA] += f * one.g[bgA]
		out.g[bgB] += f * one.g[bgB]
	}
	for i := range out.g {
		out.g[i] /= sum
	}
	out.g[bgR] -= byR / known
	out.g[bgAlpha] -= byAlpha / known
	out.v = first.v + math.Log(sum/known)
	return out
}

// How far below 0 the series bears A, its terms being then up to 2^−A = 10⁶ times their sum, and how large an a.
const (
	alternating = 20
	steadyA     = 100
)

// bySum says whether means are sums, which take longer the more purchases there are.
func (l *bg) bySum(p *[most]float64) bool {
	return l.k > 1 || p[bgA]+p[bgB]+l.occasions(0)-1-p[bgR] < -alternating || p[bgA] > steadyA
}

// powerMean is F = −expm1(eL)/e, which tends to −L, and its derivative by e.
func powerMean(e, log float64) (f, by float64) {
	if y := e * log; math.Abs(y) < 1e-3 {
		return -log * (1 + y/2*(1+y/3*(1+y/4))), -log * log * (0.5 + y/3 + y*y/8 + y*y*y/30)
	}
	f = -math.Expm1(e*log) / e
	return f, (-log*math.Exp(e*log) - f) / e
}

// meanSeries is G = Σ_{n≥1} (A)_n (a)_{n−1} / ((c)_n n!) zⁿ and its derivatives by A, a, c and z. NaN where 10⁵ terms are not enough.
func meanSeries(up, a, c, z float64) (sum float64, by [4]float64) {
	const (
		longest = 100_000
		small   = 1e-16
	)
	term := up / c * z
	du, da, dc := z/c, 0.0, -term/c
	for n := 1.0; n < longest; n++ {
		sum += term
		by[0] += du
		by[1] += da
		by[2] += dc
		by[3] += n * term
		down := 1 / (c + n)
		f := z * down / (n + 1)
		ratio := (up + n) * (a + n - 1) * f
		du, da, dc = ratio*du+term*(a+n-1)*f, ratio*da+term*(up+n)*f, ratio*(dc-term*down)
		term *= ratio
		if size := math.Abs(term) + math.Abs(du) + math.Abs(da) + math.Abs(dc); n*size <= small*(1-math.Abs(ratio))*(math.Abs(sum)+math.Abs(by[0])) {
			by[3] /= z
			return sum, by
		}
	}
	nan := math.NaN()
	return nan, [4]float64{nan, nan, nan, nan}
}

// byDifferences is f with derivatives by central differences in logarithms, for what has no short derivative: to about 1e-8.
func byDifferences(p *[most]float64, f func(p *[most]float64) float64) slope {
	const h = 1e-4
	out := slope{v: f(p)}
	for i := range most {
		up, down := *p, *p
		up[i], down[i] = p[i]*math.Exp(h), p[i]*math.Exp(-h)
		out.g[i] = (f(&up) - f(&down)) / (2 * h * p[i])
	}
	return out
}
