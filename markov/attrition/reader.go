package attrition

import "math"

// Reader says what a fit without covariates expects of customer after customer, from here on for a horizon: values alone, which cost a tenth of those with
// intervals (see Fit). For any number of goroutines. It knows customers whom the model knows; of others it says anything.
type Reader struct {
	f                     *Fit
	p                     [most]float64
	horizon, rate         float64
	given, stayed, future *table // nil where a formula is as quick
	tails                 tails  // of Pareto/NBD
}

// Reader is for customers observed for at most longest, a horizon, and a discount rate as of Residual; 0 where no residual is asked for. Nil for a refused fit,
// bg/bb, NBD and one with covariates.
func (f *Fit) Reader(longest, horizon, rate float64) *Reader {
	if !f.Certificate.Certified() || f.Model == BGBB || f.Model == NBD || len(f.effects) > 0 {
		return nil
	}
	r := &Reader{f: f, horizon: horizon, rate: rate}
	copy(r.p[:], f.Params)
	if l, ok := f.law.(*bg); ok {
		if l.bySum(&r.p) {
			r.given = newTable(l, &r.p, longest, &manyTimes, func(_ *work, x, end float64, s int) float64 { return l.meanBySum(&r.p, x, s, end, horizon) })
		}
		if l.k > 1 {
			stays := r.p
			stays[bgA] = 0
			r.stayed = newTable(l, &r.p, longest, &manyTimes, func(_ *work, x, end float64, s int) float64 { return l.meanBySum(&stays, x, s, end, horizon) })
		}
		if rate > 0 {
			r.future = newTable(l, &r.p, longest, &fewTimes, func(w *work, x, end float64, s int) float64 {
				return math.Exp(l.residualFrom(w, &r.p, x, s, end, rate).v)
			})
		}
	}
	if f.Model == ParetoNBD && rate > 0 {
		r.tails.of(r.p[parS]).cover(math.Log(rate*r.p[parBeta]), math.Log(rate*(r.p[parBeta]+longest)))
	}
	return r
}

// Alive is as Fit.Alive.
func (r *Reader) Alive(c Customer) float64 { return 1 - r.gone(c) }

// gone is P(dead).
func (r *Reader) gone(c Customer) float64 {
	var s split
	switch l := r.f.law.(type) {
	case *bg:
		if n := l.occasions(c.X); n >= 1 {
			whole := r.p[bgR] + float64(l.k)*c.X
			s.odds.v = math.Log(r.p[bgA]/(r.p[bgB]+n-1)) + whole*math.Log1p((c.T-c.Last)/(r.p[bgAlpha]+c.Last)) - l.logTicks(&r.p, c, 0)
			return s.gone()
		}
	case pareto:
		var w work
		l.split(&w, &r.p, c.X, c.Last, c.T, false, &s)
		return s.gone()
	}
	return 0
}

// logTicks is log S of the likelihood (see bg) of somebody silent for t longer.
func (l *bg) logTicks(p *[most]float64, c Customer, t float64) float64 {
	if l.k == 1 {
		return 0
	}
	whole, y := p[bgR]+float64(l.k)*c.X, (c.T+t-c.Last)/(p[bgAlpha]+c.T+t)
	sum, term := 1.0, 1.0
	for j := 1; j < l.k; j++ {
		term *= (whole + float64(j-1)) * y / float64(j)
		sum += term
	}
	return math.Log(sum)
}

// Silent is as Fit.Silent, for the horizon.
func (r *Reader) Silent(c Customer) float64 {
	switch l := r.f.law.(type) {
	case *bg:
		dead := r.gone(c)
		return dead + (1-dead)*r.Quiet(c) // who is alive leaves with a purchase
	case pareto:
		var w work
		var now, later split
		l.split(&w, &r.p, c.X, c.Last, c.T, false, &now)
		l.split(&w, &r.p, c.X, c.Last, c.T+r.horizon, false, &later)
		return min(math.Exp(later.logLik()-now.logLik()), 1)
	}
	return math.NaN()
}

// Quiet is Silent of a customer who is alive at T and cannot leave before the next purchase.
func (r *Reader) Quiet(c Customer) float64 {
	if l, ok := r.f.law.(*bg); ok {
		whole := r.p[bgR] + float64(l.k)*c.X
		return math.Exp(l.logTicks(&r.p, c, r.horizon) - l.logTicks(&r.p, c, 0) - whole*math.Log1p(r.horizon/(r.p[bgAlpha]+c.T)))
	}
	return math.Exp(-(r.p[parR] + c.X) * math.Log1p(r.horizon/(r.p[parAlpha]+c.T)))
}

// Given is the mean number of purchases within the horizon of a customer alive at T.
func (r *Reader) Given(c Customer) float64 {
	if r.given != nil {
		return r.given.at(c)
	}
	switch l := r.f.law.(type) {
	case *bg:
		v := math.Exp(l.expectedFrom(&r.p, c.X, 0, c.T, r.horizon).v)
		if math.IsNaN(v) { // a series without end: of those who buy so much the loss is small beside it
			v = r.Stayed(c)
		}
		return v
	case pareto:
		return math.Exp(l.expected(nil, &r.p, c.X, c.Last, c.T, r.horizon).v)
	}
	return math.NaN()
}

// Stayed is Given of a customer who cannot leave from T on: λ of who is alive is Gamma(r + kx, α + T) (Pareto/NBD: k = 1), so that Poisson purchases
// are (r + x)/(α + T) a unit of time. Of Erlang ones the same by k ticks each, beside the ticks since the last.
func (r *Reader) Stayed(c Customer) float64 {
	if r.stayed != nil {
		return r.stayed.at(c)
	}
	return (r.p[0] + c.X) / (r.p[1] + c.T) * r.horizon
}

// Residual is the mean of the discounted number of all purchases to come of a customer alive at T: times Alive it is that of Fit.Residual.
func (r *Reader) Residual(c Customer) float64 {
	switch r.f.law.(type) {
	case *bg:
		return r.future.at(c)
	case pareto:
		return (r.p[parR] + c.X) / ((r.p[parAlpha] + c.T) * r.rate) * r.tails.look(math.Log(r.rate*(r.p[parBeta]+c.T)))
	}
	return math.NaN()
}
