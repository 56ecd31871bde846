package regress

import (
	"math"

	"mainstay/internal/num"
)

// Limits of the Tweedie power that is estimated: near 1 the density has spikes, near 2 its series takes ever more terms.
const (
	leastPower = 1.01
	mostPower  = 1.99
	powerLimit = 1e-6  // of the search
	powerStep  = 0.004 // for the second derivative of the profile
)

// estimatePower maximises the profile likelihood over p: coefficients from the fit at p, φ by maximum likelihood (Dunn &
// Smyth 2005, Statistics and Computing 15:267–280, §7). The standard error of p is from the curvature of the profile.
func (f *Fit) estimatePower(m *glm, offset bool) *ascent {
	fits := map[float64]*ascent{}
	var near []float64 // coefficients to begin with
	profile := func(p float64) float64 {
		m.law = tweedieLaw{p: p}
		start := near
		if start == nil {
			start = m.start()
		}
		a := m.ascend(m.at(start))
		if fits[p] = a; !a.converged {
			return math.Inf(-1)
		}
		near = a.gamma
		_, loglik := m.tweediePhi(a, p)
		return loglik
	}
	best, top := num.Maximise(profile, leastPower, mostPower, powerLimit)
	a := fits[best]
	m.law = tweedieLaw{p: best}
	f.NullDev = m.nullDeviance(offset)
	if !a.converged {
		return a
	}
	if best-leastPower < 2*powerStep || mostPower-best < 2*powerStep {
		f.Certificate.Warn(num.WarnBoundary, "the tweedie power is at the end of its range: towards 1 the response is a count times a constant (quasi-poisson), towards 2 it has no zeros (gamma)")
		f.Extras = append(f.Extras, Extra{"power", best, math.NaN()})
		return a
	}
	curve := (profile(best+powerStep) - 2*top + profile(best-powerStep)) / (powerStep * powerStep)
	m.law = tweedieLaw{p: best}
	se := math.NaN() // where a fit beside the best did not settle
	if curve < 0 && !math.IsInf(curve, 0) {
		se = 1 / math.Sqrt(-curve)
	}
	f.Extras = append(f.Extras, Extra{"power", best, se})
	return a
}

// tweediePhi is the φ that maximises the likelihood at p and the coefficients of a, and the log-likelihood there. With
// L = Σ w (yθ − κ) and, for y > 0, a(y, φ, p) = ΣWⱼ/y (tweedieDensity)
//
//	ℓ = L/φ + Σ w log a,   φ ∂ℓ/∂φ = −L/φ − (1−α) Σ w E[j],   E[j] = Σ j Wⱼ/Σ Wⱼ,   α = (2−p)/(1−p)
//
// Newton's method in log φ.
func (m *glm) tweediePhi(a *ascent, p float64) (phi, loglik float64) {
	alpha := (2 - p) / (1 - p)
	constant := m.sum(a.gamma, func(y, _, w float64) float64 {
		if y == 0 {
			return 0
		}
		return w * math.Pow(y, 2-p) / ((1 - p) * (2 - p))
	})
	level, density := a.loglik+constant, newTweedieDensity(p)
	phi = -2 * a.loglik / m.total
	for range 60 {
		sums := m.tiles(func(t *tileRows, part []float64) {
			for i, y := range t.Y {
				if y > 0 {
					w := t.weight(i)
					log, mean, variance := density.at(y, phi)
					part[0] += w * log
					part[1] += w * mean
					part[2] += w * variance
				}
			}
		}, 3)
		loglik = level/phi + sums[0]
		score := -level/phi - (1-alpha)*sums[1]
		curve := -level/phi - (1-alpha)*(1-alpha)*sums[2] // minus the second derivative by log φ is −(L/φ + (1−α)² ΣV)
		step := math.Copysign(1, score)
		if curve > 0 {
			step = min(max(score/curve, -1), 1)
		}
		if math.Abs(step) <= 1e-9 {
			break
		}
		phi *= math.Exp(step)
	}
	return phi, loglik
}

// tweedieDensity is log a(y, φ, p) = log(ΣWⱼ/y) for a power p, and mean and variance of j under the weights Wⱼ:
//
//	log Wⱼ = j log z − log j! − log Γ(−jα),   log z = −α log y + α log(p−1) − (1−α) log φ − log(2−p)
//
// The largest term is near j = λ = y^(2−p)/(φ(2−p)). Where λ is large the sum is that of the saddlepoint,
//
//	log a ≈ −S/φ − ½ log(2πφy^p) + c/λ,   S = y^(2−p)/((1−p)(2−p)),
//
// whose error but for c/λ is below λ⁻². The sum depends on λ and p alone, but for the factor 1/y, so c is found once for p where the series
// begins to be long (Dunn & Smyth 2005, eq. 8, §4 and §5). Mean and variance follow from its derivatives by log φ, −E[j]/(p−1) and V/(p−1)².
type tweedieDensity struct{ p, correction float64 }

// longSeries is λ from which the saddlepoint is used: the series has some 2,000 terms there.
const longSeries = 1e4

func newTweedieDensity(p float64) *tweedieDensity {
	d := &tweedieDensity{p: p}
	y := math.Pow(longSeries*(2-p), 1/(2-p)) // λ = longSeries at φ = 1
	exact, _, _ := d.series(y, 1, longSeries)
	near, _, _ := d.saddle(y, 1, longSeries)
	d.correction = longSeries * (exact - near)
	return d
}

func (d *tweedieDensity) at(y, phi float64) (log, mean, variance float64) {
	lambda := math.Pow(y, 2-d.p) / (phi * (2 - d.p))
	if lambda > longSeries {
		return d.saddle(y, phi, lambda)
	}
	return d.series(y, phi, lambda)
}

func (d *tweedieDensity) saddle(y, phi, lambda float64) (log, mean, variance float64) {
	level, rest := lambda/(d.p-1), d.correction/lambda // −S/φ and c/λ
	log = level - (math.Log(2*math.Pi*phi)+d.p*math.Log(y))/2 + rest
	return log, (level + 0.5 - rest) * (d.p - 1), (level + rest) * (d.p - 1) * (d.p - 1)
}

// series sums outwards from the largest term, until terms are below 1e-16 of it.
func (d *tweedieDensity) series(y, phi, lambda float64) (log, mean, variance float64) {
	const negligible = 37
	p := d.p
	alpha := (2 - p) / (1 - p)
	z := -alpha*math.Log(y) + alpha*math.Log(p-1) - (1-alpha)*math.Log(phi) - math.Log(2-p)
	term := func(j float64) float64 {
		a, _ := math.Lgamma(j + 1)
		b, _ := math.Lgamma(-alpha * j)
		return j*z - a - b
	}
	peak := max(1, math.Round(lambda))
	top := term(peak)
	var sum, first, second float64
	add := func(j float64) bool {
		t := term(j) - top
		w := math.Exp(t)
		d := j - peak
		sum, first, second = sum+w, first+w*d, second+w*d*d
		return t > -negligible
	}
	for j := peak; add(j); j++ {
	}
	for j := peak - 1; j >= 1 && add(j); j-- {
	}
	mean = first / sum
	return top + math.Log(sum) - math.Log(y), peak + mean, second/sum - mean*mean
}

// tweedieLikelihood sets the log-likelihood, at the φ that maximises it. The null model has none: its φ is another.
func (f *Fit) tweedieLikelihood(g *glm) {
	p := f.power()
	a := &ascent{point: point{gamma: f.gamma, loglik: -f.Deviance / 2}}
	phi, loglik := g.tweediePhi(a, p)
	positive := g.sum(f.gamma, func(y, _, w float64) float64 {
		if y == 0 {
			return 0
		}
		return w
	})
	f.Certificate.LogLik = loglik - positive*math.Log(f.unit)
	f.NullLogLik = math.NaN()
	if math.IsNaN(f.Certificate.LogLik) || math.IsInf(f.Certificate.LogLik, 0) {
		f.Certificate.Refuse(num.WarnBoundary, "the dispersion is so small that the likelihood has no end: use a gamma or gaussian family")
		f.Certificate.LogLik = 0
	}
	f.Extras = append(f.Extras, Extra{"dispersion_ml", phi * math.Pow(f.unit, 2-p), math.NaN()})
}
