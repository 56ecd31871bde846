package attrition

import (
	"math"

	"mainstay/internal/num"
)

// residualOf is the residual of customers with Poisson purchases (k = 1) whose parameters may all differ but r, quick where those of one x follow each other. With λ ~ Gamma(R, α′), R = r+x,
// α′ = α+T, what is left given p is
//
//	E λ/(δ+λp) = ∫ e^(−δt) E λ e^(−λpt) dt = R/p · J(R+1, δα′/p) = R/(δα′) · H(log δα′/p)
//
// (J and H as of tails), a curve in one number whatever a, b and α are. Its mean over p ~ Beta(a, b+n) is a trapezoidal sum over u = logit p, of density e^(au) (1+e^u)^−(a+b), with
// every function analytic while |Im u| < π (Trefethen & Weideman 2014, SIAM Review 56:385–458). residualFrom, which is the other way round, is the same to 1e-10.
func (l *bg) residualOf(w *work, p *[most]float64, x, end, rate float64) slope {
	whole, a1 := p[bgR]+x, p[bgAlpha]+end
	m := meanOverChance{a: p[bgA], b: p[bgB] + l.occasions(x), y: math.Log(rate * a1), tails: w.tails.of(whole + 1)}
	m.find()
	return slope{v: math.Log(whole / (rate * a1) * m.f / m.sum), g: [most]float64{1/whole + m.fS/m.f, (m.fY/m.f - 1) / a1,
		m.fLogP/m.f - m.logP/m.sum, m.fLogQ/m.f - m.logQ/m.sum}}
}

// meanOverChance is sums over p ~ Beta(a, b): of the density, of it times log p and log(1−p); of it times H(y − log p), of that times the two, and of it times H's derivatives by s and y.
type meanOverChance struct {
	a, b, y float64
	tails   *tails

	top                                      float64 // the logarithm of the highest density
	sum, logP, logQ, f, fLogP, fLogQ, fS, fY float64
}

// How much the sums miss: a term that is not noticed, and that in p from where on what is left to p = 0 is a power times a straight line.
const (
	unnoticed = 1e-15
	straight  = 1e-6
)

// find goes from the highest density to both sides, until no term is noticed or the rest has a sum.
func (m *meanOverChance) find() {
	a, b := m.a, m.b
	turn, step := math.Log(a/b), fineness(a*b/(a+b))
	m.top = a*turn - (a+b)*softplus(turn)
	bend := 1 + m.tails.s*math.Exp(-m.y) + a + b // of density × H at p = 0, at least
	first, last := int(math.Log(straight/bend)/step), int((28+math.Log1p(a+b))/step)
	middle := min(max(int(math.Round(turn/step)), first+1), last-1)
	j := middle
	for ; j < last && m.add(j, step); j++ {
	}
	if j >= last && j > middle {
		if none, beyond := geometric(b, step); none > 0 {
			m.close(float64(j-1)*step, none, beyond)
		}
	}
	for j = middle - 1; j > first && m.add(j, step); j-- {
	}
	if j <= first {
		m.open(float64(j+1)*step, step)
	}
}

// chancesOf are log p and log(1−p) by place, of the coarsest step.
var chancesOf = func() (out [2*chancesFar + 1][2]float64) {
	for j := range out {
		out[j][0], out[j][1] = logChances(float64(j-chancesFar) * coarsest)
	}
	return out
}()

const chancesFar = 4 * 50

// logChances are log p and log(1−p) of a logit.
func logChances(u float64) (p, q float64) {
	e := math.Log1p(math.Exp(-math.Abs(u)))
	if u < 0 {
		return u - e, -e
	}
	return -e, -u - e
}

// add takes place j; false where it was not noticed.
func (m *meanOverChance) add(j int, step float64) bool {
	var p, q float64 // their logarithms
	if step == coarsest && j >= -chancesFar && j <= chancesFar {
		p, q = chancesOf[chancesFar+j][0], chancesOf[chancesFar+j][1]
	} else {
		p, q = logChances(float64(j) * step)
	}
	weight := num.QuickExp(m.a*p + m.b*q - m.top)
	h, byS, byY := m.tails.at(m.y - p)
	m.sum += weight
	m.logP += weight * p
	m.logQ += weight * q
	m.fS += weight * byS
	m.fY += weight * byY
	h *= weight
	m.f += h
	m.fLogP += h * p
	m.fLogQ += h * q
	return weight > unnoticed*m.sum || h > unnoticed*m.f
}

// close takes the places beyond u, where p is 1 and the density e^(−bu).
func (m *meanOverChance) close(u, none, beyond float64) {
	weight := math.Exp(-m.b*u - m.top)
	h, byS, byY := m.tails.at(m.y)
	m.sum += weight * none
	m.logQ -= weight * (u*none + beyond)
	m.f += weight * none * h
	m.fLogQ -= weight * (u*none + beyond) * h
	m.fS += weight * none * byS
	m.fY += weight * none * byY
}

// open takes the places before u, where p = e^u − …, the density is e^(au) (1 − (a+b)e^u) and H is 1 − s e^(u−y), beside squares of these.
func (m *meanOverChance) open(u, step float64) {
	weight := math.Exp(m.a*u - m.top)
	none, far := geometric(m.a, step)
	none1, far1 := geometric(m.a+1, step)
	none, far = weight*none, weight*far
	weight *= math.Exp(u)
	none1, far1 = weight*none1, weight*far1
	flat, slant := u*none-far, u*none1-far1 // Σ of u
	by := m.tails.s * math.Exp(-m.y)
	m.sum += none - (m.a+m.b)*none1
	m.logP += flat - (m.a+m.b)*slant - none1
	m.logQ -= none1
	m.f += none - (by+m.a+m.b)*none1
	m.fLogP += flat - (by+m.a+m.b)*slant - none1
	m.fLogQ -= none1
	m.fS -= by / m.tails.s * none1
	m.fY += by * none1
}
