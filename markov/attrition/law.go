package attrition

import (
	"fmt"
	"math"
)

// law is what differs between the models. Parameters p are themselves, not their logarithms.
type law interface {
	// names of the parameters.
	names() []string
	// split is the likelihood of a customer with its first derivatives and, where curved is set, second ones. w keeps what the last
	// call found that may serve again.
	split(w *work, p *[most]float64, x, last, end float64, curved bool, s *split)
	// expected is the logarithm of the mean number of purchases in (T, T+t] of a customer alive at T. −Inf for t = 0, NaN where it is not
	// defined (bg/bb: t that is no count of periods).
	expected(w *work, p *[most]float64, x, last, end, t float64) slope
	// residual is the logarithm of the mean of the discounted number of all purchases to come of a customer alive at T; rate is continuous
	// per unit of time, of bg/bb per period.
	residual(w *work, p *[most]float64, x, last, end, rate float64) slope
	// counts is P(Y = j), j = 0 … n, of the number Y of purchases in (T, T+t] of a customer alive at T.
	counts(p *[most]float64, x, last, end, t float64, n int) []float64
	// moves says which parameters covariates multiply: −1 where none may. A negative sign divides.
	moves() [3]effect
}

// effect is of a group of covariates: the parameter it acts on, −1 for none, and the sign.
type effect struct {
	parameter int
	sign      float64
}

var nothing = effect{parameter: -1}

// work is the scratch space of a worker: the part of the likelihood that depends on x and the parameters only, kept from the last
// customer. Customers are sorted by x, so that it is seldom found anew.
type work struct {
	ready   bool
	p       [most]float64
	x       float64
	curved  bool
	byCount part
	moments moments
	tail    tail // of a residual, by its arguments
	tails   tails
	stays   stays
	periods [2]kept // of bg/bb: what is expected, and left, by periods observed
}

// kept is a figure that depends on the parameters, the time observed and what is asked, a horizon or a rate, alone.
type kept struct {
	known    bool
	p        [most]float64
	end, ask float64
	v        slope
}

// find is the figure, found anew where it is not the one at hand.
func (k *kept) find(p *[most]float64, end, ask float64, figure func() slope) slope {
	if !k.known || k.p != *p || k.end != end || k.ask != ask {
		*k = kept{true, *p, end, ask, figure()}
	}
	return k.v
}

// slope is a value with its derivatives by the parameters.
type slope struct {
	v float64
	g [most]float64
}

// times is the logarithm of the product.
func (s slope) times(o slope) slope {
	s.v += o.v
	for i, g := range o.g {
		s.g[i] += g
	}
	return s
}

func undefined() slope { return slope{v: math.NaN()} }

// fresh says whether byCount must be found anew for these, and notes that it will be.
func (w *work) fresh(p *[most]float64, x float64, curved bool) bool {
	if w.ready && w.x == x && w.p == *p && w.curved == curved {
		return false
	}
	w.ready, w.p, w.x, w.curved = true, *p, x, curved
	w.byCount = part{}
	return true
}

// law is that of a model; k is the regularity of timing, 1 for chance.
func (m Model) law(k int) (law, error) {
	switch m {
	case NBD:
		return nbd{}, nil
	case BGNBD:
		return &bg{k: 1}, nil
	case MBGNBD:
		return &bg{k: 1, first: true}, nil
	case MBGCNBD:
		if k < 1 || k > MostRegular {
			return nil, fmt.Errorf("attrition: regularity k is %d, expected 1 to %d", k, MostRegular)
		}
		return &bg{k: k, first: true}, nil
	case ParetoNBD:
		return pareto{}, nil
	case BGBB:
		return bgbb{}, nil
	}
	return nil, fmt.Errorf("attrition: there is no model %q; the models are %v", string(m), Models)
}
