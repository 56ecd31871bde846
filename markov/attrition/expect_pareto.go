package attrition

import (
	"math"

	"mainstay/internal/num"
)

// expected is R/α′ · β′ · F(s−1, L) with α′ = α+T, β′ = β+T, L = −log(1 + t/β′): Schmittlein, Morrison & Colombo 1987, eq. 22, through
// powerMean, which is no 0/0 at s = 1.
func (pareto) expected(_ *work, p *[most]float64, x, _, end, t float64) slope {
	whole, a1, b1, s := p[parR]+x, p[parAlpha]+end, p[parBeta]+end, p[parS]
	log := -math.Log1p(t / b1)
	f, by := powerMean(s-1, log)
	out := slope{v: math.Log(whole*b1/a1) + math.Log(f)}
	if t == 0 {
		return slope{v: math.Inf(-1)}
	}
	slant := -math.Exp((s-1)*log) / f * t / (b1 * (b1 + t))
	out.g = [most]float64{1 / whole, -1 / a1, by / f, 1/b1 + slant}
	return out
}

// residual is the discounted expected residual transactions of Fader, Hardie & Lee 2005 (J. Marketing Research 42, eq. 2) given alive:
//
//	R/α′ · E[1/(μ+δ)] = R/α′ · β′ · J(s, δβ′),   J(s, z) = ∫₀^∞ e^(−zv) (1+v)^(−s) dv = Ψ(1, 2−s; z) = z^(s−1) Ψ(s, s; z),
//
// Ψ being Tricomi's function.
func (pareto) residual(w *work, p *[most]float64, x, _, end, rate float64) slope {
	whole, a1, b1, s := p[parR]+x, p[parAlpha]+end, p[parBeta]+end, p[parS]
	if !(rate > 0) {
		return undefined()
	}
	w.tail.find(s, rate*b1)
	j := &w.tail
	return slope{v: math.Log(whole * b1 / a1 * j.value), g: [most]float64{1 / whole, -1 / a1, j.byS / j.value, 1/b1 + rate*j.byZ/j.value}}
}

// residualOf is residual of many customers, who share s: R/(α′δ) · H(log δβ′), H as of tails.
func (pareto) residualOf(w *work, p *[most]float64, x, end, rate float64) slope {
	whole, a1, b1 := p[parR]+x, p[parAlpha]+end, p[parBeta]+end
	h, byS, byY := w.tails.of(p[parS]).at(math.Log(rate * b1))
	return slope{v: math.Log(whole / (a1 * rate) * h), g: [most]float64{1 / whole, -1 / a1, byS / h, byY / (h * b1)}}
}

// tail is J(s, z) with its derivatives, kept for the next customer with the same arguments.
type tail struct{ s, z, value, byS, byZ float64 }

// find integrates over w = log(1+v): exp(−z(e^w − 1) − (s−1)w) is smooth and, from some w on, falls doubly exponentially.
func (j *tail) find(s, z float64) {
	if j.s == s && j.z == z && j.value > 0 {
		return
	}
	*j = tail{s: s, z: z}
	end := math.Log1p(steepest / z)
	if s > 1 { // where the exponent is steepest, by Newton's method from above: it is convex
		end = min(end, steepest/(s-1))
		for range 6 {
			end -= (z*math.Expm1(end) + (s-1)*end - steepest) / (z*math.Exp(end) + s - 1)
		}
	}
	panels := 1.0
	if end > widestTail {
		panels = 2
	}
	nodes := &many
	for i := range tailRules {
		if end <= tailRules[i].length {
			nodes = &tailRules[i]
			break
		}
	}
	length := end / panels
	for panel := range int(panels) {
		for k, node := range nodes.nodes {
			w := length * (float64(panel) + node)
			v := math.Expm1(w)
			f := nodes.weights[k] * length * math.Exp(-z*v-(s-1)*w)
			j.value += f
			j.byS -= f * w
			j.byZ -= f * v
		}
	}
}

// Nodes by length, with errors of 1e-11 at most, and the length beyond which it is halved.
var tailRules = []rule{legendre(24, 6, 0), legendre(32, 9, 0)}

const widestTail = 13

// counts: j purchases in t and alive at the end, or death at u < t after j of them. The purchases until u are negative binomial. (Fader &
// Hardie 2005, note 009, eq. 41, given what was bought before; the integral is left as it is.)
func (pareto) counts(p *[most]float64, x, _, end, t float64, n int) []float64 {
	whole, a1, b1, s := p[parR]+x, p[parAlpha]+end, p[parBeta]+end, p[parS]
	out := make([]float64, n+1)
	if t == 0 {
		out[0] = 1
		return out
	}
	ways := make([]float64, n+1) // log (R)_j/j!
	for j := range ways {
		ways[j] = num.LogRising(whole, float64(j)) - lgamma(float64(j)+1)
	}
	add := func(u, weight float64) { // weight · P(N(u) = j)
		none, each := -whole*math.Log1p(u/a1), math.Log(u/(a1+u))
		for j := range out {
			out[j] += weight * math.Exp(ways[j]+none+float64(j)*each)
		}
	}
	add(t, math.Exp(-s*math.Log1p(t/b1)))
	const panels = 24
	c := min(a1, b1)
	length := math.Log1p(t/c) / panels
	for panel := range panels {
		for i, node := range more.nodes {
			u := c * math.Expm1(length*(float64(panel)+node))
			add(u, more.weights[i]*length*(c+u)*s/(b1+u)*math.Exp(-s*math.Log1p(u/b1)))
		}
	}
	return out
}
