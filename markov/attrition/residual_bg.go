package attrition

import "math"

// residual is the mean, over what is known of λ and p, of the discounted purchases to come of a customer who is alive: with s ticks since the last purchase
// the next needs k − s more and every other k, a tick being discounted by Q = λ/(λ+δ), and the j-th is made by who did not leave after the j − 1 before it,
//
//	Σ_{j≥1} Q^(kj−s) (1−p)^(j−1) = Q^(k−s) / (1 − (1−p) Q^k),
//
// which of k = 1 is λ/(δ+λp). Given s, λ is Gamma(R+s, α+T), R = r+kx, and p is Beta(a, b+n).
func (l *bg) residual(w *work, p *[most]float64, x, last, end, rate float64) slope {
	if !(rate > 0) {
		return undefined()
	}
	return l.mixed(p, x, last, end, func(s int) slope { return l.residualFrom(w, p, x, s, end, rate) })
}

// residualFrom is the residual given s ticks since the last purchase. Both means are
// trapezoidal sums, over log λ and the logit of p, where integrands are analytic in a strip of π/2 and more, so that they are exact but for rounding
// (Trefethen & Weideman 2014, SIAM Review 56:385–458); tails that fall as powers only are geometric series.
func (l *bg) residualFrom(w *work, p *[most]float64, x float64, s int, end, rate float64) slope {
	k := float64(l.k)
	whole, a1 := p[bgR]+k*x+float64(s), p[bgAlpha]+end
	h := fineness(p[bgR] + k*(x+1))
	stays := w.stays.of(p, x, rate, p[bgA], p[bgB]+l.occasions(x), l.k, h)
	var known, future struct{ sum, log, rate float64 } // of the density, and of it times purchases to come: sums, of log λ, of λ
	var byA, byB float64
	centre := math.Log(whole / a1)
	first := int(math.Round(centre / h))
	nothing := math.Log(negligible / max(a1, 1/rate)) // the log of a λ that is as good as 0
	add := func(i int) (more bool) {
		at := float64(i) * h
		v, mean := at-centre, stays.at(i)
		density := math.Exp(-whole * (math.Expm1(v) - v))
		next := mean.tick
		for range l.k - 1 - s {
			next *= mean.tick
		}
		f := density * next * mean.v
		known.sum += density
		known.log += density * at
		known.rate += density * mean.lambda
		future.sum += f
		future.log += f * at
		future.rate += f * mean.lambda
		byA += f * mean.byA
		byB += f * mean.byB
		return density > negligible*known.sum || f > negligible*future.sum
	}
	for i := first; add(i); i++ {
	}
	i := first - 1
	for ; float64(i)*h > nothing && add(i); i-- {
	}
	if at := float64(i+1) * h; at-h <= nothing {
		v := at - centre
		none, far := geometric(whole, h)
		level := math.Exp(-whole * (math.Expm1(v) - v))
		known.sum += level * none
		known.log += level * (none*at - far)
	}
	return slope{v: math.Log(future.sum / known.sum), g: [most]float64{future.log/future.sum - known.log/known.sum,
		known.rate/known.sum - future.rate/future.sum, byA / future.sum, byB / future.sum}}
}

// negligible is what a sum does not notice.
const negligible = 1e-18

// fineness is the step of a trapezoidal sum over the logarithm of a Gamma variable, or the logit of a Beta one, of so much information: small beside π/2 and its standard deviation.
func fineness(information float64) float64 { return min(coarsest, 0.7/math.Sqrt(information)) }

const coarsest = 0.25

// geometric is Σ_{j≥1} e^(−cjh), and Σ_{j≥1} jh e^(−cjh).
func geometric(c, h float64) (sum, far float64) {
	up := math.Expm1(c * h)
	return 1 / up, h * (1 + up) / (up * up)
}

// stay is E 1/(1 − (1−p) Q^k) over p ~ Beta(a, b), and the derivatives of its logarithm, at a λ with its Q.
type stay struct{ v, byA, byB, lambda, tick float64 }

// stays are those of customers of one count, by place on the grid of log λ; and the grid of u = logit p, of density e^(au) (1+e^u)^−(a+b), from its mode.
type stays struct {
	p             [most]float64
	x, rate       float64
	a, b          float64
	k             int
	fine          float64 // step of the grid of log λ
	base          int     // a place on it
	up, down      grid[stay]
	step, turn    float64 // of the grid of logit p; the mode
	toOne, toZero grid[chance]
}

// chance is a place on the grid of logit p: its weight, p, log p and log(1−p).
type chance struct{ weight, p, logP, logQ float64 }

// grid is the places 0, 1, 2 … that have been asked for.
type grid[T any] []T

func (s *stays) of(p *[most]float64, x, rate, a, b float64, k int, fine float64) *stays {
	if s.k != k || s.p != *p || s.x != x || s.rate != rate {
		*s = stays{p: *p, x: x, rate: rate, a: a, b: b, k: k, fine: fine, step: fineness(a * b / (a + b)), turn: math.Log(a / b),
			up: s.up[:0], down: s.down[:0], toOne: s.toOne[:0], toZero: s.toZero[:0]}
	}
	return s
}

// at is that of place i of the grid of log λ.
func (s *stays) at(i int) *stay {
	if len(s.up)+len(s.down) == 0 {
		s.base = i
	}
	side, n, way := &s.up, i-s.base, 1
	if n < 0 {
		side, n, way = &s.down, -n-1, -1
	}
	for len(*side) <= n {
		j := s.base + len(*side)
		if way < 0 {
			j = s.base - 1 - len(*side)
		}
		*side = append(*side, s.mean(math.Exp(float64(j)*s.fine)))
	}
	return &(*side)[n]
}

// chance is place j of the grid of logit p; those before it are known.
func (s *stays) chance(j int) *chance {
	side, n := &s.toOne, j
	if j < 0 {
		side, n = &s.toZero, -j-1
	}
	if len(*side) == n {
		u := s.turn + float64(j)*s.step
		p, q := -softplus(-u), -softplus(u)
		*side = append(*side, chance{math.Exp(s.a*(u-s.turn) + (s.a+s.b)*(q+softplus(s.turn))), math.Exp(p), p, q})
	}
	return &(*side)[n]
}

// mean is a trapezoidal sum over u.
func (s *stays) mean(lambda float64) stay {
	const far = 42.0                                   // from where on a power is all that is left
	round := -float64(s.k) * math.Log1p(s.rate/lambda) // log Q^k
	lost, kept := -math.Expm1(round), math.Exp(round)
	left, right := math.Log(max(lost, 1e-300))-far, far
	var sum, logP, logQ, f, fLogP, fLogQ float64
	put := func(weight, value, p, q float64) {
		sum += weight
		logP += weight * p
		logQ += weight * q
		weight *= value
		f += weight
		fLogP += weight * p
		fLogQ += weight * q
	}
	add := func(j int) (more bool) {
		c := s.chance(j)
		value := 1 / (lost + kept*c.p)
		put(c.weight, value, c.logP, c.logQ)
		return c.weight > negligible*sum || c.weight*value > negligible*f
	}
	at := func(j int) float64 { return s.turn + float64(j)*s.step }
	j := 0
	for ; at(j) < right && add(j); j++ {
	}
	if at(j) >= right && j > 0 { // p is 1
		if none, beyond := geometric(s.b, s.step); none > 0 {
			put(s.chance(j-1).weight*none, 1, 0, -at(j-1)-beyond/none)
		}
	}
	j = -1
	for ; at(j) > left && add(j); j-- {
	}
	if at(j) <= left { // p is 0
		if none, beyond := geometric(s.a, s.step); none > 0 {
			put(s.chance(min(j+1, 0)).weight*none, 1/lost, at(j+1)-beyond/none, 0)
		}
	}
	return stay{f / sum, fLogP/f - logP/sum, fLogQ/f - logQ/sum, lambda, lambda / (lambda + s.rate)}
}

// softplus is log(1 + e^u).
func softplus(u float64) float64 { return max(u, 0) + math.Log1p(math.Exp(-math.Abs(u))) }
