package attrition

import "fmt"

// law is what differs between the models. Parameters p are themselves, not their logarithms.
type law interface {
	// names of the parameters.
	names() []string
	// split is the likelihood of a customer with its first derivatives and, where curved is set, second ones. w keeps what the last
	// call found that may serve again.
	split(w *work, p *[most]float64, x, last, end float64, curved bool, s *split)
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
}

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
	case BGNBD:
		return &bg{k: 1}, nil
	case MBGNBD:
		return &bg{k: 1, first: true}, nil
	case MBGCNBD:
		if k < 1 || k > mostRegular {
			return nil, fmt.Errorf("attrition: regularity k is %d, expected 1 to %d", k, mostRegular)
		}
		return &bg{k: k, first: true}, nil
	case ParetoNBD:
		return pareto{}, nil
	case BGBB:
		return bgbb{}, nil
	}
	return nil, fmt.Errorf("attrition: there is no model %q; the models are %v", string(m), Models)
}
