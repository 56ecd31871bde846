package attrition

import (
	"math"

	"mainstay/internal/num"
)

// Parameters of BG/NBD and its kin, in their order.
const (
	bgR = iota
	bgAlpha
	bgA
	bgB
)

// MostRegular is the largest k: beyond it purchases are a clock.
const MostRegular = 12

// bg is BG/NBD and its kin: purchases with Erlang-k gaps (k = 1 is Poisson), after each of which a customer may leave; first says that
// the first purchase is such an occasion too (MBG). With n = x occasions survived, x + 1 with first, and R = r + kx,
//
//	L = Γ(R)/Γ(r) · B(a, b+n)/B(a, b) · α^r/(α+T)^R · { S + δ a/(b+n−1) ((α+T)/(α+tx))^R },
//	S = Σ_{j<k} (R)_j/j! · ((T−tx)/(α+T))^j,   δ = 1 if first or x > 0,
//
// where S is the chance of fewer than k ticks since the last purchase, beside the first of its terms. The product of powers of gaps, which
// holds no parameter, is left to Data.LogGaps. Sources: Fader, Hardie & Lee 2005, eq. 6; Batislam, Denizel & Filiztekin 2007, eq. 4;
// Platzer & Reutterer 2016, app. A.
type bg struct {
	k     int
	first bool
}

func (l *bg) names() []string { return []string{"r", "alpha", "a", "b"} }

func (l *bg) moves() [3]effect { return [3]effect{{bgAlpha, -1}, {bgA, 1}, {bgB, 1}} }

// occasions is how many times a customer who is alive after x purchases did not leave.
func (l *bg) occasions(x float64) float64 {
	if l.first {
		return x + 1
	}
	return x
}

func (l *bg) split(w *work, p *[most]float64, x, last, end float64, curved bool, s *split) {
	if w.fresh(p, x, curved) {
		l.byCount(&w.byCount, p, x, curved)
	}
	r, alpha, a, b := p[0], p[1], p[2], p[3]
	base, odds := &s.base, &s.odds
	*base, *odds = w.byCount, part{v: math.Inf(-1)}
	n, whole := l.occasions(x), r+float64(l.k)*x
	at1, silent := alpha+end, end-last

	grown := math.Log1p(end / alpha)
	base.v -= whole * grown
	base.g[bgR] -= grown
	base.g[bgAlpha] += r*end/(alpha*at1) - (whole-r)/at1
	if curved {
		base.h[at(0, 1)] += end / (alpha * at1)
		base.h[at(1, 1)] += (whole-r)/(at1*at1) - r*end*(alpha+at1)/(alpha*alpha*at1*at1)
	}
	var ticks part
	if l.k > 1 {
		l.ticks(&ticks, whole, at1, silent, curved)
		base.v += ticks.v
		for i := range 2 {
			base.g[i] += ticks.g[i]
		}
		for _, i := range bgCorner {
			base.h[i] += ticks.h[i]
		}
	}
	if n < 1 {
		return
	}
	at0, later := alpha+last, b+n-1
	gap := math.Log1p(silent / at0)
	odds.v = math.Log(a/later) + whole*gap - ticks.v
	odds.g = [most]float64{gap - ticks.g[0], -whole*silent/(at0*at1) - ticks.g[1], 1 / a, -1 / later}
	if curved {
		odds.h[at(0, 0)] = -ticks.h[at(0, 0)]
		odds.h[at(0, 1)] = -silent/(at0*at1) - ticks.h[at(0, 1)]
		odds.h[at(1, 1)] = whole*silent*(at0+at1)/(at0*at0*at1*at1) - ticks.h[at(1, 1)]
		odds.h[at(2, 2)] = -1 / (a * a)
		odds.h[at(3, 3)] = 1 / (later * later)
	}
}

// bgCorner is where the derivatives by r and α lie.
var bgCorner = [3]int{at(0, 0), at(0, 1), at(1, 1)}

// byCount is log Γ(R)/Γ(r) + log B(a, b+n)/B(a, b) − kx log α, and its derivatives.
func (l *bg) byCount(out *part, p *[most]float64, x float64, curved bool) {
	r, alpha, a, b := p[0], p[1], p[2], p[3]
	n, kx := l.occasions(x), float64(l.k)*x
	out.v = num.LogRising(r, kx) + num.LogRising(b, n) - num.LogRising(a+b, n) - kx*math.Log(alpha)
	both := num.DigammaRise(a+b, n)
	out.g = [most]float64{num.DigammaRise(r, kx), 0, -both, num.DigammaRise(b, n) - both}
	if !curved {
		return
	}
	out.h[at(0, 0)] = num.TrigammaRise(r, kx)
	double := num.TrigammaRise(a+b, n)
	out.h[at(2, 2)], out.h[at(2, 3)], out.h[at(3, 3)] = -double, -double, num.TrigammaRise(b, n)-double
}

// ticks is log S and its derivatives by r and α, at1 = α + T.
func (l *bg) ticks(out *part, whole, at1, silent float64, curved bool) {
	y := silent / at1
	if y == 0 {
		return
	}
	var sum, r, alpha, rr, ra, aa float64
	weight, digamma, trigamma := 1.0, 0.0, 0.0 // of the term; ψ(R+j) − ψ(R), ψ′(R+j) − ψ′(R)
	for j := 0; j < l.k; j++ {
		k := float64(j)
		by := -k / at1
		sum += weight
		r += weight * digamma
		alpha += weight * by
		rr += weight * (trigamma + digamma*digamma)
		ra += weight * digamma * by
		aa += weight * (k/(at1*at1) + by*by)
		weight *= (whole + k) * y / (k + 1)
		digamma += 1 / (whole + k)
		trigamma -= 1 / ((whole + k) * (whole + k))
	}
	out.v = math.Log(sum)
	out.g[0], out.g[1] = r/sum, alpha/sum
	if curved {
		out.h[at(0, 0)] = rr/sum - out.g[0]*out.g[0]
		out.h[at(0, 1)] = ra/sum - out.g[0]*out.g[1]
		out.h[at(1, 1)] = aa/sum - out.g[1]*out.g[1]
	}
}
