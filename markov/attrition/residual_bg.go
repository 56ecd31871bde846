package attrition

import "math"

// residual is the mean, over what is known of λ and p, of the discounted purchases to come of a customer who is alive: with s ticks since the last purchase
// the next needs k − s more and every other k, a tick being discounted by Q = λ/(λ+δ), and the j-th is made by who did not leave after the j − 1 before it,
//
//	Σ_{j≥1} Q^(kj−s) (1−p)^(j−1) = Q^(k−s) / (1 − (1−p) Q^k),
//
// which of k = 1 is λ/(δ+λp). Given alive, λ has the density λ^(R−1) e^(−α′λ) Σ_{s<k} (λ(T−tx))^s/s!, R = r+kx, α′ = α+T, and p is Beta(a, b+n). Both means are
// trapezoidal sums, over log λ and the logit of p, where integrands are analytic in a strip of π/2 and more, so that they are exact but for rounding
// (Trefethen & Weideman 2014, SIAM Review 56:385–458); tails that fall as powers only are geometric series.
func (l *bg) residual(w *work, p *[most]float64, x, last, end, rate float64) slope {
	if !(rate > 0) {
		return undefined()
	}
	whole, a1, silent, k := p[bgR]+float64(l.k)*x, p[bgAlpha]+end, end-last, float64(l.k)
	h := fineness(whole)
	stays := w.stays.of(p, x, rate, p[bgA], p[bgB]+l.occasions(x))
	var known, future struct{ sum, log, rate float64 } // of the density, and of it times purchases to come: sums, of log λ, of λ
	var byA, byB float64
	centre := math.Log(whole / a1)
	first := int(math.Round(centre / h))
	nothing := math.Log(negligible / max(a1, 1/rate)) // the log of a λ that is as good as 0
	add := func(i int) (more bool) {
		at := float64(i) * h
		v, lambda := at-centre, math.Exp(at)
		density := math.Exp(-whole * (math.Expm1(v) - v))
		tick := -math.Log1p(rate / lambda) // log Q
		stage, stages, next := 1.0, 0.0, 0.0
		for s := 0.0; s < k; s++ {
			stages += stage
			next += stage * math.Exp((k-s)*tick)
			stage *= lambda * silent / (s + 1)
		}
		mean := stays.at(i, k*tick)
		f := density * next * mean.v
		known.sum += density * stages
		known.log += density * stages * at
		known.rate += density * stages * lambda
		future.sum += f
		future.log += f * at
		future.rate += f * lambda
		byA += f * mean.byA
		byB += f * mean.byB
		return density*stages > negligible*known.sum || f > negligible*future.sum
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

// fineness is the step of a trapezoidal sum over the logarithm of a Gamma variable, or the logit of a Beta one, of so much information: small beside π/2
// and its standard deviation.
func fineness(information float64) float64 { return min(0.25, 0.7/math.Sqrt(information)) }

// geometric is Σ_{j≥1} e^(−cjh), and Σ_{j≥1} jh e^(−cjh).
func geometric(c, h float64) (sum, far float64) {
	up := math.Expm1(c * h)
	return 1 / up, h * (1 + up) / (up * up)
}

// stay is E 1/(1 − (1−p) Q^k) over p ~ Beta(a, b), and the derivatives of its logarithm.
type stay struct{ v, byA, byB float64 }

// stays are those of customers of one count, by place on the grid of log λ.
type stays struct {
	p          [most]float64
	x, rate    float64
	a, b       float64
	step, turn float64 // of the grid of logit p; the mode
	known      map[int]stay
}

func (s *stays) of(p *[most]float64, x, rate, a, b float64) *stays {
	if s.known == nil || s.p != *p || s.x != x || s.rate != rate {
		*s = stays{*p, x, rate, a, b, fineness(a * b / (a + b)), math.Log(a / b), map[int]stay{}}
	}
	return s
}

// at is that of place i; log is the logarithm of Q^k.
func (s *stays) at(i int, log float64) stay {
	if v, found := s.known[i]; found {
		return v
	}
	v := s.mean(log)
	s.known[i] = v
	return v
}

// mean is a trapezoidal sum over u = logit p, of density e^(au) (1+e^u)^−(a+b).
func (s *stays) mean(log float64) stay {
	const far = 42.0 // from where on a power is all that is left
	lost, kept := -math.Expm1(log), math.Exp(log)
	left, right := math.Log(max(lost, 1e-300))-far, far
	level := func(u float64) float64 { return s.a*(u-s.turn) - (s.a+s.b)*(softplus(u)-softplus(s.turn)) }
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
	add := func(u float64) (more bool) {
		p, q := -softplus(-u), -softplus(u)
		weight, value := math.Exp(level(u)), 1/(lost+kept*math.Exp(p))
		put(weight, value, p, q)
		return weight > negligible*sum || weight*value > negligible*f
	}
	j := 0.0
	for ; s.turn+j*s.step < right && add(s.turn+j*s.step); j++ {
	}
	if u := s.turn + (j-1)*s.step; u+s.step >= right { // p is 1
		if none, beyond := geometric(s.b, s.step); none > 0 {
			put(math.Exp(level(u))*none, 1, 0, -u-beyond/none)
		}
	}
	j = -1
	for ; s.turn+j*s.step > left && add(s.turn+j*s.step); j-- {
	}
	if u := s.turn + (j+1)*s.step; u-s.step <= left { // p is 0
		if none, beyond := geometric(s.a, s.step); none > 0 {
			put(math.Exp(level(u))*none, 1/lost, u-beyond/none, 0)
		}
	}
	return stay{f / sum, fLogP/f - logP/sum, fLogQ/f - logQ/sum}
}

// softplus is log(1 + e^u).
func softplus(u float64) float64 { return max(u, 0) + math.Log1p(math.Exp(-math.Abs(u))) }
