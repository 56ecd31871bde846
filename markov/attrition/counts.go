package attrition

import (
	"math"

	"mainstay/internal/num"
)

// negativeBinomial is P(N = from + i) of N with shape R and chance z: P(N = n) = (R)_n/n! (1−z)^R zⁿ, where it is not below 1e-18 of its largest.
type negativeBinomial struct {
	from int
	mass []float64
	tail []float64 // P(N ≥ from + i)
}

// widest is how many counts are looked at, at most.
const widest = 4_000_000

// ticksUntil is the number of Poisson purchases in t of a rate λ ~ Gamma(shape, rate).
func ticksUntil(shape, rate, t float64) negativeBinomial {
	const small = 1e-18
	z, log := t/(rate+t), math.Log1p(t/rate)
	mode := math.Min(math.Max(0, math.Floor((shape-1)*t/rate)), 1e12)
	peak := num.LogRising(shape, mode) - lgamma(mode+1) - shape*log
	if mode > 0 {
		peak += mode * math.Log(z)
	}
	var down []float64
	for n, v := mode, 1.0; n > 0 && v > small && len(down) < widest; n-- {
		v *= n / ((shape + n - 1) * z)
		down = append(down, v)
	}
	out := negativeBinomial{from: int(mode) - len(down)}
	top := math.Exp(peak)
	for i := len(down) - 1; i >= 0; i-- {
		out.mass = append(out.mass, top*down[i])
	}
	out.mass = append(out.mass, top)
	for n, v := mode, 1.0; v > small && len(out.mass) < widest; n++ {
		v *= (shape + n) / (n + 1) * z
		out.mass = append(out.mass, top*v)
	}
	out.tail = make([]float64, len(out.mass))
	sum := 0.0
	for i := len(out.mass) - 1; i >= 0; i-- {
		sum += out.mass[i]
		out.tail[i] = sum
	}
	return out
}

func lgamma(x float64) float64 {
	v, _ := math.Lgamma(x)
	return v
}

// atLeast is P(N ≥ n).
func (d *negativeBinomial) atLeast(n int) float64 {
	switch i := n - d.from; {
	case i <= 0:
		return 1
	case i < len(d.tail):
		return math.Min(1, d.tail[i])
	}
	return 0
}

// last is the largest count that is looked at.
func (d *negativeBinomial) last() int { return d.from + len(d.mass) - 1 }

// stages gives, for a customer alive at T, the weights of having s = 0 … k−1 ticks since the last purchase, and the ticks to come
// in t given s: λ is then Gamma(R+s, α+T).
func (l *bg) stages(p *[most]float64, x, last, end, t float64) (weights []float64, ticks []negativeBinomial) {
	whole, at1 := p[bgR]+float64(l.k)*x, p[bgAlpha]+end
	weight, sum := 1.0, 0.0
	for s := range l.k {
		weights = append(weights, weight)
		sum += weight
		ticks = append(ticks, ticksUntil(whole+float64(s), at1, t))
		weight *= (whole + float64(s)) * (end - last) / at1 / float64(s+1)
	}
	for s := range weights {
		weights[s] /= sum
	}
	return weights, ticks
}

// meanBySum is Σ_{j≥1} P(M ≥ j) E(1−p)^{j−1}: M purchases would be made by one who cannot leave, with s ticks since the last one, the j-th of which is made by
// who did not leave after the j − 1 before it.
func (l *bg) meanBySum(p *[most]float64, x float64, s int, end, t float64) float64 {
	ticks := l.ticksAhead(p, x, s, end, t)
	return l.meanOf(&ticks, p, x, s)
}

// ticksAhead are those of one who cannot leave.
func (l *bg) ticksAhead(p *[most]float64, x float64, s int, end, t float64) negativeBinomial {
	return ticksUntil(p[bgR]+float64(l.k)*x+float64(s), p[bgAlpha]+end, t)
}

// meanOf is meanBySum given the ticks, which take longest.
func (l *bg) meanOf(ticks *negativeBinomial, p *[most]float64, x float64, s int) float64 {
	a, b := p[bgA], p[bgB]+l.occasions(x)
	first := max(0, (ticks.from+s)/l.k-1) // so many purchases would surely be made
	sum, stay := surely(a, b, float64(first))
	for j := first + 1; l.k*j-s <= ticks.last(); j++ {
		sum += ticks.atLeast(l.k*j-s) * stay
		stay *= (b + float64(j-1)) / (a + b + float64(j-1))
	}
	return sum
}

// surely is Σ_{j<n} E(1−p)^j, of purchases that would all be made, and E(1−p)^n, for p ~ Beta(a, b):
//
//	Σ_{j<n} (b)_j/(a+b)_j = (1 − (b)_n/(a+b−1)_n) (a+b−1)/(a−1).
//
// Few are added one by one.
func surely(a, b, n float64) (sum, stay float64) {
	c := a + b - 1
	if n <= 64 || c < 0.05 || math.Abs(a-1) < 1e-3 && n < 1e6 {
		stay = 1
		for j := 0.0; j < n; j++ {
			sum += stay
			stay *= (b + j) / (a + b + j)
		}
		return sum, stay
	}
	stay = math.Exp(num.LogRising(b, n) - num.LogRising(a+b, n))
	if math.Abs(a-1) < 1e-6 {
		return c * num.DigammaRise(b, n), stay
	}
	return -c * math.Expm1(num.LogRising(b, n)-num.LogRising(c, n)) / (a - 1), stay
}

// counts: Y = j where j purchases would be made and the customer did not leave after any of them, or more would be made and the
// customer left after the j-th (Fader, Hardie & Lee 2005, eq. 8, given what was bought before).
func (l *bg) counts(p *[most]float64, x, last, end, t float64, n int) []float64 {
	weights, ticks := l.stages(p, x, last, end, t)
	a, b := p[bgA], p[bgB]+l.occasions(x)
	out := make([]float64, n+1)
	for s := range ticks {
		stay, leave := 1.0, 0.0 // E(1−p)^j, E p(1−p)^(j−1)
		for j := range out {
			more := ticks[s].atLeast(l.k*j - s)
			exactly := more - ticks[s].atLeast(l.k*(j+1)-s)
			if l.k == 1 {
				exactly = ticks[s].at(j)
			}
			out[j] += weights[s] * (exactly*stay + more*leave)
			leave = stay * a / (a + b + float64(j))
			stay *= (b + float64(j)) / (a + b + float64(j))
		}
	}
	return out
}

// at is P(N = n).
func (d *negativeBinomial) at(n int) float64 {
	if i := n - d.from; i >= 0 && i < len(d.mass) {
		return d.mass[i]
	}
	return 0
}
