package ctmc

import (
	"fmt"
	"math"

	"mainstay/internal/num"
)

// reason is why a fit has no numbers, in a code and in words; none where it has.
func (f *Fit) reason(l *likelihood, theta []float64) (code, why string) {
	cert := &f.Certificate
	if r := l.slower(theta, leastExpected); r >= 0 {
		return num.WarnBoundary, l.m.parameter(r) + " tends to 0: nothing in the data needs it; leave it out"
	}
	if r := l.faster(theta); r >= 0 {
		return num.WarnBoundary, l.m.parameter(r) + " tends to infinity: such moves are faster than they are seen; merge the two states, leave the move out, or look more often"
	}
	if i := f.endless(); i >= 0 {
		return num.WarnBoundary, l.m.parameter(i) + " has no finite estimate: hardly any data speak of it; leave it out, or let covariates act alike on several moves"
	}
	if math.IsInf(f.LogLik, -1) {
		return num.WarnNotConverged, "intervals have probability 0 at any rates tried: some are many times as long as others; correct the times, or leave them out"
	}
	if !cert.Converged || f.Cov == nil {
		cert.Converged = false
		return num.WarnNotConverged, fmt.Sprintf("the likelihood did not settle in %d steps (largest mean score %.2g): leave out rates or covariates about which there is little data, or rescale covariates", cert.Iterations, cert.GradientNorm)
	}
	return "", ""
}

// Where a parameter has gone astray: a rate that makes so few moves in all the time at risk, or so many in the shortest time between
// two looks, and a coefficient that far along its covariate's range, in logarithms.
const (
	tooSlow = 1e-6
	tooFast = 1e3
	tooFar  = 40
)

// astray reports whether a parameter has gone where the likelihood no longer tells one value from the next.
func (l *likelihood) astray(theta []float64) bool {
	if l.slower(theta, tooSlow) >= 0 || l.faster(theta) >= 0 {
		return true
	}
	for e, effect := range l.m.Effects {
		low, high := l.extent(effect.Covariate)
		if i := len(l.m.Rates) + e; !l.held[i] && math.Abs(theta[i])*(high-low)/l.spread[effect.Covariate] > tooFar {
			return true
		}
	}
	return false
}

// shortest is the least time between two looks.
func (l *likelihood) shortest() float64 {
	shortest := math.Inf(1)
	for _, i := range l.order {
		shortest = min(shortest, l.d.Intervals[i].Time)
	}
	return shortest
}

// faster is a rate of moves too fast to be seen, −1 without.
func (l *likelihood) faster(theta []float64) int {
	shortest := l.shortest()
	for r := range l.m.Rates {
		if math.Exp(theta[r])*shortest > tooFast {
			return r
		}
	}
	return -1
}

// leastMemory is the memory below which a fit without a maximum may owe that to moves too fast: states are drawn nearly as if anew.
const leastMemory = .25

// memory is how much of the state before is left after the shortest time between two looks, at the mean of the covariates: the largest total
// variation distance ½ Σ_j |p_ij − p_kj| of two states that can be left (Dobrushin's coefficient), 1 where there is one such state.
func (l *likelihood) memory(theta []float64) float64 {
	k, absorbing := len(l.m.States), l.m.absorbing()
	w := newWorker(l.m, l.d)
	copy(w.q, l.m.rates(theta, nil))
	p := w.transition(l.shortest()).v
	memory, pairs := 0.0, 0
	for a := range k {
		for b := range a {
			if absorbing[a] || absorbing[b] {
				continue
			}
			distance := 0.0
			for j := range k {
				distance += math.Abs(p[a*k+j]-p[b*k+j]) / 2
			}
			memory, pairs = max(memory, distance), pairs+1
		}
	}
	if pairs == 0 {
		return 1
	}
	return memory
}

// slower is a rate that makes fewer moves in all the time at risk than least, 0 to all purposes, −1 without.
func (l *likelihood) slower(theta []float64, least float64) int {
	expected := make([]float64, len(l.m.Rates))
	for _, i := range l.order {
		v := l.d.Intervals[i]
		for r, rate := range l.m.Rates {
			if rate.From == v.From {
				expected[r] += v.Time
			}
		}
	}
	for r := range expected {
		if expected[r]*math.Exp(theta[r]) < least {
			return r
		}
	}
	return -1
}

// mostError is the standard error of a logarithm, or of a coefficient times its covariate's spread, beyond which there is no
// estimate: the likelihood is flat there.
const mostError = 10

// endless is the parameter of which least is known, where its likelihood rises without end; −1 without.
func (f *Fit) endless() int {
	endless, most := -1, float64(mostError*mostError)
	if f.Cov == nil {
		return endless
	}
	for i := range f.Cov.SymmetricDim() {
		if v := f.Cov.At(i, i); v > most {
			endless, most = i, v
		}
	}
	return endless
}
