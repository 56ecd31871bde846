package ctmc

import (
	"fmt"
	"math"
	"slices"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// Limit is an effect without a finite estimate: the likelihood rises as its coefficient tends to −∞ or +∞.
type Limit struct {
	Effect int     // of Model.Effects
	Sign   int     // −1, 1
	At     float64 // value of the covariate at which the rates it acts on are what they are; at all others they tend to 0
}

const (
	// gone is the logarithm by which a rate at a limit is less than where the covariate has its extreme: 0 to all purposes.
	gone = 30
	// farEffect is how far, over the covariate's range, a coefficient may go before it is tried at its limit.
	farEffect = 12
	// limitSlack is by how much of the log-likelihood a limit may be below what was found on the way there.
	limitSlack = 1e-6
)

// runaway is an effect that tends to infinity, −1 without: the one of which the information says least, or that went farthest.
func (f *Fit) runaway(l *likelihood, theta []float64) int {
	rates := len(l.m.Rates)
	if i := f.endless(); i >= rates && !l.held[i] {
		return i - rates
	}
	if f.Cov != nil {
		return -1
	}
	far, most := -1, float64(farEffect)
	for e, effect := range l.m.Effects {
		low, high := l.extent(effect.Covariate)
		if v := math.Abs(theta[rates+e]) * (high - low) / l.spread[effect.Covariate]; v > most && !l.held[rates+e] {
			far, most = e, v
		}
	}
	return far
}

// extent is the least and the largest value of a covariate.
func (l *likelihood) extent(covariate int) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, i := range l.order {
		v := l.d.X[l.d.Intervals[i].X][covariate]
		low, high = min(low, v), max(high, v)
	}
	return low, high
}

// toLimit puts an effect at its limit: held where the rates it acts on are 0 to all purposes at all values of the covariate but the
// extreme one, from which the covariate is counted from now on. False where it is counted from another one already.
func (l *likelihood) toLimit(theta []float64, e int) ([]float64, *Limit, bool) {
	c, i := l.m.Effects[e].Covariate, len(l.m.Rates)+e
	low, high := l.extent(c)
	limit := &Limit{Effect: e, Sign: 1, At: high}
	if theta[i] < 0 {
		limit.Sign, limit.At = -1, low
	}
	if l.counted[c] && l.mean[c] != limit.At {
		return nil, nil, false
	}
	gap := math.Inf(1)
	for _, k := range l.order {
		if d := math.Abs(l.d.X[l.d.Intervals[k].X][c] - limit.At); d > 0 {
			gap = min(gap, d)
		}
	}
	if math.IsInf(gap, 1) {
		return nil, nil, false
	}
	at := slices.Clone(theta)
	at[i] = float64(limit.Sign) * gone / gap * l.spread[c]
	for k, effect := range l.m.Effects { // the rates at the new origin
		if effect.Covariate == c && k != e {
			for _, r := range effect.Rates {
				at[r] += theta[len(l.m.Rates)+k] * (limit.At - l.mean[c]) / l.spread[c]
			}
		}
	}
	for _, r := range l.m.Effects[e].Rates { // not along an effect without end: as far as it had gone
		at[r] += max(-2, min(2, theta[i]*(limit.At-l.mean[c])/l.spread[c]))
	}
	l.mean[c], l.counted[c], l.held[i] = limit.At, true, true
	return at, limit, true
}

// climbLimits puts effects that run away at their limits, one by one, and finds the maximum of the rest there.
func (f *Fit) climbLimits(l *likelihood, theta []float64) []float64 {
	for range l.m.Effects {
		e := f.runaway(l, theta)
		if e < 0 {
			break
		}
		at, limit, ok := l.toLimit(theta, e)
		if !ok {
			break
		}
		before := f.LogLik
		to := f.ascend(l, at)
		if !(f.LogLik >= before-limitSlack*math.Abs(before)) {
			f.Certificate.Converged = false
			return to
		}
		theta = to
		f.Limits = append(f.Limits, *limit)
	}
	return theta
}

// sayLimits adds to the certificate what was put at a limit.
func (f *Fit) sayLimits() {
	for _, v := range f.Limits {
		sign, effect := "−", f.Effects[v.Effect]
		if v.Sign > 0 {
			sign = ""
		}
		f.Certificate.Warn(num.WarnBoundary, fmt.Sprintf("%s has no finite estimate: the likelihood rises as the coefficient tends to %s∞, where such moves happen only at %s = %g; it is shown there, "+
			"with an interval by profile likelihood, and the rates and intervals of all else are at %s = %g, given that limit",
			f.parameter(len(f.Rates)+v.Effect), sign, f.Covariates[effect.Covariate], v.At, f.Covariates[effect.Covariate], v.At))
	}
}

// limitOf is the limit of an effect, nil where it has a finite estimate.
func (f *Fit) limitOf(effect int) *Limit {
	for i := range f.Limits {
		if f.Limits[i].Effect == effect {
			return &f.Limits[i]
		}
	}
	return nil
}

// atLimit is the hazard ratio of an effect at its limit, 0 or +Inf, without a standard error, and its interval: the ratios of which twice
// the log-likelihood, maximised over all else, is within the quantile of χ² of 1 degree of freedom of the supremum (Venzon & Moolgavkar 1988, Applied Statistics
// 37:87–94). The end where the likelihood is flat is the limit itself.
func (f *Fit) atLimit(v *Limit, level float64) Estimate {
	z := num.ZLevel(level)
	bound := math.Exp(f.profileBound(v, z*z))
	if v.Sign < 0 {
		return Estimate{Value: 0, SE: math.NaN(), Low: 0, High: bound}
	}
	return Estimate{Value: math.Inf(1), SE: math.NaN(), Low: bound, High: math.Inf(1)}
}

// profileBound is the coefficient at which twice the log-likelihood has fallen by drop; ±Inf where it does not within all reason.
func (f *Fit) profileBound(v *Limit, drop float64) float64 {
	l := f.l
	i, c := len(f.Rates)+v.Effect, f.Effects[v.Effect].Covariate
	scale := l.spread[c]
	theta := slices.Clone(f.Theta)
	for k := range theta {
		theta[k] *= l.unit(k)
	}
	fall := func(beta float64) float64 {
		at := slices.Clone(theta)
		at[i] = beta * scale
		var logLik float64
		at, logLik = l.climbHeld(at)
		theta = at
		return 2*(f.LogLik-logLik) - drop
	}
	unit := gone * scale / math.Abs(theta[i]) // a coefficient of 1 over the gap beside the extreme
	inside, atInside := theta[i]/scale, -drop
	for _, u := range []float64{6, 3, 1.5, 0, -1.5, -3, -6, -12} {
		beta := float64(v.Sign) * u / unit
		at := fall(beta)
		if at < 0 {
			inside, atInside = beta, at
			continue
		}
		outside := beta
		for range 30 {
			mid := inside + (outside-inside)*min(.9, max(.1, -atInside/(at-atInside)))
			y := fall(mid)
			switch {
			case math.Abs(y) < 1e-3*drop:
				return mid
			case y < 0:
				inside, atInside = mid, y
			default:
				outside, at = mid, y
			}
		}
		return (inside + outside) / 2
	}
	return -float64(v.Sign) * math.Inf(1)
}

// climbHeld is the maximum with the held parameters where they are, near enough for its likelihood: by outer products while these
// serve, then by Newton's steps.
func (l *likelihood) climbHeld(theta []float64) ([]float64, float64) {
	const rounds, enough = 60, 1e-3
	logLik, score, outer := l.sums(theta)
	info, newton := mat.NewSymDense(len(theta), outer), false
	damping := 0.0
	for range rounds {
		step, decrement := stepOf(info, damping, score)
		if step == nil {
			damping = max(damping*moreDamping, leastDamping*largest(info))
			continue
		}
		if newton && damping == 0 && decrement < enough {
			break
		}
		to, toLogLik, toScore, toOuter := l.rise(theta, step, logLik)
		if to == nil && newton {
			break
		}
		newton = newton || to == nil || decrement < near || toLogLik-logLik < poorRise*decrement
		if to != nil {
			theta, logLik, score, outer = to, toLogLik, toScore, toOuter
		}
		if info, damping = mat.NewSymDense(len(theta), outer), 0; newton {
			info = l.information(theta)
		}
	}
	return theta, logLik
}
