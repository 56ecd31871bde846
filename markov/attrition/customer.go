package attrition

import (
	"math"

	"mainstay/internal/num"
)

// Estimate is a figure with its standard error and interval, from the uncertainty of the parameters (delta method). All are NaN where the
// figure is not defined; only the errors are where it is certain.
type Estimate = num.Estimate

var nothingKnown = Estimate{Value: math.NaN(), SE: math.NaN(), Low: math.NaN(), High: math.NaN()}

// teller answers questions about customers, one after the other; one for each thread.
type teller struct {
	f *Fit
	w work
	s split
	p [most]float64
	c Customer
	z float64   // half width of intervals in standard errors
	v []float64 // the covariance of the coordinates, row by row
	g []float64 // a gradient in coordinates

	values []float64 // of curves
	kept   []float64 // of P(alive), expected and residual of the customer at hand, each a value with its gradient; nil unless sums are asked for
}

func (f *Fit) teller(level float64) *teller {
	t := &teller{f: f, z: num.ZLevel(level)}
	if f.LogCov != nil {
		n := f.LogCov.SymmetricDim()
		t.g = make([]float64, n)
		for i := range n {
			for j := range n {
				t.v = append(t.v, f.LogCov.At(i, j))
			}
		}
	}
	return t
}

// known says whether the model knows such a customer.
func (f *Fit) known(c Customer) bool {
	return f.Certificate.Certified() && f.Model.takes(c.X, c.Last, c.T) &&
		len(c.Purchase) == f.groups[0] && len(c.Dropout) == f.groups[1] && len(c.Stay) == f.groups[2]
}

// see turns to a customer; false where nothing can be said.
func (t *teller) see(c Customer) bool {
	if !t.f.known(c) {
		return false
	}
	t.turn(c)
	return true
}

// turn is see of a customer who is known.
func (t *teller) turn(c Customer) {
	t.place(c)
	t.f.law.split(&t.w, &t.p, c.X, c.Last, c.T, false, &t.s)
}

// place finds the parameters of a customer.
func (t *teller) place(c Customer) {
	t.c = c
	copy(t.p[:], t.f.Params)
	j := 0
	for _, group := range [][]float64{c.Purchase, c.Dropout, c.Stay} {
		for _, v := range group {
			e := t.f.effects[j]
			t.p[e.parameter] *= math.Exp(e.sign * v * t.f.Coefficients[j])
			j++
		}
	}
}

// deviation is the standard error of a figure with gradient g by the parameters of the customer.
func (t *teller) deviation(g *[most]float64) float64 {
	n := len(t.f.Names)
	for i := range n {
		t.g[i] = g[i] * t.p[i]
	}
	j := 0
	for _, group := range [][]float64{t.c.Purchase, t.c.Dropout, t.c.Stay} {
		for _, v := range group {
			e := t.f.effects[j]
			t.g[n+j] = e.sign * v * t.g[e.parameter]
			j++
		}
	}
	return t.spread()
}

// spread is √(g′Vg) of the gradient at hand.
func (t *teller) spread() float64 {
	sum := 0.0
	for i, gi := range t.g {
		row := t.v[i*len(t.g) : (i+1)*len(t.g)]
		for k, gk := range t.g {
			sum += gi * gk * row[k]
		}
	}
	return math.Sqrt(max(0, sum))
}

// alive is P(alive), its interval on the logit scale.
func (t *teller) alive() Estimate {
	odds := &t.s.odds
	if math.IsInf(odds.v, -1) {
		return Estimate{Value: 1, SE: math.NaN(), Low: math.NaN(), High: math.NaN()}
	}
	p, se := num.Expit(-odds.v), t.deviation(&odds.g)
	return Estimate{Value: p, SE: p * (1 - p) * se, Low: num.Expit(-odds.v - t.z*se), High: num.Expit(-odds.v + t.z*se)}
}

// times is exp(v)·P(alive) with the interval on the log scale; v is the logarithm of a mean given alive.
func (t *teller) times(v slope) Estimate {
	switch {
	case math.IsNaN(v.v):
		return nothingKnown
	case math.IsInf(v.v, -1):
		return Estimate{Value: 0, SE: math.NaN(), Low: math.NaN(), High: math.NaN()}
	}
	log, g, dead := v.v, v.g, t.s.gone()
	if dead > 0 {
		if odds := t.s.odds.v; odds > 0 {
			log -= odds + math.Log1p(math.Exp(-odds))
		} else {
			log -= math.Log1p(math.Exp(odds))
		}
		for i := range g {
			g[i] -= dead * t.s.odds.g[i]
		}
	}
	se, mean := t.deviation(&g), math.Exp(log)
	return Estimate{Value: mean, SE: mean * se, Low: math.Exp(log - t.z*se), High: math.Exp(log + t.z*se)}
}

// Alive is P(alive at T | what was bought), with an interval of the given level on the logit scale. NaN for a refused fit and a
// customer that the model does not know.
func (f *Fit) Alive(c Customer, level float64) Estimate {
	t := f.teller(level)
	if !t.see(c) {
		return nothingKnown
	}
	return t.alive()
}

// Expected is the mean number of purchases in (T, T+horizon], given what was bought, with an interval on the log scale; bg/bb knows whole
// periods only. Of Customer{} it is that of somebody new, E X(horizon). NaN as Alive, and for a negative horizon.
func (f *Fit) Expected(c Customer, horizon, level float64) Estimate {
	t := f.teller(level)
	if !(horizon >= 0 && horizon <= longestTime) || !t.see(c) {
		return nothingKnown
	}
	return t.times(f.law.expected(&t.w, &t.p, c.X, c.Last, c.T, horizon))
}

// Residual is the mean of the discounted number of all purchases after T ("DERT"); rate is continuous per unit of time, log(1 + annual)/52 a week,
// and of bg/bb that of a period, d in 1/(1+d). NaN as Alive, and for a rate of 0 or less.
func (f *Fit) Residual(c Customer, rate, level float64) Estimate {
	t := f.teller(level)
	if !(rate > 0 && rate <= 1e3) || !t.see(c) {
		return nothingKnown
	}
	return t.times(f.law.residual(&t.w, &t.p, c.X, c.Last, c.T, rate))
}

// Distribution is P(Y = j), j = 0 … largest, of the number Y of purchases in (T, T+horizon], given what was bought; of Customer{} that of
// somebody new. Nil where Expected is NaN.
func (f *Fit) Distribution(c Customer, horizon float64, largest int) []float64 {
	t := f.teller(0.95)
	if !(horizon >= 0 && horizon <= longestTime) || largest < 0 || largest > MostPeriods || f.Model == BGBB && (horizon != math.Trunc(horizon) || horizon > MostPeriods) || !t.see(c) {
		return nil
	}
	out := f.law.counts(&t.p, c.X, c.Last, c.T, horizon, largest)
	dead := t.s.gone()
	for j := range out {
		out[j] *= 1 - dead
	}
	out[0] += dead
	return out
}
