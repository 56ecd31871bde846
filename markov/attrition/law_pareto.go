package attrition

import (
	"math"

	"mainstay/internal/num"
)

// Parameters of Pareto/NBD, in their order.
const (
	parR = iota
	parAlpha
	parS
	parBeta
)

// pareto is Pareto/NBD. Given the purchases, the time of death has a density on (tx, T), and the likelihood is
//
//	L = Γ(r+x)/Γ(r) · α^r β^s · { (α+T)^−(r+x) (β+T)^−s + s ∫_tx^T (α+t)^−(r+x) (β+t)^−(s+1) dt }.
//
// The integral is the difference of two ₂F₁ of the paper, without its cancellation and with derivatives of every order. Sources:
// Schmittlein, Morrison & Colombo 1987, eq. A11 to A13; Fader & Hardie 2005, note 009, eq. 16 and 18.
type pareto struct{}

func (pareto) names() []string { return []string{"r", "alpha", "s", "beta"} }

func (pareto) moves() [3]effect { return [3]effect{{parAlpha, -1}, {parBeta, -1}, nothing} }

func (pareto) split(w *work, p *[most]float64, x, last, end float64, curved bool, s *split) {
	if w.fresh(p, x, curved) {
		c := &w.byCount
		c.v = num.LogRising(p[parR], x) - x*math.Log(p[parAlpha])
		c.g[parR] = num.DigammaRise(p[parR], x)
		if curved {
			c.h[at(0, 0)] = num.TrigammaRise(p[parR], x)
		}
	}
	r, alpha, drop, beta := p[0], p[1], p[2], p[3]
	base, odds := &s.base, &s.odds
	*base, *odds = w.byCount, part{v: math.Inf(-1)}
	whole, a1, b1 := r+x, alpha+end, beta+end

	grown, aged := math.Log1p(end/alpha), math.Log1p(end/beta)
	base.v -= whole*grown + drop*aged
	base.g[parR] -= grown
	base.g[parAlpha] += r*end/(alpha*a1) - x/a1
	base.g[parS] -= aged
	base.g[parBeta] += drop * end / (beta * b1)
	if curved {
		base.h[at(0, 1)] += end / (alpha * a1)
		base.h[at(1, 1)] += x/(a1*a1) - r*end*(alpha+a1)/(alpha*alpha*a1*a1)
		base.h[at(2, 3)] += end / (beta * b1)
		base.h[at(3, 3)] -= drop * end * (beta + b1) / (beta * beta * b1 * b1)
	}
	if last == end {
		return
	}
	m := &w.moments
	m.find(alpha, whole, beta, drop, last, end, curved)
	odds.v = math.Log(drop) + m.log
	odds.g = [most]float64{m.la, whole * m.ia, m.lb + 1/drop, m.ib}
	if !curved {
		return
	}
	odds.h[at(0, 0)] = m.lala
	odds.h[at(0, 1)] = m.ia + whole*m.laia
	odds.h[at(0, 2)] = m.lalb
	odds.h[at(0, 3)] = m.laib
	odds.h[at(1, 1)] = whole*m.iaa + whole*whole*m.iaia
	odds.h[at(1, 2)] = whole * m.ialb
	odds.h[at(1, 3)] = whole * m.iaib
	odds.h[at(2, 2)] = m.lblb - 1/(drop*drop)
	odds.h[at(2, 3)] = m.sb + m.lbib
	odds.h[at(3, 3)] = m.ibb + m.ibib
}

// moments is the integral of
//
//	f(t) = ((α+T)/(α+t))^R ((β+T)/(β+t))^s /(β+t),   tx ≤ t ≤ T,
//
// and, with f as a density, the means of what its derivatives need: la = log((α+T)/(α+t)), ia = 1/(α+T) − 1/(α+t) (R ia is the derivative by
// α), lb = log((β+T)/(β+t)), ib = s/(β+T) − (s+1)/(β+t) (that by β); their covariances; and the means of their own derivatives: iaa of
// ia by α, sb of ib by s, ibb of ib by β.
type moments struct {
	log                                                        float64
	la, ia, lb, ib                                             float64
	lala, laia, lalb, laib, iaia, ialb, iaib, lblb, lbib, ibib float64
	iaa, sb, ibb                                               float64
}

// steepest is the fall of the exponent at which the integrand is cut off, being below 1e-18 of its start.
const steepest = 42.0

// rule is Gauss and Legendre's for integrands of up to so much length in u and fall of the exponent; the last is for the rest. The first that
// fits has errors of 1e-11 at most (200,000 integrals against 100 nodes).
type rule struct {
	length, fall   float64
	nodes, weights []float64
}

func legendre(n int, length, fall float64) rule {
	nodes, weights := num.Legendre(n)
	return rule{length, fall, nodes, weights}
}

var (
	many  = legendre(40, math.Inf(1), math.Inf(1))
	more  = legendre(20, 4, 4)
	rules = []rule{legendre(8, 1, 3), legendre(12, 1, 10), legendre(12, 2, 6), legendre(16, 2, 16), legendre(16, 3, 6), legendre(20, 3, 16), more, legendre(28, 5, 16), many}
)

// exact is the length in u below which differences of logarithms are found without cancellation.
const exact = 0.05

// find integrates by Gauss and Legendre over u = log((c+t)/(c+tx)), c = min(α, β). In u the integrand is analytic in the strip |Im u| < π,
// because the singularities at t = −α and −β lie on its border or at −∞; what is left is an exponential whose exponent is at least rate
// per unit of u.
func (m *moments) find(alpha, whole, beta, drop, last, end float64, curved bool) {
	c := min(alpha, beta)
	a1, b1 := alpha+end, beta+end
	length := math.Log1p((end - last) / (c + last))
	rate := whole*(c+last)/(alpha+last) + (drop+1)*(c+last)/(beta+last) - 1
	if rate > 0 {
		length = min(length, steepest/rate)
	}
	at := 0
	for fall := math.Abs(rate) * length; length > rules[at].length || fall > rules[at].fall; {
		at++
	}
	nodes := &rules[at]
	a0, b0, c0 := alpha+last, beta+last, c+last
	ia0, ib0 := 1/a0, 1/b0
	most := whole*math.Log(a1/a0) + drop*math.Log(b1/b0) // log f·(c+t) at u = 0, without (c+t)/(β+t)
	*m = moments{}
	total := 0.0
	for i, node := range nodes.nodes {
		u := length * node
		var since float64 // t − tx
		la, lb := u, u    // log((α+t)/(α+tx)), log((β+t)/(β+tx))
		if length < exact {
			since = c0 * math.Expm1(u)
		} else {
			since = c0*num.QuickExp(u) - c0
		}
		switch {
		case alpha > c && length < exact:
			la = math.Log1p(since / a0)
		case alpha > c:
			la = num.QuickLog(1 + since*ia0)
		case beta > c && length < exact:
			lb = math.Log1p(since / b0)
		case beta > c:
			lb = num.QuickLog(1 + since*ib0)
		}
		at, bt := 1/(a0+since), 1/(b0+since)
		f := nodes.weights[i] * num.QuickExp(-whole*la-drop*lb) * (c0 + since) * bt
		total += f
		m.la += f * la
		m.lb += f * lb
		m.ia += f * at
		m.ib += f * bt
		if !curved {
			continue
		}
		m.lala += f * la * la
		m.laia += f * la * at
		m.lalb += f * la * lb
		m.laib += f * la * bt
		m.iaia += f * at * at
		m.ialb += f * at * lb
		m.iaib += f * at * bt
		m.lblb += f * lb * lb
		m.lbib += f * lb * bt
		m.ibib += f * bt * bt
	}
	m.log = most + math.Log(total*length)
	m.settle(total, math.Log(a1/a0), math.Log(b1/b0), 1/a1, 1/b1, drop, curved)
}

// settle turns sums over log((α+t)/(α+tx)), 1/(α+t) and their like into means of la, ia, …, and sums of products into their covariances: these do
// not change when a constant is taken away.
func (m *moments) settle(total, ga, gb, ea, eb, drop float64, curved bool) {
	for _, v := range []*float64{&m.la, &m.lb, &m.ia, &m.ib} {
		*v /= total
	}
	la, lb, ia, ib := m.la, m.lb, m.ia, m.ib
	m.la, m.lb, m.ia, m.ib = ga-la, gb-lb, ea-ia, drop*eb-(drop+1)*ib
	if !curved {
		return
	}
	for _, v := range []*float64{&m.lala, &m.laia, &m.lalb, &m.laib, &m.iaia, &m.ialb, &m.iaib, &m.lblb, &m.lbib, &m.ibib} {
		*v /= total
	}
	k := drop + 1
	m.iaa = m.iaia - ea*ea
	m.sb = eb - ib
	m.ibb = k*m.ibib - drop*eb*eb
	m.lala -= la * la
	m.laia -= la * ia
	m.lalb -= la * lb
	m.laib = k * (m.laib - la*ib)
	m.iaia -= ia * ia
	m.ialb -= ia * lb
	m.iaib = k * (m.iaib - ia*ib)
	m.lblb -= lb * lb
	m.lbib = k * (m.lbib - lb*ib)
	m.ibib = k * k * (m.ibib - ib*ib)
}
