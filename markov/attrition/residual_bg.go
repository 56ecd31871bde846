package attrition

import "math"

// residual has no closed form: it is δ ∫₀^∞ e^(−δu) E(u) du of the expected purchases E(u), by parts of Σ e^(−δ·time) over purchases, integrated over
// log(α+T+u) where E is smooth. Undefined where E(u) is a long sum: for regular timing, and where
// rates or chances hardly differ (see bySum).
func (l *bg) residual(w *work, p *[most]float64, x, end, rate float64) slope {
	if l.bySum(p) || !(rate > 0) {
		return undefined()
	}
	key := [3]float64{x, end, rate}
	if w.long.ready && w.long.key == key && w.long.p == *p {
		return w.long.value
	}
	const panels = 3
	alpha := p[bgAlpha] + end
	length := math.Log1p(steepest/(rate*alpha)) / panels
	var sum slope
	for panel := range panels {
		for i, node := range more.nodes {
			grown := math.Expm1(length * (float64(panel) + node))
			u := alpha * grown
			e := l.expected(w, p, x, 0, end, u)
			f := more.weights[i] * length * (alpha + u) * rate * math.Exp(-rate*u+e.v)
			sum.v += f
			for j := range sum.g {
				sum.g[j] += f * e.g[j]
			}
		}
	}
	for j := range sum.g {
		sum.g[j] /= sum.v
	}
	sum.v = math.Log(sum.v)
	w.long = long{true, key, *p, sum}
	return sum
}

// long is the last residual found, which depends on the count and the time observed only.
type long struct {
	ready bool
	key   [3]float64
	p     [most]float64
	value slope
}
